/// A dissector whose instance lives in a child process: what stands behind the calls of the packet path here.

import CIsolation
import VedettePluginABI

/// One flow's session: what the packet path has as the plugin's handle.
final class IsolatedSession {
  unowned let owner: IsolatedDissector
  /// Which of the owner's processes knows it.
  let generation: UInt64
  let number: UInt32

  init(_ owner: IsolatedDissector, _ generation: UInt64, _ number: UInt32) {
    self.owner = owner
    self.generation = generation
    self.number = number
  }
}

/// Passes each call on to the child and gives what was emitted there to the sink here. Where the child ends before its time,
/// its sessions are done, and the plugin is asked no more until a new one is started. [worker]
///
/// Calls are answered one after the other, as in this process: what was consumed, whether more is needed, and when a byte came
/// are the same, and so are the records.
final class IsolatedDissector {
  private let plugin: Plugin
  private let config: String
  private let isolation: PluginIsolation
  private let host: HostTable
  private let state: UnsafeMutablePointer<SinkState>
  private let sink: UnsafeMutablePointer<vdt_sink>

  private var child: HostingChild?
  private(set) var confined: UInt32 = 0
  private(set) var hasDatagram = false
  /// Counts the processes.
  private var generation: UInt64 = 0
  private var numbers = SessionNumbers()
  /// What the child has refused, as it last said.
  private var refused = vedette_answer().refused
  private(set) var interruptions = PluginInterruptions()
  private var backOff = CaptureBackOff()
  /// The newest time of a packet that was seen.
  private var clock = Int64.min
  /// A protocol's name in a result: valid until the next call.
  private let protocolName: UnsafeMutablePointer<CChar>

  /// Makes the instance.
  /// - Throws: where no process can be started, or the plugin makes no instance in it.
  init(
    _ plugin: Plugin, config: String, isolation: PluginIsolation, host: HostTable,
    state: UnsafeMutablePointer<SinkState>, sink: UnsafeMutablePointer<vdt_sink>
  ) throws(PluginError) {
    self.plugin = plugin
    self.config = config
    self.isolation = isolation
    self.host = host
    self.state = state
    self.sink = sink
    protocolName = .allocate(capacity: Int(VDT_MAX_NAME))
    protocolName.initialize(repeating: 0, count: Int(VDT_MAX_NAME))
    try start()
  }

  deinit { protocolName.deallocate() }

  private func start() throws(PluginError) {
    let (child, answer) = try HostingChild.make(plugin, .dissector, isolation, config: config, host: host)
    self.child = child
    confined = answer.confined
    hasDatagram = answer.has_datagram != 0
    refused = answer.refused
    generation &+= 1
    numbers = SessionNumbers()
  }

  /// Ends the instance and its process.
  func end() {
    guard let child else { return }
    child.lane.request.pointee.kind = LaneCall.destroy
    if let answer = child.call(min(isolation.callMilliseconds, 2000)) { hear(answer, child.lane) }
    child.end()
    self.child = nil
  }

  // MARK: Being there or not

  var isAway: Bool { child == nil }

  /// The child, started anew where it is time for it.
  private func reach(_ time: Int64) -> HostingChild? {
    clock = max(clock, time)
    if let child { return child }
    guard backOff.isOver(clock) else { return nil }
    do throws(PluginError) {
      try start()
      say("its process was started again")
      return child
    } catch {
      backOff.fail(clock)
      say(error.words)
      return nil
    }
  }

  /// The child has ended: so have its sessions.
  private func interrupted() {
    guard let ended = child else { return }
    let words = ended.fault ?? "ended its process"
    child = nil
    let sessions = numbers.inUse
    let time = clock == .min ? 0 : clock
    if interruptions.times == 0 { interruptions.first = time }
    interruptions.times &+= 1
    interruptions.sessions &+= UInt64(sessions)
    interruptions.last = time
    interruptions.words = words
    backOff.fail(clock)
    say("\(words); \(sessions) sessions ended, and it is started again after \(backOff.seconds) s")
  }

