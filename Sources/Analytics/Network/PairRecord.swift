/// What is kept of the anomalies between two addresses.

import Catalog
import Evidence

/// Two addresses without direction.
struct AddressPair: Hashable, Comparable {
  let first: IPAddress
  let second: IPAddress
  init(_ a: IPAddress, _ b: IPAddress) {
    first = min(a, b)
    second = max(a, b)
  }
  static func < (a: AddressPair, b: AddressPair) -> Bool {
    a.first != b.first ? a.first < b.first : a.second < b.second
  }
}

struct PairRecord {
  struct Kind {
    var name: AnomalyName
    var count: UInt64 = 0
    /// Of these, sent by the lower address.
    var fromFirst: UInt64 = 0
    var first: Timestamp
    var last: Timestamp
  }

  var kinds: [String: Kind] = [:]
  /// Ports of the side that was sent to: many of them are a scan. At most 64.
  var ports: Set<UInt16> = []
  /// The earliest records, by kind and in order of time, so that what is named does not depend on arrival.
  private(set) var evidence: [String: [(time: Timestamp, id: String, flow: FlowID?)]] = [:]
  var captures: Set<String> = []

  mutating func add(_ a: AnomalyRecord, limit: Int) {
    let id = a.name.id
    let first = a.first ?? a.time
    let last = a.last ?? a.time
    var kind = kinds[id] ?? Kind(name: a.name, first: first, last: last)
    kind.count &+= a.count
    if let source = a.sourceIP, let destination = a.destinationIP, source < destination { kind.fromFirst &+= a.count }
    kind.first = min(kind.first, first)
    kind.last = max(kind.last, last)
    // Ids are few (the catalog and what plugins declare), but a plugin may be anybody's.
    guard kinds[id] != nil || kinds.count < 256 else { return }
    kinds[id] = kind
    if let port = a.destinationPort, ports.count < 64 { ports.insert(port) }
    if captures.count < 16 { captures.insert(a.capture) }
    var list = evidence[id] ?? []
    list.append((a.time, a.id, a.flow))
    if list.count > limit * 2 {
      list.sort { ($0.time, $0.id) < ($1.time, $1.id) }
      list.removeLast(list.count - limit)
    }
    evidence[id] = list
  }

  /// Records and flows behind some kinds, in order of time.
  func behind(_ ids: [String], limit: Int) -> (records: [String], flows: [FlowID]) {
    let list = ids.flatMap { evidence[$0] ?? [] }.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    return (Array(list.map(\.id).uniqued().prefix(limit)), Array(list.compactMap(\.flow).uniqued().prefix(limit)))
  }
}

/// What is kept of a capture.
struct CaptureRecord {
  var first: Timestamp?
  var last: Timestamp?
  var flows: UInt64 = 0
  var lossy: UInt64 = 0

  mutating func saw(_ time: Timestamp) {
    first = first.map { min($0, time) } ?? time
    last = last.map { max($0, time) } ?? time
  }

  mutating func saw(_ flow: FlowRecord) {
    saw(flow.start)
    saw(flow.end)
    flows &+= 1
    if flow.tcp?.lossy == true { lossy &+= 1 }
  }

  /// Loss in a twentieth of the flows is no longer chance.
  var isLossy: Bool { lossy >= 3 && lossy &* 20 >= flows }
}
