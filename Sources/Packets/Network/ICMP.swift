// ICMP for IPv4 (RFC 792, RFC 950, RFC 1256, RFC 8335; IANA "ICMP type numbers").

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeICMP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 8 else { return packet.raiseShort(.icmpv4Truncated, region, needs: 8) }
    packet.transport = .icmp
    noteICMPHeader(bytes, region, into: &packet)
    judgePlainChecksum(bytes, region, field: start &+ 2, &packet)
    let code = packet.icmpCode
    let lastCode: UInt8
    switch packet.icmpType {
    case 3: lastCode = 15
    case 5: lastCode = 3
    case 11: lastCode = 1
    case 12: lastCode = 2
    case 0, 4, 8, 10, 13...18: lastCode = 0
    // Router advertisement: 16 says that it does not route common traffic (RFC 5944 §2.1.1).
    case 9: lastCode = code == 16 ? 16 : 0
    case 30: lastCode = 1
    case 40: lastCode = 5
    case 42: lastCode = 0
    case 43: lastCode = 4
    // Deprecated, experimental and mobile types, whose codes nobody defines any more.
    case 6, 31...39, 41, 253, 254: lastCode = 255
    default:
      packet.raise(.icmpv4UnknownType, at: start)
      return
    }
    if code > lastCode { packet.raise(.icmpv4UnknownCode, at: start &+ 1) }
    switch packet.icmpType {
    case 3, 4, 5, 11, 12: decodeQuotedIPv4(bytes, region.dropping(8), into: &packet)
    default: break
    }
    if packet.icmpType == 5 { packet.raise(.icmpRedirect, at: start) }
  }

  /// Type, code and the four bytes behind the checksum, which ICMP and ICMPv6 have in the same places.
  func noteICMPHeader(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    packet.icmpType = bytes.u8(region.offset)
    packet.icmpCode = bytes.u8(region.offset &+ 1)
    packet.icmpIdentifier = bytes.u16(region.offset &+ 4)
    packet.icmpSequence = bytes.u16(region.offset &+ 6)
    packet.setPayload(region.dropping(8))
  }

  private func decodeQuotedIPv4(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 20 else { return packet.raiseShort(.icmpv4EmbeddedTruncated, region, needs: 20) }
    guard bytes.u8(start) >> 4 == 4 else { return packet.raise(.icmpv4EmbeddedVersion, at: start) }
    let headerLength = Int(bytes.u8(start) & 0x0F) &* 4
    guard headerLength >= 20, headerLength <= region.count else {
      return packet.raiseShort(.icmpv4EmbeddedTruncated, region, needs: max(headerLength, 20))
    }
    // RFC 792: the header and eight bytes of what it carries, if it carried so much.
    let carried = Int(bytes.u16(start &+ 2)) &- headerLength
    let least = headerLength &+ (carried >= 0 ? min(8, carried) : 8)
    if region.count < least { packet.raiseShort(.icmpv4EmbeddedTruncated, region, needs: least) }
    packet.hasQuoted = true
    packet.quoted.source = bytes.ipv4Address(start &+ 12)
    packet.quoted.destination = bytes.ipv4Address(start &+ 16)
    packet.quoted.ipProtocol = bytes.u8(start &+ 9)
    let isFirst = bytes.u16(start &+ 6) & 0x1FFF == 0
    noteQuotedPorts(bytes, region.dropping(headerLength), isFirst: isFirst, into: &packet)
  }

  /// The first four bytes of what a quoted packet carries.
  func noteQuotedPorts(_ bytes: WireBytes, _ region: Region, isFirst: Bool, into packet: inout Packet) {
    packet.quoted.hasPorts = false
    guard isFirst, region.count >= 4 else { return }
    switch packet.quoted.ipProtocol {
    case 6, 17, 132:
      packet.quoted.sourcePort = bytes.u16(region.offset)
      packet.quoted.destinationPort = bytes.u16(region.offset &+ 2)
      packet.quoted.hasPorts = true
    case 1, 58:
      packet.quoted.sourcePort = UInt16(bytes.u8(region.offset))
      packet.quoted.destinationPort = UInt16(bytes.u8(region.offset &+ 1))
      packet.quoted.hasPorts = true
    default: break
    }
  }
}
