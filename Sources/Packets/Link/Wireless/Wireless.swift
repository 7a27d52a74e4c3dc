// IEEE 802.11 frames (IEEE 802.11-2020 clause 9): data frames lead to LLC, the others carry no packet.

import Catalog

extension PacketDecoder {
  /// A frame without its check sequence.
  func decodeWireless(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 2 else { return packet.raiseShort(.radioTruncatedHeader, region, needs: 2) }
    let control = bytes.u8(region.offset)
    let flags = bytes.u8(region.offset &+ 1)
    let subtype = control >> 4
    var length: Int
    switch control >> 2 & 3 {
    // Management.
    case 0: length = 24
    // Control: acknowledgement and clear-to-send have one address, the others two.
    case 1: length = subtype == 0xC || subtype == 0xD ? 10 : 16
    case 2:
      // Four addresses between access points; quality of service; in it the order bit announces four bytes more.
      length = flags & 3 == 3 ? 30 : 24
      if subtype & 8 != 0 { length &+= flags & 0x80 != 0 ? 6 : 2 }
    // Extension frames carry nothing.
    default: return
    }
    guard region.count >= length else { return packet.raiseShort(.radioTruncatedHeader, region, needs: length) }
    guard control >> 2 & 3 == 2 else { return }
    noteWirelessAddresses(bytes, region.offset, flags & 3, into: &packet)
    // Null frames have no body; of protected ones it is secret; a fragment (more to come, or not the first) is a piece.
    let isFragment = flags & 0x04 != 0 || bytes.u8(region.offset &+ 22) & 0x0F != 0
    guard subtype & 4 == 0, flags & 0x40 == 0, !isFragment else { return }
    let isAggregate = subtype & 8 != 0 && bytes.u8(region.offset &+ (flags & 3 == 3 ? 30 : 24)) & 0x80 != 0
    let body = region.dropping(length)
    guard isAggregate else { return decodeLLC(bytes, body, short: .radioTruncatedHeader, into: &packet) }
    decodeSubframe(bytes, body, into: &packet)
  }

  /// Which of the addresses are source and destination depends on the way to and from the distribution system
  /// (table 9-30).
  private func noteWirelessAddresses(_ bytes: WireBytes, _ start: Int, _ way: UInt8, into packet: inout Packet) {
    packet.hasLinkAddresses = true
    packet.linkDestination = bytes.linkAddress(start &+ (way & 1 == 0 ? 4 : 16))
    switch way {
    case 0, 1: packet.linkSource = bytes.linkAddress(start &+ 10)
    case 2: packet.linkSource = bytes.linkAddress(start &+ 16)
    default: packet.linkSource = bytes.linkAddress(start &+ 24)
    }
  }
}
