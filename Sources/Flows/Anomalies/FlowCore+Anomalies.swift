import Catalog
import Evidence
import Packets

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
      Self.related(packet), packet.time)
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

  /// Which other two hosts a packet without a flow is about: by those it was given to this engine, where there are several.
  private static func related(_ packet: borrowing Packet) -> UInt32 {
    if packet.tunnelDepth != 0 { return UInt32(truncatingIfNeeded: packet.tunnelEnds) }
    guard packet.hasQuoted else { return 0 }
    return UInt32(truncatingIfNeeded: NetworkAddress.pairName(packet.quoted.source, packet.quoted.destination))
  }

  /// A flow turned out to be no session: one record for the flow. What two hosts sent outside sessions is judged together by
  /// whoever reads the records.
  mutating func noteStray(_ flow: UnsafeMutablePointer<FlowState>, _ seen: Sighting, reset: Bool) {
    flow.pointee.marks.insert(.strayReported)
    if reset { counters.strayResets &+= 1 } else { counters.strayPackets &+= 1 }
    note(reset ? .tcpRstNoSession : .tcpNoSession, flow, seen)
  }

  /// Counts one; true if it is a record of its own.
  private mutating func tally(_ kind: AnomalyKind, _ list: inout UInt32, _ seen: Sighting) -> Bool {
    counters.anomalies &+= 1
    switch tallies.count(
      UInt32(kind.rawValue), in: &list, telling: options.anomaliesPerKind, time: seen.time, packet: seen.number,
      direction: seen.direction)
    {
    case .told: return true
    case .counted: return false
    case .lost:
      counters.talliesLost &+= 1
      reached(.tallies)
      return true
    }
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
    while let (kind, rest) = tallies.takeFirst(&flow.pointee.tallies) {
      guard let rest, var record = summary(kind, rest, flow.pointee.capture) else { continue }
      describe(&record, flow, rest.direction)
      anomalyRecords.append(consume record)
    }
  }

  private func summary(_ kind: UInt32, _ rest: AnomalyTallies.Rest, _ capture: UInt16) -> AnomalyRecord? {
    guard let kind = AnomalyKind(rawValue: UInt16(truncatingIfNeeded: kind)) else { return nil }
    var record = makeRecord(kind, rest.first, rest.packet, capture)
    record.count = rest.count
    record.first = Timestamp(nanoseconds: rest.first)
    record.last = Timestamp(nanoseconds: rest.last)
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
    var pair = pairs[at].pointee
    while let (kind, rest) = tallies.takeFirst(&pair.tallies) {
      guard let rest, var record = summary(kind, rest, pair.capture) else { continue }
      if pair.high != .zero {
        record.sourceIP = IPAddress(rest.direction == .toServer ? pair.low : pair.high)
        record.destinationIP = IPAddress(rest.direction == .toServer ? pair.high : pair.low)
      }
      anomalyRecords.append(consume record)
    }
    pairs.remove(at)
  }
}
