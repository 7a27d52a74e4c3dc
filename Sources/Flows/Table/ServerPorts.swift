/// Ports at which a service is likely to listen: what tells client from server when no SYN was seen.
///
/// Registered ports of the services that Zeek's default scripts list as `likely_server_ports`.
enum ServerPorts {
  private static let tcp: [UInt16] = [
    21, 22, 25, 53, 80, 81, 88, 110, 113, 135, 139, 143, 389, 443, 445, 502, 563, 585, 587, 614, 631, 636, 853, 989,
    990,
    992, 993, 995, 1080, 1434, 1883, 2811, 3128, 3268, 3306, 3389, 5060, 5222, 5223, 5269, 5432, 6379, 6666, 6667, 6668,
    6669, 8000, 8080, 8888, 20000,
  ]
  private static let udp: [UInt16] = [
    53, 67, 88, 123, 137, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3389, 3544, 4011, 4789, 5060, 5072, 5353, 5355,
    6081,
    20000,
  ]
  private static let tcpSet = table(tcp)
  private static let udpSet = table(udp)

  private static func table(_ ports: [UInt16]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: 1024)
    for port in ports { words[Int(port >> 6)] |= 1 << UInt64(port & 63) }
    return words
  }

  static func isLikelyTCP(_ port: UInt16) -> Bool { tcpSet[Int(port >> 6)] >> UInt64(port & 63) & 1 == 1 }
  static func isLikelyUDP(_ port: UInt16) -> Bool { udpSet[Int(port >> 6)] >> UInt64(port & 63) & 1 == 1 }

  /// Services whose server answers each request, so that silence says something.
  static func answersRequests(_ port: UInt16) -> Bool {
    switch port {
    case 53, 88, 123, 161, 389, 500, 1812, 3478, 5060: true
    default: false
    }
  }
}
