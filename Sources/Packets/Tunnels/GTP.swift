// The GPRS tunnelling protocol, version 1: user data (3GPP TS 29.281) and the elements of signalling (TS 29.060).

import Catalog

extension PacketDecoder {
  /// Other versions, and GTP' for charging, are something else.
  func decodeGTP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    let flags = bytes.u8(start)
    guard region.count >= 8, flags >> 5 == 1, flags & 0x10 != 0 else { return }
    let length = Int(bytes.u16(start &+ 2))
    // The length counts what follows the first eight bytes.
    guard 8 &+ length <= region.wireCount else { return packet.raise(.gtpMalformed, at: start &+ 2) }
    var rest = region.prefix(8 &+ length).dropping(8)
    // Any of the flags E, S and PN brings sequence number, N-PDU number and the type of the next extension header.
    if flags & 0x07 != 0 {
      guard rest.count >= 4 else { return packet.raiseShort(.gtpMalformed, rest, needs: 4) }
      var type = flags & 0x04 != 0 ? bytes.u8(rest.offset &+ 3) : 0
      rest = rest.dropping(4)
      // An extension header takes four bytes or more, its last byte the type of the next, so that the packet bounds the loop.
      while type != 0 {
        let size = Int(bytes.u8(rest.offset)) &* 4
        guard rest.count >= 1, size > 0 else { return packet.raiseShort(.gtpMalformed, rest, needs: 1) }
        guard size <= rest.count else { return packet.raiseShort(.gtpMalformed, rest, needs: size) }
        type = bytes.u8(rest.offset &+ size &- 1)
        rest = rest.dropping(size)
      }
    }
    // G-PDU: a packet of the user's. It may be of another kind than IP (an Ethernet session of 5G), which is not said.
    if bytes.u8(start &+ 1) == 255 {
      let version = bytes.u8(rest.offset) >> 4
      if rest.count > 0, version == 4 || version == 6 { noteInner(version == 4 ? .ipv4 : .ipv6, rest, into: &packet) }
      return
    }
    judgeInformationElements(bytes, rest, &packet)
  }

  /// Types below 128 have a length each; the others state theirs.
  private func judgeInformationElements(_ bytes: WireBytes, _ region: Region, _ packet: inout Packet) {
    var rest = region
    while rest.count > 0 {
      let type = bytes.u8(rest.offset)
      var length: Int
      if type >= 128 {
        // The list of extension header types alone has a length of one byte (TS 29.281 §8.5).
        let header = type == 141 ? 2 : 3
        guard rest.count >= header else { return packet.raiseShort(.gtpMalformed, rest, needs: header) }
        length = header &+ (type == 141 ? Int(bytes.u8(rest.offset &+ 1)) : Int(bytes.u16(rest.offset &+ 1)))
      } else {
        length = Self.elementLength(type)
        guard length > 0 else { return packet.raise(.gtpMalformed, at: rest.offset) }
      }
      guard length <= rest.count else { return packet.raiseShort(.gtpMalformed, rest, needs: length) }
      rest = rest.dropping(length)
    }
  }

  /// Bytes of an element of fixed length, its type included (TS 29.060 §7.7, table 37); 0 for a type that is not assigned.
  private static func elementLength(_ type: UInt8) -> Int {
    switch type {
    case 1, 8, 11, 13, 14, 15, 19, 20, 21, 23, 24, 29: 2
    case 25, 26, 27, 28: 3
    case 12: 4
    case 4, 5, 16, 17, 127: 5
    case 18: 6
    case 3: 7
    case 2: 9
    case 22: 10
    case 9: 29
    // Reserved for the charging protocol: one byte.
    case 117...126: 2
    default: 0
    }
  }
}
