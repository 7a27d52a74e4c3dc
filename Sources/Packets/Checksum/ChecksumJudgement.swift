// Verdicts on the checksums of a packet, and which of the bad ones are reported.

import Catalog

extension PacketDecoder {
  /// The IPv4 header checksum; all of the header, `length` bytes from `start`, is there.
  @inline(__always)
  func judgeIPChecksum(
    _ header: HeaderBytes, _ bytes: WireBytes, _ start: Int, _ length: Int, _ packet: inout Packet
  ) {
    var sum = InternetChecksum()
    sum.add(plainIPv4: header)
    if length > 20 { sum.add(bytes, start &+ 20, start &+ length) }
    packet.ipChecksum = .ok
    if sum.folded != 0xFFFF {
      packet.ipChecksum = .bad
      packet.ipChecksumForm = header.u16(10) == 0 ? .zero : .unremarkable
    }
  }

  /// A checksum over a pseudo-header and all of `region`: TCP, UDP, ICMPv6. `field` is where it stands.
  @inline(__always)
  func judgePseudoHeaderChecksum(_ bytes: WireBytes, _ region: Region, field: Int, _ packet: inout Packet) {
    judgePseudoHeaderChecksum(bytes, region, coverage: region, field: field, &packet)
  }

  /// The same where less than the region is covered (UDP-Lite): the pseudo-header has the region's length.
  @inline(__always)
  func judgePseudoHeaderChecksum(
    _ bytes: WireBytes, _ region: Region, coverage: Region, field: Int, _ packet: inout Packet
  ) {
    guard options.checksums != .ignore else { return }
    guard coverage.end >= coverage.wireEnd else {
      packet.transportChecksum = .unknown
      return
    }
    var sum = pseudoHeader(&packet)
    let length = region.wireCount
    sum.add(UInt32(truncatingIfNeeded: length))
    sum.add(bytes, coverage.offset, coverage.end)
    packet.transportChecksum = .ok
    if sum.folded != 0xFFFF { noteBadPseudoHeaderChecksum(bytes.u16(field), length, &packet) }
  }

  @inline(__always)
  private func pseudoHeader(_ packet: inout Packet) -> InternetChecksum {
    var sum = InternetChecksum()
    if packet.hasChecksumAddresses {
      sum.addPseudoHeader(
        packet.checksumSource, packet.checksumDestination, version: packet.version, ipProtocol: packet.ipProtocol)
    } else {
      sum.addPseudoHeader(
        packet.source, packet.destination, version: packet.version, ipProtocol: packet.ipProtocol)
    }
    return sum
  }

  @inline(never)
  private func noteBadPseudoHeaderChecksum(_ stored: UInt16, _ length: Int, _ packet: inout Packet) {
    packet.transportChecksum = .bad
    var sum = pseudoHeader(&packet)
    let withoutLength = sum.folded
    sum.add(UInt32(truncatingIfNeeded: length))
    if stored == sum.folded || stored == withoutLength {
      packet.transportChecksumForm = .pseudoHeaderOnly
    } else {
      packet.transportChecksumForm = stored == 0 ? .zero : .unremarkable
    }
  }

  /// A checksum over all of `region` and nothing else: ICMP, IGMP.
  func judgePlainChecksum(_ bytes: WireBytes, _ region: Region, field: Int, _ packet: inout Packet) {
    guard options.checksums != .ignore else { return }
    if region.end < region.wireEnd {
      packet.transportChecksum = .unknown
      return
    }
    var sum = InternetChecksum()
    sum.add(bytes, region.offset, region.end)
    packet.transportChecksum = sum.folded == 0xFFFF ? .ok : .bad
    packet.transportChecksumForm = bytes.u16(field) == 0 ? .zero : .unremarkable
  }

  /// Mutes what offloading explains and reports what is truly wrong.
  @inline(__always)
  mutating func settleChecksums(_ packet: inout Packet) {
    if packet.hasBadChecksum {
      settleBadChecksums(&packet)
    } else if checksumPolicy.hasLearned, packet.transportChecksum == .ok {
      checksumPolicy.noteGood(ChecksumPolicy.Way(of: &packet))
    }
  }

  @inline(never)
  private mutating func settleBadChecksums(_ packet: inout Packet) {
    // Where the header announces more than there ever was, the sum is over something else than the sender's.
    if packet.transportChecksum == .bad, packet.isIncomplete { packet.transportChecksum = .unknown }
    if options.checksums == .auto { checksumPolicy.settleBad(&packet) }
    if packet.ipChecksum == .bad { packet.raise(.ipv4BadChecksum, at: Int(packet.networkOffset) &+ 10) }
    guard packet.transportChecksum == .bad else { return }
    let start = Int(packet.transportOffset)
    switch packet.transport {
    case .tcp: packet.raise(.tcpBadChecksum, at: start &+ 16)
    case .udp: packet.raise(.udpBadChecksum, at: start &+ 6)
    case .icmp, .icmpv6: packet.raise(.icmpBadChecksum, at: start &+ 2)
    case .igmp: packet.raise(.igmpBadChecksum, at: start &+ 2)
    case .other where packet.ipProtocol == 136: packet.raise(.udpBadChecksum, at: start &+ 6)
    default: break
    }
  }
}
