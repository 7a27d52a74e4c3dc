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
  var serverName: String?
  var ja3: String?
  var ja3s: String?
  var ja4: String?
  var hassh: String?
  var hasshServer: String?
  var host: String?
  var anomalies: [AnomalyCount] = []
  /// Inner flows by direction-less id: their tokens.
  var inner: [(id: UInt64, dissector: UInt8, token: UInt32)] = []
  /// For an inner flow: the token of the flow it is within.
  var parent: UInt32 = 0
  var alpn: [UInt8] = []

  /// Keeps the first value of a fact that flow records have.
  func take(_ name: String, _ value: String) {
    switch name {
    case "server_name": serverName = serverName ?? value
    case "ja3": ja3 = ja3 ?? value
    case "ja3s": ja3s = ja3s ?? value
    case "ja4": ja4 = ja4 ?? value
    case "hassh": hassh = hassh ?? value
    case "hassh_server": hasshServer = hasshServer ?? value
    case "host": host = host ?? value
    default: break
    }
  }

  /// Takes over what an inner flow found out.
  func merge(_ inner: FlowNotes) {
    for p in inner.protocols where !protocols.contains(p) { protocols.append(p) }
    serverName = serverName ?? inner.serverName
    ja3 = ja3 ?? inner.ja3
    ja3s = ja3s ?? inner.ja3s
    ja4 = ja4 ?? inner.ja4
    hassh = hassh ?? inner.hassh
    hasshServer = hasshServer ?? inner.hasshServer
    host = host ?? inner.host
  }

  func fill(_ record: inout FlowRecord) {
    record.serverName = serverName ?? record.serverName
    record.ja3 = ja3 ?? record.ja3
    record.ja3s = ja3s ?? record.ja3s
    record.ja4 = ja4 ?? record.ja4
    record.hassh = hassh ?? record.hassh
    record.hasshServer = hasshServer ?? record.hasshServer
    record.host = host ?? record.host
  }
}
