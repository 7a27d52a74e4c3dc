// ICMPv6 (RFC 4443; IANA "ICMPv6 parameters").

import Catalog

extension PacketDecoder {
  func decodeICMPv6(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 8 else {
      packet.anomalies.append(.icmpv6Truncated, offset: start, captured: region.wireCount >= 8)
      return
    }
    packet.transport = .icmpv6
    noteICMPHeader(bytes, region, into: &packet)
    judgePseudoHeaderChecksum(bytes, region, field: start &+ 2, &packet)
    let code = packet.icmpCode
    var lastCode: UInt8 = 0
    switch packet.icmpType {
    case 1: lastCode = 8
    case 2: lastCode = 0
    case 3: lastCode = 1
    case 4: lastCode = 10
    case 128, 129: lastCode = 0
    case 130, 131, 132, 143:
      // RFC 2710 §3 and RFC 3810 §5: they never leave the link.
      if packet.timeToLive != 1 { packet.raise(.icmpv6MldHopLimit, at: start) }
      decodeMLD(bytes, region, into: &packet)
    case 133...137:
      decodeNeighbourDiscovery(bytes, region, into: &packet)
      if packet.icmpType == 137 { packet.raise(.icmpRedirect, at: start) }
    // Router renumbering, node information, and those whose codes have meanings of their own or none.
    case 138...142, 144...161: lastCode = 255
    default:
      packet.raise(.icmpv6UnknownType, at: start)
      return
    }
    if code > lastCode { packet.raise(.icmpv6UnknownCode, at: start &+ 1) }
    if packet.icmpType <= 4 { decodeQuotedIPv6(bytes, region.dropping(8), into: &packet) }
  }

  private func decodeQuotedIPv6(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 40 else {
      packet.anomalies.append(.icmpv6EmbeddedTruncated, offset: start, captured: region.wireCount >= 40)
      return
    }
    guard bytes.u8(start) >> 4 == 6 else { return packet.raise(.icmpv6EmbeddedVersion, at: start) }
    packet.hasQuoted = true
    packet.quoted.source = bytes.ipv6Address(start &+ 8)
    packet.quoted.destination = bytes.ipv6Address(start &+ 24)
    var next = bytes.u8(start &+ 6)
    var rest = region.dropping(40)
    var isFirst = true
    // As far as the ports: options, routing and fragment headers; more than a few are not worth following.
    for _ in 0..<8 {
      guard next == 0 || next == 43 || next == 44 || next == 60, rest.count >= 8 else { break }
      if next == 44, bytes.u16(rest.offset &+ 2) & 0xFFF8 != 0 { isFirst = false }
      let length = next == 44 ? 8 : Int(bytes.u8(rest.offset &+ 1)) &* 8 &+ 8
      next = bytes.u8(rest.offset)
      rest = rest.dropping(length)
    }
    packet.quoted.ipProtocol = next
    noteQuotedPorts(bytes, rest, isFirst: isFirst, into: &packet)
  }

  /// Multicast listener discovery (RFC 2710 §3, RFC 3810 §5).
  private func decodeMLD(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    if packet.icmpType != 143 {
      // 24 bytes; a version 2 query goes on with a count of sources.
      let sources = region.wireCount >= 28 && packet.icmpType == 130 ? Int(bytes.u16(start &+ 26)) : 0
      if region.count < 24 || sources > 0 && region.count < 28 &+ sources &* 16 {
        packet.raiseMissing(.icmpv6MldTruncated, at: start)
      }
      return
    }
    var rest = region.dropping(8)
    // A record takes 20 bytes or more, so that the packet bounds the loop whatever the count says.
    for _ in 0..<Int(bytes.u16(start &+ 6)) {
      let length = 20 &+ Int(bytes.u16(rest.offset &+ 2)) &* 16 &+ Int(bytes.u8(rest.offset &+ 1)) &* 4
      guard rest.count >= 20, length <= rest.count else {
        return packet.raiseMissing(.icmpv6MldTruncated, at: rest.offset)
      }
      rest = rest.dropping(length)
    }
  }

  /// Neighbour discovery (RFC 4861 §4): a fixed part by type, then options of a type, a length in units of eight bytes, …
  private func decodeNeighbourDiscovery(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let fixed: Int
    switch packet.icmpType {
    case 133: fixed = 8
    case 134: fixed = 16
    case 137: fixed = 40
    default: fixed = 24
    }
    var rest = region.dropping(fixed)
    guard region.count >= fixed else { return packet.raiseMissing(.icmpv6NdOptionInvalid, at: region.offset) }
    while rest.count > 0 {
      let length = Int(bytes.u8(rest.offset &+ 1)) &* 8
      guard rest.count >= 2, length > 0, length <= rest.count else {
        packet.anomalies.append(
          .icmpv6NdOptionInvalid, offset: rest.offset, captured: length > 0 && length <= rest.wireCount)
        return
      }
      rest = rest.dropping(length)
    }
  }
}
