/// One instance of a dissector plugin, for one worker.

import Evidence
import VedettePluginABI

/// What the packet path needs of an instance: plain pointers, so that a call touches no reference count.
///
/// Valid as long as the ``Dissector`` it came from.
public struct DissectorCalls: BitwiseCopyable {
  public typealias Probe =
    @convention(c) (
      OpaquePointer?, UnsafePointer<vdt_flow>?, UInt32, vdt_bytes, UnsafeMutablePointer<vdt_probe_result>?
    ) -> Int32
  public typealias Data =
    @convention(c) (
      OpaquePointer?, UnsafePointer<vdt_chunk>?, UnsafePointer<vdt_sink>?, UnsafeMutablePointer<vdt_data_result>?
    ) -> Int32
  public typealias Gap =
    @convention(c) (
      OpaquePointer?, UInt32, UInt64, UInt64, UnsafePointer<vdt_sink>?, UnsafeMutablePointer<vdt_data_result>?
    ) -> Int32
  public typealias Open =
    @convention(c) (
      OpaquePointer?, UnsafePointer<vdt_flow>?, UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32
  public typealias Close = @convention(c) (OpaquePointer?, UnsafePointer<vdt_sink>?, UInt32) -> Int32

  public let instance: OpaquePointer
  public let sink: UnsafeMutablePointer<vdt_sink>
  public let state: UnsafeMutablePointer<SinkState>
  public let probe: Probe
  public let open: Open
  public let data: Data
  public let gap: Gap
  public let datagram: Data?
  public let close: Close
  /// Bytes of a direction that need-more may ask to keep.
  public let lookahead: Int

  /// To be called after each call that was given the sink, before its log is read.
  @inline(__always) public func finishCall() { state.pointee.finishCall() }
}

/// Owns an instance: creates it, and destroys it when it is let go of, after all its sessions were closed. [worker]
public final class Dissector {
  public let plugin: Plugin
  public let calls: DissectorCalls
  public var reader: RecordReader
  public var anomalyReader: RecordReader
  let host: HostTable
  /// Where the instance has a process of its own.
  private let isolated: IsolatedDissector?

  /// Makes an instance, in a process of its own where `isolation` says so.
  public convenience init(
    _ plugin: Plugin, config: String = "", isolation: PluginIsolation,
    log: @escaping @Sendable (PluginLogLine) -> Void = { _ in }
  ) throws(PluginError) {
    if isolation.isolates(plugin, .dissector) {
      try self.init(isolated: plugin, config, isolation, log)
    } else {
      try self.init(plugin, config: config, log: log)
    }
  }

  private init(
    isolated plugin: Plugin, _ config: String, _ isolation: PluginIsolation,
    _ log: @escaping @Sendable (PluginLogLine) -> Void
  ) throws(PluginError) {
    let host = HostTable(plugin: plugin.identity.id, log: log)
    let state = Self.makeState(plugin)
    let sink = makeSink(state)
    let isolated: IsolatedDissector
    do throws(PluginError) {
      isolated = try IsolatedDissector(
        plugin, config: config, isolation: isolation, host: host, state: state, sink: sink)
    } catch {
      sink.deallocate()
      state.pointee.destroy()
      state.deallocate()
      throw error
    }
    self.plugin = plugin
    self.host = host
    self.isolated = isolated
    calls = isolated.calls(lookahead: plugin.description.lookahead)
    reader = RecordReader(table: plugin.records)
    anomalyReader = RecordReader(table: plugin.anomalies)
  }

  private static func makeState(_ plugin: Plugin) -> UnsafeMutablePointer<SinkState> {
    let state = UnsafeMutablePointer<SinkState>.allocate(capacity: 1)
    state.initialize(
      to: SinkState(
        role: .dissector, records: plugin.records, anomalies: plugin.anomalies, flowFields: plugin.flowFields))
    return state
  }

  /// Makes an instance in this process.
  public init(
    _ plugin: Plugin, config: String = "", log: @escaping @Sendable (PluginLogLine) -> Void = { _ in }
  ) throws(PluginError) {
    self.plugin = plugin
    isolated = nil
    let table = try plugin.table(.dissector, into: vdt_dissector(), atLeast: ABI10.dissector)
    guard let probe = table.probe, let open = table.open, let data = table.data, let gap = table.gap,
      let close = table.close
    else { throw PluginError(.contract, plugin.identity.id, "its table of dissector/1 lacks a function of ABI 1.0") }
    host = HostTable(plugin: plugin.identity.id, log: log)
    let instance = try Self.create(plugin, config, host)
    let state = Self.makeState(plugin)
    calls = DissectorCalls(
      instance: instance, sink: makeSink(state), state: state, probe: probe, open: open, data: data, gap: gap,
      datagram: table.datagram, close: close, lookahead: plugin.description.lookahead)
    reader = RecordReader(table: plugin.records)
    anomalyReader = RecordReader(table: plugin.anomalies)
  }

  deinit {
    if let isolated { isolated.end() } else { plugin.destroy(calls.instance) }
    calls.sink.deallocate()
    calls.state.pointee.destroy()
    calls.state.deallocate()
  }

  /// What the plugin emitted and was not taken.
  public var refusals: SinkRefusals { calls.state.pointee.refusals }
  /// Whether the instance has a process of its own.
  public var isIsolated: Bool { isolated != nil }
  /// Whether its process has ended, and was not started again yet: then the plugin says no to all that it is asked.
  public var isAway: Bool { isolated?.isAway ?? false }
  /// What became of its process, where it has one of its own.
  public var interruptions: PluginInterruptions { isolated?.interruptions ?? PluginInterruptions() }
  /// The words of the plugin's last error on this thread.
  public func takeWords() -> String? { host.takeWords() }

  static func create(_ plugin: Plugin, _ config: String, _ host: HostTable) throws(PluginError) -> OpaquePointer {
    let create = try plugin.image().descriptor.pointee.create
    var instance: OpaquePointer?
    let status = withABIBytes(Array(config.utf8)) { bytes in
      create?(host.table, bytes, &instance) ?? VDT_E_UNSUPPORTED
    }
    guard status == VDT_OK, let instance else {
      throw PluginError(
        .refused, plugin.identity.id, "makes no instance: \(host.takeWords() ?? "error \(status), without words")")
    }
    return instance
  }
}
