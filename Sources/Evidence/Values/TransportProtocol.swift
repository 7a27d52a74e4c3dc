/// The protocol above IP, by its number (IANA protocol numbers).

public struct TransportProtocol: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let icmp = TransportProtocol(rawValue: 1)
  public static let igmp = TransportProtocol(rawValue: 2)
  public static let tcp = TransportProtocol(rawValue: 6)
  public static let udp = TransportProtocol(rawValue: 17)
  public static let icmpv6 = TransportProtocol(rawValue: 58)
  public static let sctp = TransportProtocol(rawValue: 132)

  private static let known: [UInt8: String] = [
    0: "hopopt", 1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 8: "egp", 17: "udp", 27: "rdp", 33: "dccp", 41: "ipv6",
    46: "rsvp", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 88: "eigrp", 89: "ospf", 94: "ipip", 97: "etherip",
    103: "pim", 108: "ipcomp", 112: "vrrp", 115: "l2tp", 132: "sctp", 136: "udplite", 137: "mpls",
  ]

  /// By number: each record asks.
  private static let names = (UInt8.min ... .max).map { known[$0] ?? "ip-\($0)" }

  /// Lower-case name, or `ip-N` for a number without one here.
  public var name: String { TransportProtocol.names[Int(rawValue)] }

  public init?(name: some StringProtocol) {
    let lower = name.lowercased()
    if lower == "ipv6-icmp" || lower == "icmp6" {
      self = .icmpv6
    } else if let found = TransportProtocol.known.first(where: { $0.value == lower }) {
      self.init(rawValue: found.key)
    } else if let number = UInt8(lower.hasPrefix("ip-") ? String(lower.dropFirst(3)) : lower) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}