  private func say(_ words: String) {
    _ = withABIText(words) { host.table.pointee.log?(host.table, VDT_LOG_ERROR, $0) }
  }

  /// Takes the lines and words that came with an answer.
  private func hear(_ answer: vedette_answer, _ lane: Lane) { host.hear(answer, lane) }

  private func ask(_ child: HostingChild) -> vedette_answer? {
    guard let answer = child.call(isolation.callMilliseconds) else {
      interrupted()
      return nil
    }
    if answer.lines_length | answer.words_length != 0 { hear(answer, child.lane) }
    return answer
  }

  /// Takes what was emitted, and what was refused.
  private func take(_ answer: vedette_answer, _ lane: Lane) {
    if answer.entries != 0 {
      let odd = SinkReplay(lane, answer).give(to: sink)
      state.pointee.refusals.misplaced &+= odd
    }
    state.pointee.refusals.add(answer.refused, since: refused)
    refused = answer.refused
  }

  // MARK: Calls

  func probe(
    _ flow: UnsafePointer<vdt_flow>, _ direction: UInt32, _ bytes: vdt_bytes,
    _ result: UnsafeMutablePointer<vdt_probe_result>
  ) -> Int32 {
    guard let child = reach(flow.pointee.start), bytes.len <= child.lane.setup.bytes else {
      interruptions.notAsked &+= 1
      return VDT_PROBE_NO
    }
    let request = child.lane.request
    request.pointee.kind = LaneCall.probe
    request.pointee.direction = direction
    request.pointee.describe(flow)
    request.pointee.length = bytes.len
    copy(bytes, to: child.lane)
    guard let answer = ask(child) else { return VDT_PROBE_NO }
    result.pointee.certainty = answer.certainty
    result.pointee.protocol = answer.protocol
    result.pointee.need = answer.need
    return answer.status
  }

  func open(_ flow: UnsafePointer<vdt_flow>, _ session: UnsafeMutablePointer<OpaquePointer?>) -> Int32 {
    guard let child = reach(flow.pointee.start), let number = numbers.take() else { return VDT_E_LIMIT }
    let request = child.lane.request
    request.pointee.kind = LaneCall.open
    request.pointee.session = number
    request.pointee.describe(flow)
    guard let answer = ask(child) else { return VDT_E_INTERNAL }
    guard answer.status == VDT_OK else {
      numbers.giveBack(number)
      return answer.status < 0 ? answer.status : VDT_E_INTERNAL
    }
    session.pointee = OpaquePointer(
      Unmanaged.passRetained(IsolatedSession(self, generation, number)).toOpaque())
    return VDT_OK
  }

  /// data and datagram.
  func give(
    _ session: IsolatedSession, _ kind: UInt32, _ chunk: UnsafePointer<vdt_chunk>,
    _ result: UnsafeMutablePointer<vdt_data_result>
  ) -> Int32 {
    guard let child = known(session) else { return VDT_DATA_DONE }
    let bytes = chunk.pointee.bytes
    guard bytes.len <= child.lane.setup.bytes else { return VDT_E_LIMIT }
    let request = child.lane.request
    request.pointee.kind = kind
    request.pointee.session = session.number
    request.pointee.direction = chunk.pointee.direction
    request.pointee.flags = chunk.pointee.flags
    request.pointee.offset = chunk.pointee.offset
    request.pointee.length = bytes.len
    copy(bytes, to: child.lane)
    return finish(child, result)
  }

  func gap(
    _ session: IsolatedSession, _ direction: UInt32, _ offset: UInt64, _ length: UInt64,
    _ result: UnsafeMutablePointer<vdt_data_result>
  ) -> Int32 {
    guard let child = known(session) else { return VDT_DATA_DONE }
    let request = child.lane.request
    request.pointee.kind = LaneCall.gap
    request.pointee.session = session.number
    request.pointee.direction = direction
    request.pointee.offset = offset
    request.pointee.length = length
    return finish(child, result)
  }

