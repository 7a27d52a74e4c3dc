// The options of an IPv4 header (RFC 791 §3.1, IANA "IP option numbers").

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeIPv4Options(_ bytes: WireBytes, _ start: Int, _ end: Int, into packet: inout Packet) {
    var offset = start
    // One bit for each option number (the low five bits of its type) that may stand once.
    var seen: UInt32 = 0
    // The reference asks for units of eight bytes; RFC 791 itself is content with four.
    if (end &- start) % 8 != 0 { packet.raise(.ipv4OptionPadding, at: start) }
    while offset < end {
      let type = bytes.u8(offset)
      if type == 0 { return }
      if type == 1 {
        offset &+= 1
        continue
      }
      guard end &- offset >= 2 else { return packet.raise(.ipv4OptionPadding, at: offset) }
      let length = Int(bytes.u8(offset &+ 1))
      guard length >= 2, length <= end &- offset else { return packet.raise(.ipv4OptionInvalid, at: offset) }
      switch type {
      case 7, 131, 137:
        if type != 7 { packet.raise(.ipv4SourceRoute, at: offset) }
        // Record route, loose and strict source route: a pointer of at least 4, then whole addresses.
        if length < 3 || (length &- 3) % 4 != 0 || bytes.u8(offset &+ 2) < 4 || bytes.u8(offset &+ 2) % 4 != 0 {
          packet.raise(.ipv4OptionInvalid, at: offset)
        }
      case 68:
        // Timestamp: pointer of at least 5, then overflow and flag; flag 0, 1 or 3.
        let flag = bytes.u8(offset &+ 3) & 0x0F
        if length < 4 || bytes.u8(offset &+ 2) < 5 || flag > 3 || flag == 2 {
          packet.raise(.ipv4OptionInvalid, at: offset)
        }
      case 25:
        if length != 8 { packet.raise(.ipv4OptionInvalid, at: offset) }
      case 130:
        // RFC 1108 §2.1: at least a classification level, its length never above 11 in practice (RFC 791: always 11).
        if length < 3 || length > 38 { packet.raise(.ipv4OptionInvalid, at: offset) }
      case 133:
        if length < 3 { packet.raise(.ipv4OptionInvalid, at: offset) }
      case 134:
        if !isValidCIPSO(bytes, offset, length) { packet.raise(.ipv4OptionInvalid, at: offset) }
      case 136, 148:
        if length != 4 { packet.raise(.ipv4OptionInvalid, at: offset) }
      case 10, 11, 12, 15, 30, 82, 94, 142, 144, 145, 147, 149, 150, 151, 152, 158, 205, 222:
        // Assigned, without rules that could be checked here.
        break
      default:
        packet.raise(.ipv4OptionUnknown, at: offset)
      }
      // RFC 791: these never stand twice. Numbers are the low five bits; 2 is security, 3 and 9 routes, 7 record route.
      let bit: UInt32 = 1 &<< UInt32(type & 0x1F)
      switch type {
      case 7, 25, 68, 130, 131, 133, 134, 136, 137, 148:
        if seen & bit != 0 { packet.raise(.ipv4OptionDuplicate, at: offset) }
        seen |= bit
      default: break
      }
      offset &+= length
    }
  }

  /// Commercial IP security (FIPS 188): a domain of interpretation, then tags that fill the rest.
  private func isValidCIPSO(_ bytes: WireBytes, _ offset: Int, _ length: Int) -> Bool {
    guard length >= 6 else { return false }
    var tag = offset &+ 6
    let end = offset &+ length
    while tag < end {
      guard end &- tag >= 2 else { return false }
      let size = Int(bytes.u8(tag &+ 1))
      guard size >= 4, size <= end &- tag else { return false }
      tag &+= size
    }
    return true
  }
}
