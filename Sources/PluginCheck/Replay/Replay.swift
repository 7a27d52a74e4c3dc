/// A conversation told to a dissector, in the host that it will have, cut as one likes.

import Evidence
import Flows
import Inspection
import JSON
import PluginHost

/// What came of telling a conversation.
struct ReplayOutcome: Equatable {
  /// The records, one JSON object each, in order; then the anomalies; then what the flow's record says.
  var lines: [String] = []
  /// The protocol that a dissector recognised.
  var recognised: String?
  /// Sessions that the plugin ended with an error, or by breaking the contract.
  var pluginErrors: UInt64 = 0
  /// Messages that were over the look-ahead: for those the result depends on cuts, and is said to.
  var overLookahead = false
  /// What the plugin emitted and was not taken.
  var refusals: [String] = []
}

/// Tells conversations to one plugin. One thread.
final class Replay {
  private let plugin: Plugin
  private let guarded: GuardedBytes?

  /// - Parameter guarded: bytes end at a page that nobody may touch; costs a copy.
  init(_ plugin: Plugin, guarded: Bool = true) {
    self.plugin = plugin
    self.guarded = guarded ? GuardedBytes(room: 1 << 17) : nil
  }

  /// An inspector with one instance of the plugin.
  func inspector() throws(PluginError) -> Inspector {
    let inspector = Inspector(plugins: [plugin])
    if let refusal = inspector.refusals.first { throw refusal }
    return inspector
  }

  /// Tells the conversation to a new instance of the plugin.
  func tell(_ conversation: Conversation, _ cut: Cut) throws(PluginError) -> ReplayOutcome {
    let inspector = try inspector()
    return outcome(of: inspector, feed(conversation, cut, to: inspector))
  }

  /// What a new inspector found in the one conversation that it was told, whose record is `record`.
  func outcome(of inspector: Inspector, _ record: FlowRecord) -> ReplayOutcome {
    var outcome = ReplayOutcome()
    for one in inspector.drainTransactions() { outcome.lines.append(Self.text { one.write(to: &$0) }) }
    for one in inspector.drainAnomalies() {
      if one.name.id == "app.lookahead_exceeded" { outcome.overLookahead = true }
      // What the host finds by itself in how a protocol is spoken is not the plugin's doing.
      guard plugin.description.anomalies.contains(where: { $0.reportedID == one.name.id }) else { continue }
      outcome.lines.append(Self.text { one.write(to: &$0) })
    }
    outcome.lines.append(Self.text { record.write(to: &$0) })
    if record.appProtoBy == .dissector { outcome.recognised = record.appProto }
    outcome.pluginErrors = inspector.counters.pluginErrors
    for one in inspector.sinkRefusals where one.refusals.total > 0 {
      outcome.refusals.append(one.refusals.description)
    }
    return outcome
  }

  private static func text(_ body: (inout JSONWriter) -> Void) -> String {
    var w = JSONWriter()
    body(&w)
    return w.text
  }

  @discardableResult
  func feed(_ conversation: Conversation, _ cut: Cut, to inspector: Inspector) -> FlowRecord {
    let telling = Telling(conversation, cut, to: inspector, guarded: guarded)
    while telling.step() {}
    return telling.finish()
  }
}
