import Packets

/// What makes two packets members of one flow: the unordered pair of endpoints, the protocol and the VLAN.
struct FlowKey: BitwiseCopyable, Equatable {
  /// The endpoint that sorts first, by address and then by port.
  var low: NetworkAddress
  var high: NetworkAddress
  /// Low endpoint's port << 16 | the high one's.
  var ports: UInt32
  /// Protocol << 24 | outer VLAN << 12 | inner VLAN.
  var context: UInt32
  /// Which other hosts it is about, 0 if none: the ends of the outermost tunnel, and of an ICMP error the two hosts that the
  /// packet which it quotes went between. Packets are spread over tables by those addresses, so what differs in them is
  /// another pseudo-flow: then any number of tables has the same flows.
  var related: UInt32 = 0

  @inline(__always)
  init(
    source: NetworkAddress, sourcePort: UInt16, destination: NetworkAddress, destinationPort: UInt16, proto: UInt8,
    vlan: UInt16, innerVLAN: UInt16, sourceIsLow: inout Bool
  ) {
    sourceIsLow = source < destination || (source == destination && sourcePort <= destinationPort)
    if sourceIsLow {
      low = source
      high = destination
      ports = UInt32(sourcePort) << 16 | UInt32(destinationPort)
    } else {
      low = destination
      high = source
      ports = UInt32(destinationPort) << 16 | UInt32(sourcePort)
    }
    context = UInt32(proto) << 24 | UInt32(vlan & 0xFFF) << 12 | UInt32(innerVLAN & 0xFFF)
  }

  init(low: NetworkAddress, high: NetworkAddress, ports: UInt32, context: UInt32, related: UInt32) {
    self.low = low
    self.high = high
    self.ports = ports
    self.context = context
    self.related = related
  }

  /// Ties the key to two other hosts, in whichever order.
  mutating func relate(to a: NetworkAddress, _ b: NetworkAddress) {
    related ^= UInt32(truncatingIfNeeded: NetworkAddress.pairName(a, b))
  }

  // What its words hold.
  static func lowPort(_ ports: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: ports >> 16) }
  static func highPort(_ ports: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: ports) }
  static func proto(_ context: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: context >> 24) }
  static func vlan(_ context: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: context >> 12) & 0xFFF }
  static func innerVLAN(_ context: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: context) & 0xFFF }

  /// Whether both addresses are of IPv4, so that a word holds them.
  @inline(__always)
  var isShort: Bool { low.isIPv4 && high.isIPv4 }
  /// Both in a word, where they are short.
  @inline(__always)
  var shortAddresses: UInt64 { UInt64(low.ipv4) << 32 | UInt64(high.ipv4) }

  @inline(__always)
  func hash(seed: UInt64) -> UInt32 {
    var h = mix(low.high ^ seed, low.low ^ 0x9E37_79B9_7F4A_7C15)
    h = mix(h ^ high.high, high.low ^ 0xC2B2_AE3D_27D4_EB4F)
    h = mix(h ^ (UInt64(ports) << 32 | UInt64(context)), 0x1656_67B1_9E37_79F9 ^ UInt64(related) << 16)
    return UInt32(truncatingIfNeeded: h ^ h >> 32)
  }
}
