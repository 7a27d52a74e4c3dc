/// One plugin over one input, for its author to look at: `vedette plugin run`.

import Capture
import Evidence
import Flows
import Inspection
import JSON
import PluginHost

/// A plugin by itself: no other one is asked, so that what is shown is its own.
public struct PluginRun {
  /// Kinds of record that a run can show.
  public enum Kind: String, CaseIterable, Sendable {
    /// What the plugin emitted: a dissector's records, a source's observations.
    case record
    /// Anomalies of the plugin, and those that the host found in how its protocol was spoken.
    case anomaly
    /// Flows that the plugin recognised.
    case flow
  }

  public let plugin: Plugin
  public var kinds: Set<Kind>
  /// Takes one JSON object a call, without a line end; false where nobody reads any longer.
  private let emit: (String) -> Bool
  /// Told of what went wrong or was left out, while the rest goes on.
  private let complain: (String) -> Void

  public init(
    _ plugin: Plugin, kinds: Set<Kind> = [.record, .anomaly], emit: @escaping (String) -> Bool,
    complain: @escaping (String) -> Void
  ) {
    self.plugin = plugin
    self.kinds = kinds
    self.emit = emit
    self.complain = complain
  }

  // MARK: Dissectors

  /// Shows what the plugin finds in a capture. Returns whether nothing went wrong.
  public func run(capture path: String, config: String = "") -> Bool {
    let heard = HeardLines()
    let inspector = Inspector(
      plugins: [plugin], config: config.isEmpty ? [:] : [plugin.identity.id: config], log: { heard.add($0) })
    for problem in inspector.refusals { complain(problem.description) }
    guard inspector.refusals.isEmpty else { return false }
    inspector.capture = path
    let engine = FlowEngine(consumer: inspector)
    var goesOn = true
    var isSound = true
    var recognised = 0
    func drain() {
      for one in inspector.drainTransactions() where kinds.contains(.record) { write { one.write(to: &$0) } }
      for one in inspector.drainAnomalies() where kinds.contains(.anomaly) { write { one.write(to: &$0) } }
      for one in engine.drainFlows() where one.appProtoBy == .dissector {
        recognised += 1
        if kinds.contains(.flow) { write { one.write(to: &$0) } }
      }
      _ = engine.drainAnomalies()
    }
    func write(_ body: (inout JSONWriter) -> Void) {
      var w = JSONWriter()
      body(&w)
      if goesOn { goesOn = emit(w.text) }
    }
    do throws(CaptureError) {
      try CaptureReplay.read(path, into: engine) {
        drain()
        return goesOn
      }
    } catch {
      complain(error.description)
      isSound = false
    }
    engine.finish()
    drain()
    for line in heard.lines { complain("\(line.level): \(line.text)") }
    if recognised == 0 { complain("\(path): the plugin recognised none of its flows") }
    let faults = inspector.counters.pluginErrors
    if faults > 0 { complain("\(faults) sessions ended because the plugin returned an error or broke the contract") }
    let lost = inspector.sinkRefusals.reduce(into: 0) { $0 &+= $1.refusals.total }
    for one in inspector.sinkRefusals where one.refusals.total > 0 {
      complain("of what the plugin emitted, \(one.refusals) was left out")
    }
    return isSound && faults == 0 && lost == 0
  }

  // MARK: Sources

  /// Shows what the plugin reads from a file, or without one. Returns whether nothing went wrong.
  ///
  /// - Parameter parameters: a JSON object by the plugin's parameters schema, or empty.
  public func run(
    data path: String?, interface: PluginInterface? = nil, parameters: String = "", config: String = ""
  ) -> Bool {
    let known = plugin.interfaces.filter { $0 == .personaSource || $0 == .processSource }
    guard let interface = interface.flatMap({ known.contains($0) ? $0 : nil }) ?? known.first else {
      complain("\(plugin.identity.id): is no source")
      return false
    }
    let heard = HeardLines()
    let source: SourceInstance
    do throws(PluginError) {
      let input = try path.map { (path) throws(PluginError) in try SourceInput(path: path) }
      source = try SourceInstance(
        plugin, interface: interface, name: plugin.identity.name, input: input, parameters: parameters, config: config,
        log: { heard.add($0) })
    } catch {
      complain(error.description)
      return false
    }
    let isSound = pump(source)
    let lost = source.refusals
    source.close()
    for line in heard.lines { complain("\(line.level): \(line.text)") }
    if lost.total > 0 { complain("of what the plugin emitted, \(lost) was left out") }
    return isSound && lost.total == 0
  }

  private func pump(_ source: SourceInstance) -> Bool {
    var isSound = true
    while true {
      let batch: SourceBatch
      do throws(PluginError) { batch = try source.next(max: 1024) } catch {
        complain(error.description)
        return false
      }
      for observation in batch.observations where kinds.contains(.record) {
        var w = JSONWriter()
        observation.write(to: &w)
        if !emit(w.text) { return isSound }
      }
      for reject in batch.rejects {
        complain("refused: \(reject)")
        isSound = false
      }
      switch batch.status {
      case .more: continue
      case .end: return isSound
      case .idle, .limited:
        // Recorded data has an end; what waits for more has shown what there is.
        return isSound
      case .failed(_, let words):
        complain("failed: \(words)")
        return false
      }
    }
  }
}