  func close(_ session: IsolatedSession, _ reason: UInt32) -> Int32 {
    guard let child = known(session) else { return VDT_OK }
    numbers.giveBack(session.number)
    let request = child.lane.request
    request.pointee.kind = LaneCall.close
    request.pointee.session = session.number
    request.pointee.flags = reason
    writeMarks(child.lane)
    guard let answer = ask(child) else { return VDT_E_INTERNAL }
    take(answer, child.lane)
    return answer.status
  }

  /// The child, if it is the one that knows a session.
  private func known(_ session: IsolatedSession) -> HostingChild? {
    clock = max(clock, state.pointee.newest.time)
    return session.generation == generation ? child : nil
  }

  private func finish(_ child: HostingChild, _ result: UnsafeMutablePointer<vdt_data_result>) -> Int32 {
    writeMarks(child.lane)
    guard var answer = ask(child) else { return VDT_DATA_DONE }
    take(answer, child.lane)
    result.pointee.anomaly = answer.anomaly
    result.pointee.consumed = answer.consumed
    result.pointee.need = answer.need
    result.pointee.offset = answer.offset
    if answer.status == VDT_DATA_SWITCH {
      result.pointee.switch_to_server = answer.switch_to_server
      result.pointee.switch_to_client = answer.switch_to_client
      result.pointee.switch_flags = answer.switch_flags
      let length = min(Int(answer.protocol_length), Int(VDT_MAX_NAME))
      withUnsafeBytes(of: &answer.protocol_name) { name in
        for at in 0..<length { protocolName[at] = CChar(bitPattern: name[at]) }
      }
      result.pointee.protocol = vdt_make_str(protocolName, UInt64(length))
    }
    return answer.status
  }

  private func copy(_ bytes: vdt_bytes, to lane: Lane) {
    if let start = bytes.ptr, bytes.len > 0 { lane.bytes.copyMemory(from: start, byteCount: Int(bytes.len)) }
  }

  private func writeMarks(_ lane: Lane) {
    let request = lane.request
    request.pointee.newest_time = state.pointee.newest.time
    request.pointee.newest_packet = state.pointee.newest.packet
    request.pointee.marks.0 = copy(state.pointee.marksToServer, 0, lane)
    request.pointee.marks.1 = copy(state.pointee.marksToClient, 1, lane)
  }

  /// Of more marks than there is room for, the first: bytes behind them are told to have come with the last of those.
  private func copy(_ marks: ByteMarks, _ direction: Int, _ lane: Lane) -> UInt64 {
    guard let start = marks.start, marks.count > 0 else { return 0 }
    let count = min(marks.count, Int(lane.setup.marks))
    lane.marks(direction).update(from: start, count: count)
    return UInt64(count)
  }

  // MARK: As the ABI has it

  /// The calls that lead to this object, which lives as long as they are used.
  func calls(lookahead: Int) -> DissectorCalls {
    DissectorCalls(
      instance: OpaquePointer(Unmanaged.passUnretained(self).toOpaque()), sink: sink, state: state,
      probe: { instance, flow, direction, bytes, result in
        guard let me = IsolatedDissector.of(instance), let flow, let result else { return VDT_E_ARGUMENT }
        return me.probe(flow, direction, bytes, result)
      },
      open: { instance, flow, session in
        guard let me = IsolatedDissector.of(instance), let flow, let session else { return VDT_E_ARGUMENT }
        return me.open(flow, session)
      },
      data: { session, chunk, _, result in
        guard let session = IsolatedSession.of(session), let chunk, let result else { return VDT_E_ARGUMENT }
        return session.owner.give(session, LaneCall.data, chunk, result)
      },
      gap: { session, direction, offset, length, _, result in
        guard let session = IsolatedSession.of(session), let result else { return VDT_E_ARGUMENT }
        return session.owner.gap(session, direction, offset, length, result)
      },
      datagram: !hasDatagram
        ? nil
        : { session, chunk, _, result in
          guard let session = IsolatedSession.of(session), let chunk, let result else { return VDT_E_ARGUMENT }
          return session.owner.give(session, LaneCall.datagram, chunk, result)
        },
      close: { session, _, reason in
        guard let session else { return VDT_E_ARGUMENT }
        let mine = Unmanaged<IsolatedSession>.fromOpaque(UnsafeRawPointer(session)).takeRetainedValue()
        return mine.owner.close(mine, reason)
      },
      lookahead: lookahead)
  }

