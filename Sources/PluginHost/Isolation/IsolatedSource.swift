/// A source whose instance lives in a child process: what stands behind the calls of its thread here.

import CIsolation
import Synchronization
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// Passes each call on to the child. Where the child ends before its time, the stream fails as one that may be tried again:
/// from the last stored cursor, in a new process. All but wake and progress [source]; those [any].
///
/// Unchecked: `cursor` is the source's thread's alone.
final class IsolatedSource: @unchecked Sendable {
  private let plugin: Plugin
  private let interface: PluginInterface
  private let config: String
  private let isolation: PluginIsolation
  private let host: HostTable
  /// What the source reads; −1 nothing. Another one's to close.
  private let input: Int32
  private let child: Mutex<HostingChild?>
  /// What the child has refused, as it last said.
  private let refused = Mutex(vedette_answer().refused)
  /// The cursor in a result: valid until the next call.
  private let cursor = UnsafeMutableRawPointer.allocate(byteCount: Int(VEDETTE_LANE_MOST_CURSOR), alignment: 1)

  /// Makes the instance.
  init(
    _ plugin: Plugin, _ interface: PluginInterface, config: String, input: Int32, isolation: PluginIsolation,
    host: HostTable
  ) throws(PluginError) {
    self.plugin = plugin
    self.interface = interface
    self.config = config
    self.isolation = isolation
    self.host = host
    self.input = input
    child = Mutex(try Self.make(plugin, interface, config, input, isolation, host))
  }

  deinit { cursor.deallocate() }

  private static func make(
    _ plugin: Plugin, _ interface: PluginInterface, _ config: String, _ input: Int32, _ isolation: PluginIsolation,
    _ host: HostTable
  ) throws(PluginError) -> HostingChild {
    try HostingChild.make(
      plugin, interface, isolation, config: config, input: input, host: host,
      reply: { host.answer($1, $0) }
    ).0
  }

  /// Ends the instance and its process.
  func end() {
    child.withLock { child in
      guard let there = child else { return }
      there.lane.request.pointee.kind = LaneCall.destroy
      if let answer = there.call(min(isolation.callMilliseconds, 2000), reply: reply(there)) {
        host.hear(answer, there.lane)
      }
      there.end()
      child = nil
    }
  }

  private func reply(_ child: HostingChild) -> (vedette_answer) -> Void {
    { [host] in host.answer($0, child.lane) }
  }

  /// Asks what the request says. Nil where there is no answer: then the process is gone, and the words say why.
  private func ask(_ there: HostingChild, _ milliseconds: Int64) -> vedette_answer? {
    guard let answer = there.call(milliseconds, reply: reply(there)) else {
      child.withLock { $0 = nil }
      let words = "its process \(there.fault ?? "is gone")"
      _ = withABIText(words) { host.table.pointee.fail?(host.table, VDT_E_INTERNAL, $0) }
      return nil
    }
    host.hear(answer, there.lane)
    return answer
  }

  /// How long a call may take that asks a service, at least.
  private static let servicePatience: Int64 = 120_000

  private var patience: Int64 {
    plugin.needsNetwork(interface)
      ? max(isolation.callMilliseconds, Self.servicePatience) : isolation.callMilliseconds
  }

  // MARK: Calls

  func open(_ parameters: vdt_bytes, _ cursor: vdt_bytes) -> Int32 {
    var there = child.withLock { $0 }
    if there == nil {
      do throws(PluginError) {
        let made = try Self.make(plugin, interface, config, input, isolation, host)
        child.withLock { $0 = made }
        refused.withLock { $0 = vedette_answer().refused }
        there = made
      } catch {
        return withABIText(error.words) { host.table.pointee.fail?(host.table, VDT_E_INTERNAL, $0) ?? VDT_E_INTERNAL }
      }
    }
    guard let there, parameters.len <= UInt64(VDT_MAX_CONFIG), cursor.len <= UInt64(VDT_MAX_CURSOR) else {
      return VDT_E_LIMIT
    }
    let lane = there.lane
    let request = lane.request
    request.pointee.kind = LaneCall.openStream
    request.pointee.flags = input >= 0 ? 1 : 0
    request.pointee.offset = parameters.len
    request.pointee.length = parameters.len &+ cursor.len
    if let start = parameters.ptr { lane.bytes.copyMemory(from: start, byteCount: Int(parameters.len)) }
    if let start = cursor.ptr {
      (lane.bytes + Int(parameters.len)).copyMemory(from: start, byteCount: Int(cursor.len))
    }
    guard let answer = ask(there, patience) else { return VDT_E_INTERNAL }
    return answer.status > 0 ? VDT_E_INTERNAL : answer.status
  }

