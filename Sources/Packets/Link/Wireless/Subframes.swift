// Aggregates of IEEE 802.11: several frames in one (A-MSDU, IEEE 802.11-2020 §9.3.2.2), each a packet by itself.

import Catalog

/// The frames of an aggregate that come after the one that a packet describes.
public struct Subframes: Sendable, BitwiseCopyable {
  /// Where the next one begins, and where the last one ends: in what was captured, and on the wire.
  var offset: UInt32 = 0
  var end: UInt32 = 0
  var wireEnd: UInt32 = 0
  /// Tunnels and headers around the aggregate.
  var depth: UInt8 = 0
  var layers: UInt8 = 0
}

extension Packet {
  /// Takes away what `decodeInner` would go on to beside this packet: while it is asked about bytes of other kinds, as those of
  /// a reassembled datagram.
  public mutating func takeSubframes() -> Subframes? {
    guard hasSubframes else { return nil }
    hasSubframes = false
    return subframes
  }

  /// Puts back what ``takeSubframes()`` took.
  public mutating func giveBack(_ taken: Subframes?) {
    guard let taken else { return }
    hasSubframes = true
    subframes = taken
  }
}

extension PacketDecoder {
  private static let headerLength = 14
  /// What may follow the last frame and is none: a check sequence that nothing announces.
  private static let trailerLength = 4

  /// The first frame of what is left of an aggregate; the others are noted for `decodeInner`. Each has two addresses, its
  /// length, and, unless it is the last, padding to a multiple of four.
  @inline(never)
  func decodeSubframe(_ bytes: WireBytes, _ rest: Region, into packet: inout Packet) {
    guard rest.count >= Self.headerLength else {
      return packet.raiseShort(.radioTruncatedHeader, rest, needs: Self.headerLength)
    }
    packet.hasLinkAddresses = true
    packet.linkDestination = bytes.linkAddress(rest.offset)
    packet.linkSource = bytes.linkAddress(rest.offset &+ 6)
    let size = Int(bytes.u16(rest.offset &+ 12))
    let frame = rest.dropping(Self.headerLength)
    guard size <= frame.wireCount else { return packet.raiseShort(.radioTruncatedHeader, frame, needs: size) }
    let next = rest.dropping((Self.headerLength &+ size &+ 3) & ~3)
    if next.wireCount > Self.trailerLength { note(next, in: &packet) }
    decodeLLC(bytes, frame.prefix(size), short: .radioTruncatedHeader, into: &packet)
  }

  private func note(_ next: Region, in packet: inout Packet) {
    // Of an aggregate within an aggregate: one place is enough for what radios send.
    if packet.hasSubframes { return packet.raise(.tunnelTooDeep, at: next.offset) }
    packet.hasSubframes = true
    packet.subframes = Subframes(
      offset: UInt32(truncatingIfNeeded: next.offset), end: UInt32(truncatingIfNeeded: next.end),
      wireEnd: UInt32(truncatingIfNeeded: next.wireEnd), depth: packet.tunnelDepth, layers: packet.layerCount)
  }

  /// Goes on to the next frame of the aggregate: `packet.hasSubframes` is true.
  @usableFromInline @inline(never)
  mutating func enterSubframe(_ bytes: UnsafeRawBufferPointer, into packet: inout Packet) {
    let next = packet.subframes
    packet.hasSubframes = false
    packet.tunnelDepth = next.depth
    packet.layerCount = next.layers
    packet.vlanCount = 0
    packet.vlanOuter = 0
    packet.vlanInner = 0
    packet.etherType = 0
    packet.forgetNetwork()
    let end = min(bytes.count, Int(next.end))
    decodeSubframe(
      WireBytes(bytes), Region(offset: Int(next.offset), end: end, wireEnd: max(end, Int(next.wireEnd))), into: &packet)
    settleChecksums(&packet)
  }
}
