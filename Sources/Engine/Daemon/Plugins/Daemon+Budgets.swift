/// Dissectors over their budget: asked less, then not at all, and it is said each time.

import Evidence
import Inspection
import PluginHost

extension Daemon {
  /// Looks at what each dissector did since the last window.
  func judgeBudgets() {
    let now = Int64(clamping: MonotonicClock.nanoseconds())
    var hasChanged = false
    for load in loads where load.isAsked {
      guard let figures = report(load).figures,
        let verdict = load.watch.judge(figures.use, at: now, by: budget)
      else { continue }
      switch (load.state, verdict) {
      case (.active, .over(let words)):
        tell(load, .throttled, "\(words): it is asked about every other flow")
      case (.throttled, .over(let words)):
        tell(load, .parked, "\(words), throttled: it is asked about no flow until it is reloaded")
        load.packetsAfter = packets
      case (.throttled, .within): tell(load, .active, nil)
      default: continue
      }
      hasChanged = true
    }
    guard hasChanged else { return }
    pluginsChanged()
    let version = dissectors.current.version
    for load in loads where load.hasMoved {
      load.hasMoved = false
      load.since = version
      let report = report(load)
      publish("plugin") { report.write(to: &$0) }
    }
  }

  /// Notes a dissector's new state: in the log, in the audit log, and as a gap as long as it is not asked about all flows.
  private func tell(_ load: PluginLoad, _ state: PluginLoad.State, _ words: String?) {
    load.state = state
    load.reason = words
    load.hasMoved = true
    let what =
      switch state {
      case .throttled: "plugin.throttle"
      case .parked: "plugin.park"
      default: "plugin.resume"
      }
    let version = load.plugin.identity.version
    let said = words ?? "within its budget again: it is asked about all flows"
    log.warning("\(what)", metadata: ["id": "\(load.id)", "version": "\(version)", "why": "\(said)"])
    note("daemon", what, "\(load.id) \(version): \(said)")
    endGap(of: load)
    guard let words else { return }
    let gap = VisibilityGap(
      kind: "plugin_\(state.rawValue)", subject: load.id, reason: "\(load.id) \(version) \(words).", from: .now())
    load.gap = gap
    investigation.add(gap)
    markDirty()
  }

  /// What a dissector did not see it sees from now on, or its successor does.
  func endGap(of load: PluginLoad) {
    guard var gap = load.gap else { return }
    load.gap = nil
    investigation.remove(gap)
    gap.to = .now()
    investigation.add(gap)
    markDirty()
  }
}
