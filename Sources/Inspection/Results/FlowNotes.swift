/// What is noted of a flow beside its slot: made only for flows of which there is something to note.

import Catalog
import Evidence

/// One kind of anomaly in one flow.
struct AnomalyCount {
  var name: AnomalyName
  var key: UInt32
  /// All of them, and those that were not records of their own.
  var count: UInt64 = 0
  var unreported: UInt64 = 0
  var first: Int64 = 0
  var last: Int64 = 0
  var packet: UInt64 = 0
}

final class FlowNotes {
  /// Indices in the protocol table, in the order of recognition.
  var protocols: [UInt16] = []
  var facts = FlowRecord.Facts()
  var hasFacts = false
  var anomalies: [AnomalyCount] = []
  /// Inner flows by direction-less id: their tokens.
  var inner: [(id: UInt64, dissector: UInt8, token: UInt32)] = []
  /// For an inner flow: the token of the flow it is within.
  var parent: UInt32 = 0
  var alpn: [UInt8] = []

  /// Keeps the first value of a fact that flow records have.
  func take(_ name: String, _ value: String) {
    hasFacts = true
    switch name {
    case "server_name": facts.serverName = facts.serverName ?? value
    case "ja3": facts.ja3 = facts.ja3 ?? value
    case "ja3s": facts.ja3s = facts.ja3s ?? value
    case "ja4": facts.ja4 = facts.ja4 ?? value
    case "hassh": facts.hassh = facts.hassh ?? value
    case "hassh_server": facts.hasshServer = facts.hasshServer ?? value
    case "host": facts.host = facts.host ?? value
    default: break
    }
  }

  /// Takes over what an inner flow found out.
  func merge(_ inner: FlowNotes) {
    for p in inner.protocols where !protocols.contains(p) { protocols.append(p) }
    guard inner.hasFacts else { return }
    hasFacts = true
    facts.serverName = facts.serverName ?? inner.facts.serverName
    facts.ja3 = facts.ja3 ?? inner.facts.ja3
    facts.ja3s = facts.ja3s ?? inner.facts.ja3s
    facts.ja4 = facts.ja4 ?? inner.facts.ja4
    facts.hassh = facts.hassh ?? inner.facts.hassh
    facts.hasshServer = facts.hasshServer ?? inner.facts.hasshServer
    facts.host = facts.host ?? inner.facts.host
  }
}
