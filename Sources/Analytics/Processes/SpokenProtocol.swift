/// What a connection speaks: as seen on the wire, else as its port says.

import Evidence

/// The name of a protocol (interfaces.md's where there is one) and whether the wire showed it.
struct SpokenProtocol: Hashable {
  var name: String
  var seen: Bool

  /// What people call it.
  var title: String { SpokenProtocol.titles[name] ?? name.uppercased() }

  init(_ connection: ProcessConnection) {
    let port = connection.serverPort
    let byPort = SpokenProtocol.named(connection.proto, port)
    if let seen = connection.appProto {
      // WS-Management is HTTP with a port and a purpose of its own.
      let winrm = (port == 5985 || port == 5986) && (seen == "http" || seen == "tls" || seen == "http2")
      self.init(name: winrm ? "winrm" : SpokenProtocol.same[seen] ?? seen, seen: true)
    } else if let byPort {
      self.init(name: byPort, seen: false)
    } else if connection.proto == .tcp, port >= 49152, SpokenProtocol.isWindows(connection),
      connection.serverIP.isPrivate || connection.serverIP.isLinkLocal
    {
      // IANA's dynamic ports, where Windows places its RPC servers.
      self.init(name: "dcerpc", seen: false)
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
    "opsmgr": "Operations Manager", "memcached": "memcached", "oracle": "Oracle Net", "git": "Git",
  ]
}

/// What speaking a protocol may mean when the speaker is not one that usually does.
struct ProtocolWeight {
  /// Score of a known program that has other habits.
  var known: Double
  /// Score of a program that nobody knows, from a place where only administrators install.
  var installed: Double
  /// Score of one from a place where anybody can write.
  var dropped: Double
  var attack: [String]
  /// Who usually speaks it.
  var usual: String

  static let table: [String: ProtocolWeight] = [
    "ldap": .init(0.7, 0.35, 0.8, ["T1087.002", "T1018"], "lsass.exe, svchost.exe and directory tools"),
    "kerberos": .init(0.8, 0.7, 0.85, ["T1558"], "lsass.exe"),
    "smb": .init(0.75, 0.65, 0.85, ["T1021.002"], "the kernel (System)"),
    "dcerpc": .init(0.6, 0.35, 0.75, ["T1021.003"], "svchost.exe, lsass.exe and management consoles"),
    "winrm": .init(0.75, 0.55, 0.85, ["T1021.006"], "remote management (winrs.exe, Server Manager)"),
    "adws": .init(0.7, 0.4, 0.75, ["T1087.002"], "directory management tools"),
    "rdp": .init(0.6, 0.4, 0.7, ["T1021.001"], "mstsc.exe"),
    "ssh": .init(0.55, 0.4, 0.6, ["T1021.004"], "ssh clients"),
    "vnc": .init(0.6, 0.4, 0.7, ["T1021.005"], "vnc viewers"),
    "telnet": .init(0.6, 0.4, 0.6, ["T1021"], "telnet clients"),
    "tds": .init(0.5, 0.2, 0.55, ["T1213"], "database clients"),
    "smtp": .init(0.55, 0.35, 0.6, ["T1071.003"], "mail programs"),
    "imap": .init(0.5, 0.3, 0.5, ["T1071.003"], "mail programs"),
    "pop3": .init(0.5, 0.3, 0.5, ["T1071.003"], "mail programs"),
    "ftp": .init(0.5, 0.3, 0.55, ["T1071.002"], "file transfer programs"),
    "tftp": .init(0.6, 0.4, 0.65, ["T1105"], "device management"),
    "irc": .init(0.65, 0.5, 0.7, ["T1071"], "chat programs"),
    "socks": .init(0.6, 0.4, 0.65, ["T1090"], "proxy clients"),
    "dns": .init(0.45, 0.2, 0.4, ["T1071.004"], "the resolver"),
    "http": .init(0.55, 0.2, 0.45, ["T1071.001"], "browsers and updaters"),
    "tls": .init(0.55, 0.2, 0.45, ["T1573", "T1071.001"], "browsers and updaters"),
    "quic": .init(0.5, 0.2, 0.45, ["T1071.001"], "browsers"),
    "unknown": .init(0.4, 0.1, 0.4, ["T1095"], "no program in particular"),
  ]
  static let other = ProtocolWeight(0.4, 0.15, 0.4, ["T1095"], "no program that is known here")

  init(_ known: Double, _ installed: Double, _ dropped: Double, _ attack: [String], _ usual: String) {
    self.known = known
    self.installed = installed
    self.dropped = dropped
    self.attack = attack
    self.usual = usual
  }
}
