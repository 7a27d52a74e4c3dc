/// One load of a plugin, as the loop knows it: two loads of one plugin are two of these, side by side while the first drains.

import Evidence
import Inspection
import JSON
import PluginHost

/// Belongs to the loop's thread.
final class PluginLoad {
  enum State: String {
    /// New flows and sources may use it.
    case active
    /// Over its budget: asked about every other flow.
    case throttled
    /// Over its budget, again: asked about no flow, until it is reloaded.
    case parked
    /// Unloaded or replaced; sessions that it has go on.
    case draining
    /// Unloaded or replaced, and nothing of it is left but its figures.
    case drained
  }

  let plugin: Plugin
  let loaded: Timestamp
  let by: String
  /// It was found in a folder, at the start or by engine.reload, rather than loaded by a call.
  let isOfFolders: Bool
  var state = State.active
  /// Why it is not active.
  var reason: String?
  var unloaded: Timestamp?
  /// Which setting of the dissectors it came and went with.
  var since: UInt64 = 0
  var until: UInt64 = 0
  /// Packets of all captures when it came, and when it went.
  var packetsBefore: UInt64 = 0
  var packetsAfter: UInt64?
  /// What it did in captures that are over.
  var past: DissectorFigures?
  /// What is told of it while it is not asked about all flows.
  var gap: VisibilityGap?
  var watch = BudgetWatch()
  /// Crashes that were told.
  var crashes: UInt64 = 0
  /// It has another state that was not yet published.
  var hasMoved = false

  init(_ plugin: Plugin, by who: String, isOfFolders: Bool = false, at time: Timestamp = .now()) {
    self.plugin = plugin
    self.isOfFolders = isOfFolders
    by = who
    loaded = time
  }

  var id: String { plugin.identity.id }
  /// Whether it may be used, for flows or for sources.
  var isPresent: Bool { state != .draining && state != .drained }
  /// Whether captures ask it about flows.
  var isAsked: Bool { plugin.interfaces.contains(.dissector) && (state == .active || state == .throttled) }

  /// The line of the audit log, of one that was loaded.
  var detail: String {
    "\(id) \(plugin.identity.version) from \(plugin.path), SHA-256 \(plugin.sha256 ?? "unknown"): "
      + (plugin.standing?.words ?? "unverified")
  }
}

/// A load with what it did so far in all captures.
struct LoadReport {
  let load: PluginLoad
  let figures: DissectorFigures?
  /// Packets of captures while it was there.
  let packets: UInt64
  /// Whether some capture has not taken the last change yet.
  let isPending: Bool

  func write(to w: inout JSONWriter) {
    let plugin = load.plugin
    w.beginObject()
    plugin.writeSummary(to: &w)
    w.member("state", load.state.rawValue)
    w.member("reason", load.reason)
    w.member("loaded", load.loaded)
    w.member("loaded_by", load.by)
    w.member("unloaded", load.unloaded)
    if isPending { w.member("pending", true) }
    if plugin.interfaces.contains(.dissector) { writeFigures(to: &w) }
    if let lost = figures?.interruptions, lost.times > 0 {
      w.member("crashes", lost.times)
      w.member("lost_sessions", lost.sessions)
      w.member("last_crash", lost.words)
    }
    w.endObject()
  }

  private func writeFigures(to w: inout JSONWriter) {
    if let figures { w.member("own_process", figures.isIsolated) }
    w.member("sessions", figures?.sessions ?? 0)
    w.member("open_sessions", figures?.open ?? 0)
    w.member("cut_sessions", figures?.cut ?? 0)
    w.member("calls", figures?.use.calls ?? 0)
    w.member("bytes", figures?.use.bytes ?? 0)
    w.member("records", figures?.use.records ?? 0)
    w.member("emitted_bytes", figures?.use.emitted ?? 0)
    w.member("refused", figures?.refused ?? 0)
    switch figures?.state {
    case StateHandover.none?, nil: break
    case .taken: w.member("state_handover", "taken")
    case .refused(let words): w.member("state_handover", "refused: \(words)")
    }
    guard let figures, figures.use.timed > 0 else { return }
    w.member("ns_per_call", Double(figures.use.nanoseconds) / Double(figures.use.timed))
    if figures.use.bytes > 0 { w.member("ns_per_byte", figures.use.estimatedNanoseconds / Double(figures.use.bytes)) }
    if packets > 0 { w.member("ns_per_packet", figures.use.estimatedNanoseconds / Double(packets)) }
  }
}

extension Plugin {
  /// Who it is and where it is from, as members of an object.
  func writeSummary(to w: inout JSONWriter) {
    w.member("id", identity.id)
    w.member("name", identity.name)
    w.member("version", identity.version)
    w.member("abi", "\(identity.abiMajor).\(identity.abiMinor)")
    w.member("interfaces", interfaces.map(\.rawValue))
    w.member("path", path)
    if let sha256 { w.member("sha256", sha256) }
    w.member("trust", standing?.words ?? "unverified")
  }
}
