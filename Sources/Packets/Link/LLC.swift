// 802.2 LLC, and SNAP behind it (IEEE 802.2; RFC 1042; RFC 2684).

import Catalog

extension PacketDecoder {
  /// - Parameter short: raised where the header does not fit.
  func decodeLLC(
    _ bytes: WireBytes, _ region: Region, short: AnomalyKind = .llcTruncatedHeader, into packet: inout Packet
  ) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 3 else { return packet.raiseShort(short, region, needs: 3) }
    let services = bytes.u16(region.offset)
    let isUnnumbered = bytes.u8(region.offset &+ 2) == 0x03
    // IP has a service access point of its own (IANA "IEEE 802 numbers").
    if services == 0x0606, isUnnumbered {
      packet.etherType = 0x0800
      return decodeIPv4(bytes, region.dropping(3), into: &packet)
    }
    guard services == 0xAAAA, isUnnumbered else { return }
    guard region.count >= 8 else { return packet.raiseShort(short, region, needs: 8) }
    let type = bytes.u16(region.offset &+ 6)
    let rest = region.dropping(8)
    switch bytes.u32(region.offset &+ 2) & 0x00FF_FFFF {
    // EtherTypes, for bridges of 802.1H too; the numbers of other organisations (CDP, for example) are something else.
    case 0x00_0000, 0x00_00F8:
      if type >= 0x0600 { decodeEtherType(type, bytes, rest, into: &packet) }
    // A bridged Ethernet frame, with its check sequence (1) or without (7).
    case 0x00_80C2 where type == 1: decodeTaggedEthernet(bytes, rest.dropping(2).droppingLast(4), into: &packet)
    case 0x00_80C2 where type == 7: decodeTaggedEthernet(bytes, rest.dropping(2), into: &packet)
    default: break
    }
  }
}
