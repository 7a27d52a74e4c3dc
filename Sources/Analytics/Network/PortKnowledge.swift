/// Which protocols live on which ports.

import Evidence

enum PortKnowledge {
  /// Ports on which a protocol is at home beyond those that IANA gives it: what products use.
  private static let homes: [String: Set<UInt16>] = [
    "http": [
      80, 81, 88, 280, 591, 593, 631, 1900, 2375, 2869, 3000, 3128, 4567, 5000, 5357, 5601, 5800, 5985, 7070, 7474,
      7547, 7680, 8000, 8001, 8008, 8010, 8080, 8081, 8082, 8083, 8085, 8086, 8088, 8090, 8118, 8123, 8180, 8200, 8222,
      8243, 8280, 8443, 8500, 8530, 8800, 8880, 8888, 8983, 9000, 9080, 9090, 9091, 9100, 9200, 9999, 10000, 47001,
      49152, 50000,
    ],
    "http2": [80, 443, 8080, 8443, 50051],
    "tls": [
      443, 261, 448, 465, 563, 587, 614, 636, 684, 695, 832, 853, 989, 990, 992, 993, 994, 995, 1433, 2083, 2087, 2376,
      2484, 3269, 3389, 4433, 4443, 5061, 5223, 5228, 5349, 5432, 5443, 5671, 5723, 5986, 6443, 6514, 6697, 8000, 8080,
      8081, 8089, 8090, 8140, 8243, 8443, 8444, 8447, 8531, 8834, 8843, 8883, 8888, 9000, 9001, 9030, 9090, 9091, 9200,
      9443, 10000, 10250, 12443, 25, 110, 143, 21, 389, 3306, 1194,
    ],
    "dns": [53, 5353, 5355, 853, 5054],
    "ssh": [22, 2022, 2200, 2222, 22222, 29418, 830],
    "smtp": [25, 465, 587, 2525], "imap": [143, 993], "pop3": [110, 995], "ftp": [21, 990, 2121],
    "smb": [139, 445], "kerberos": [88, 464, 749], "ldap": [389, 636, 3268, 3269, 1389, 1636, 50389, 10389],
    "rdp": [3389, 3390], "telnet": [23, 2323, 992], "ntp": [123], "snmp": [161, 162, 10161],
    "syslog": [514, 601, 6514, 1514],
    "quic": [443, 80, 8443, 784, 853],
  ]
  /// Ports that belong to a protocol so firmly that another one there hides behind its name.
  private static let owned: [UInt16: String] = [
    22: "ssh", 25: "smtp", 53: "dns", 80: "http", 88: "kerberos", 110: "pop3", 123: "ntp", 135: "dcerpc", 139: "smb",
    143: "imap", 389: "ldap", 443: "tls", 445: "smb", 993: "imap", 995: "pop3", 3389: "rdp", 161: "snmp", 21: "ftp",
    23: "telnet", 514: "syslog", 853: "dns",
  ]

  /// The protocols whose homes are known, by number.
  private static let protocols = homes.sorted { $0.key < $1.key }
  private static let numbers = Dictionary(
    uniqueKeysWithValues: protocols.enumerated().map { ($1.key, UInt16($0)) })

  /// Nil when nothing is known of the protocol's home.
  static func number(of proto: String) -> UInt16? { numbers[proto] }

  static func name(_ number: UInt16) -> String { protocols[Int(number)].key }

  static func isHome(_ port: UInt16, _ number: UInt16) -> Bool { protocols[Int(number)].value.contains(port) }

  /// The protocol to which a port belongs, if to any.
  static func owner(_ port: UInt16) -> String? { owned[port] }

  static func homes(_ proto: String) -> String {
    (homes[proto] ?? []).sorted().prefix(3).map(String.init).joined(separator: ", ")
  }
}
