import Catalog
import Evidence
import Packets

/// How often one kind of anomaly was seen in one flow (or between two hosts, outside flows). Trivial.
struct AnomalyTally: BitwiseCopyable {
  var next: UInt32
  var kind: UInt16
  var direction: Direction
  /// All of them, those that are records of their own included.
  var count: UInt64
  /// Of those that are no records of their own: time and packet of the first, time of the last.
  var first: Int64
  var firstPacket: UInt64
  var last: Int64
}

/// Anomalies become records here: the first few of a kind each, the rest as one record when their flow ends.
extension FlowCore {
  /// Notes an anomaly of a flow.
  mutating func note(
    _ kind: AnomalyKind, _ flow: UnsafeMutablePointer<FlowState>, _ seen: Sighting, offset: UInt64? = nil,
    captured: Bool = false
  ) {
    guard tally(kind, &flow.pointee.tallies, seen) else { return }
    var record = makeRecord(kind, seen.time, seen.number, capture)
    describe(&record, flow, seen.direction)
    record.offset = offset
    record.captured = captured
    anomalyRecords.append(consume record)
  }

  /// Notes what the decoder found in a packet of a flow.
  mutating func noteAll(_ packet: inout Packet, _ flow: UnsafeMutablePointer<FlowState>, _ direction: Direction) {
    let seen = Sighting(time: packet.time, number: packet.number, direction: direction)
    for i in 0..<packet.anomalies.count {
      let found = packet.anomalies[i]
      note(found.kind, flow, seen, offset: UInt64(found.offset), captured: found.captured)
    }
  }

  /// Notes what the decoder found in a packet that belongs to no flow, by the two hosts.
  mutating func noteAll(_ packet: inout Packet) {
    let lowFirst = !(packet.destination < packet.source)
    let pair = hostPair(
      lowFirst ? packet.source : packet.destination, lowFirst ? packet.destination : packet.source,
      packet.tunnelDepth == 0 ? 0 : UInt32(truncatingIfNeeded: packet.tunnelEnds), packet.time)
    let seen = Sighting(time: packet.time, number: packet.number, direction: lowFirst ? .toServer : .toClient)
    for i in 0..<packet.anomalies.count {
      let found = packet.anomalies[i]
      if pair != .none {
        let entry = pairs[pair]
        guard tally(found.kind, &entry.pointee.tallies, seen) else { continue }
      }
      var record = makeRecord(found.kind, packet.time, packet.number, capture)
      if packet.version != 0 {
        record.sourceIP = IPAddress(packet.source)
        record.destinationIP = IPAddress(packet.destination)
        record.proto = TransportProtocol(rawValue: packet.ipProtocol)
        if packet.sourcePort != 0 || packet.destinationPort != 0 {
          record.sourcePort = packet.sourcePort
          record.destinationPort = packet.destinationPort
        }
      } else if packet.hasARP {
        record.sourceIP = IPAddress(packet.arp.senderNetwork)
        record.destinationIP = IPAddress(packet.arp.targetNetwork)
      }
      record.offset = UInt64(found.offset)
      record.captured = found.captured
      anomalyRecords.append(consume record)
    }
  }

  /// A flow turned out to be no session: one record for the flow. What two hosts sent outside sessions is judged together by
  /// whoever reads the records.
  mutating func noteStray(_ flow: UnsafeMutablePointer<FlowState>, _ seen: Sighting, reset: Bool) {
    flow.pointee.marks.insert(.strayReported)
    if reset { counters.strayResets &+= 1 } else { counters.strayPackets &+= 1 }
    note(reset ? .tcpRstNoSession : .tcpNoSession, flow, seen)
  }

  /// Counts one; true if it is among the first few, which are records of their own.
  private mutating func tally(_ kind: AnomalyKind, _ head: inout UInt32, _ seen: Sighting) -> Bool {
    counters.anomalies &+= 1
    var at = head
    while at != .none {
      let entry = tallies[at]
      if entry.pointee.kind == kind.rawValue {
        entry.pointee.count &+= 1
        if entry.pointee.count <= UInt64(options.anomaliesPerKind) { return true }
        if entry.pointee.count == UInt64(options.anomaliesPerKind) &+ 1 {
          entry.pointee.first = seen.time
          entry.pointee.firstPacket = seen.number
          entry.pointee.direction = seen.direction
        }
        entry.pointee.last = seen.time
        return false
      }
      at = entry.pointee.next
    }
    guard let new = tallies.allocate() else {
      counters.talliesLost &+= 1
      reached(.tallies)
      return true
    }
    tallies[new].initialize(
      to: AnomalyTally(
        next: head, kind: kind.rawValue, direction: seen.direction, count: 1, first: seen.time,
        firstPacket: seen.number,
        last: seen.time))
    head = new
    return options.anomaliesPerKind > 0
  }

