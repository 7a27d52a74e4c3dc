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

  /// Ties the key to two other hosts, in whichever order.
  mutating func relate(to a: NetworkAddress, _ b: NetworkAddress) {
    related ^= UInt32(truncatingIfNeeded: NetworkAddress.pairName(a, b))
  }

  var lowPort: UInt16 { UInt16(truncatingIfNeeded: ports >> 16) }
  var highPort: UInt16 { UInt16(truncatingIfNeeded: ports) }
  var proto: UInt8 { UInt8(truncatingIfNeeded: context >> 24) }
  var vlan: UInt16 { UInt16(truncatingIfNeeded: context >> 12) & 0xFFF }
  var innerVLAN: UInt16 { UInt16(truncatingIfNeeded: context) & 0xFFF }

  @inline(__always)
  func hash(seed: UInt64) -> UInt32 {
    var h = mix(low.high ^ seed, low.low ^ 0x9E37_79B9_7F4A_7C15)
    h = mix(h ^ high.high, high.low ^ 0xC2B2_AE3D_27D4_EB4F)
    h = mix(h ^ (UInt64(ports) << 32 | UInt64(context)), 0x1656_67B1_9E37_79F9 ^ UInt64(related) << 16)
    return UInt32(truncatingIfNeeded: h ^ h >> 32)
  }
}
