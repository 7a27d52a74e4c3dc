/// A source's instance in the child process, and its stream.

import CIsolation
import Synchronization
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

final class HostedSource {
  private let plugin: Plugin
  private let host: HostTable
  private let table: vdt_source
  private let instance: OpaquePointer
  private var stream: OpaquePointer?
  private let channel: LaneServer
  private let lane: Lane
  private let control: ControlThread
  private let sink: UnsafeMutablePointer<vdt_sink>
  private let state: UnsafeMutablePointer<SinkState>

  init(
    _ plugin: Plugin, _ interface: PluginInterface, _ channel: LaneServer, _ control: ControlThread,
    _ confined: UInt32
  ) throws(PluginError) {
    self.plugin = plugin
    self.channel = channel
    self.control = control
    lane = channel.lane
    let config = String(decoding: channel.bytes, as: UTF8.self)
    let lines = channel.lines
    table = try plugin.table(interface, into: vdt_source(), atLeast: ABI10.source)
    guard table.open != nil, table.next != nil, table.close != nil else {
      throw PluginError(.contract, plugin.identity.id, "its table of \(interface.rawValue) lacks a function of ABI 1.0")
    }
    host = HostTable(plugin: plugin.identity.id, services: channel.services, log: { lines.add($0) })
    instance = try Dissector.create(plugin, config, host)
    state = .allocate(capacity: 1)
    state.initialize(
      to: SinkState(role: .source, records: plugin.records, anomalies: plugin.anomalies, flowFields: plugin.flowFields))
    sink = makeSink(state)
    channel.accept(plugin, confined, hasDatagram: false)
  }

  deinit {
    sink.deallocate()
    state.pointee.destroy()
    state.deallocate()
  }

  func serve() {
    while true {
      let kind = channel.receive()
      switch kind {
      case LaneCall.openStream: open()
      case LaneCall.next: next()
      case LaneCall.closeStream:
        channel.begin(close())
        channel.send()
      default:
        _ = close()
        plugin.destroy(instance)
        channel.begin(kind == LaneCall.destroy ? VDT_OK : VDT_E_UNSUPPORTED)
        channel.send()
        return
      }
    }
  }

  private func open() {
    _ = close()
    // Copies: what the plugin asks of its host meanwhile comes back in the same place.
    let request = lane.request.pointee
    let all = [UInt8](channel.bytes)
    let parameters = Array(all.prefix(Int(min(request.offset, UInt64(all.count)))))
    let cursor = Array(all.dropFirst(parameters.count))
    let input = request.flags & 1 != 0 ? HostingChild.inputDescriptor : -1
    var opened: OpaquePointer?
    let status = withABIBytes(parameters) { parameters in
      withABIBytes(cursor) { table.open?(instance, parameters, input, $0, &opened) ?? VDT_E_UNSUPPORTED }
    }
    if status == VDT_OK, let opened {
      stream = opened
      control.watch(opened, table)
    }
    channel.begin(status == VDT_OK && opened == nil ? VDT_E_INTERNAL : status)
    channel.write(words: host.takeWords())
    channel.send()
  }

  private func close() -> Int32 {
    guard let open = stream else { return VDT_OK }
    control.watch(nil, table)
    stream = nil
    return table.close?(open) ?? VDT_OK
  }

  private func next() {
    let request = lane.request.pointee
    var result = vdt_next_result()
    result.size = UInt32(MemoryLayout<vdt_next_result>.size)
    state.pointee.clear()
    state.pointee.softRecords = request.offset
    var status: Int32 = VDT_NEXT_END
    if let stream {
      status = table.next?(stream, sink, request.offset, UInt64(max(0, request.start)), &result) ?? status
    }
    state.pointee.finishCall()
    channel.begin(status)
    let answer = lane.answer
    answer.pointee.error = result.error
    answer.pointee.retry = result.retry_ms
    if let start = result.cursor.ptr, result.cursor.len > 0 {
      lane.cursor.copyMemory(
        from: start, byteCount: Int(min(result.cursor.len, UInt64(VEDETTE_LANE_MOST_CURSOR))))
      answer.pointee.cursor_length = UInt32(clamping: result.cursor.len)
    }
    if status == VDT_NEXT_FAILED || status < 0 { channel.write(words: host.takeWords()) }
    channel.write(state)
    channel.send()
  }

  /// Asks a plugin how sure it is of an input, without an instance.
  static func sniff(_ plugin: Plugin, _ interface: PluginInterface, _ channel: LaneServer) throws(PluginError) {
    let all = [UInt8](channel.bytes)
    let named = Int(min(channel.lane.request.pointee.offset, UInt64(all.count)))
    let (certainty, words) = try plugin.sniff(
      Array(all.dropFirst(named)), name: String(decoding: all.prefix(named), as: UTF8.self), interface)
    channel.accept(plugin, 0, hasDatagram: false, certainty: certainty, words: words)
  }
}

extension LaneServer {
  /// The host, asked through the lane: by the thread that serves it, while the host waits for its answer.
  var services: HostServices {
    let owner = pthread_self()
    // The thread that made it is the only one that gets through, so nothing is shared.
    nonisolated(unsafe) let me = self
    @Sendable func ask(_ kind: UInt32, _ key: String, _ value: [UInt8] = []) -> (Int32, [UInt8]) {
      guard pthread_equal(owner, pthread_self()) != 0 else { return (VDT_E_STATE, []) }
      return me.ask(kind, key, value)
    }
    @Sendable func stated(_ status: Int32) throws(PluginError) {
      guard status == VDT_OK else { throw PluginError(.refused, "host-state", "error \(status)") }
    }
    let state = HostServices.State(
      get: { key in
        let (status, bytes) = ask(LaneQuestion.stateGet, key)
        if status == VDT_E_UNKNOWN { return nil }
        try stated(status)
        return bytes
      },
      put: { key, value in
        let (status, _) = ask(LaneQuestion.statePut, key, value)
        if status == VDT_E_LIMIT { return false }
        try stated(status)
        return true
      },
      remove: { try stated(ask(LaneQuestion.stateRemove, $0).0) })
    var services = HostServices(
      secret: { name in
        let (status, bytes) = ask(LaneQuestion.secret, name)
        return status == VDT_OK ? bytes : nil
      }, state: lane.setup.has_state != 0 ? state : nil)
    services.picture = { name, offset in
      let (status, bytes) = ask(LaneQuestion.picture, name, withUnsafeBytes(of: offset) { Array($0) })
      return status == VDT_OK ? .success(bytes) : .failure(PictureRefusal(code: status))
    }
    return services
  }

  private func ask(_ kind: UInt32, _ key: String, _ value: [UInt8]) -> (Int32, [UInt8]) {
    begin(VDT_OK)
    write(words: key)
    lane.answer.pointee.kind = kind
    lane.arena.copyMemory(from: value, byteCount: value.count)
    lane.answer.pointee.arena = UInt64(value.count)
    send()
    guard receive() == LaneCall.hostAnswer else { return (VDT_E_STATE, []) }
    return (Int32(bitPattern: lane.request.pointee.flags), [UInt8](bytes))
  }
}