  private func makeRecord(_ kind: AnomalyKind, _ time: Int64, _ packet: UInt64, _ capture: UInt16) -> AnomalyRecord {
    AnomalyRecord(kind, time: Timestamp(nanoseconds: time), origin: origins[Int(capture)], packet: packet)
  }

  private func describe(_ record: inout AnomalyRecord, _ flow: UnsafeMutablePointer<FlowState>, _ direction: Direction)
  {
    record.flow = FlowID(rawValue: flow.pointee.id)
    let toServer = direction == .toServer
    record.sourceIP = IPAddress(toServer ? flow.pointee.client : flow.pointee.server)
    record.destinationIP = IPAddress(toServer ? flow.pointee.server : flow.pointee.client)
    record.proto = TransportProtocol(rawValue: flow.pointee.proto)
    if flow.pointee.ports != 0 {
      record.sourcePort = toServer ? flow.pointee.clientPort : flow.pointee.serverPort
      record.destinationPort = toServer ? flow.pointee.serverPort : flow.pointee.clientPort
    }
  }

  /// Writes the records that sum up, and gives the tallies back.
  mutating func releaseTallies(_ flow: UnsafeMutablePointer<FlowState>) {
    var at = flow.pointee.tallies
    while at != .none {
      let entry = tallies[at].pointee
      if var record = summary(entry, flow.pointee.capture) {
        describe(&record, flow, entry.direction)
        anomalyRecords.append(consume record)
      }
      tallies.release(at)
      at = entry.next
    }
    flow.pointee.tallies = .none
  }

  private func summary(_ entry: AnomalyTally, _ capture: UInt16) -> AnomalyRecord? {
    let reported = UInt64(options.anomaliesPerKind)
    guard entry.count > reported, let kind = AnomalyKind(rawValue: entry.kind) else { return nil }
    var record = makeRecord(kind, entry.first, entry.firstPacket, capture)
    record.count = entry.count - reported
    record.first = Timestamp(nanoseconds: entry.first)
    record.last = Timestamp(nanoseconds: entry.last)
    return record
  }

  // MARK: - Host pairs

  /// The entry of two hosts, made if need be; one whose time is over is told of and begins anew.
  private mutating func hostPair(
    _ low: NetworkAddress, _ high: NetworkAddress, _ related: UInt32, _ time: Int64
  ) -> UInt32 {
    let hash = HostPairTable.hash(low, high, related, seed: seed)
    var at = pairs.find(low, high, related, hash)
    if at != .none, time &- pairs[at].pointee.last > options.timeouts.hostPair {
      releasePair(at)
      at = .none
    }
    if at == .none {
      if pairs.isFull {
        counters.hostPairsForgotten &+= 1
        reached(.hostPairs)
        releasePair(pairs.oldest)
      }
      at = pairs.insert(low, high, related, hash, time)
      guard at != .none else { return .none }
    }
    if time > pairs[at].pointee.last { pairs[at].pointee.last = time }
    return at
  }

  mutating func releasePairs() {
    while pairs.oldest != .none { releasePair(pairs.oldest) }
  }

  private mutating func releasePair(_ at: UInt32) {
    let pair = pairs[at].pointee
    var tallyAt = pair.tallies
    while tallyAt != .none {
      let entry = tallies[tallyAt].pointee
      if var record = summary(entry, pair.capture) {
        if pair.high != .zero {
          record.sourceIP = IPAddress(entry.direction == .toServer ? pair.low : pair.high)
          record.destinationIP = IPAddress(entry.direction == .toServer ? pair.high : pair.low)
        }
        anomalyRecords.append(consume record)
      }
      tallies.release(tallyAt)
      tallyAt = entry.next
    }
    pairs.remove(at)
  }
}
