import Catalog
import Evidence
import Packets

/// What every step of handling one segment needs. Built anew for each segment, on the stack.
struct Segment {
  let flow: UnsafeMutablePointer<FlowState>
  let session: UnsafeMutablePointer<TCPState>
  /// Who sent it, and who is to receive it.
  var sender: UnsafeMutablePointer<TCPEndpoint>
  var receiver: UnsafeMutablePointer<TCPEndpoint>
  var seen: Sighting
  let flags: TCPFlags
  let sequence: UInt32
  let acknowledgement: UInt32
  /// Payload bytes on the wire.
  let length: Int
  /// The sequence number after it: SYN and FIN count one each, and what a RST carries is no part of the stream.
  let end: UInt32

  @inline(__always) func has(_ flag: TCPFlags) -> Bool { flags.rawValue & flag.rawValue != 0 }
  @inline(__always) var isControl: Bool { flags.rawValue & 0x07 != 0 }
  @inline(__always) var direction: Direction { seen.direction }
}

/// TCP (RFC 9293), from the packet to its session.
extension FlowCore {
  mutating func trackTCP(_ packet: inout Packet, frame: UnsafeRawBufferPointer, carried: FragmentTotals) {
    var sourceIsLow = false
    let key = key(of: &packet, packet.sourcePort, packet.destinationPort, sourceIsLow: &sourceIsLow)
    let hash = key.hash(seed: seed)
    var at = live(key, hash, at: packet.time)
    if packet.transportChecksum == .bad { return noteDamaged(at, key, hash, sourceIsLow, &packet) }
    var variants: UInt16 = 0
    if at != .none, packet.tcp.flags.rawValue & TCPFlags.syn.rawValue != 0 {
      switch reuse(at, &packet, sourceIsLow) {
      case .none: break
      case .replace(let carriedVariants):
        variants = carriedVariants
        close(at, reason: .closed)
        at = .none
      case .answered:
        at = replaceAnswered(at, key, hash, &packet)
        guard at != .none else { return withoutFlow(&packet) }
      }
    }
    if at == .none {
      at = openTCP(key, hash, &packet, sourceIsLow)
      guard at != .none else { return withoutFlow(&packet) }
      sessions[flows[at].pointee.tcp].pointee.handshakeVariants = variants
      if Int(variants) > options.handshakeVariantLimit {
        note(.tcpSynFlood, flows[at], Sighting(time: packet.time, number: packet.number, direction: .toServer))
      }
    }
    let flow = flows[at]
    let session = sessions[flow.pointee.tcp]
    let direction: Direction = flow.pointee.marks.contains(.clientIsLow) == sourceIsLow ? .toServer : .toClient
    let header = packet.tcp
    let length = Int(packet.wirePayloadLength)
    let flags = header.flags
    var end = header.sequence
    if flags.rawValue & TCPFlags.rst.rawValue == 0 { end = end &+ UInt32(truncatingIfNeeded: length) }
    end = end &+ UInt32(flags.rawValue >> 1 & 1) &+ UInt32(flags.rawValue & 1)
    var segment = Segment(
      flow: flow, session: session, sender: session.sender(direction), receiver: session.sender(direction.opposite),
      seen: Sighting(time: packet.time, number: packet.number, direction: direction), flags: flags,
      sequence: header.sequence, acknowledgement: header.acknowledgement, length: length, end: end)
    let previous = flow.pointee.last
    count(&packet, flow, direction, carried)
    if !packet.anomalies.isEmpty { noteAll(&packet, flow, direction) }
    follow(&segment, &packet, frame, previous: previous)
    settle(at, segment)
  }

  private enum Reuse {
    /// It belongs to the session.
    case none
    /// It opens a new session now; so many differing handshake segments came before it.
    case replace(UInt16)
    /// It answers the SYN that came within the session.
    case answered
  }

