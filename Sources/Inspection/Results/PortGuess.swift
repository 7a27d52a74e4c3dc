/// What usually runs on a port: said only of flows that no dissector was there to recognise (`app_proto_by: port`).

/// Ports of the IANA registry, and of long custom where the registry has none.
enum PortGuess {
  /// The protocol's app_proto name, or nil.
  static func name(tcp: Bool, _ port: UInt16) -> String? { tcp ? overTCP[port] : overUDP[port] }

  private static let overTCP: [UInt16: String] = [
    20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "dns", 80: "http", 88: "kerberos",
    102: "s7comm",
    110: "pop3", 135: "dcerpc", 139: "smb", 143: "imap", 179: "bgp", 389: "ldap", 443: "tls", 445: "smb",
    464: "kerberos",
    465: "tls", 502: "modbus", 514: "syslog", 587: "smtp", 636: "tls", 853: "tls", 990: "tls", 993: "tls", 995: "tls",
    1080: "socks", 1433: "tds", 1521: "tns", 1883: "mqtt", 2049: "nfs", 3128: "http", 3268: "ldap", 3269: "tls",
    3306: "mysql", 3389: "rdp", 5060: "sip", 5061: "tls", 5222: "xmpp", 5269: "xmpp", 5432: "postgresql",
    5671: "tls", 5672: "amqp", 5900: "vnc", 5985: "http", 5986: "tls", 6379: "redis", 6667: "irc", 8080: "http",
    8443: "tls", 8883: "tls", 11211: "memcached", 20000: "dnp3", 27017: "mongodb", 44818: "enip",
  ]

  private static let overUDP: [UInt16: String] = [
    53: "dns", 67: "dhcp", 68: "dhcp", 69: "tftp", 88: "kerberos", 123: "ntp", 137: "nbns", 138: "nbdgm", 161: "snmp",
    162: "snmp", 389: "ldap", 443: "quic", 464: "kerberos", 500: "ike", 514: "syslog", 546: "dhcpv6", 547: "dhcpv6",
    1194: "openvpn", 1812: "radius", 1813: "radius", 1900: "ssdp", 3389: "rdp", 3478: "stun", 3702: "wsd", 4500: "ike",
    5060: "sip", 5353: "mdns", 5355: "llmnr", 11211: "memcached", 20000: "dnp3", 44818: "enip", 47808: "bacnet",
    51820: "wireguard",
  ]
}
