// ICMPv6 (RFC 4443; IANA "ICMPv6 parameters").

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeICMPv6(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 8 else { return packet.raiseShort(.icmpv6Truncated, region, needs: 8) }
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
    // Router renumbering: command, result, and 255 for the reset of sequence numbers (RFC 2894 §3.1).
    case 138: lastCode = code == 255 ? 255 : 1
    // Node information (RFC 4620 §4).
    case 139, 140: lastCode = 2
    // Inverse discovery, mobile prefixes, certification paths, multicast routers, MPL, extended echo requests.
    case 141, 142, 144...149, 151...153, 159, 160: lastCode = 0
    // Extended echo replies (RFC 8335 §3).
    case 161: lastCode = 4
    // Experimental mobility, FMIPv6, RPL, ILNP and duplicate addresses, whose codes have meanings of their own.
    case 150, 154...158: lastCode = 255
    default:
      packet.raise(.icmpv6UnknownType, at: start)
      return
    }
    if code > lastCode { packet.raise(.icmpv6UnknownCode, at: start &+ 1) }
    if packet.icmpType <= 4 { decodeQuotedIPv6(bytes, region.dropping(8), into: &packet) }
  }

  private func decodeQuotedIPv6(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let start = region.offset
    guard region.count >= 40 else { return packet.raiseShort(.icmpv6EmbeddedTruncated, region, needs: 40) }
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
      let least = sources > 0 ? 28 &+ sources &* 16 : 24
      if region.count < least { packet.raiseShort(.icmpv6MldTruncated, region, needs: least) }
      return
    }
    var rest = region.dropping(8)
    // A record takes 20 bytes or more, so that the packet bounds the loop whatever the count says.
    for _ in 0..<Int(bytes.u16(start &+ 6)) {
      let length = 20 &+ Int(bytes.u16(rest.offset &+ 2)) &* 16 &+ Int(bytes.u8(rest.offset &+ 1)) &* 4
      guard rest.count >= 20, length <= rest.count else {
        return packet.raiseShort(.icmpv6MldTruncated, rest, needs: rest.count < 20 ? 20 : length)
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
    guard region.count >= fixed else { return packet.raiseShort(.icmpv6NdOptionInvalid, region, needs: fixed) }
    while rest.count > 0 {
      guard rest.count >= 2 else { return packet.raiseShort(.icmpv6NdOptionInvalid, rest, needs: 2) }
      let length = Int(bytes.u8(rest.offset &+ 1)) &* 8
      guard length > 0 else { return packet.raise(.icmpv6NdOptionInvalid, at: rest.offset) }
      guard length <= rest.count else { return packet.raiseShort(.icmpv6NdOptionInvalid, rest, needs: length) }
      rest = rest.dropping(length)
    }
  }
}
