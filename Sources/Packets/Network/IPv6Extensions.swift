// The chain of IPv6 extension headers (RFC 8200 §4).

import Catalog

extension PacketDecoder {
  /// `packet.ipProtocol` is the first next-header value; `region` is what follows the fixed header.
  func decodeIPv6Extensions(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    var rest = region
    var next = packet.ipProtocol
    var seen = SeenExtensions()
    // Each header takes eight bytes or more, so that the packet's own length bounds the loop; hostile chains are bounded
    // by what is sensible: every header once, destination options twice.
    for _ in 0..<64 {
      let start = rest.offset
      let length: Int
      switch next {
      case 0, 43, 60:
        guard rest.count >= 8 else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        length = Int(bytes.u8(start &+ 1)) &* 8 &+ 8
        guard length <= rest.count else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        if next == 43 {
          if seen.repeated(.routing) { packet.raise(.ipv6ExtensionDuplicate, at: start) }
          decodeRouting(bytes, start, length, into: &packet)
        } else {
          if next == 0 ? seen.repeated(.hopByHop) : seen.repeatedDestination() {
            packet.raise(.ipv6ExtensionDuplicate, at: start)
          }
          decodeIPv6Options(bytes, start &+ 2, start &+ length, &seen, into: &packet)
        }
        next = bytes.u8(start)
      case 44:
        guard rest.count >= 8 else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        length = 8
        if seen.repeated(.fragment) { packet.raise(.ipv6ExtensionDuplicate, at: start) }
        let field = bytes.u16(start &+ 2)
        if bytes.u8(start &+ 1) != 0 || field & 0x6 != 0 { packet.raise(.ipv6FragmentReservedSet, at: start) }
        next = bytes.u8(start)
        if field & 0xFFF9 == 0 {
          // RFC 6946: a fragment that is the whole packet is processed by itself.
          packet.raise(.ipv6FragmentHeaderUseless, at: start)
        } else {
          packet.isFragment = true
          packet.fragmentOffset = UInt32(field & 0xFFF8)
          packet.moreFragments = field & 1 != 0
          packet.fragmentIdentification = bytes.u32(start &+ 4)
          packet.ipProtocol = next
          let payload = rest.dropping(8)
          packet.networkHeaderLength = UInt32(truncatingIfNeeded: payload.offset) &- packet.networkOffset
          return noteFragment(payload, into: &packet)
        }
      case 51:
        // RFC 4302 §2: a length in words, less two; then a reserved field.
        guard rest.count >= 12 else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        length = (Int(bytes.u8(start &+ 1)) &+ 2) &* 4
        guard length >= 12, length <= rest.count else {
          return endExtensions(.ipv6TruncatedExtension, next, rest, &packet)
        }
        if seen.repeated(.authentication) { packet.raise(.ipv6ExtensionDuplicate, at: start) }
        if bytes.u16(start &+ 2) != 0 { packet.raise(.ipv6AhReservedSet, at: start &+ 2) }
        next = bytes.u8(start)
      case 135:
        guard rest.count >= 8 else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        length = Int(bytes.u8(start &+ 1)) &* 8 &+ 8
        guard length <= rest.count else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        decodeMobility(bytes, rest, length, into: &packet)
        next = bytes.u8(start)
      case 139, 140:
        // HIP and Shim6 have the general form.
        guard rest.count >= 8 else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        length = Int(bytes.u8(start &+ 1)) &* 8 &+ 8
        guard length <= rest.count else { return endExtensions(.ipv6TruncatedExtension, next, rest, &packet) }
        next = bytes.u8(start)
      case 59:
        packet.ipProtocol = next
        if rest.count > 0 { packet.raise(.ipv6DataAfterNoNextHeader, at: start) }
        packet.transport = .other
        packet.transportOffset = UInt32(truncatingIfNeeded: start)
        packet.setPayload(rest)
        return
      default:
        // RFC 7112: the chain goes on to the upper-layer header, which is not there at all.
        if rest.offset > region.offset, rest.count < 2 {
          return endExtensions(.ipv6TruncatedExtension, next, rest, &packet)
        }
        packet.ipProtocol = next
        packet.networkHeaderLength = UInt32(truncatingIfNeeded: start) &- packet.networkOffset
        return decodeTransport(bytes, rest, into: &packet)
      }
      rest = rest.dropping(length)
      packet.ipProtocol = next
      packet.networkHeaderLength = UInt32(truncatingIfNeeded: rest.offset) &- packet.networkOffset
    }
    packet.raise(.decodeTooManyLayers, at: rest.offset)
  }

  private func endExtensions(_ kind: AnomalyKind, _ next: UInt8, _ rest: Region, _ packet: inout Packet) {
    packet.anomalies.append(kind, offset: rest.offset, captured: rest.end < rest.wireEnd)
    packet.ipProtocol = next
  }

  private func decodeRouting(_ bytes: WireBytes, _ start: Int, _ length: Int, into packet: inout Packet) {
    let type = bytes.u8(start &+ 2)
    let left = bytes.u8(start &+ 3)
    if type == 0 { packet.raise(.ipv6RoutingHeaderType0, at: start) }
    // RFC 8200 §8.1: checksums are made for the final destination, which types 0 and 2 have in their last address.
    if type == 0 || type == 2, left > 0, length >= 24 {
      packet.checksumDestination = bytes.ipv6Address(start &+ 8 &+ (length &- 24) / 16 &* 16)
    }
  }

  /// The mobility header (RFC 6275 §6.1), which is always the last.
  private func decodeMobility(_ bytes: WireBytes, _ region: Region, _ length: Int, into packet: inout Packet) {
    let start = region.offset
    // 59, no next header, is all that may follow; types 0-21 are assigned.
    if bytes.u8(start) != 59 || bytes.u8(start &+ 2) > 21 { packet.raise(.ipv6MobilityMalformed, at: start) }
    guard options.checksums != .ignore else { return }
    var sum = InternetChecksum()
    sum.addPseudoHeader(packet.checksumSource, packet.checksumDestination, version: 6, ipProtocol: 135)
    sum.add(UInt16(truncatingIfNeeded: length))
    sum.add(bytes, start, start &+ length)
    if sum.folded != 0xFFFF { packet.raise(.ipv6MobilityMalformed, at: start &+ 4) }
  }
}

/// Which extension headers were met so far.
struct SeenExtensions {
  private var bits: UInt8 = 0
  private var destinationOptions = 0
  /// Home-address options met, in whichever header.
  var homeAddresses = 0

  enum Kind: UInt8 {
    case hopByHop = 1
    case routing = 2
    case fragment = 4
    case authentication = 8
  }

  /// Notes one; true if it was there before.
  mutating func repeated(_ kind: Kind) -> Bool {
    defer { bits |= kind.rawValue }
    return bits & kind.rawValue != 0
  }

  /// Destination options may stand twice: before a routing header and at the end (RFC 8200 §4.1).
  mutating func repeatedDestination() -> Bool {
    destinationOptions &+= 1
    return destinationOptions > 2
  }
}
