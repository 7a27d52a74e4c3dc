// PPP over Ethernet: discovery and session (RFC 2516).

import Catalog

extension PacketDecoder {
  /// `isSession`: EtherType 0x8864; else discovery, 0x8863.
  func decodePPPoE(_ bytes: WireBytes, _ region: Region, isSession: Bool, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 6 else { return packet.raiseShort(.pppoeTruncated, region, needs: 6) }
    let code = bytes.u8(start &+ 1)
    let length = Int(bytes.u16(start &+ 4))
    let payload = region.dropping(6)
    if length > payload.count {
      packet.raiseShort(.pppoeTruncated, payload, needs: length)
    } else if length < payload.wireCount, packet.wireLength > 64 {
      // A shorter frame was padded by Ethernet.
      packet.raise(.pppoeTrailingData, at: payload.offset &+ length)
    }
    guard !isSession else {
      guard code == 0 else { return packet.raise(.pppoeInvalidCode, at: start &+ 1) }
      return decodePPP(bytes, payload.prefix(length), into: &packet)
    }
    // PADO, PADI, PADR, PADS, PADT.
    guard code == 0x07 || code == 0x09 || code == 0x19 || code == 0x65 || code == 0xA7 else {
      return packet.raise(.pppoeInvalidCode, at: start &+ 1)
    }
    var rest = payload.prefix(length)
    // A tag takes four bytes or more, so that the packet bounds the loop.
    while rest.count >= 4 {
      let size = Int(bytes.u16(rest.offset &+ 2))
      guard size <= rest.wireCount &- 4 else { return packet.raise(.pppoeMalformedTags, at: rest.offset) }
      if bytes.u16(rest.offset) == 0 { return }
      rest = rest.dropping(4 &+ size)
    }
    if rest.wireCount > 0, rest.wireCount < 4 { packet.raise(.pppoeMalformedTags, at: rest.offset) }
  }
}
