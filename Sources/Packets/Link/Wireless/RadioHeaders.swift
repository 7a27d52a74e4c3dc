// What receivers put before an 802.11 frame: radiotap, Prism, AVS and PPI (radiotap.org; LINKTYPE registry).

import Catalog

extension PacketDecoder {
  /// Radiotap: a version, a length in little-endian order, and which fields follow.
  func decodeRadiotap(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 8 else { return packet.raiseShort(.radioTruncatedHeader, region, needs: 8) }
    let length = Int(bytes.u16(region.offset &+ 2).byteSwapped)
    guard length >= 8 else { return packet.raise(.radioTruncatedHeader, at: region.offset) }
    guard length <= region.count else { return packet.raiseShort(.radioTruncatedHeader, region, needs: length) }
    let header = region.prefix(length)
    // Words that say which fields follow, as long as the highest bit says that there is another.
    let first = bytes.u32(header.offset &+ 4).byteSwapped
    var present = first
    var fields = header.dropping(8)
    while present & 0x8000_0000 != 0 {
      guard fields.count >= 4 else { return packet.raise(.radioTruncatedHeader, at: fields.offset) }
      present = bytes.u32(fields.offset).byteSwapped
      fields = fields.dropping(4)
    }
    // Only the flags matter here: the first field, unless the time stands before it, aligned to eight bytes.
    var flags: UInt8 = 0
    if first & 2 != 0 {
      if first & 1 != 0 {
        let place = fields.offset &- header.offset
        fields = header.dropping((place &+ 7) & ~7).dropping(8)
      }
      guard fields.count >= 1 else { return packet.raise(.radioTruncatedHeader, at: fields.offset) }
      flags = bytes.u8(fields.offset)
    }
    let frame = region.dropping(length)
    // 0x10: the check sequence is there; 0x40: it is wrong, so that no byte can be trusted.
    guard flags & 0x40 == 0 else { return }
    decodeWireless(bytes, flags & 0x10 != 0 ? frame.droppingLast(4) : frame, into: &packet)
  }

  /// Prism's header of a message code and a length, in the order of the machine that captured. AVS may stand in its place.
  func decodePrism(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 8 else { return packet.raiseShort(.radioTruncatedHeader, region, needs: 8) }
    if bytes.u32(region.offset) & 0xFFFF_F000 == 0x8021_1000 { return decodeAVS(bytes, region, into: &packet) }
    guard enterLayer(at: region.offset, &packet) else { return }
    var length = bytes.u32(region.offset &+ 4)
    if length > 0xFFFF { length = length.byteSwapped }
    skipRadioHeader(Int(length), bytes, region, into: &packet)
  }

  /// AVS: a magic number with a version, then the length, in network order.
  func decodeAVS(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 8 else { return packet.raiseShort(.radioTruncatedHeader, region, needs: 8) }
    skipRadioHeader(Int(bytes.u32(region.offset &+ 4)), bytes, region, into: &packet)
  }

  private func skipRadioHeader(_ length: Int, _ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard length >= 8 else { return packet.raise(.radioTruncatedHeader, at: region.offset &+ 4) }
    guard length <= region.count else { return packet.raiseShort(.radioTruncatedHeader, region, needs: length) }
    decodeWireless(bytes, region.dropping(length), into: &packet)
  }

  /// Per-packet information: a version, flags, a length and a link type, in little-endian order.
  func decodePerPacketInformation(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 8 else { return packet.raiseShort(.radioTruncatedHeader, region, needs: 8) }
    let length = Int(bytes.u16(region.offset &+ 2).byteSwapped)
    guard length >= 8 else { return packet.raise(.radioTruncatedHeader, at: region.offset &+ 2) }
    guard length <= region.count else { return packet.raiseShort(.radioTruncatedHeader, region, needs: length) }
    let linkType = LinkType(rawValue: bytes.u32(region.offset &+ 4).byteSwapped)
    decodeLink(linkType, bytes, region.dropping(length), into: &packet)
  }
}
