/// The plugins of a daemon: those it found at its start, those that came since, and what the audit log says of them.

import EventLoop
import Evidence
import Inspection
import PluginHost
import RPC
import Store

extension Daemon {
  /// Loads that are not there any more of which the figures are still shown.
  private static let goneLoads = 64

  /// Notes each plugin that was loaded, with what it was trusted for, and each file that was refused.
  func notePluginsAtStart() {
    loads = shelf.plugins.map { PluginLoad($0, by: "daemon", isOfFolders: true, at: started) }
    let lines = loads.map { (what: "plugin.load", detail: $0.detail) }
    let refusals = shelf.refusals.map { (what: "plugin.refuse", detail: $0.description) }
    do throws(StoreError) {
      try store.audit(who: "daemon", lines + refusals)
    } catch {
      log.error("\(error)")
    }
  }

  /// The load that counts of a plugin, by its name or id.
  func load(named name: String) -> PluginLoad? {
    loads.first { $0.isPresent && $0.plugin.identity.name == name } ?? loads.first { $0.isPresent && $0.id == name }
  }

  /// Sources that use a plugin, those that are to take another's place included.
  func sources(using plugin: Plugin) -> [SourceTask] {
    (sources + swaps.map(\.new)).filter { task in
      !task.isOver && sourcePlugin(task.order.plugin).map { $0 === plugin } ?? false
    }
  }

  // MARK: changes

  /// A load is there from now on.
  func add(_ load: PluginLoad) {
    loads.append(load)
    pluginsChanged()
    load.since = dissectors.current.version
    load.packetsBefore = packets
  }

  /// A load is not there any more; its sessions go on.
  func remove(_ load: PluginLoad, _ reason: String) {
    load.state = .draining
    load.reason = reason
    load.unloaded = .now()
    load.packetsAfter = load.packetsAfter ?? packets
    endGap(of: load)
    pluginsChanged()
    load.until = dissectors.current.version
  }

  /// A load takes the place of another of the same plugin, in one change; sources that read by the old one go on with the new
  /// one where they stopped.
  func replace(_ old: PluginLoad, by new: PluginLoad) {
    let readers = sources(using: old.plugin)
    loads.append(new)
    remove(old, "replaced by \(new.plugin.identity.version) from \(new.plugin.path)")
    new.since = old.until
    new.packetsBefore = packets
    for task in readers where task.hasThread && !task.isEnding { restart(task) }
  }

  /// Tells captures and new sources of the plugins that there are now.
  func pluginsChanged() {
    shelf = PluginShelf(
      plugins: loads.filter(\.isPresent).map(\.plugin), refusals: shelf.refusals, shadowed: shelf.shadowed,
      isolation: shelf.isolation)
    let asked = loads.filter(\.isAsked)
    dissectors.set(
      asked.map(\.plugin).sorted { $0.identity.id < $1.identity.id },
      throttled: Set(asked.filter { $0.state == .throttled }.map(\.id)))
    forgetGoneLoads()
  }

  private func forgetGoneLoads() {
    var over = loads.count { $0.state == .drained } - Daemon.goneLoads
    loads.removeAll { load in
      guard over > 0, load.state == .drained else { return false }
      over -= 1
      return true
    }
  }

  /// Ends the thread of a source and starts the next one, at the stored cursor.
  private func restart(_ task: SourceTask) {
    task.whenOver.add { [unowned self] in
      // One that came to its end, or failed, has nothing to go on with.
      guard task.state == .paused, !isStopping else { return }
      _ = startThread(of: task)
      publish("source") { task.write(to: &$0) }
    }
    task.end(as: .pausing)
    publish("source") { task.write(to: &$0) }
  }

  // MARK: figures

  /// Packets of all captures so far.
  var packets: UInt64 { captures.reduce(packetsForgotten) { $0 &+ $1.figures.packets } }

  func report(_ load: PluginLoad) -> LoadReport {
    var figures = load.past
    for task in captures where !task.isOver {
      for one in task.figures.dissectors where one.plugin === load.plugin {
        if figures == nil { figures = one } else { figures?.add(one) }
      }
    }
    return LoadReport(
      load: load, figures: figures, packets: (load.packetsAfter ?? packets) &- load.packetsBefore,
      isPending: !hasTaken(load.isPresent ? load.since : load.until))
  }

  /// Whether all captures have a setting of the dissectors. One that is still to begin begins with the newest.
  func hasTaken(_ version: UInt64) -> Bool {
    captures.allSatisfy { $0.isOver || $0.state == .starting || $0.figures.dissectorVersion >= version }
  }

  /// Calls `body` when all captures have the newest setting, or after a while.
  func whenTaken(_ body: @escaping () -> Void) {
    let version = dissectors.current.version
    guard !hasTaken(version) else { return body() }
    let waiter = Waiters()
    waiter.add(body)
    waitingForDissectors.append((version, waiter))
    after(Daemon.openingTime) { waiter.tell() }
  }

  /// A capture has told how far it is: who waits for a change hears of it, versions whose last session is over are gone, and
  /// those that cost too much are asked less.
  func capturesMoved() {
    if !waitingForDissectors.isEmpty {
      let done = waitingForDissectors.filter { hasTaken($0.version) }
      waitingForDissectors.removeAll { hasTaken($0.version) }
      for one in done { one.waiter.tell() }
    }
    for load in loads where load.state != .drained { tellCrashes(of: load) }
    for load in loads where load.state == .draining && hasTaken(load.until) {
      let report = report(load)
      guard report.figures?.open ?? 0 == 0 else { continue }
      load.state = .drained
      let cut = report.figures?.cut ?? 0
      log.info(
        "plugin gone", metadata: ["id": "\(load.id)", "version": "\(load.plugin.identity.version)", "cut": "\(cut)"])
      if cut > 0 {
        investigation.add(
          VisibilityGap(
            kind: "plugin_drained", subject: load.id,
            reason:
              "\(cut) sessions of \(load.id) \(load.plugin.identity.version) had not ended when their time was over"
          ))
        markDirty()
      }
      publish("plugin") { report.write(to: &$0) }
    }
    judgeBudgets()
  }

  /// Says that the process of a dissector ended before its time, each time that it has since it was last told.
  private func tellCrashes(of load: PluginLoad) {
    let report = report(load)
    guard let lost = report.figures?.interruptions, lost.times > load.crashes else { return }
    load.crashes = lost.times
    let words =
      "its process ended before its time, \(lost.times) times so far, and \(lost.sessions) sessions with it; the last time "
      + "because it \(lost.words)"
    let version = load.plugin.identity.version
    log.warning("plugin crashed", metadata: ["id": "\(load.id)", "version": "\(version)", "why": "\(lost.words)"])
    note("daemon", "plugin.crash", "\(load.id) \(version): \(words)")
    publish("plugin") { report.write(to: &$0) }
  }

  /// Keeps what dissectors did in a capture that is over.
  func keepFigures(of task: CaptureTask) {
    for figures in task.figures.dissectors {
      guard let load = loads.first(where: { $0.plugin === figures.plugin }) else { continue }
      if load.past == nil { load.past = figures } else { load.past?.add(figures) }
      // What was open ended with the capture.
      load.past?.open = 0
    }
    task.figures.dissectors = []
  }
}
