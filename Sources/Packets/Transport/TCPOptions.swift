// The options of a TCP header (IANA "TCP option kind numbers").

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeTCPOptions(_ bytes: WireBytes, _ start: Int, _ end: Int, into packet: inout Packet) {
    var offset = start
    while offset < end {
      let kind = bytes.u8(offset)
      if kind == 0 { return }
      if kind == 1 {
        offset &+= 1
        continue
      }
      guard end &- offset >= 2 else { return packet.raise(.tcpOptionInvalid, at: offset) }
      let length = Int(bytes.u8(offset &+ 1))
      guard length >= 2, length <= end &- offset else { return packet.raise(.tcpOptionInvalid, at: offset) }
      decodeTCPOption(kind, length, bytes, offset, into: &packet)
      offset &+= length
    }
  }

  private func decodeTCPOption(
    _ kind: UInt8, _ length: Int, _ bytes: WireBytes, _ offset: Int, into packet: inout Packet
  ) {
    switch kind {
    case 2:
      guard accept(.maximumSegmentSize, length == 4, offset, &packet) else { return }
      packet.tcp.maximumSegmentSize = bytes.u16(offset &+ 2)
    case 3:
      guard accept(.windowScale, length == 3, offset, &packet) else { return }
      packet.tcp.windowScale = bytes.u8(offset &+ 2)
      // RFC 7323 §2.3: a shift above 14 is to be taken as 14.
      if packet.tcp.windowScale > 14 { packet.raise(.tcpWindowScaleInvalid, at: offset) }
    case 4:
      _ = accept(.sackPermitted, length == 2, offset, &packet)
    case 5:
      // Two bytes, no block at all, is useless but sent in practice.
      guard accept(.sack, (length &- 2) % 8 == 0 && length <= 34, offset, &packet) else { return }
      let blocks = (length &- 2) / 8
      for block in 0..<min(blocks, 4) {
        let edge = offset &+ 2 &+ block &* 8
        packet.tcp.sackBlocks[block] = SACKBlock(left: bytes.u32(edge), right: bytes.u32(edge &+ 4))
      }
      packet.tcp.sackCount = UInt8(truncatingIfNeeded: blocks)
    case 8:
      guard accept(.timestamps, length == 10, offset, &packet) else { return }
      packet.tcp.timestampValue = bytes.u32(offset &+ 2)
      packet.tcp.timestampEcho = bytes.u32(offset &+ 6)
    case 19:
      _ = accept(.md5Signature, length == 18, offset, &packet)
    case 29:
      _ = accept(.authentication, length >= 4, offset, &packet)
    case 30:
      // Multipath TCP may stand several times (RFC 8684 §3).
      if length >= 3 { packet.tcp.options.insert(.multipath) } else { packet.raise(.tcpOptionInvalid, at: offset) }
    case 34:
      // RFC 7413 §4.1.1: no cookie, or 4 to 16 bytes, an even number.
      let isValid = length == 2 || (6...18).contains(length) && length % 2 == 0
      guard accept(.fastOpen, isValid, offset, &packet) else { return }
      packet.tcp.fastOpenCookieLength = UInt8(truncatingIfNeeded: length &- 2)
    case 254 where length >= 4 && bytes.u16(offset &+ 2) == 0xF989:
      guard accept(.fastOpen, true, offset, &packet) else { return }
      packet.tcp.fastOpenCookieLength = UInt8(truncatingIfNeeded: length &- 4)
    // Echo and its reply, partial order, connection counts, alternate checksums, quick start, user time-out: obsolete or
    // rare, but of one length each (IANA).
    case 6, 7, 11, 12, 13: judgeLength(length == 6, offset, &packet)
    case 9: judgeLength(length == 2, offset, &packet)
    case 10, 14: judgeLength(length == 3, offset, &packet)
    case 27: judgeLength(length == 8, offset, &packet)
    case 28: judgeLength(length == 4, offset, &packet)
    default: break
    }
  }

  private func judgeLength(_ isValid: Bool, _ offset: Int, _ packet: inout Packet) {
    if !isValid { packet.raise(.tcpOptionInvalid, at: offset) }
  }

  /// Notes a single-use option; false, with the anomaly noted, if its length is wrong or it was there before.
  private func accept(_ option: TCPOptionSet, _ isValid: Bool, _ offset: Int, _ packet: inout Packet) -> Bool {
    guard isValid else {
      packet.raise(.tcpOptionInvalid, at: offset)
      return false
    }
    guard packet.tcp.options.insert(option).inserted else {
      packet.raise(.tcpOptionDuplicate, at: offset)
      return false
    }
    return true
  }
}
