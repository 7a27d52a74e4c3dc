/// What is noted of a flow beside its slot: made only for flows of which there is something to note.

import Evidence

final class FlowNotes {
  /// Indices in the protocol table, in the order of recognition.
  var protocols: [UInt16] = []
  /// What dissectors told of the flow itself.
  private(set) var facts: FlowFacts?
  /// Inner flows by direction-less id: their tokens.
  var inner: [(id: UInt64, version: UInt16, token: UInt32)] = []
  var alpn: [UInt8] = []
  /// Files under way.
  var files: [CarriedFile] = []

  /// Keeps the first value of a fact that flow records have.
  func take(_ name: String, _ value: String) {
    let all = facts ?? FlowFacts()
    facts = all
    all.take(name, value)
  }

  /// Takes over what an inner flow found out.
  func merge(_ inner: FlowNotes) {
    for p in inner.protocols where !protocols.contains(p) { protocols.append(p) }
    guard let found = inner.facts?.values else { return }
    let all = facts ?? FlowFacts()
    facts = all
    all.merge(found)
  }
}

/// The facts of one flow: made for those of which a dissector told any.
final class FlowFacts {
  private(set) var values = FlowRecord.Facts()

  func take(_ name: String, _ value: String) {
    switch name {
    case "server_name": values.serverName = values.serverName ?? value
    case "ja3": values.ja3 = values.ja3 ?? value
    case "ja3s": values.ja3s = values.ja3s ?? value
    case "ja4": values.ja4 = values.ja4 ?? value
    case "hassh": values.hassh = values.hassh ?? value
    case "hassh_server": values.hasshServer = values.hasshServer ?? value
    case "host": values.host = values.host ?? value
    default: break
    }
  }

  func merge(_ other: FlowRecord.Facts) {
    values.serverName = values.serverName ?? other.serverName
    values.ja3 = values.ja3 ?? other.ja3
    values.ja3s = values.ja3s ?? other.ja3s
    values.ja4 = values.ja4 ?? other.ja4
    values.hassh = values.hassh ?? other.hassh
    values.hasshServer = values.hasshServer ?? other.hasshServer
    values.host = values.host ?? other.host
  }
}
