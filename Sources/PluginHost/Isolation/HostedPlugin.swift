/// The other end of a ``HostingChild``: loads a plugin, gives up what its role does not need, and answers calls until the host
/// is done.

import CIsolation
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

public enum HostedPlugin {
  /// Runs an instance as the host asks, with the descriptors that a ``HostingChild`` has left. [main]
  /// - Parameter path: the plugin's image.
  /// - Returns: an exit status.
  public static func serve(_ path: String) -> Int32 {
    guard let lane = Lane(HostingChild.laneDescriptor), let role = LaneRole(rawValue: lane.setup.role) else { return 2 }
    // Nobody starts threads before this: namespaces are a process's own only while it has one.
    var confined = vedette_confine(lane.setup.memory, Int32(lane.setup.network))
    let network = lane.setup.network != 0 ? UInt32(VEDETTE_CALLS_NETWORK) : 0
    _ = vedette_confine_calls(UInt32(VEDETTE_CALLS_LOADING) | network)
    let channel = LaneServer(lane)
    let control = ControlThread(HostingChild.controlDescriptor)
    guard control.start() else { return 2 }
    let first = channel.receive()
    guard [LaneCall.create, LaneCall.sniff, LaneCall.load].contains(first) else { return 2 }
    do throws(PluginError) {
      let plugin = try Plugin(SealedFile(path: path))
      if vedette_confine_calls(network) == 0 { confined |= UInt32(VEDETTE_CONFINED_CALLS) }
      switch role {
      case _ where first == LaneCall.load: channel.accept(plugin, confined, hasDatagram: false)
      case _ where first == LaneCall.sniff: try HostedSource.sniff(plugin, role.interface, channel)
      case .dissector: try HostedDissector(plugin, channel, confined).serve()
      case .personaSource, .processSource:
        try HostedSource(plugin, role.interface, channel, control, confined).serve()
      }
      return 0
    } catch {
      channel.refuse(error.words)
      return 1
    }
  }
}

/// The lane as the child has it: takes requests in turn and answers them.
final class LaneServer {
  let lane: Lane
  private var turn: UInt32 = 0
  let lines = WaitingLines()

  init(_ lane: Lane) { self.lane = lane }

  /// Waits for the next request, however long it takes: the host's end is the control thread's to see.
  func receive() -> UInt32 {
    turn &+= 1
    let awhile: Int64 = 3_600_000_000_000
    while vedette_lane_wait(lane.start, UInt32(VEDETTE_LANE_REQUEST), turn, awhile) == 0 {}
    return lane.request.pointee.kind
  }

  /// Sends what `lane.answer` has, with what the plugin has logged.
  func send() {
    let waiting = lines.take()
    if waiting.isEmpty {
      lane.answer.pointee.lines_length = 0
    } else {
      let (count, rest) = LaneLines.write(waiting, to: lane.lines, room: Int(VEDETTE_LANE_MOST_LINES))
      lane.answer.pointee.lines_length = UInt32(count)
      if !rest.isEmpty { lines.putBack(rest) }
    }
    turn &+= 1
    vedette_lane_post(lane.start, UInt32(VEDETTE_LANE_ANSWER), turn)
  }

  /// Makes an answer that has a status and nothing else.
  func begin(_ status: Int32) {
    let answer = lane.answer
    answer.pointee.kind = LaneQuestion.none
    answer.pointee.status = status
    answer.pointee.words_length = 0
    answer.pointee.cursor_length = 0
    answer.pointee.entries = 0
    answer.pointee.arena = 0
  }

  func write(words: String?) {
    guard let words else { return }
    let text = Array(words.utf8.prefix(Int(VEDETTE_LANE_MOST_WORDS)))
    lane.words.copyMemory(from: text, byteCount: text.count)
    lane.answer.pointee.words_length = UInt32(text.count)
  }

  /// What a sink has taken in the call, and what it has refused so far. Clears its log.
  func write(_ state: UnsafeMutablePointer<SinkState>) {
    let answer = lane.answer
    let count = state.pointee.logCount
    if count > 0 {
      lane.entries.update(from: state.pointee.log, count: count)
      lane.arena.copyMemory(from: state.pointee.arena, byteCount: state.pointee.arenaCount)
      answer.pointee.entries = UInt64(count)
      answer.pointee.arena = UInt64(state.pointee.arenaCount)
    }
    answer.pointee.refused = state.pointee.refusals.counts
    state.pointee.clear()
  }

