import Catalog
import Packets

/// Defragmentation (RFC 791 §3.2, RFC 8200 §4.5).
extension FlowCore {
  /// Below this a fragment that is not the last is smaller than any link makes one.
  private static let saneMinimum = 64

  mutating func defragment(_ packet: inout Packet, frame: UnsafeRawBufferPointer) {
    counters.fragments &+= 1
    let length = Int(packet.wirePayloadLength)
    let start = Int(packet.fragmentOffset)
    let at = Int(packet.transportOffset)
    guard packet.ipChecksum != .bad else { return withoutFlow(&packet) }
    if packet.version == 4, packet.dontFragment { packet.raise(.fragmentWithDontFragment, at: at) }
    if packet.moreFragments {
      if length & 7 != 0 {
        packet.raise(.fragmentInvalidLength, at: at)
        return withoutFlow(&packet)
      }
      if length < Self.saneMinimum { packet.raise(.fragmentTooSmall, at: at) }
    }
    // IPv4's total length counts the header; IPv6's payload length the extension headers that stay (RFC 8200 §4.5).
    let header = Int(packet.networkHeaderLength) &- (packet.version == 4 ? 0 : min(48, Int(packet.networkHeaderLength)))
    if start &+ length &+ header > DatagramTable.maximum {
      packet.raise(.fragmentTooLarge, at: at)
      return withoutFlow(&packet)
    }
    if packet.payloadLength < packet.wirePayloadLength {
      packet.raiseMissing(.fragmentIncomplete, at: at)
      return withoutFlow(&packet)
    }
    let bytes = payload(of: &packet, frame)
    guard length > 0, bytes.count == length else { return withoutFlow(&packet) }
    let datagram = place(&packet, start..<start + length, bytes)
    guard datagram != .none, datagrams.isWhole(datagram) else { return withoutFlow(&packet) }
    complete(datagram, &packet)
  }

  /// Puts a fragment to its datagram; `.none` if it has no place there.
  private mutating func place(_ packet: inout Packet, _ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let vlan = options.vlanInKey ? packet.vlanOuter : 0
    let hash = DatagramTable.hash(packet, vlan, seed: seed)
    let offset = Int(packet.transportOffset)
    var at = datagrams.find(packet, vlan, hash)
    if at != .none, packet.time &- datagrams[at].pointee.time > options.timeouts.fragment {
      giveUp(at)
      at = .none
    }
    if at == .none {
      if datagrams.inTheMaking(from: packet.source) >= options.limits.datagramsPerSource {
        packet.raise(.fragmentFlood, at: offset)
        counters.datagramsGivenUp &+= 1
        reached(.datagrams)
        return .none
      }
      if datagrams.isFull {
        packet.raise(.fragmentFlood, at: offset)
        counters.datagramsGivenUp &+= 1
        reached(.datagrams)
        giveUp(datagrams.oldest)
      }
      at = datagrams.insert(packet, vlan, hash, capture: capture)
      while at == .none, datagrams.oldest != .none {
        giveUpForRoom()
        at = datagrams.insert(packet, vlan, hash, capture: capture)
      }
      guard at != .none else { return .none }
    }
    let datagram = datagrams[at]
    guard !datagram.pointee.isRefused else {
      packet.raise(.fragmentOverlap, at: offset)
      return .none
    }
    if packet.ipProtocol != datagram.pointee.ipProtocol {
      packet.raise(.fragmentProtocolMismatch, at: offset)
      // In IPv4 the protocol is part of a datagram's identity (RFC 791 §3.2); in IPv6 the first fragment says it.
      if packet.version == 4 { return .none }
      if range.lowerBound == 0 { datagram.pointee.ipProtocol = packet.ipProtocol }
    }
    let overlap = datagrams.overlap(at, range, bytes)
    if overlap.overlaps { packet.raise(.fragmentOverlap, at: offset) }
    if overlap.differs { packet.raise(.fragmentInconsistentData, at: offset) }
    if packet.version == 6, overlap.overlaps, !overlap.isDuplicate {
      // "Reassembly of that packet must be abandoned and all the fragments … must be discarded" (RFC 8200 §4.5): whatever
      // one policy or another would make of them, no receiver of today takes it in.
      counters.datagramsRefused &+= 1
      datagrams.refuse(at)
      return .none
    }
    if !packet.moreFragments {
      let end = UInt32(range.upperBound)
      if (datagram.pointee.length != .none && datagram.pointee.length != end) || datagram.pointee.farthest > end {
        packet.raise(.fragmentInvalidLength, at: offset)
        return .none
      }
      datagram.pointee.length = end
    } else if datagram.pointee.length != .none, range.upperBound > Int(datagram.pointee.length) {
      packet.raise(.fragmentInvalidLength, at: offset)
      return .none
    }
    guard Int(datagram.pointee.pieces) < options.limits.fragmentsPerDatagram else {
      counters.datagramsGivenUp &+= 1
      reached(.datagrams)
      giveUp(at)
      return .none
    }
    datagram.pointee.totals.packets &+= 1
    datagram.pointee.totals.bytes &+= UInt64(packet.countedLength)
    datagram.pointee.totals.ipBytes &+= UInt64(packet.networkLength)
    guard datagrams.add(at, range, bytes) else {
      packet.raise(.fragmentIncomplete, at: offset)
      giveUpForRoom()
      if datagrams.find(packet, vlan, hash) == at { giveUp(at) }
      return .none
    }
    return at
  }

