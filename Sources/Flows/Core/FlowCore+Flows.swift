import Catalog
import Evidence
import Packets

/// Flows begin and end here.
extension FlowCore {
  /// Makes a flow, giving one up if the table is full. `.none` only when there is no memory, which counts as a cap reached.
  mutating func open(_ key: FlowKey, _ hash: UInt32, _ packet: inout Packet, clientIsLow: Bool) -> UInt32 {
    if flows.count >= flows.capacity { giveUpFlow() }
    guard let at = flows.allocate() else {
      reached(.flows)
      return .none
    }
    var long: UnsafePointer<LongAddresses>?
    if !key.isShort {
      guard let place = longAddresses.allocate() else {
        flows.release(at)
        reached(.flows)
        return .none
      }
      longAddresses[place].initialize(to: LongAddresses(low: key.low, high: key.high))
      long = UnsafePointer(longAddresses[place])
    }
    let flow = flows[at]
    flow.initialize(
      to: FlowState(
        key: key, long: long, id: Self.identity(key, &packet, basis: idBasis), time: packet.time,
        number: packet.number))
    flow.pointee.capture = capture
    if clientIsLow { flow.pointee.marks.insert(.clientIsLow) }
    // Until its protocol says otherwise, soon enough that nothing is kept for long by mistake.
    flow.pointee.deadline = packet.time &+ options.timeouts.attempt
    index.insert(hash, at)
    wheel.schedule(at, deadline: flow.pointee.deadline, in: flows.elements)
    counters.flowsOpened &+= 1
    counters.flows &+= 1
    if counters.flows > counters.flowsPeak { counters.flowsPeak = counters.flows }
    relieve(sparing: at)
    return at
  }

  /// A name that depends on the evidence only: sensor, endpoints, first time and first packet, each word folded in by a
  /// multiplication of its own.
  ///
  /// - Parameter basis: what the sensor is named.
  private static func identity(_ key: FlowKey, _ packet: inout Packet, basis: UInt64) -> UInt64 {
    // Odd constants without a pattern: the fractions of the square roots of 2, 3, 5 and 7.
    let ends = mix(key.low.high ^ 0x6A09_E667_F3BC_C909, key.low.low ^ basis)
    let others = mix(key.high.high ^ 0xBB67_AE85_84CA_A73B, key.high.low ^ ends)
    let ports = mix(UInt64(key.ports) << 32 | UInt64(key.context), others ^ 0x3C6E_F372_FE94_F82B)
    return mix(UInt64(bitPattern: packet.time) ^ 0xA54F_F53A_5F1D_36F1, packet.number ^ ports)
  }

  /// Asks the consumer about a flow. False, with the flow marked, if it does not want it.
  mutating func announce(_ flow: UnsafeMutablePointer<FlowState>) -> Bool {
    flow.pointee.marks.insert(.opened)
    guard let consumer else {
      flow.pointee.marks.insert(.stopped)
      return false
    }
    let token = consumer.call { $0.open(FlowReference(flow)) }
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
    conclude(at, flow, reason)
    releaseTallies(flow)
    remove(at)
    counters.flowsClosed &+= 1
  }

  /// Takes a flow out of the table.
  mutating func remove(_ at: UInt32) {
    let flow = flows[at]
    wheel.remove(at, in: flows.elements)
    index.remove(flow.pointee.key.hash(seed: seed), at)
    if let long = flow.pointee.long { longAddresses.release(longAddresses.number(of: long)) }
    if flow.pointee.marks.contains(.large) { largeTotals.forget(flow) }
    flows.release(at)
    counters.flows &-= 1
  }

  /// Writes the record of a flow that is over; its session is given back, and the consumer has its say where the record stays.
  private mutating func conclude(_ at: UInt32, _ flow: UnsafeMutablePointer<FlowState>, _ reason: FlowEndReason) {
    let tcp = flow.pointee.tcp
    record(flow, reason)
    if flow.pointee.marks.contains(.quoted) { tellQuotedErrors(of: at) }
    if tcp != .none {
      let session = sessions[tcp]
      if session.pointee.spareSYN != .none { spares.release(session.pointee.spareSYN) }
      sessions.release(tcp)
    }
    guard flow.pointee.token != 0, let consumer else { return }
    let token = flow.pointee.token
    if tcp == .none {
      consumer.call {
        $0.end(token, .toServer)
        $0.end(token, .toClient)
      }
    }
    consumer.call { $0.close(token, reason: reason, record: &flowRecords[flowRecords.count &- 1]) }
  }