  private static func of(_ instance: OpaquePointer?) -> IsolatedDissector? {
    instance.map { Unmanaged<IsolatedDissector>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }
}

extension IsolatedSession {
  fileprivate static func of(_ session: OpaquePointer?) -> IsolatedSession? {
    session.map { Unmanaged<IsolatedSession>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }
}

/// Numbers of sessions, so that the child finds one by its place: as few as there are sessions at once.
private struct SessionNumbers {
  /// More than flows of a worker.
  static let most: UInt32 = 1 << 24
  private var free: [UInt32] = []
  private var used: UInt32 = 0
  var inUse: Int { Int(used) - free.count }

  mutating func take() -> UInt32? {
    if let number = free.popLast() { return number }
    guard used < Self.most else { return nil }
    used += 1
    return used - 1
  }

  mutating func giveBack(_ number: UInt32) { free.append(number) }
}

/// When a child is started again: a second after it ended, two, four, up to a minute, by the time of packets. One that lasted
/// a minute begins with a second again.
struct CaptureBackOff {
  static let most: Int64 = 60
  private(set) var seconds: Int64 = 0
  private var until = Int64.min

  func isOver(_ now: Int64) -> Bool { now >= until }

  mutating func fail(_ now: Int64) {
    let lasted = now.subtractingReportingOverflow(until)
    let wasLong = until != .min && !lasted.overflow && lasted.partialValue >= Self.most * 1_000_000_000
    seconds = seconds == 0 || wasLong ? 1 : min(seconds * 2, Self.most)
    let next = now.addingReportingOverflow(seconds * 1_000_000_000)
    until = next.overflow ? .max : next.partialValue
  }
}

extension SinkRefusals {
  /// Adds what another process refused since it last said.
  mutating func add(
    _ now: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64),
    since before: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  ) {
    func more(_ now: UInt64, _ before: UInt64) -> UInt64 { now > before ? now - before : 0 }
    wrongType &+= more(now.0, before.0)
    unknownID &+= more(now.1, before.1)
    badText &+= more(now.2, before.2)
    misplaced &+= more(now.3, before.3)
    overLimit &+= more(now.4, before.4)
    leftOpen &+= more(now.5, before.5)
    outside &+= more(now.6, before.6)
  }

  /// As an answer has them.
  var counts: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) {
    (wrongType, unknownID, badText, misplaced, overLimit, leftOpen, outside)
  }
}

extension vedette_request {
  mutating func describe(_ flow: UnsafePointer<vdt_flow>) {
    let f = flow.pointee
    flags = f.flags
    transport = f.transport
    `protocol` = f.protocol
    depth = f.depth
    client_port = f.client_port
    server_port = f.server_port
    start = f.start
    vlan = f.vlan
    client_length = UInt8(min(f.client_ip.len, 16))
    server_length = UInt8(min(f.server_ip.len, 16))
    alpn_length = UInt32(min(f.alpn.len, 255))
    Self.copy(f.client_ip.ptr, Int(client_length), &client)
    Self.copy(f.server_ip.ptr, Int(server_length), &server)
    Self.copy(f.alpn.ptr, Int(alpn_length), &alpn)
  }

  /// `count` is at most the size of `room`.
  private static func copy<Room: BitwiseCopyable>(_ from: UnsafeRawPointer?, _ count: Int, _ room: inout Room) {
    guard let from, count > 0 else { return }
    withUnsafeMutableBytes(of: &room) { $0.copyMemory(from: UnsafeRawBufferPointer(start: from, count: count)) }
  }
}