  /// Whether a segment with SYN belongs to the session in the table or opens the next one of the same endpoints.
  private mutating func reuse(_ at: UInt32, _ packet: inout Packet, _ sourceIsLow: Bool) -> Reuse {
    let flow = flows[at]
    let session = sessions[flow.pointee.tcp]
    let direction: Direction = flow.pointee.marks.contains(.clientIsLow) == sourceIsLow ? .toServer : .toClient
    let seen = Sighting(time: packet.time, number: packet.number, direction: direction)
    let originator = session.sender(.toServer)
    let responder = session.sender(.toClient)
    let sequence = packet.tcp.sequence
    if packet.tcp.flags.contains(.ack) {
      if direction == .toClient, session.pointee.spareSYN != .none,
        packet.tcp.acknowledgement == spares[session.pointee.spareSYN].pointee.sequence &+ 1
      {
        return .answered
      }
      // A second SYN-ACK whose SYN was never seen, with another number, is another half of a session.
      guard originator.pointee.state == .inactive, sequence != responder.pointee.startSequence else { return .none }
      return .replace(session.pointee.handshakeVariants)
    }
    let closed = originator.pointee.marks.contains(.didClose) && responder.pointee.marks.contains(.didClose)
    let wasReset = originator.pointee.state == .reset || responder.pointee.state == .reset
    if closed || wasReset {
      if !closed, sequence == originator.pointee.startSequence { return .none }
      if !wasReset { note(.tcpReuseEarly, flow, seen) }
      return .replace(0)
    }
    if sequence == originator.pointee.startSequence { return .none }
    if direction == .toClient {
      // Simultaneous open, or SYN and SYN-ACK whose order was turned about.
      if responder.pointee.state == .inactive || sequence == responder.pointee.startSequence { return .none }
    }
    if originator.pointee.state == .synSent, responder.pointee.state == .inactive {
      let variants = session.pointee.handshakeVariants &+ 1
      note(.tcpSynResendDifferent, flow, seen)
      note(.tcpHandshakeWrongSeq, flow, seen)
      return .replace(variants)
    }
    if !flow.pointee.marks.contains(.established) || direction == .toClient || originator.pointee.state == .closed
      || responder.pointee.state == .closed
    {
      note(.tcpReuseEarly, flow, seen)
      return .replace(0)
    }
    // Within an open session a host answers a SYN with a challenge ACK and goes on (RFC 9293 §3.10.7.4): whoever
    // wants to hide the rest of a session could otherwise do so with a forged SYN.
    note(.tcpSynResendDifferent, flow, seen)
    note(.tcpReuseEarly, flow, seen)
    var offered: TCPEndpoint.Marks = []
    if packet.tcp.options.contains(.timestamps) { offered.insert(.offeredTimestamps) }
    if packet.tcp.options.contains(.windowScale) { offered.insert(.offeredScale) }
    // With none to spare the SYN is as lost on us as it is on the host.
    if session.pointee.spareSYN == .none { session.pointee.spareSYN = spares.allocate() ?? .none }
    guard session.pointee.spareSYN != .none else {
      counters.spareSYNsLost &+= 1
      reached(.spareSYNs)
      return .none
    }
    spares[session.pointee.spareSYN].pointee = SpareSYN(
      time: packet.time, number: packet.number, sequence: sequence, wireLength: packet.countedLength,
      networkLength: packet.networkLength, window: packet.tcp.window, windowScale: packet.tcp.windowScale,
      offered: offered)
    return .none
  }

