// Tunnels of link layers in IP: L2TP (RFC 2661) and EtherIP (RFC 3378).

import Catalog

extension PacketDecoder {
  /// Version 2 over UDP. Of version 3 only the ends know how long a session's header is (RFC 3931 §4.1).
  func decodeL2TP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 6 else { return }
    let flags = bytes.u16(start)
    // The version, and reserved bits, without which it is something else.
    guard flags & 0x34FF == 2 else { return }
    // Length, sequence numbers, offset: each there if its flag says so; identifiers of tunnel and session always.
    let hasLength = flags & 0x4000 != 0
    let hasOffset = flags & 0x0200 != 0
    var length = 6 &+ (hasLength ? 2 : 0) &+ (flags & 0x0800 != 0 ? 4 : 0)
    var message = region
    if hasLength {
      let announced = Int(bytes.u16(start &+ 2))
      guard announced >= length, announced <= region.wireCount else {
        return packet.raise(.tunnelInvalidInnerPacket, at: start &+ 2)
      }
      message = region.prefix(announced)
    }
    if hasOffset {
      guard message.count >= length &+ 2 else {
        return packet.raiseShort(.tunnelInvalidInnerPacket, message, needs: length &+ 2)
      }
      length &+= 2 &+ Int(bytes.u16(start &+ length))
    }
    // Control messages carry no packet.
    guard flags & 0x8000 == 0 else { return }
    guard message.count > length else {
      return packet.raiseShort(.tunnelInvalidInnerPacket, message, needs: length &+ 1)
    }
    noteInner(.ppp, message.dropping(length), into: &packet)
  }

  /// A version, which is 3, and reserved bits; then an Ethernet frame.
  func decodeEtherIP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 16 else { return packet.raiseShort(.tunnelInvalidInnerPacket, region, needs: 16) }
    guard bytes.u8(region.offset) >> 4 == 3 else { return packet.raise(.tunnelInnerVersionMismatch, at: region.offset) }
    noteInner(.ethernet, region.dropping(2), into: &packet)
  }
}
