/// What a connection speaks: as seen on the wire, else as its port says.

import Evidence

/// The name of a protocol (interfaces.md's where there is one) and whether the wire showed it.
struct SpokenProtocol: Hashable {
  var name: String
  var seen: Bool
  /// The name comes from nothing but that the port is one of IANA's dynamic ones.
  var isGuess = false

  /// What people call it.
  var title: String { SpokenProtocol.titles[name] ?? name.uppercased() }

  init(_ connection: ProcessConnection) {
    let port = connection.serverPort
    let byPort = SpokenProtocol.named(connection.proto, port)
    if let seen = connection.appProto {
      // WS-Management is HTTP with a port and a purpose of its own.
      let winrm = (port == 5985 || port == 5986) && (seen == "http" || seen == "tls" || seen == "http2")
      // Within TLS the port says what is spoken: LDAP on 636 is still LDAP.
      let within = seen == "tls" ? SpokenProtocol.wrapped[port] : nil
      self.init(name: winrm ? "winrm" : within ?? SpokenProtocol.same[seen] ?? seen, seen: true)
    } else if let byPort {
      self.init(name: byPort, seen: false)
    } else if connection.proto == .tcp, port >= 49152, SpokenProtocol.isWindows(connection),
      connection.serverIP.isPrivate || connection.serverIP.isLinkLocal
    {
      // IANA's dynamic ports, where Windows places its RPC servers.
      self.init(name: "dcerpc", seen: false)
      isGuess = true
    } else {
      self.init(name: "unknown", seen: false)
    }
  }

  init(name: String, seen: Bool) {
    self.name = name
    self.seen = seen
  }

  private static func isWindows(_ connection: ProcessConnection) -> Bool {
    let image = connection.process.entity.image
    return image.utf8.contains(UInt8(ascii: "\\")) || image == "System"
  }

  static func named(_ proto: TransportProtocol, _ port: UInt16) -> String? {
    if proto == .udp, let name = udp[port] { return name }
    if proto == .tcp, let name = tcp[port] { return name }
    return both[port]
  }

  private static let same = [
    "http2": "http", "http3": "http", "websocket": "http", "https": "tls", "cldap": "ldap", "ntlm": "smb",
  ]

  /// Protocols that have a port of their own within TLS (IANA's registry).
  private static let wrapped: [UInt16: String] = [
    465: "smtp", 587: "smtp", 636: "ldap", 853: "dns", 989: "ftp", 990: "ftp", 992: "telnet", 993: "imap", 994: "irc",
    995: "pop3", 3269: "ldap", 5061: "sip", 5671: "amqp", 6514: "syslog", 6697: "irc", 8883: "mqtt",
  ]

  private static let both: [UInt16: String] = [
    53: "dns", 88: "kerberos", 464: "kerberos", 389: "ldap", 3268: "ldap", 161: "snmp", 514: "syslog", 5060: "sip",
  ]
  private static let tcp: [UInt16: String] = [
    20: "ftp", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 80: "http", 81: "http", 110: "pop3", 135: "dcerpc",
    139: "smb", 143: "imap", 443: "tls", 445: "smb", 465: "smtp", 515: "printing", 587: "smtp", 593: "dcerpc",
    631: "printing", 636: "ldap", 990: "ftp", 993: "imap", 995: "pop3", 1080: "socks", 1389: "ldap", 1433: "tds",
    1521: "oracle",
    1688: "kms", 1883: "mqtt", 2049: "nfs", 3128: "http", 3269: "ldap", 3306: "mysql", 3389: "rdp", 5357: "wsd",
    5432: "postgresql", 5672: "amqp", 5723: "opsmgr", 5900: "vnc", 5985: "winrm", 5986: "winrm", 6379: "redis",
    6667: "irc", 7680: "delivery", 8000: "http", 8080: "http", 8443: "tls", 8883: "mqtt", 8888: "http",
    9100: "printing",
    853: "dns", 1099: "rmi", 2375: "http", 2376: "tls", 5061: "sip", 5222: "xmpp", 5223: "tls", 5228: "tls",
    5671: "amqp", 6443: "tls", 6514: "syslog", 6697: "irc", 8089: "tls", 8530: "http", 8531: "tls", 10250: "tls",
    9200: "http", 9389: "adws", 9418: "git", 11211: "memcached", 27017: "mongodb",
  ]
  private static let udp: [UInt16: String] = [
    67: "dhcp", 68: "dhcp", 69: "tftp", 80: "quic", 123: "ntp", 137: "netbios", 138: "netbios", 443: "quic",
    500: "ike", 546: "dhcpv6", 547: "dhcpv6", 1194: "openvpn", 1900: "ssdp", 3389: "rdp", 3478: "stun", 3702: "wsd",
    4500: "ike", 5353: "mdns", 5355: "llmnr", 51820: "wireguard",
  ]
  private static let titles: [String: String] = [
    "dcerpc": "DCE/RPC", "winrm": "WinRM", "kerberos": "Kerberos", "adws": "Active Directory Web Services",
    "tds": "TDS (SQL Server)", "netbios": "NetBIOS", "postgresql": "PostgreSQL", "mysql": "MySQL",
    "mongodb": "MongoDB", "redis": "Redis", "printing": "printing", "unknown": "an unknown protocol",
    "telnet": "Telnet",
    "wireguard": "WireGuard", "openvpn": "OpenVPN", "syslog": "syslog", "delivery": "Delivery Optimization",
    "opsmgr": "Operations Manager", "rmi": "Java RMI", "xmpp": "XMPP", "memcached": "memcached", "oracle": "Oracle Net",
    "git": "Git",
  ]
}
