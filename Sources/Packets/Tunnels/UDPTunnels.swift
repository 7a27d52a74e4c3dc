// Packets in UDP datagrams, by the port that is registered for them.

import Catalog

extension PacketDecoder {
  /// L2TP, GTP (control and user), Teredo, LISP, VXLAN and its extension, Geneve, and VXLAN where Linux had it first.
  @inline(__always)
  static func isTunnelPort(_ port: UInt16) -> Bool {
    switch port {
    case 1701, 2123, 2152, 3544, 4341, 4789, 4790, 6081, 8472: true
    default: false
    }
  }

  /// `region` is the payload of a datagram whose ports `packet` has. Where the other port is a well-known one, 1701, 2123
  /// and 2152 are a client's by chance.
  @inline(never)
  func decodeUDPTunnel(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let isAmongPeers = min(packet.sourcePort, packet.destinationPort) >= 1024
    switch packet.destinationPort {
    case 4789, 8472: decodeVXLAN(bytes, region, into: &packet)
    case 4790: decodeExtendedVXLAN(bytes, region, into: &packet)
    case 6081: decodeGeneve(bytes, region, into: &packet)
    case 3544: decodeTeredo(bytes, region, into: &packet)
    case 2123 where isAmongPeers, 2152 where isAmongPeers: decodeGTP(bytes, region, into: &packet)
    case 1701 where isAmongPeers: decodeL2TP(bytes, region, into: &packet)
    default:
      switch packet.sourcePort {
      case 3544: decodeTeredo(bytes, region, into: &packet)
      case 2123 where isAmongPeers, 2152 where isAmongPeers: decodeGTP(bytes, region, into: &packet)
      case 1701 where isAmongPeers: decodeL2TP(bytes, region, into: &packet)
      default: break
      }
    }
  }

  /// VXLAN (RFC 7348 §5). Without the flag that says that the network identifier is valid it is something else.
  private func decodeVXLAN(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 8, bytes.u8(start) & 0x08 != 0 else { return }
    guard region.wireCount > 8 else { return packet.raise(.vxlanMalformed, at: start) }
    let frame = region.dropping(8)
    if frame.count >= 14, !Self.hasDecoder(etherType: bytes.u16(frame.offset &+ 12)) {
      packet.raise(.vxlanMalformed, at: frame.offset &+ 12)
    }
    noteInner(.ethernet, frame, into: &packet)
  }

  /// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe): a flag says that the fourth byte has the next protocol.
  private func decodeExtendedVXLAN(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    let flags = bytes.u8(start)
    guard region.count >= 8, flags & 0x08 != 0 else { return }
    guard flags & 0x04 != 0 else { return decodeVXLAN(bytes, region, into: &packet) }
    let payload = region.dropping(8)
    guard region.wireCount > 8 else { return packet.raise(.vxlanMalformed, at: start) }
    switch bytes.u8(start &+ 3) {
    case 1: noteInner(.ipv4, payload, into: &packet)
    case 2: noteInner(.ipv6, payload, into: &packet)
    case 3: noteInner(.ethernet, payload, into: &packet)
    case 4: _ = noteInner(etherType: 0x894F, payload, into: &packet)
    case 5: _ = noteInner(etherType: 0x8847, payload, into: &packet)
    default: packet.raise(.vxlanMalformed, at: start &+ 3)
    }
  }

  /// Geneve (RFC 8926 §3.4).
  private func decodeGeneve(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 8 else {
      if region.wireCount > 0 { packet.raiseShort(.geneveMalformed, region, needs: 8) }
      return
    }
    let first = bytes.u8(start)
    let length = 8 &+ Int(first & 0x3F) &* 4
    guard first >> 6 == 0, length < region.wireCount else { return packet.raise(.geneveMalformed, at: start) }
    if !noteInner(etherType: bytes.u16(start &+ 2), region.dropping(length), into: &packet) {
      packet.raise(.geneveMalformed, at: start &+ 2)
    }
  }

  /// Teredo (RFC 4380 §5.1.1): perhaps authentication and an origin indication, then IPv6, then perhaps trailers (RFC 6081).
  private func decodeTeredo(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    var rest = region
    if rest.count >= 4, bytes.u16(rest.offset) == 0x0001 {
      // Lengths of the client identifier and the authentication value; then those, a nonce and a confirmation byte.
      let length = 13 &+ Int(bytes.u8(rest.offset &+ 2)) &+ Int(bytes.u8(rest.offset &+ 3))
      guard length <= rest.count else { return packet.raiseShort(.teredoMalformed, rest, needs: length) }
      rest = rest.dropping(length)
    }
    if rest.count >= 2, bytes.u16(rest.offset) == 0 {
      guard rest.count >= 8 else { return packet.raiseShort(.teredoMalformed, rest, needs: 8) }
      rest = rest.dropping(8)
    }
    guard rest.count >= 1, bytes.u8(rest.offset) >> 4 == 6 else { return }
    guard rest.count >= 40 else { return packet.raiseShort(.teredoMalformed, rest, needs: 40) }
    let payloadLength = Int(bytes.u16(rest.offset &+ 4))
    guard 40 &+ payloadLength <= rest.wireCount else { return packet.raise(.teredoMalformed, at: rest.offset) }
    // RFC 4380 §2.8: a bubble is an IPv6 packet of no payload. What may follow it is trailers.
    if bytes.u8(rest.offset &+ 6) == 59 {
      let hasData = payloadLength > 0 || !areTeredoTrailers(bytes, rest.dropping(40))
      if hasData { packet.raise(.teredoBubbleWithPayload, at: rest.offset) }
    }
    noteInner(.ipv6, rest.prefix(40 &+ payloadLength), into: &packet)
  }

  /// Whether all that is left are trailers (RFC 6081 §4): a type of 1 to 5, a length, so many bytes.
  private func areTeredoTrailers(_ bytes: WireBytes, _ region: Region) -> Bool {
    var rest = region
    while rest.wireCount > 0 {
      guard rest.count >= 2, (1...5).contains(bytes.u8(rest.offset)) else { return rest.end < rest.wireEnd }
      let length = 2 &+ Int(bytes.u8(rest.offset &+ 1))
      guard length <= rest.wireCount else { return false }
      rest = rest.dropping(length)
    }
    return true
  }
}