  /// The SYN within the session was answered after all: the old session is over, and the new one began with that SYN.
  private mutating func replaceAnswered(_ old: UInt32, _ key: FlowKey, _ hash: UInt32, _ packet: inout Packet) -> UInt32
  {
    let spare = spares[sessions[flows[old].pointee.tcp].pointee.spareSYN].pointee
    takeBack(
      SideTotals(packets: 1, bytes: UInt64(spare.wireLength), ipBytes: UInt64(spare.networkLength)), from: flows[old],
      .toServer)
    let clientIsLow = flows[old].pointee.marks.contains(.clientIsLow)
    close(old, reason: .closed)
    var first = packet
    first.time = spare.time
    first.number = spare.number
    let at = open(key, hash, &first, clientIsLow: clientIsLow)
    guard at != .none, startSession(at) else { return .none }
    let flow = flows[at]
    let session = sessions[flow.pointee.tcp]
    if !options.oneside { flow.pointee.marks.insert(.held) }
    add(
      SideTotals(packets: 1, bytes: UInt64(spare.wireLength), ipBytes: UInt64(spare.networkLength)), to: flow, .toServer
    )
    let originator = session.sender(.toServer)
    originator.pointee.startSequence = spare.sequence
    originator.pointee.acknowledged = spare.sequence
    originator.pointee.lastSequence = spare.sequence &+ 1
    originator.pointee.state = .synSent
    originator.pointee.flags = 2
    originator.pointee.window = UInt32(spare.window)
    originator.pointee.windowSequence = spare.sequence
    originator.pointee.windowScale = min(spare.windowScale, 14)
    originator.pointee.marks = spare.offered
    session.pointee.firstSeen = 1
    _ = session.pointee.history.once(.syn, UInt8(ascii: "S"), .toServer)
    return at
  }

  /// Gives a flow its session; without one the flow cannot be, and is taken back.
  private mutating func startSession(_ at: UInt32) -> Bool {
    guard let session = sessions.allocate() else {
      remove(at)
      reached(.flows)
      return false
    }
    freshSession.begin(sessions[session])
    flows[at].pointee.tcp = session
    return true
  }

  /// A flow for a segment of none, with the direction guessed where the segment does not say it.
  private mutating func openTCP(_ key: FlowKey, _ hash: UInt32, _ packet: inout Packet, _ sourceIsLow: Bool) -> UInt32 {
    let flags = packet.tcp.flags
    let isSYN = flags.contains(.syn)
    var flip = false
    if !isSYN || flags.contains(.ack), ServerPorts.isLikelyTCP(packet.sourcePort) {
      flip = !ServerPorts.isLikelyTCP(packet.destinationPort) || (!isSYN && packet.sourcePort < packet.destinationPort)
    }
    let at = open(key, hash, &packet, clientIsLow: sourceIsLow != flip)
    guard at != .none, startSession(at) else { return .none }
    let flow = flows[at]
    if flip { sessions[flow.pointee.tcp].pointee.history.append(UInt8(ascii: "^")) }
    let damaged = packet.transportChecksum == .bad
    let direction: Direction = flip ? .toClient : .toServer
    let seen = Sighting(time: packet.time, number: packet.number, direction: direction)
    if damaged {
      flow.pointee.marks.insert(.strayReported)
    } else if isSYN {
      if !options.oneside { flow.pointee.marks.insert(.held) }
      if flags.contains(.ack) { note(.tcpSynackWithoutSyn, flow, seen) }
    } else {
      flow.pointee.marks.insert(.midstream)
      if flags.contains(.rst) {
        noteStray(flow, seen, reset: true)
      } else if flags.contains(.fin) {
        noteStray(flow, seen, reset: false)
      } else if options.midstream == .pickup {
        note(.tcpMidstream, flow, seen)
      } else {
        flow.pointee.marks.insert(.provisional)
        if !options.oneside { flow.pointee.marks.insert(.held) }
      }
    }
    return at
  }

  /// A segment with a wrong checksum: told of, and kept out of everything else.
  private mutating func noteDamaged(
    _ found: UInt32, _ key: FlowKey, _ hash: UInt32, _ sourceIsLow: Bool, _ packet: inout Packet
  ) {
    counters.badChecksums &+= 1
    let at = found != .none ? found : openTCP(key, hash, &packet, sourceIsLow)
    guard at != .none else { return withoutFlow(&packet) }
    let flow = flows[at]
    let session = sessions[flow.pointee.tcp]
    let direction: Direction = flow.pointee.marks.contains(.clientIsLow) == sourceIsLow ? .toServer : .toClient
    session.pointee.history.scaled(UInt8(ascii: "C"), direction, count: &session.sender(direction).pointee.badChecksums)
    noteAll(&packet, flow, direction)
  }