  /// There is no instance, and why.
  func refuse(_ words: String) {
    begin(VDT_E_INTERNAL)
    write(words: words)
    send()
  }

  /// There is one, or it has told how sure it is.
  func accept(
    _ plugin: Plugin, _ confined: UInt32, hasDatagram: Bool, certainty: UInt32 = 0, words: String? = nil
  ) {
    begin(VDT_OK)
    write(words: words)
    lane.answer.pointee.certainty = certainty
    lane.answer.pointee.confined = confined
    lane.answer.pointee.has_datagram = hasDatagram ? 1 : 0
    let json = Array(plugin.profile.json.utf8.prefix(Int(lane.setup.arena)))
    lane.arena.copyMemory(from: json, byteCount: json.count)
    lane.answer.pointee.arena = UInt64(json.count)
    send()
  }

  /// The bytes of the request.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: lane.bytes, count: Int(min(lane.request.pointee.length, lane.setup.bytes)))
  }
}

/// An instance of a dissector, and its sessions by the host's numbers.
final class HostedDissector {
  private let dissector: Dissector
  private let channel: LaneServer
  private let lane: Lane
  private let calls: DissectorCalls
  private var sessions: [OpaquePointer?] = []
  private let flow: UnsafeMutablePointer<vdt_flow>
  private let chunk: UnsafeMutablePointer<vdt_chunk>

  init(_ plugin: Plugin, _ channel: LaneServer, _ confined: UInt32) throws(PluginError) {
    self.channel = channel
    lane = channel.lane
    let config = String(decoding: channel.bytes, as: UTF8.self)
    let lines = channel.lines
    dissector = try Dissector(plugin, config: config, log: { lines.add($0) })
    calls = dissector.calls
    flow = .allocate(capacity: 1)
    flow.initialize(to: vdt_flow())
    chunk = .allocate(capacity: 1)
    chunk.initialize(to: vdt_chunk())
    channel.accept(plugin, confined, hasDatagram: calls.datagram != nil)
  }

  deinit {
    flow.deallocate()
    chunk.deallocate()
  }

  func serve() {
    while true {
      let kind = channel.receive()
      switch kind {
      case LaneCall.data: give(calls.data)
      case LaneCall.datagram: give(calls.datagram ?? calls.data)
      case LaneCall.gap: gap()
      case LaneCall.probe: probe()
      case LaneCall.open: open()
      case LaneCall.close: close()
      default:
        if kind != LaneCall.destroy { channel.refuse("was asked what it does not know (\(kind))") }
        // The instance ends with this object; what it says then is not waited for.
        channel.begin(VDT_OK)
        channel.send()
        return
      }
    }
  }

