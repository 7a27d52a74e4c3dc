// The SCTP common header and the chain of its chunks (RFC 9260 §3).

import Catalog

extension PacketDecoder {
  /// Chunks that a packet may have, as the reference has it.
  private static var chunkLimit: Int { 64 }

  func decodeSCTP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 12 else { return packet.raiseShort(.sctpTruncated, region, needs: 12) }
    packet.transport = .sctp
    packet.sourcePort = bytes.u16(start)
    packet.destinationPort = bytes.u16(start &+ 2)
    packet.setPayload(region.dropping(12))
    let tag = bytes.u32(start &+ 4)
    var rest = region.dropping(12)
    var chunks = 0
    var hasInit = false
    while rest.count > 0 {
      let length = rest.count >= 4 ? Int(bytes.u16(rest.offset &+ 2)) : 4
      guard length >= 4 else {
        packet.raise(.sctpTruncated, at: rest.offset)
        break
      }
      guard length <= rest.count else {
        packet.raiseShort(.sctpTruncated, rest, needs: length)
        break
      }
      chunks &+= 1
      if chunks > Self.chunkLimit {
        packet.raise(.sctpTooManyChunks, at: rest.offset)
        break
      }
      switch bytes.u8(rest.offset) {
      case 0 where tag == 0: packet.raise(.sctpZeroTagData, at: rest.offset)
      case 1:
        hasInit = true
        if tag != 0 { packet.raise(.sctpInvalidInit, at: start &+ 4) }
      default: break
      }
      // Chunks are padded to words; the last one's padding may be missing.
      rest = rest.dropping((length &+ 3) & ~3)
    }
    if hasInit, chunks > 1 { packet.raise(.sctpInvalidInit, at: start &+ 12) }
  }
}
