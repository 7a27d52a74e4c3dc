// The network service header (RFC 8300): a path through service functions, then a packet.

import Catalog

extension PacketDecoder {
  func decodeServiceHeader(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 8 else { return packet.raiseShort(.tunnelInvalidInnerPacket, region, needs: 8) }
    let first = bytes.u16(region.offset)
    let length = Int(first & 0x3F) &* 4
    guard first >> 14 == 0, length >= 8 else { return packet.raise(.tunnelInvalidInnerPacket, at: region.offset) }
    guard length <= region.count else { return packet.raiseShort(.tunnelInvalidInnerPacket, region, needs: length) }
    let rest = region.dropping(length)
    switch bytes.u8(region.offset &+ 3) {
    case 1: decodeEtherType(0x0800, bytes, rest, into: &packet)
    case 2: decodeEtherType(0x86DD, bytes, rest, into: &packet)
    case 3: decodeTaggedEthernet(bytes, rest, into: &packet)
    case 4: decodeServiceHeader(bytes, rest, into: &packet)
    case 5: decodeMPLS(bytes, rest, into: &packet)
    // No next protocol: metadata only (RFC 8300 §2.2, RFC 9451 for OAM).
    case 0, 7: break
    default: packet.raise(.ethernetUnknownEthertype, at: region.offset &+ 3)
    }
  }
}
