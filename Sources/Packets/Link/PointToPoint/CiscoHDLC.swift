// Cisco HDLC (LINKTYPE_C_HDLC of tcpdump.org).

import Catalog

extension PacketDecoder {
  /// An address, a control byte and an EtherType.
  func decodeCiscoHDLC(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 4 else { return packet.raiseShort(.chdlcTruncatedHeader, region, needs: 4) }
    switch bytes.u16(region.offset &+ 2) {
    // SLARP keep-alives and CDP.
    case 0x8035, 0x2000: break
    case let type where type >= 0x0600: decodeEtherType(type, bytes, region.dropping(4), into: &packet)
    default: packet.raise(.ethernetUnknownEthertype, at: region.offset &+ 2)
    }
  }
}