  private mutating func complete(_ at: UInt32, _ packet: inout Packet) {
    let whole = datagrams.assemble(at, policy: overlapTargets.policy(of: datagrams[at].pointee.destination))
    let totals = datagrams[at].pointee.totals
    packet.ipProtocol = datagrams[at].pointee.ipProtocol
    datagrams.remove(at)
    counters.datagramsReassembled &+= 1
    // Those lie in the frame's bytes, not in the datagram's.
    let beside = packet.takeSubframes()
    defer { packet.giveBack(beside) }
    decoder.decodeDefragmented(whole, into: &packet)
    // A fragment within the reassembled datagram would be an attempt to make this go round.
    if packet.isFragment { return withoutFlow(&packet) }
    track(&packet, frame: whole, carried: totals)
    while decoder.decodeInner(whole, into: &packet) {
      if packet.isFragment { withoutFlow(&packet) } else { track(&packet, frame: whole, carried: .none) }
    }
    // What it carried lay in bytes that the caller does not have.
    packet.inner = .none
    _ = packet.takeSubframes()
  }

  // MARK: - Giving up

  mutating func expireDatagrams() {
    while datagrams.oldest != .none, clock &- datagrams[datagrams.oldest].pointee.time > options.timeouts.fragment {
      if !datagrams[datagrams.oldest].pointee.isRefused { counters.datagramsExpired &+= 1 }
      giveUp(datagrams.oldest)
    }
  }

  mutating func giveUpDatagrams() {
    while datagrams.oldest != .none { giveUp(datagrams.oldest) }
  }

  private mutating func giveUpForRoom() {
    counters.datagramsGivenUp &+= 1
    reached(.fragmentBuffer)
    giveUp(datagrams.oldest)
  }

  /// Forgets a datagram and says that it stayed incomplete, unless that was wanted.
  private mutating func giveUp(_ at: UInt32) {
    let d = datagrams[at].pointee
    guard !d.isRefused else { return datagrams.remove(at) }
    var packet = Packet()
    packet.number = d.number
    packet.time = d.time
    packet.version = d.version
    packet.source = d.source
    packet.destination = d.destination
    packet.ipProtocol = d.ipProtocol
    packet.tunnelDepth = d.tunnelDepth
    packet.tunnelEnds = d.tunnelEnds
    packet.raise(.fragmentIncomplete, at: 0)
    datagrams.remove(at)
    let current = capture
    capture = d.capture
    noteAll(&packet)
    capture = current
  }
}
