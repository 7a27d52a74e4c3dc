/// What an instance offers beyond its work: `reconfigure/1`, `metrics/1` and `state/1`.

import VedettePluginABI

/// One figure of an instance, as it was when it was asked for.
public struct PluginMetric: Sendable, Hashable {
  public enum Kind: UInt32, Sendable {
    case counter = 1
    case gauge
  }
  public var name: String
  public var kind: Kind
  public var unit: String
  public var doc: String
  public var value: Double
}

/// The calls of one instance. On the instance's thread, between its other calls; valid as long as its owner.
public struct OptionalCalls {
  let plugin: Plugin
  let instance: OpaquePointer
  let host: HostTable
  /// Of an instance in a process of its own none of them is there: it is made anew instead.
  var isIsolated = false

  /// Gives the instance a new configuration (a JSON object, or empty). Where it throws, the old one stays.
  public func reconfigure(_ config: String) throws(PluginError) {
    try needsInstance()
    let table = try plugin.table(.reconfigure, into: vdt_reconfigure(), atLeast: ABI10.reconfigure)
    guard let call = table.reconfigure else { throw lacks(.reconfigure) }
    let status = withABIBytes(Array(config.utf8)) { call(instance, $0) }
    guard status == VDT_OK else { throw refusal("keeps its configuration", status) }
  }

  /// The figures now, in the plugin's order, at most 256. One that is not as it should be is left out, and counted.
  public func metrics() throws(PluginError) -> (metrics: [PluginMetric], refused: Int) {
    try needsInstance()
    let table = try plugin.table(.metrics, into: vdt_metrics(), atLeast: ABI10.metrics)
    guard let count = table.count, let get = table.get else { throw lacks(.metrics) }
    var all: UInt32 = 0
    var status = count(instance, &all)
    guard status == VDT_OK else { throw refusal("counts no metrics", status) }
    var metrics: [PluginMetric] = []
    var names: Set<String> = []
    for index in 0..<min(all, VDT_MAX_METRICS) {
      var metric = vdt_metric()
      metric.size = UInt32(MemoryLayout<vdt_metric>.size)
      status = get(instance, index, &metric)
      guard status == VDT_OK, let name = metric.name.identifier, names.insert(name).inserted, metric.value.isFinite,
        let kind = PluginMetric.Kind(rawValue: metric.kind)
      else { continue }
      metrics.append(
        PluginMetric(name: name, kind: kind, unit: metric.unit.words, doc: metric.doc.words, value: metric.value))
    }
    return (metrics, Int(all) - metrics.count)
  }

  // MARK: State

  /// What the instance knows, for another version of the plugin; nil where it has nothing to hand over.
  public func saveState() throws(PluginError) -> [UInt8]? {
    guard let save = try stateTable()?.save else { return nil }
    var state = vdt_bytes()
    return try saved(save(instance, &state), state)
  }

  /// Takes over what another version knew: at once after the instance was made. False where it does not know that state.
  public func loadState(_ state: [UInt8]) throws(PluginError) -> Bool {
    guard let load = try stateTable()?.load else { return false }
    return try loaded(withABIBytes(state) { load(instance, $0) })
  }

  /// What a session of a dissector knows; nil where it has nothing to hand over. The session is still to be closed.
  public func saveSession(_ session: OpaquePointer) throws(PluginError) -> [UInt8]? {
    guard let save = try stateTable()?.save_session else { return nil }
    var state = vdt_bytes()
    return try saved(save(session, &state), state)
  }

  /// A session that goes on where a saved one stood, in place of open; nil where it does not know that state.
  public func loadSession(_ flow: UnsafePointer<vdt_flow>, _ state: [UInt8]) throws(PluginError) -> OpaquePointer? {
    guard let load = try stateTable()?.load_session else { return nil }
    var session: OpaquePointer?
    return try loaded(withABIBytes(state) { load(instance, flow, $0, &session) }) ? session : nil
  }

  private func stateTable() throws(PluginError) -> vdt_state? {
    guard !isIsolated, plugin.interfaces.contains(.state) else { return nil }
    return try plugin.table(.state, into: vdt_state(), atLeast: ABI10.state)
  }

  private func saved(_ status: Int32, _ state: vdt_bytes) throws(PluginError) -> [UInt8] {
    guard status == VDT_OK else { throw refusal("hands no state over", status) }
    guard state.len <= UInt64(VDT_MAX_STATE), state.len == 0 || state.ptr != nil else {
      throw PluginError(
        .contract, plugin.identity.id, "hands over a state of \(state.len) bytes, the limit is \(VDT_MAX_STATE)")
    }
    return Array(UnsafeBufferPointer(start: state.ptr, count: Int(state.len)))
  }

  private func loaded(_ status: Int32) throws(PluginError) -> Bool {
    if status == VDT_E_UNSUPPORTED { return false }
    guard status == VDT_OK else { throw refusal("takes no state over", status) }
    return true
  }

  private func needsInstance() throws(PluginError) {
    guard isIsolated else { return }
    throw PluginError(.refused, plugin.identity.id, "has a process of its own, which these calls do not reach")
  }

  private func lacks(_ interface: PluginInterface) -> PluginError {
    PluginError(.contract, plugin.identity.id, "its table of \(interface.rawValue) lacks a function of ABI 1.0")
  }

  private func refusal(_ what: String, _ status: Int32) -> PluginError {
    PluginError(.refused, plugin.identity.id, "\(what): \(host.takeWords() ?? "error \(status), without words")")
  }
}

extension Dissector {
  public var optional: OptionalCalls {
    OptionalCalls(plugin: plugin, instance: calls.instance, host: host, isIsolated: isIsolated)
  }
}