  func next(
    _ sink: UnsafePointer<vdt_sink>, _ most: UInt64, _ wait: UInt64, _ result: UnsafeMutablePointer<vdt_next_result>
  ) -> Int32 {
    guard let there = child.withLock({ $0 }) else {
      result.pointee.error = VDT_FAILED_NETWORK
      return VDT_NEXT_FAILED
    }
    let lane = there.lane
    let request = lane.request
    request.pointee.kind = LaneCall.next
    request.pointee.length = 0
    request.pointee.offset = most
    request.pointee.start = Int64(clamping: wait)
    guard let answer = ask(there, patience &+ Int64(clamping: min(wait, UInt64(VDT_MAX_WAIT_MS)))) else {
      result.pointee.error = VDT_FAILED_NETWORK
      return VDT_NEXT_FAILED
    }
    let state = sink.pointee.context?.assumingMemoryBound(to: SinkState.self)
    let odd = SinkReplay(lane, answer).give(to: sink)
    state?.pointee.refusals.misplaced &+= odd
    refused.withLock { before in
      state?.pointee.refusals.add(answer.refused, since: before)
      before = answer.refused
    }
    result.pointee.error = answer.error
    result.pointee.retry_ms = answer.retry
    // One over the limit is told with its length, and refused for it unread.
    cursor.copyMemory(
      from: lane.cursor, byteCount: Int(min(answer.cursor_length, UInt32(VEDETTE_LANE_MOST_CURSOR))))
    result.pointee.cursor = vdt_make_bytes(cursor, UInt64(answer.cursor_length))
    return answer.status
  }

  func close() -> Int32 {
    guard let there = child.withLock({ $0 }) else { return VDT_OK }
    there.lane.request.pointee.kind = LaneCall.closeStream
    return ask(there, patience)?.status ?? VDT_E_INTERNAL
  }

  // MARK: As the ABI has it

  /// The table that leads to this object, which lives as long as it is used: as the instance, and as the stream.
  var table: vdt_source {
    var table = vdt_source()
    table.size = UInt32(MemoryLayout<vdt_source>.size)
    table.open = { instance, parameters, _, cursor, stream in
      guard let me = IsolatedSource.of(instance) else { return VDT_E_ARGUMENT }
      let status = me.open(parameters, cursor)
      if status == VDT_OK { stream?.pointee = instance }
      return status
    }
    table.next = { stream, sink, most, wait, result in
      guard let me = IsolatedSource.of(stream), let sink, let result else { return VDT_E_ARGUMENT }
      return me.next(sink, most, wait, result)
    }
    table.close = { IsolatedSource.of($0)?.close() ?? VDT_E_ARGUMENT }
    table.wake = { stream in
      IsolatedSource.of(stream)?.child.withLock { $0?.wake() }
      return VDT_OK
    }
    table.progress = { stream, progress in
      guard let found = IsolatedSource.of(stream)?.child.withLock({ $0?.progress() }), let progress else {
        return VDT_E_UNSUPPORTED
      }
      progress.pointee.done = found.done
      progress.pointee.total = found.total
      return VDT_OK
    }
    return table
  }

  var handle: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  private static func of(_ handle: OpaquePointer?) -> IsolatedSource? {
    handle.map { Unmanaged<IsolatedSource>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }
}

extension HostTable {
  /// Answers what a plugin in another process asks of its host, into the request of the lane. What it asks for is checked here
  /// as if it came from a plugin of this process.
  func answer(_ question: vedette_answer, _ lane: Lane) {
    let request = lane.request
    request.pointee.length = 0
    let key = Lane.text(lane.words, question.words_length, most: UInt32(VDT_MAX_PICTURE_NAME))
    let status: Int32
    switch question.kind {
    case LaneQuestion.picture where !key.isEmpty && question.arena == 8:
      let offset = UnsafeRawPointer(lane.arena).loadUnaligned(as: UInt64.self)
      switch services.picture?(key, offset) {
      case .success(let bytes): status = give(bytes, atMost: Int(VDT_MAX_PICTURE_PIECE), lane)
      case .failure(let refusal): status = refusal.code
      case nil: status = VDT_E_UNSUPPORTED
      }
    case _ where key.utf8.count > Int(VDT_MAX_STATE_KEY): status = VDT_E_ARGUMENT
    case LaneQuestion.secret where !key.isEmpty:
      status = give(services.secret(key), atMost: Int(VDT_MAX_SECRET), lane)
    case LaneQuestion.stateGet where !key.isEmpty:
      status = withState { give(try $0.get(key), atMost: Int(VDT_MAX_STATE_VALUE), lane) }
    case LaneQuestion.statePut where !key.isEmpty && question.arena <= UInt64(VDT_MAX_STATE_VALUE):
      let value = [UInt8](UnsafeRawBufferPointer(start: lane.arena, count: Int(question.arena)))
      status = withState { try $0.put(key, value) ? VDT_OK : VDT_E_LIMIT }
    case LaneQuestion.stateRemove where !key.isEmpty:
      status = withState {
        try $0.remove(key)
        return VDT_OK
      }
    default: status = VDT_E_ARGUMENT
    }
    request.pointee.flags = UInt32(bitPattern: status)
  }

  private func give(_ bytes: [UInt8]?, atMost most: Int, _ lane: Lane) -> Int32 {
    guard let bytes, bytes.count <= most, bytes.count <= Int(lane.setup.bytes) else { return VDT_E_UNKNOWN }
    lane.bytes.copyMemory(from: bytes, byteCount: bytes.count)
    lane.request.pointee.length = UInt64(bytes.count)
    return VDT_OK
  }
}
