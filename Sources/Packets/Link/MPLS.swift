// MPLS label stacks (RFC 3032), and pseudowires with a control word (RFC 4385).

import Catalog

extension PacketDecoder {
  func decodeMPLS(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    var rest = region
    var label: UInt32 = 0
    while true {
      guard rest.count >= 4 else { return packet.raiseShort(.mplsTruncated, rest, needs: 4) }
      let entry = bytes.u32(rest.offset)
      label = entry >> 12
      let isBottom = entry & 0x100 != 0
      // Router alert (1) is never the last, implicit null (3) never on the wire; 7 (entropy), 13 (GAL), 14 (OAM) and 15
      // (extension) are assigned, the other reserved numbers are not.
      switch label {
      case 1 where isBottom, 3, 4, 5, 6, 8...12: packet.raise(.mplsReservedLabel, at: rest.offset)
      default: break
      }
      rest = rest.dropping(4)
      if isBottom { break }
    }
    guard rest.count >= 1 else { return packet.raiseShort(.mplsTruncated, rest, needs: 1) }
    // Explicit null says which IP it is (RFC 3032 §2.1); otherwise the first nibble does (RFC 4928).
    switch label {
    case 0: return decodeIPv4(bytes, rest, into: &packet)
    case 2: return decodeIPv6(bytes, rest, into: &packet)
    default: break
    }
    switch bytes.u8(rest.offset) >> 4 {
    case 4: decodeIPv4(bytes, rest, into: &packet)
    case 6: decodeIPv6(bytes, rest, into: &packet)
    case 0: decodeTaggedEthernet(bytes, rest.dropping(4), into: &packet)
    // An associated channel (RFC 4385 §5): control of the pseudowire itself.
    case 1: break
    default: packet.raise(.mplsUnknownPayload, at: rest.offset)
    }
  }
}
