import Catalog
import Evidence
import Packets

/// Flows begin and end here.
extension FlowCore {
  /// Makes a flow, giving one up if the table is full. `.none` only when there is no memory at all.
  mutating func open(_ key: FlowKey, _ hash: UInt32, _ packet: inout Packet, clientIsLow: Bool) -> UInt32 {
    if flows.count >= flows.capacity { giveUpFlow() }
    guard let at = flows.allocate() else { return .none }
    let flow = flows[at]
    flow.initialize(
      to: FlowState(key: key, hash: hash, id: identity(key, &packet), time: packet.time, number: packet.number))
    flow.pointee.capture = capture
    if clientIsLow { flow.pointee.marks.insert(.clientIsLow) }
    // Until its protocol says otherwise, soon enough that nothing is kept for long by mistake.
    flow.pointee.deadline = packet.time &+ options.timeouts.attempt
    index.insert(hash, at)
    wheel.schedule(at, deadline: flow.pointee.deadline, in: flows)
    counters.flowsOpened &+= 1
    counters.flows &+= 1
    if counters.flows > counters.flowsPeak { counters.flowsPeak = counters.flows }
    relieve(sparing: at)
    return at
  }

  /// A name that depends on the evidence only: FNV-1a over sensor, endpoints, first time and first packet.
  private func identity(_ key: FlowKey, _ packet: inout Packet) -> UInt64 {
    var h = idBasis
    func add(_ word: UInt64) {
      for shift in stride(from: UInt64(0), to: 64, by: 8) { h = (h ^ (word >> shift & 0xFF)) &* 0x100_0000_01B3 }
    }
    add(key.low.high)
    add(key.low.low)
    add(key.high.high)
    add(key.high.low)
    add(UInt64(key.ports) << 32 | UInt64(key.context))
    add(UInt64(bitPattern: packet.time))
    add(packet.number)
    return h
  }

  /// Asks the consumer about a flow. False, with the flow marked, if it does not want it.
  mutating func announce(_ flow: UnsafeMutablePointer<FlowState>) -> Bool {
    flow.pointee.marks.insert(.opened)
    guard let consumer else {
      flow.pointee.marks.insert(.stopped)
      return false
    }
    let token = consumer.open(FlowReference(flow))
    flow.pointee.token = token
    if token == 0 { flow.pointee.marks.insert(.stopped) }
    return token != 0
  }

  /// The table is full: the flow that is nearest to its time-out goes, of a few the one idle longest.
  private mutating func giveUpFlow() {
    var at = wheel.nearest()
    guard at != .none else { return }
    var best = at
    for _ in 0..<8 {
      let next = flows[at].pointee.timerNext
      if next == .none { break }
      at = next
      if flows[at].pointee.deadline < flows[best].pointee.deadline { best = at }
    }
    counters.flowsForced &+= 1
    reached(.flows)
    close(best, reason: .forced)
  }

  func isClosed(_ flow: UnsafeMutablePointer<FlowState>) -> Bool {
    flow.pointee.tcp != .none && sessions[flow.pointee.tcp].pointee.closedAt != .max
  }

  func reasonForTimeout(_ flow: UnsafeMutablePointer<FlowState>) -> FlowEndReason {
    isClosed(flow) ? .closed : .timeout
  }

  /// Ends a flow: what waits is given up, the last anomalies are told, and its record is written.
  mutating func close(_ at: UInt32, reason: FlowEndReason) {
    let flow = flows[at]
    if flow.pointee.tcp != .none { finishStreams(flow) }
    noteAtEnd(flow)
    flowRecords.append(concluded(flow, reason))
    releaseTallies(flow)
    wheel.remove(at, in: flows)
    index.remove(flow.pointee.hash, at)
    flows.release(at)
    counters.flowsClosed &+= 1
    counters.flows &-= 1
  }

  /// The record of a flow that is over; its session is given back, and the consumer has had its say. A function of its own, so
  /// that the record is made where it will stay.
  private mutating func concluded(_ flow: UnsafeMutablePointer<FlowState>, _ reason: FlowEndReason) -> FlowRecord {
    var record = makeRecord(flow, reason)
    let tcp = flow.pointee.tcp
    if tcp != .none {
      let session = sessions[tcp]
      record.tcp = summary(flow, session)
      record.toServer.payload = session.pointee.originator.payload(peer: session.pointee.responder)
      record.toClient.payload = session.pointee.responder.payload(peer: session.pointee.originator)
      record.toServer.missed = flow.pointee.toServer.payloadOrMissed
      record.toClient.missed = flow.pointee.toClient.payloadOrMissed
      if session.pointee.spareSYN != .none { spares.release(session.pointee.spareSYN) }
      sessions.release(tcp)
    }
    if flow.pointee.token != 0, let consumer {
      if tcp == .none {
        consumer.end(flow.pointee.token, .toServer)
        consumer.end(flow.pointee.token, .toClient)
      }
      consumer.close(flow.pointee.token, reason: reason, record: &record)
    }
    return record
  }

  private func makeRecord(_ flow: UnsafeMutablePointer<FlowState>, _ reason: FlowEndReason) -> FlowRecord {
    let state = flow.pointee
    let proto = state.key.proto
    let hasPorts = proto == 6 || proto == 17 || proto == 1 || proto == 58 || proto == 132
    let client = IPAddress(state.client)
    let server = IPAddress(state.server)
    var record = FlowRecord(
      id: FlowID(rawValue: state.id), origin: origins[Int(state.capture)],
      start: Timestamp(nanoseconds: state.start), end: Timestamp(nanoseconds: state.last),
      firstPacket: state.firstPacket,
      sourceIP: client, sourcePort: hasPorts ? state.clientPort : nil, destinationIP: server,
      destinationPort: hasPorts ? state.serverPort : nil, proto: TransportProtocol(rawValue: proto))
    if state.key.vlan != 0 || state.key.innerVLAN != 0 {
      record.vlan = state.key.innerVLAN == 0 ? [state.key.vlan] : [state.key.vlan, state.key.innerVLAN]
    }
    record.isOneWay = state.marks.contains(.oneWay)
    record.toServer = FlowSide(state.toServer)
    record.toClient = FlowSide(state.toClient)
    record.reason = reason
    return record
  }

  /// What only the whole of a flow shows.
  private mutating func noteAtEnd(_ flow: UnsafeMutablePointer<FlowState>) {
    let state = flow.pointee
    let seen = Sighting(time: state.last, number: state.lastPacket, direction: .toServer)
    if state.marks.contains(.provisional), !state.marks.contains(.strayReported) { noteStray(flow, seen, reset: false) }
    guard state.toServer.packets == 0 || state.toClient.packets == 0,
      !state.marks.contains(.strayReported)
    else { return }
    switch state.key.proto {
    case 6:
      if state.marks.contains(.answerDue) { note(.flowUnidirectional, flow, seen) }
    case 17:
      if state.toClient.packets == 0, state.toServer.packets >= 3, ServerPorts.answersRequests(state.serverPort),
        !state.server.isMulticast, !state.server.isLimitedBroadcast
      {
        note(.flowUnidirectional, flow, seen)
      }
    default: break
    }
  }
}

extension FlowSide {
  init(_ counters: SideCounters) {
    self.init()
    packets = counters.packets
    bytes = counters.bytes
    ipBytes = counters.ipBytes
    payload = counters.payloadOrMissed
  }
}
