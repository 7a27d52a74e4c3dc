// Packets of the Linux netfilter log (LINKTYPE_NFLOG of tcpdump.org).

import Catalog

extension PacketDecoder {
  /// A header of four bytes, then values that each have a length, a type and padding to words; one of them is the packet.
  func decodeNFLOG(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 4 else { return packet.raiseShort(.nflogMalformed, region, needs: 4) }
    let family = bytes.u8(region.offset)
    guard bytes.u8(region.offset &+ 1) == 0 else { return packet.raise(.nflogMalformed, at: region.offset &+ 1) }
    var rest = region.dropping(4)
    // In the byte order of the machine that logged, which is not said: types are small numbers with perhaps the two highest
    // bits set, so that the byte which has the number tells.
    let isLittle = bytes.u8(rest.offset &+ 2) & 0x3F != 0 || bytes.u8(rest.offset &+ 3) & 0x3F == 0
    while rest.count >= 4 {
      var length = Int(bytes.u16(rest.offset))
      var type = bytes.u16(rest.offset &+ 2)
      if isLittle {
        length = Int(bytes.u16(rest.offset).byteSwapped)
        type = type.byteSwapped
      }
      guard length >= 4, length <= rest.wireCount else { return packet.raise(.nflogMalformed, at: rest.offset) }
      // NFULA_PAYLOAD, behind which there is nothing.
      if type & 0x3FFF == 9 {
        let payload = rest.prefix(length).dropping(4)
        switch family {
        case 2: decodeIPv4(bytes, payload, into: &packet)
        case 10: decodeIPv6(bytes, payload, into: &packet)
        default: break
        }
        return
      }
      rest = rest.dropping((length &+ 3) & ~3)
    }
    packet.raiseMissing(.nflogMalformed, at: rest.offset)
  }
}
