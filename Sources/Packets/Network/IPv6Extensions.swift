// The chain of IPv6 extension headers (RFC 8200 §4).

import Catalog

extension PacketDecoder {
  /// `packet.ipProtocol` is the first next-header value; `region` is what follows the fixed header.
  @inline(never)
  func decodeIPv6Extensions(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    var rest = region
    var next = packet.ipProtocol
    var seen = SeenExtensions()
    // Each header takes eight bytes or more, so that the packet's own length bounds the loop; hostile chains are bounded
    // by what is sensible: every header once, destination options twice.
    for _ in 0..<64 {
      let start = rest.offset
      switch next {
      case _ where Self.isExtension(next): break
      case 59:
        packet.ipProtocol = next
        if rest.wireCount > 0 { packet.raise(.ipv6DataAfterNoNextHeader, at: start) }
        packet.transport = .other
        packet.transportOffset = UInt32(truncatingIfNeeded: start)
        packet.setPayload(rest)
        return
      default:
        // RFC 7112: the chain goes on to the upper-layer header, which is not there at all.
        if rest.offset > region.offset, rest.count < 2 { return endExtensions(next, rest, needs: 2, &packet) }
        packet.ipProtocol = next
        packet.networkHeaderLength = UInt32(truncatingIfNeeded: start) &- packet.networkOffset
        return decodeUpperLayer(bytes, rest, into: &packet)
      }
      let least = next == 51 ? 12 : 8
      guard rest.count >= least else { return endExtensions(next, rest, needs: least, &packet) }
      let length = Self.extensionLength(next, bytes.u8(start &+ 1))
      guard length >= least, length <= rest.count else {
        return endExtensions(next, rest, needs: max(length, least), &packet)
      }
      if seen.repeated(next) { packet.raise(.ipv6ExtensionDuplicate, at: start) }
      packet.extensions.formUnion(seen.set)
      let following = bytes.u8(start)
      switch next {
      case 0, 60: decodeIPv6Options(bytes, start &+ 2, start &+ length, &seen, into: &packet)
      case 43: decodeRouting(bytes, start, length, into: &packet)
      case 44:
        if decodeFragmentHeader(bytes, rest, into: &packet) { return }
      case 51:
        if bytes.u16(start &+ 2) != 0 { packet.raise(.ipv6AhReservedSet, at: start &+ 2) }
      case 135: decodeMobility(bytes, rest, length, into: &packet)
      default: break
      }
      next = following
      rest = rest.dropping(length)
      packet.ipProtocol = next
      packet.networkHeaderLength = UInt32(truncatingIfNeeded: rest.offset) &- packet.networkOffset
    }
    packet.raise(.decodeTooManyLayers, at: rest.offset)
  }

  /// Whether a next-header value is that of an extension header, which another header follows.
  @inlinable public static func isExtension(_ header: UInt8) -> Bool {
    switch header {
    case 0, 43, 44, 51, 60, 135, 139, 140: true
    default: false
    }
  }

  /// The bytes that an extension header says it has: in units of eight, the first not counted; of an authentication header in words,
  /// less two (RFC 4302 §2.2); a fragment header does not say.
  /// - Parameter units: its second byte.
  @inlinable public static func extensionLength(_ header: UInt8, _ units: UInt8) -> Int {
    header == 44 ? 8 : header == 51 ? (Int(units) &+ 2) &* 4 : Int(units) &* 8 &+ 8
  }

  private func endExtensions(_ next: UInt8, _ rest: Region, needs length: Int, _ packet: inout Packet) {
    packet.raiseShort(.ipv6TruncatedExtension, rest, needs: length)
    packet.ipProtocol = next
  }

  /// The fragment header (RFC 8200 §4.5). True if the packet is a fragment, of which no more is known before reassembly.
  private func decodeFragmentHeader(_ bytes: WireBytes, _ rest: Region, into packet: inout Packet) -> Bool {
    let start = rest.offset
    let field = bytes.u16(start &+ 2)
    if bytes.u8(start &+ 1) != 0 || field & 0x6 != 0 { packet.raise(.ipv6FragmentReservedSet, at: start) }
    if field & 0xFFF9 == 0 {
      // RFC 6946: a fragment that is the whole packet is processed by itself.
      packet.raise(.ipv6FragmentHeaderUseless, at: start)
      return false
    }
    packet.isFragment = true
    packet.fragmentOffset = UInt32(field & 0xFFF8)
    packet.moreFragments = field & 1 != 0
    packet.fragmentIdentification = bytes.u32(start &+ 4)
    packet.ipProtocol = bytes.u8(start)
    let payload = rest.dropping(8)
    packet.networkHeaderLength = UInt32(truncatingIfNeeded: payload.offset) &- packet.networkOffset
    noteFragment(payload, into: &packet)
    return true
  }

  private func decodeRouting(_ bytes: WireBytes, _ start: Int, _ length: Int, into packet: inout Packet) {
    let type = bytes.u8(start &+ 2)
    let left = bytes.u8(start &+ 3)
    if type == 0 { packet.raise(.ipv6RoutingHeaderType0, at: start) }
    // RFC 8200 §8.1: checksums are made for the final destination, which types 0 and 2 have in their last address.
    if type == 0 || type == 2, left > 0, length >= 24 {
      packet.prepareChecksumAddresses()
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
    packet.prepareChecksumAddresses()
    sum.addPseudoHeader(packet.checksumSource, packet.checksumDestination, version: 6, ipProtocol: 135)
    sum.add(UInt32(truncatingIfNeeded: length))
    sum.add(bytes, start, start &+ length)
    if sum.folded != 0xFFFF { packet.raise(.ipv6MobilityMalformed, at: start &+ 4) }
  }
}

/// Which extension headers were met so far.
struct SeenExtensions {
  private(set) var set: IPv6ExtensionSet = []
  private var destinationOptions = 0
  /// The place in the order of RFC 8200 §4.1 that was reached.
  private var reached = 0
  /// Home-address options met, in whichever header.
  var homeAddresses = 0

  /// Notes one; true if it was there before and may stand only once. Destination options may stand twice: before a routing
  /// header and at the end (RFC 8200 §4.1).
  mutating func repeated(_ type: UInt8) -> Bool {
    let kind: IPv6ExtensionSet
    let place: Int
    switch type {
    case 0: (kind, place) = (.hopByHop, 1)
    case 43: (kind, place) = (.routing, 3)
    case 44: (kind, place) = (.fragment, 4)
    case 51: (kind, place) = (.authentication, 5)
    // The first place if nothing of what follows it was met, else the last but mobility.
    case 60: (kind, place) = (.destination, reached < 3 ? 2 : 6)
    case 135: (kind, place) = (.mobility, 7)
    case 139: (kind, place) = (.hostIdentity, 7)
    default: (kind, place) = (.shim, 6)
    }
    let isRepeated = set.contains(kind)
    if place < reached || place == 1 && reached > 0 { set.insert(.misordered) }
    reached = max(reached, place)
    set.insert(kind)
    switch type {
    case 60:
      destinationOptions &+= 1
      return destinationOptions > 2
    // Mobility, HIP and Shim6 are no extension headers of RFC 8200, which says what may not repeat.
    case 135, 139, 140: return false
    default: return isRepeated
    }
  }
}
