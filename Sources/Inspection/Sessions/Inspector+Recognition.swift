/// Finds out whose stream it is: dissectors are shown the first bytes until the surest is known.

import Catalog
import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  // MARK: Streams

  /// Bytes of a direction whose protocol is not known yet.
  func probe(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    if lane.pointee.pending.isEmpty, lane.pointee.holeLength == 0 {
      ask(slot, stream, index, d, bytes, isAll: false)
      if settle(slot, stream, index, forced: bytes.count >= options.probeBytes) {
        // What waits in the other direction came before these bytes.
        if stream.session(index).pointee.phase == .open {
          replay(slot, stream, index)
          take(slot, stream, d, offset, bytes)
        }
        return
      }
      guard stream.session(index).pointee.phase == .probing else { return }
      keep(slot, stream, d, offset, bytes)
      return
    }
    guard keep(slot, stream, d, offset, bytes) else { return }
    if lane.pointee.holeLength == 0 { ask(slot, stream, index, d, lane.pointee.pending.bytes, isAll: false) }
    if settle(slot, stream, index, forced: lane.pointee.pending.count >= options.probeBytes) {
      if stream.session(index).pointee.phase == .open { replay(slot, stream, index) }
    }
  }

  /// Asks about what is kept of the directions of a session, after a switch or when the first choice was wrong.
  func probeKept(_ slot: Slot, _ stream: Stream, _ index: UInt8) {
    var isLong = false
    for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index {
      let lane = stream.lane(d)
      guard !lane.pointee.pending.isEmpty, lane.pointee.holeLength == 0 else { continue }
      ask(slot, stream, index, d, lane.pointee.pending.bytes, isAll: false)
      if lane.pointee.pending.count >= options.probeBytes { isLong = true }
    }
    if settle(slot, stream, index, forced: isLong), stream.session(index).pointee.phase == .open {
      replay(slot, stream, index)
    }
  }

  func gapWhileProbing(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ length: UInt64) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    if lane.pointee.holeLength == 0 {
      // No more of the start will come: who still needs more does not know it.
      ask(slot, stream, index, d, lane.pointee.pending.bytes, isAll: true)
    }
    if settle(slot, stream, index, forced: false) {
      if stream.session(index).pointee.phase == .open {
        replay(slot, stream, index)
        takeGap(slot, stream, d, offset, length)
      }
      return
    }
    // The start is lost to whoever is recognised in the other direction.
    let start =
      lane.pointee.holeLength > 0
      ? lane.pointee.holeOffset : lane.pointee.pending.isEmpty ? offset : lane.pointee.pending.offset
    lane.pointee.dropAll(pool)
    lane.pointee.holeOffset = start
    lane.pointee.holeLength = max(1, offset &+ length &- start)
  }

  func endWhileProbing(_ slot: Slot, _ stream: Stream, _ d: UInt8) {
    let lane = stream.lane(d)
    let index = lane.pointee.session
    if lane.pointee.holeLength == 0 { ask(slot, stream, index, d, lane.pointee.pending.bytes, isAll: true) }
    let bothEnded = stream.lane(d ^ 1).pointee.ended || stream.lane(d ^ 1).pointee.session != index
    if settle(slot, stream, index, forced: bothEnded), stream.session(index).pointee.phase == .open {
      replay(slot, stream, index)
      guard stream.lane(d).pointee.session == index, stream.session(index).pointee.phase == .open else { return }
      leftOver(slot, stream, d, ending: true)
      closeIfEnded(slot, stream, index)
    }
  }

  /// Asks all that have not answered for a direction. `isAll`: no more bytes will come, so need-more counts as no.
  func ask(
    _ slot: Slot, _ stream: Stream, _ index: UInt8, _ d: UInt8, _ bytes: UnsafeRawBufferPointer, isAll: Bool
  ) {
    let session = stream.session(index)
    guard let search = session.pointee.search else { return }
    let shown = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, options.probeBytes)])
    let isLast = isAll || bytes.count >= options.probeBytes
    let answered = d == 0 ? search.pointee.no.0 : search.pointee.no.1
    var open = candidates(slot)
    open &= ~(answered | stream.excluded(index))
    guard open != 0 else { return }
    if shown.count == 0 {
      if isLast { refuse(search, d, open) }
      return
    }
    let wanted = d == 0 ? search.pointee.askAgain.0 : search.pointee.askAgain.1
    guard shown.count >= wanted || isLast else { return }
    describeFlow(slot, session)
    var nextTime = Int.max
    var more: UInt64 = 0
    var first = open & open &- 1 == 0 ? 0 : open & hinted(slot, session, d, shown)
    while open != 0 {
      let at = (first != 0 ? first : open).trailingZeroBitCount
      let bit: UInt64 = 1 << UInt64(at)
      open &= ~bit
      first &= ~bit
      switch askOne(at, d, shown) {
      case VDT_PROBE_YES:
        note(session, search, UInt8(at), d)
        // Nobody is surer than this, and of two that are as sure the smaller id counts.
        if search.pointee.bestCertainty >= 100 {
          open &= search.pointee.bestCertainty > 100 ? 0 : hot.pointee.ahead[Int(search.pointee.bestDissector)]
          first &= open
        }
      case VDT_PROBE_NEED_MORE where !isLast:
        more |= bit
        nextTime = min(nextTime, shown.count + Int(max(1, min(probeResult.pointee.need, 1 << 20))))
      case VDT_PROBE_NO, VDT_PROBE_NEED_MORE: refuse(search, d, bit)
      default:
        // An error of the plugin's own, or a status that ABI 1.0 does not know.
        counters.pluginErrors &+= 1
        refuse(search, d, bit)
      }
    }
    if d == 0 {
      search.pointee.more.0 = more
      search.pointee.askAgain.0 = nextTime
    } else {
      search.pointee.more.1 = more
      search.pointee.askAgain.1 = nextTime
    }
  }

  /// Dissectors that are asked before the others, where several are to be.
  private func hinted(
    _ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, _ d: UInt8, _ bytes: UnsafeRawBufferPointer
  ) -> UInt64 {
    var found: UInt64 = 0
    let announced = session.pointee.announced
    if announced != 0, protocols[announced].dissector >= 0 { found |= 1 << UInt64(protocols[announced].dissector) }
    if slot.pointee.depth > 0 {
      // Within another flow the ports are that one's.
      if let alpn = slot.pointee.notes?.alpn, !alpn.isEmpty { found |= hot.pointee.hints.expecting(alpn: alpn) }
    } else {
      let flow = slot.pointee.flow
      found |= hot.pointee.hints.expecting(flow.clientPort, flow.serverPort, isStream: slot.pointee.isStream)
    }
    return found | hot.pointee.hints.matching(d, bytes)
  }

  /// The dissectors that are asked about a flow.
  @inline(__always) func candidates(_ slot: Slot) -> UInt64 {
    let all = slot.pointee.isStream ? hot.pointee.overTCP : hot.pointee.overUDP
    let throttled = hot.pointee.throttled
    return throttled != 0 && isSpared(slot) ? all & ~throttled : all
  }

  /// Whether those that are throttled are not asked about a flow. It is the flow that decides: the same in each worker.
  func isSpared(_ slot: Slot) -> Bool { slot.pointee.flow.id.rawValue & 1 != 0 }

  /// One probe; its answer is in `probeResult`.
  func askOne(_ dissector: Int, _ d: UInt8, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    probeResult.pointee = vdt_probe_result()
    probeResult.pointee.size = UInt32(MemoryLayout<vdt_probe_result>.size)
    let call = calls[dissector]
    let began = meters[dissector].begin(bytes.count)
    let said = call.probe(
      call.instance, flow, UInt32(d), vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count)), probeResult)
    meters[dissector].end(began)
    return said
  }

  private func refuse(_ search: UnsafeMutablePointer<Search>, _ d: UInt8, _ bits: UInt64) {
    if d == 0 {
      search.pointee.no.0 |= bits
      search.pointee.more.0 &= ~bits
    } else {
      search.pointee.no.1 |= bits
      search.pointee.more.1 &= ~bits
    }
  }

  /// A yes: the surest counts, of two the one with the smaller id; what was announced goes before all.
  private func note(
    _ session: UnsafeMutablePointer<SessionSlot>, _ search: UnsafeMutablePointer<Search>, _ dissector: UInt8, _ d: UInt8
  ) {
    let proto = protocols.recognised(Int(dissector), probeResult.pointee.protocol)
    guard proto != 0 else { return }
    var certainty = max(1, min(probeResult.pointee.certainty, 100))
    if session.pointee.announced != 0, protocols[proto].name == protocols[session.pointee.announced].name {
      certainty = 101
    }
    let best = search.pointee.bestCertainty
    if certainty > best || (certainty == best && isAhead(dissector, of: search.pointee.bestDissector)) {
      search.pointee.bestCertainty = certainty
      search.pointee.bestDissector = dissector
      search.pointee.bestProto = proto
      search.pointee.bestDirection = d
    }
    // It has answered: not asked again.
    if d == 0 { search.pointee.no.0 |= 1 << UInt64(dissector) } else { search.pointee.no.1 |= 1 << UInt64(dissector) }
  }

  /// Whether a dissector wins where another is as sure.
  private func isAhead(_ dissector: UInt8, of other: UInt8) -> Bool {
    hot.pointee.ahead[Int(other)] & 1 << UInt64(dissector) != 0
  }

  /// Decides if it can. True where it did: then the session is open, or closed because nobody knows the protocol.
  private func settle(_ slot: Slot, _ stream: Stream, _ index: UInt8, forced: Bool) -> Bool {
    let session = stream.session(index)
    guard let search = session.pointee.search?.pointee else { return false }
    let isWaiting = search.more.0 | search.more.1 != 0
    if search.bestCertainty > 0 {
      // 100 says that nothing else has this signature: no need to wait for those who are not sure.
      guard forced || !isWaiting || search.bestCertainty >= 100 else { return false }
      return openSession(slot, stream, index)
    }
    if !forced {
      if isWaiting { return false }
      // All have said no where there were bytes; the other direction may still tell.
      let all = candidates(slot) & ~stream.excluded(index)
      for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index {
        let no = d == 0 ? search.no.0 : search.no.1
        if no & all != all { return false }
      }
    } else if isExpectedHere(slot, search.more.0 | search.more.1) {
      raise(slot, .appDetectionSkipped, VDT_NO_DIRECTION.direction, nil)
    }
    unrecognised(slot, stream, index)
    return true
  }

  /// Whether one of the dissectors has a protocol whose port this is. Of others it is no wonder that they cannot tell.
  private func isExpectedHere(_ slot: Slot, _ dissectors: UInt64) -> Bool {
    guard dissectors != 0 else { return false }
    let transport = slot.pointee.proto
    let port = slot.pointee.flow.serverPort
    return protocols.entries.contains { entry in
      entry.dissector >= 0 && dissectors & 1 << UInt64(entry.dissector) != 0
        && entry.ports.contains { $0.transport == transport && $0.range.contains(port) }
    }
  }

  /// Nobody knows the protocol.
  func unrecognised(_ slot: Slot, _ stream: Stream, _ index: UInt8) {
    let session = stream.session(index)
    if session.pointee.announced != 0 {
      let announced = protocols[session.pointee.announced]
      if announced.dissector < 0 {
        // What it was said to be is all that can be known of it.
        recognised(slot, session.pointee.announced)
      } else if session.pointee.switched, announced.name == "tls", !isAway(announced.dissector) {
        raise(slot, .appNoTlsAfterStarttls, VDT_NO_DIRECTION.direction, nil)
      }
    }
    if slot.pointee.appProto == 0 {
      counters.unrecognised &+= 1
      slot.pointee.wasAsked = true
    }
    for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index { stream.lane(d).pointee.dropAll(pool) }
    session.pointee.endSearch(pool)
    session.pointee.phase = .closed
    stopIfIdle(slot, stream)
  }

  /// Whether a dissector's own process has ended, and is not there again.
  private func isAway(_ place: Int) -> Bool { hot.pointee.places[place]?.dissector.isAway ?? false }

  /// Opens the session of the surest dissector. True in any case: it is decided.
  func openSession(_ slot: Slot, _ stream: Stream, _ index: UInt8) -> Bool {
    let session = stream.session(index)
    guard let search = session.pointee.search?.pointee else { return true }
    let dissector = search.bestDissector
    let proto = search.bestProto
    guard start(slot, session, dissector, proto) else {
      // It refuses the flow: as if it had said no.
      stream.exclude(dissector, index)
      unrecognised(slot, stream, index)
      return true
    }
    session.pointee.recognisedIn = search.bestDirection
    if session.pointee.announced != 0 {
      let announced = protocols[session.pointee.announced].name
      if session.pointee.switched, announced != protocols[proto].name {
        raise(slot, .flowProtocolChanged, search.bestDirection, nil)
        if announced == "tls" { raise(slot, .appNoTlsAfterStarttls, search.bestDirection, nil) }
      }
    }
    recognised(slot, proto)
    if !session.pointee.switched { judgeStart(slot, stream, proto) }
    return true
  }

  /// Opens a session of a dissector. False where it refuses.
  func start(
    _ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, _ dissector: UInt8, _ proto: UInt16
  ) -> Bool {
    describeFlow(slot, session)
    flow.pointee.protocol = protocols[proto].id
    let call = calls[Int(dissector)]
    var handle: OpaquePointer?
    let began = meters[Int(dissector)].begin(0)
    let said = call.open(call.instance, flow, &handle)
    meters[Int(dissector)].end(began)
    guard said == VDT_OK, let handle else {
      counters.pluginErrors &+= 1
      return false
    }
    meters[Int(dissector)].open &+= 1
    meters[Int(dissector)].sessions &+= 1
    session.pointee.endSearch(pool)
    session.pointee.phase = .open
    session.pointee.dissector = dissector
    session.pointee.proto = proto
    session.pointee.session = handle
    counters.sessions &+= 1
    return true
  }

  /// Writes down that a protocol was recognised in a flow.
  func recognised(_ slot: Slot, _ proto: UInt16) {
    let first = slot.pointee.appProto
    if first == 0 {
      slot.pointee.appProto = proto
    } else if protocols[first].name == "stun", ["dtls", "rtp"].contains(protocols[proto].name) {
      // STUN only makes way for what follows it (interfaces.md, app_proto).
      let there = noted(slot)
      if there.protocols.isEmpty { there.protocols = [first] }
      slot.pointee.appProto = proto
    }
    if first != 0 {
      let there = noted(slot)
      if there.protocols.isEmpty { there.protocols = [first] }
      if !there.protocols.contains(proto) { there.protocols.append(proto) }
    }
  }

  /// Takes back what a session that said not-mine had been recognised as.
  func forget(_ slot: Slot, _ proto: UInt16) {
    if let there = slot.pointee.notes {
      there.protocols.removeAll { $0 == proto }
      if slot.pointee.appProto == proto { slot.pointee.appProto = there.protocols.first ?? 0 }
    } else if slot.pointee.appProto == proto {
      slot.pointee.appProto = 0
    }
  }

  /// Port and first speaker of a flow whose protocol has just been recognised.
  func judgeStart(_ slot: Slot, _ stream: Stream, _ proto: UInt16) {
    let flow = slot.pointee.flow
    if slot.pointee.depth == 0, !slot.pointee.wasExpected,
      protocols.isUnusual(proto, slot.pointee.proto, flow.serverPort, flow.clientPort)
    {
      raise(slot, .appProtocolOnUnusualPort, VDT_NO_DIRECTION.direction, nil)
    }
    if let speaker = protocols[proto].firstSpeaker, !flow.midstream, slot.pointee.isStream,
      stream.pointee.firstSpeaker < 2, speaker != stream.pointee.firstSpeaker,
      stream.lane(speaker).pointee.holeLength == 0
    {
      raise(slot, .appWrongDirectionFirstData, stream.pointee.firstSpeaker, 0)
    }
  }

  // MARK: The other direction

  /// Compares the first bytes of the direction in which the protocol was not recognised with it.
  func compareOther(_ slot: Slot, _ stream: Stream, _ d: UInt8, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer) {
    let lane = stream.lane(d)
    let session = stream.session(lane.pointee.session)
    guard d != session.pointee.recognisedIn, session.pointee.recognisedIn < 2 else { return }
    guard !slot.pointee.flow.midstream, !lane.pointee.afterGap, lane.pointee.holeLength == 0,
      !session.pointee.switched
    else {
      session.pointee.otherCompared = true
      return
    }
    if stream.heads == nil {
      let made = UnsafeMutablePointer<Heads>.allocate(capacity: 1)
      made.initialize(to: Heads())
      stream.heads = made
    }
    // Told where the direction's bytes begin, however many pieces it took to judge them.
    let had = stream.heads?.pointee.count(of: d) ?? 0
    stream.heads?.pointee.add(bytes, to: d) { judgeOther(slot, session, d, offset &- UInt64(had), $0) }
  }

  private func judgeOther(
    _ slot: Slot, _ session: UnsafeMutablePointer<SessionSlot>, _ d: UInt8, _ offset: UInt64,
    _ head: UnsafeRawBufferPointer
  ) {
    describeFlow(slot, session)
    switch askOne(Int(session.pointee.dissector), d, head) {
    case VDT_PROBE_YES:
      session.pointee.otherCompared = true
      let proto = protocols.recognised(Int(session.pointee.dissector), probeResult.pointee.protocol)
      if proto != 0, proto != session.pointee.proto { raise(slot, .appProtocolMismatch, d, offset) }
    case VDT_PROBE_NEED_MORE:
      session.pointee.otherCompared = head.count >= Heads.room
    default:
      // A no of one that is not there says nothing.
      guard !isAway(Int(session.pointee.dissector)) else { return }
      var isOpen = false
      var others = hot.pointee.overTCP & ~(1 << UInt64(session.pointee.dissector))
      while others != 0 {
        let at = others.trailingZeroBitCount
        others &= others &- 1
        switch askOne(at, d, head) {
        case VDT_PROBE_YES where probeResult.pointee.certainty >= 50:
          session.pointee.otherCompared = true
          raise(slot, .appProtocolMismatch, d, offset)
          return
        case VDT_PROBE_NEED_MORE: isOpen = true
        default: break
        }
      }
      if isOpen, head.count < Heads.room { return }
      session.pointee.otherCompared = true
      raise(slot, .appProtocolOneDirection, d, offset)
    }
  }

  // MARK: Replay

  /// Gives a session that has just been opened what was kept of its directions, in the order in which it came.
  private func replay(_ slot: Slot, _ stream: Stream, _ index: UInt8) {
    for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index && stream.lane(d).pointee.holeLength > 0 {
      let hole = stream.lane(d).pointee.holeLength
      let offset = stream.lane(d).pointee.holeOffset
      stream.lane(d).pointee.holeLength = 0
      lose(slot, stream, d, offset, hole)
    }
    let server = stream.lane(0).pointee.session == index ? stream.lane(0).pointee.pending.marks : ByteMarks()
    let client = stream.lane(1).pointee.session == index ? stream.lane(1).pointee.pending.marks : ByteMarks()
    // Marks go as bytes are consumed, so the runs are laid out first. One direction alone is one run.
    var runs: [(d: UInt8, end: UInt64)] = []
    if server.count > 0, client.count > 0 { runs = Self.runs(server, client) }
    for run in runs {
      guard stream.session(index).pointee.phase == .open, stream.lane(run.d).pointee.session == index else { return }
      if !stream.session(index).pointee.otherCompared { compareKept(slot, stream, run.d) }
      offer(slot, stream, run.d, upTo: run.end)
    }
    for d: UInt8 in 0...1
    where stream.lane(d).pointee.session == index && stream.session(index).pointee.phase == .open
      && !stream.lane(d).pointee.pending.isEmpty
    {
      if !stream.session(index).pointee.otherCompared { compareKept(slot, stream, d) }
      offer(slot, stream, d, upTo: stream.lane(d).pointee.pending.end)
    }
    for d: UInt8 in 0...1
    where stream.lane(d).pointee.session == index && stream.lane(d).pointee.ended
      && stream.session(index).pointee.phase == .open
    {
      leftOver(slot, stream, d, ending: true)
    }
  }

  private func compareKept(_ slot: Slot, _ stream: Stream, _ d: UInt8) {
    guard stream.headCount(d) == 0 else { return }
    compareOther(slot, stream, d, stream.lane(d).pointee.pending.offset, stream.lane(d).pointee.pending.bytes)
  }

  /// Stretches of one direction, in the order of the packets that brought them; each ends where the other side's next begins.
  private static func runs(_ server: ByteMarks, _ client: ByteMarks) -> [(d: UInt8, end: UInt64)] {
    guard let a = server.start, let b = client.start else { return [] }
    var runs: [(d: UInt8, end: UInt64)] = []
    var i = 0
    var j = 0
    while i < server.count || j < client.count {
      let isServer = j == client.count || (i < server.count && a[i].packet <= b[j].packet)
      if isServer { i += 1 } else { j += 1 }
      let end = isServer ? (i < server.count ? a[i].offset : UInt64.max) : (j < client.count ? b[j].offset : UInt64.max)
      let d: UInt8 = isServer ? 0 : 1
      if let last = runs.last, last.d == d { runs[runs.count - 1].end = end } else { runs.append((d, end)) }
    }
    return runs
  }
}

extension UInt32 {
  /// A direction constant of the ABI as the tables here hold it.
  var direction: UInt8 { UInt8(truncatingIfNeeded: self) }
}
