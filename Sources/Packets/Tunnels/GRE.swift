// GRE (RFC 2784, RFC 2890, RFC 1701), its version 1 of PPTP (RFC 2637), and what it is used for.

import Catalog

extension PacketDecoder {
  func decodeGRE(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 4 else { return packet.raiseShort(.greTruncatedHeader, region, needs: 4) }
    let flags = bytes.u16(start)
    let type = bytes.u16(start &+ 2)
    let hasChecksum = flags & 0x8000 != 0
    let hasRouting = flags & 0x4000 != 0
    let hasKey = flags & 0x2000 != 0
    let hasSequence = flags & 0x1000 != 0
    var length = 4
    switch flags & 0x7 {
    case 0:
      // Recursion control and the bits behind it are zero.
      if flags & 0x07F8 != 0 { packet.raise(.greInvalidFlags, at: start) }
      length &+= (hasChecksum || hasRouting ? 4 : 0) &+ (hasKey ? 4 : 0) &+ (hasSequence ? 4 : 0)
      if hasRouting {
        guard length <= region.count else { return packet.raiseShort(.greTruncatedHeader, region, needs: length) }
        guard let routes = sourceRouteLength(bytes, region.dropping(length), &packet) else { return }
        length &+= routes
      }
    case 1:
      if hasChecksum || hasRouting || flags & 0x0F78 != 0 || !hasKey { packet.raise(.greInvalidFlags, at: start) }
      if type != 0x880B { packet.raise(.greInvalidProtocol, at: start &+ 2) }
      // The A bit brings an acknowledgement number.
      length &+= 4 &+ (hasSequence ? 4 : 0) &+ (flags & 0x0080 != 0 ? 4 : 0)
    default: return packet.raise(.greUnknownVersion, at: start)
    }
    guard length <= region.count else { return packet.raiseShort(.greTruncatedHeader, region, needs: length) }
    let payload = region.dropping(length)
    // A packet without payload: an acknowledgement of version 1, a keep-alive.
    guard payload.wireCount > 0 else { return }
    switch type {
    case 0x88BE, 0x22EB: decodeERSPAN(type, hasSequence: hasSequence, bytes, payload, into: &packet)
    // WCCP (0x883E): its second version puts four bytes before the packet.
    case 0x883E: noteInner(.ipv4, bytes.u8(payload.offset) >> 4 == 4 ? payload : payload.dropping(4), into: &packet)
    // Aruba's access points: 802.11 frames by radio and service class.
    case 0x8200...0x8370 where type & 0x000F == 0: noteInner(.wireless, payload, into: &packet)
    default: _ = noteInner(etherType: type, payload, into: &packet)
    }
  }

  /// Bytes of the source route entries up to and with the empty one (RFC 1701); nil, with the anomaly noted, if they do not
  /// fit.
  private func sourceRouteLength(_ bytes: WireBytes, _ region: Region, _ packet: inout Packet) -> Int? {
    var rest = region
    // An entry takes four bytes or more, so that the packet bounds the loop.
    while true {
      let length = rest.count >= 4 ? 4 &+ Int(bytes.u8(rest.offset &+ 3)) : 4
      guard length <= rest.count else {
        packet.raiseShort(.greMalformedSourceRoute, rest, needs: length)
        return nil
      }
      let isLast = bytes.u16(rest.offset) == 0 && length == 4
      rest = rest.dropping(length)
      if isLast { return rest.offset &- region.offset }
    }
  }
}