  private func probe() {
    describeFlow()
    var result = vdt_probe_result()
    result.size = UInt32(MemoryLayout<vdt_probe_result>.size)
    let bytes = channel.bytes
    let status = calls.probe(
      calls.instance, flow, lane.request.pointee.direction,
      vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count)), &result)
    channel.begin(status)
    let answer = lane.answer
    answer.pointee.certainty = result.certainty
    answer.pointee.protocol = result.protocol
    answer.pointee.need = result.need
    if status < 0 { channel.write(words: dissector.takeWords()) }
    channel.send()
  }

  private func open() {
    describeFlow()
    var session: OpaquePointer?
    let status = calls.open(calls.instance, flow, &session)
    let number = Int(lane.request.pointee.session)
    if status == VDT_OK {
      while sessions.count <= number { sessions.append(nil) }
      sessions[number] = session
    }
    channel.begin(status == VDT_OK && session == nil ? VDT_E_INTERNAL : status)
    if status < 0 { channel.write(words: dissector.takeWords()) }
    channel.send()
  }

  private var session: OpaquePointer? {
    let number = Int(lane.request.pointee.session)
    return number < sessions.count ? sessions[number] : nil
  }

  /// What `when` is to know.
  private func takeMarks() {
    let request = lane.request
    let state = calls.state
    let most = lane.setup.marks
    state.pointee.marksToServer = ByteMarks(start: lane.marks(0), count: Int(min(request.pointee.marks.0, most)))
    state.pointee.marksToClient = ByteMarks(start: lane.marks(1), count: Int(min(request.pointee.marks.1, most)))
    state.pointee.newest = ByteMark(
      offset: 0, time: request.pointee.newest_time, packet: request.pointee.newest_packet)
  }

  private func give(_ call: DissectorCalls.Data) {
    takeMarks()
    let request = lane.request
    let bytes = channel.bytes
    chunk.pointee = vdt_chunk()
    chunk.pointee.size = UInt32(MemoryLayout<vdt_chunk>.size)
    chunk.pointee.direction = request.pointee.direction
    chunk.pointee.flags = request.pointee.flags
    chunk.pointee.offset = request.pointee.offset
    chunk.pointee.bytes = vdt_make_bytes(bytes.baseAddress, UInt64(bytes.count))
    var result = vdt_data_result()
    result.size = UInt32(MemoryLayout<vdt_data_result>.size)
    finish(call(session, chunk, calls.sink, &result), result)
  }

  private func gap() {
    takeMarks()
    let request = lane.request
    var result = vdt_data_result()
    result.size = UInt32(MemoryLayout<vdt_data_result>.size)
    let status = calls.gap(
      session, request.pointee.direction, request.pointee.offset, request.pointee.length, calls.sink, &result)
    finish(status, result)
  }

  private func finish(_ status: Int32, _ result: vdt_data_result) {
    calls.finishCall()
    channel.begin(status)
    let answer = lane.answer
    answer.pointee.anomaly = result.anomaly
    answer.pointee.consumed = result.consumed
    answer.pointee.need = result.need
    answer.pointee.offset = result.offset
    if status == VDT_DATA_SWITCH {
      answer.pointee.switch_to_server = result.switch_to_server
      answer.pointee.switch_to_client = result.switch_to_client
      answer.pointee.switch_flags = result.switch_flags
      let length = min(result.protocol.ptr == nil ? 0 : Int(result.protocol.len), Int(VDT_MAX_NAME))
      answer.pointee.protocol_length = UInt32(length)
      withUnsafeMutableBytes(of: &answer.pointee.protocol_name) {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: result.protocol.ptr, count: length))
      }
    }
    if status < 0 { channel.write(words: dissector.takeWords()) }
    channel.write(calls.state)
    channel.send()
  }

  private func close() {
    takeMarks()
    let status = calls.close(session, calls.sink, lane.request.pointee.flags)
    let number = Int(lane.request.pointee.session)
    if number < sessions.count { sessions[number] = nil }
    calls.finishCall()
    channel.begin(status)
    channel.write(calls.state)
    channel.send()
  }

  private func describeFlow() {
    let request = lane.request
    flow.pointee = vdt_flow()
    flow.pointee.size = UInt32(MemoryLayout<vdt_flow>.size)
    flow.pointee.flags = request.pointee.flags
    flow.pointee.transport = request.pointee.transport
    flow.pointee.protocol = request.pointee.protocol
    flow.pointee.depth = request.pointee.depth
    flow.pointee.client_port = request.pointee.client_port
    flow.pointee.server_port = request.pointee.server_port
    flow.pointee.vlan = request.pointee.vlan
    flow.pointee.start = request.pointee.start
    // They lie in the request, which stays as it is during the call.
    let at = UnsafeRawPointer(request)
    func member(_ path: PartialKeyPath<vedette_request>) -> UnsafeRawPointer {
      at + (MemoryLayout<vedette_request>.offset(of: path) ?? 0)
    }
    flow.pointee.client_ip = vdt_make_bytes(member(\.client), UInt64(min(request.pointee.client_length, 16)))
    flow.pointee.server_ip = vdt_make_bytes(member(\.server), UInt64(min(request.pointee.server_length, 16)))
    flow.pointee.alpn = vdt_make_str(
      member(\.alpn).assumingMemoryBound(to: CChar.self), UInt64(min(request.pointee.alpn_length, 255)))
  }
}