  /// When the session will be over unless something happens.
  private mutating func settle(_ at: UInt32, _ segment: Segment) {
    let flow = segment.flow
    let session = segment.session
    let timeouts = options.timeouts
    let originator = session.sender(.toServer)
    let responder = session.sender(.toClient)
    let deadline: Int64
    if session.pointee.closedAt != .max {
      deadline = session.pointee.closedAt &+ timeouts.closed
    } else if responder.pointee.state == .inactive,
      originator.pointee.state == .synSent || originator.pointee.state == .synAckSent
    {
      deadline = flow.pointee.start &+ timeouts.attempt
    } else if session.pointee.partialCloseAt != .max, originator.pointee.state != .inactive,
      responder.pointee.state != .inactive
    {
      deadline = session.pointee.partialCloseAt &+ timeouts.partialClose
    } else if originator.pointee.state.rawValue >= EndpointState.partial.rawValue
      || responder.pointee.state.rawValue >= EndpointState.partial.rawValue
    {
      // Half-open: both said SYN, and nobody has said anything yet.
      let isOpen =
        flow.pointee.marks.contains(.established) || flow.pointee.marks.contains(.midstream)
        || originator.pointee.nextOffset != 0 || responder.pointee.nextOffset != 0
      deadline = flow.pointee.last &+ (isOpen ? timeouts.established : timeouts.handshake)
    } else {
      deadline = flow.pointee.last &+ timeouts.handshake
    }
    let sooner = deadline < flow.pointee.deadline
    flow.pointee.deadline = deadline
    if sooner {
      wheel.remove(at, in: flows.elements)
      wheel.schedule(at, deadline: deadline, in: flows.elements)
    }
  }

  static func summary(_ flow: UnsafeMutablePointer<FlowState>, _ session: UnsafeMutablePointer<TCPState>) -> TCPSummary
  {
    var out = TCPSummary()
    out.history = session.pointee.history.text
    out.connState = connState(session, history: out.history)
    out.flagsToServer = session.pointee.originator.flags
    out.flagsToClient = session.pointee.responder.flags
    out.midstream = flow.pointee.marks.contains(.midstream)
    out.lossy = flow.pointee.marks.contains(.lossy)
    return out
  }

  /// conn_state as the documentation of Zeek's conn.log defines it by the two endpoints' states.
  private static func connState(_ session: UnsafeMutablePointer<TCPState>, history: String) -> String {
    let o = session.pointee.originator.state
    let r = session.pointee.responder.state
    let originatorSilent = o == .inactive || o == .partial
    let responderSilent = r == .inactive || r == .partial
    if r == .reset {
      if o == .synSent || o == .synAckSent { return "REJ" }
      if o == .reset, session.pointee.originator.payload(peer: session.pointee.responder) == 0,
        session.pointee.responder.payload(peer: session.pointee.originator) == 0
      {
        return "REJ"
      }
      return originatorSilent ? "RSTRH" : "RSTR"
    }
    if o == .reset {
      guard responderSilent else { return "RSTO" }
      return isAbandonedAttempt(history) ? "RSTOS0" : "OTH"
    }
    if o == .closed, r == .closed { return "SF" }
    if o == .closed { return responderSilent ? "SH" : "S2" }
    if r == .closed { return originatorSilent ? "SHR" : "S3" }
    if o == .synSent, r == .inactive { return "S0" }
    if o == .established, r == .established { return "S1" }
    return "OTH"
  }

  /// A SYN, then a RST of the same side, and nothing between that only an answered SYN brings.
  private static func isAbandonedAttempt(_ history: String) -> Bool {
    var letters = history.utf8.makeIterator()
    var letter = letters.next()
    if letter == UInt8(ascii: "^") { letter = letters.next() }
    guard letter == UInt8(ascii: "S") else { return false }
    while let next = letters.next() {
      switch next {
      case UInt8(ascii: "R"): return true
      case UInt8(ascii: "H"), UInt8(ascii: "A"), UInt8(ascii: "F"), UInt8(ascii: "G"), UInt8(ascii: "I"),
        UInt8(ascii: "Q"):
        return false
      default: continue
      }
    }
    return false
  }
}
