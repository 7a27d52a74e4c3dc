// Packets in UDP datagrams, by the port that is registered for them.

import Catalog

extension PacketDecoder {
  /// `region` is the payload of a datagram whose ports `packet` has.
  @inline(__always)
  func decodeUDPTunnel(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    switch packet.destinationPort {
    case 4789: decodeVXLAN(bytes, region, into: &packet)
    case 6081: decodeGeneve(bytes, region, into: &packet)
    case 3544: decodeTeredo(bytes, region, into: &packet)
    default: if packet.sourcePort == 3544 { decodeTeredo(bytes, region, into: &packet) }
    }
  }

  /// VXLAN (RFC 7348 §5). Without the flag that says that the network identifier is valid it is something else.
  private func decodeVXLAN(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 8, bytes.u8(region.offset) & 0x08 != 0 else { return }
    guard region.wireCount > 8 else { return packet.raise(.vxlanMalformed, at: region.offset) }
    noteInner(.ethernet, region.dropping(8), into: &packet)
  }

  /// Geneve (RFC 8926 §3.4).
  private func decodeGeneve(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 8 else { return }
    let first = bytes.u8(start)
    let length = 8 &+ Int(first & 0x3F) &* 4
    guard first >> 6 == 0, length < region.wireCount else { return packet.raise(.geneveMalformed, at: start) }
    switch bytes.u16(start &+ 2) {
    case 0x6558: noteInner(.ethernet, region.dropping(length), into: &packet)
    case 0x0800: noteInner(.ipv4, region.dropping(length), into: &packet)
    case 0x86DD: noteInner(.ipv6, region.dropping(length), into: &packet)
    default: packet.raise(.geneveMalformed, at: start &+ 2)
    }
  }

  /// Teredo (RFC 4380 §5.1.1): perhaps authentication and an origin indication, then IPv6.
  private func decodeTeredo(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    var rest = region
    if bytes.u16(rest.offset) == 0x0001, rest.count >= 4 {
      // Lengths of the client identifier and the authentication value; then those, a nonce and a confirmation byte.
      let length = 13 &+ Int(bytes.u8(rest.offset &+ 2)) &+ Int(bytes.u8(rest.offset &+ 3))
      guard length <= rest.count else { return packet.raiseMissing(.teredoMalformed, at: rest.offset) }
      rest = rest.dropping(length)
    }
    if rest.count >= 2, bytes.u16(rest.offset) == 0 {
      guard rest.count >= 8 else { return packet.raiseMissing(.teredoMalformed, at: rest.offset) }
      rest = rest.dropping(8)
    }
    guard rest.count >= 1, bytes.u8(rest.offset) >> 4 == 6 else { return }
    let payloadLength = Int(bytes.u16(rest.offset &+ 4))
    guard rest.count >= 40, 40 &+ payloadLength <= rest.wireCount else {
      return packet.raiseMissing(.teredoMalformed, at: rest.offset)
    }
    // RFC 4380 §2.8: a bubble is an IPv6 packet of no payload.
    if bytes.u8(rest.offset &+ 6) == 59, rest.wireCount > 40 { packet.raise(.teredoBubbleWithPayload, at: rest.offset) }
    noteInner(.ipv6, rest, into: &packet)
  }
}