  /// Adds to the latest record what ICMP errors said of the flow, and forgets it.
  private mutating func tellQuotedErrors(of at: UInt32) {
    var errors: [ICMPError] = []
    var next = quotedErrors.first(of: at)
    while next != .none {
      let entry = quotedErrors[next].pointee
      errors.append(
        ICMPError(
          from: IPAddress(entry.from), type: entry.type, code: entry.code, count: entry.count,
          first: Timestamp(nanoseconds: entry.first), last: Timestamp(nanoseconds: entry.last)))
      next = entry.next
    }
    quotedErrors.remove(at)
    flowRecords[flowRecords.count &- 1].icmpErrors = errors
  }

  private mutating func record(_ flow: UnsafeMutablePointer<FlowState>, _ reason: FlowEndReason) {
    let proto = flow.pointee.proto
    let hasPorts = proto == 6 || proto == 17 || proto == 1 || proto == 58 || proto == 132
    let place = flowRecords.count
    flowRecords.append(
      FlowRecord(
        id: FlowID(rawValue: flow.pointee.id), origin: origins[Int(flow.pointee.capture)],
        start: Timestamp(nanoseconds: flow.pointee.start), end: Timestamp(nanoseconds: flow.pointee.last),
        firstPacket: flow.pointee.firstPacket, sourceIP: IPAddress(flow.pointee.client),
        sourcePort: hasPorts ? flow.pointee.clientPort : nil, destinationIP: IPAddress(flow.pointee.server),
        destinationPort: hasPorts ? flow.pointee.serverPort : nil, proto: TransportProtocol(rawValue: proto)))
    let session = flow.pointee.tcp == .none ? nil : sessions[flow.pointee.tcp]
    Self.complete(
      &flowRecords[place], flow, largeTotals.all(flow, .toServer), largeTotals.all(flow, .toClient), session, reason)
  }

  /// Adds what a flow counted to its record, where that lies: it is too large to be passed about.
  private static func complete(
    _ record: inout FlowRecord, _ flow: UnsafeMutablePointer<FlowState>, _ toServer: SideTotals,
    _ toClient: SideTotals, _ session: UnsafeMutablePointer<TCPState>?, _ reason: FlowEndReason
  ) {
    let vlans = (flow.pointee.vlan, flow.pointee.innerVLAN)
    if vlans != (0, 0) { record.vlan = vlans.1 == 0 ? [vlans.0] : [vlans.0, vlans.1] }
    record.isOneWay = flow.pointee.marks.contains(.oneWay)
    record.toServer = FlowSide(toServer)
    record.toClient = FlowSide(toClient)
    record.reason = reason
    if let session {
      record.tcp = summary(flow, session)
      record.toServer.payload = session.pointee.originator.payload(peer: session.pointee.responder)
      record.toClient.payload = session.pointee.responder.payload(peer: session.pointee.originator)
      record.toServer.missed = toServer.payloadOrMissed
      record.toClient.missed = toClient.payloadOrMissed
    }
  }

  /// What only the whole of a flow shows.
  private mutating func noteAtEnd(_ flow: UnsafeMutablePointer<FlowState>) {
    let seen = Sighting(time: flow.pointee.last, number: flow.pointee.lastPacket, direction: .toServer)
    if flow.pointee.marks.contains(.provisional), !flow.pointee.marks.contains(.strayReported) {
      noteStray(flow, seen, reset: false)
    }
    guard flow.pointee.toServer.packets == 0 || flow.pointee.toClient.packets == 0,
      !flow.pointee.marks.contains(.strayReported)
    else { return }
    switch flow.pointee.proto {
    case 6:
      if flow.pointee.marks.contains(.answerDue) { note(.flowUnidirectional, flow, seen) }
    case 17:
      if flow.pointee.toClient.packets == 0, flow.pointee.toServer.packets >= 3,
        ServerPorts.answersRequests(flow.pointee.serverPort),
        !flow.pointee.server.isMulticast, !flow.pointee.server.isLimitedBroadcast
      {
        note(.flowUnidirectional, flow, seen)
      }
    default: break
    }
  }
}

extension FlowSide {
  init(_ totals: SideTotals) {
    self.init()
    packets = totals.packets
    bytes = totals.bytes
    ipBytes = totals.ipBytes
    payload = totals.payloadOrMissed
  }
}
