// Verdicts on the checksums of a packet, and which of the bad ones are reported.

import Catalog

extension PacketDecoder {
  /// The IPv4 header checksum; all of the header is there.
  @inline(__always)
  func judgeIPChecksum(_ bytes: WireBytes, _ start: Int, _ end: Int, _ packet: inout Packet) {
    var sum = InternetChecksum()
    sum.add(bytes, start, end)
    packet.ipChecksum = sum.folded == 0xFFFF ? .ok : .bad
    packet.ipChecksumForm = bytes.u16(start &+ 10) == 0 ? .zero : .unremarkable
  }

  /// A checksum over a pseudo-header and all of `region`: TCP, UDP, ICMPv6. `field` is where it stands.
  func judgePseudoHeaderChecksum(_ bytes: WireBytes, _ region: Region, field: Int, _ packet: inout Packet) {
    guard options.checksums != .ignore else { return }
    // A mapped address never stands in a pseudo-header as such: the packet's version says how long addresses are.
    var pseudo = InternetChecksum()
    pseudo.addPseudoHeader(
      packet.checksumSource, packet.checksumDestination, version: packet.version, ipProtocol: packet.ipProtocol)
    let withoutLength = pseudo.folded
    let length = region.wireCount
    pseudo.add(UInt16(truncatingIfNeeded: length >> 16))
    pseudo.add(UInt16(truncatingIfNeeded: length))
    let stored = bytes.u16(field)
    var form = ChecksumForm.unremarkable
    if stored == pseudo.folded || stored == withoutLength {
      form = .pseudoHeaderOnly
    } else if stored == 0 {
      form = .zero
    }
    if region.end < region.wireEnd {
      packet.transportChecksum = .unknown
      return
    }
    var sum = pseudo
    sum.add(bytes, region.offset, region.end)
    packet.transportChecksum = sum.folded == 0xFFFF ? .ok : .bad
    packet.transportChecksumForm = form
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
    if options.checksums == .auto { checksumPolicy.settle(&packet) }
    guard packet.hasBadChecksum else { return }
    if packet.ipChecksum == .bad { packet.raise(.ipv4BadChecksum, at: Int(packet.networkOffset) &+ 10) }
    guard packet.transportChecksum == .bad else { return }
    let start = Int(packet.transportOffset)
    switch packet.transport {
    case .tcp: packet.raise(.tcpBadChecksum, at: start &+ 16)
    case .udp: packet.raise(.udpBadChecksum, at: start &+ 6)
    case .icmp, .icmpv6: packet.raise(.icmpBadChecksum, at: start &+ 2)
    case .igmp: packet.raise(.igmpBadChecksum, at: start &+ 2)
    default: break
    }
  }
}
