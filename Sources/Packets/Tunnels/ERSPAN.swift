// Mirrored frames of switches, in GRE: ERSPAN types I, II and III (draft-foschiano-erspan-03).

import Catalog

extension PacketDecoder {
  /// - Parameters:
  ///   - type: of the GRE header, 0x88BE for types I and II, 0x22EB for III.
  ///   - hasSequence: without a sequence number in the GRE header it is type I, which has no header of its own.
  func decodeERSPAN(
    _ type: UInt16, hasSequence: Bool, _ bytes: WireBytes, _ region: Region, into packet: inout Packet
  ) {
    guard type != 0x88BE || hasSequence else { return noteInner(.ethernet, region, into: &packet) }
    let start = region.offset
    var length = type == 0x88BE ? 8 : 12
    guard region.count >= length else { return packet.raiseShort(.erspanMalformed, region, needs: length) }
    let first = bytes.u16(start)
    guard first >> 12 == (type == 0x88BE ? 1 : 2) else { return packet.raise(.erspanMalformed, at: start) }
    // The O bit of type III brings a subheader of the platform's.
    if type == 0x22EB, bytes.u8(start &+ 11) & 1 == 1 {
      length = 20
      guard region.count >= length else { return packet.raiseShort(.erspanMalformed, region, needs: length) }
    }
    // The mirrored frame's tag is in the header instead of the frame; two before it are all that is sane.
    let tag = first & 0x0FFF
    if tag != 0, packet.vlanCount >= 2 { packet.raise(.erspanMalformed, at: start) }
    noteInner(.ethernet, region.dropping(length), into: &packet)
    packet.innerVLAN = tag
  }
}
