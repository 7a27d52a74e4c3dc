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
  /// One kind of anomaly between the two.
  struct Kind {
    let name: AnomalyName
    var count: UInt64 = 0
    /// Of these, sent by the lower address.
    var fromFirst: UInt64 = 0
    var first: Timestamp
    var last: Timestamp
    /// The earliest records in order of time, so that what is named does not depend on arrival.
    var evidence: [Reference] = []

    var id: String { name.id }
  }

  /// An anomaly record by what its id is made of.
  struct Reference: Comparable {
    var time: Timestamp
    var digest: UInt64
    var flow: FlowID?

    static func < (a: Reference, b: Reference) -> Bool {
      a.time != b.time ? a.time < b.time : a.digest < b.digest
    }
  }

  /// Few: a pair that has more than a handful is rare.
  private(set) var kinds: [Kind] = []
  /// Ports of the side that was sent to: many of them are a scan. At most 64.
  private(set) var ports: [UInt16] = []
  /// Numbers of the captures, at most 16.
  private(set) var captures: [Int] = []

  mutating func add(_ a: AnomalyRecord, capture: Int, limit: Int) {
    let first = a.first ?? a.time
    let last = a.last ?? a.time
    let at: Int
    if let known = kinds.firstIndex(where: { $0.name == a.name }) {
      at = known
    } else {
      // Ids are few (the catalog and what plugins declare), but a plugin may be anybody's.
      guard kinds.count < 256 else { return }
      at = kinds.count
      kinds.append(Kind(name: a.name, first: first, last: last))
    }
    kinds[at].count &+= a.count
    if let source = a.sourceIP, let destination = a.destinationIP, source < destination {
      kinds[at].fromFirst &+= a.count
    }
    kinds[at].first = min(kinds[at].first, first)
    kinds[at].last = max(kinds[at].last, last)
    if let port = a.destinationPort, ports.count < 64, !ports.contains(port) { ports.append(port) }
    if captures.count < 16, !captures.contains(capture) { captures.append(capture) }
    kinds[at].evidence.append(Reference(time: a.time, digest: a.digest, flow: a.flow))
    if kinds[at].evidence.count > limit * 2 {
      kinds[at].evidence.sort()
      kinds[at].evidence.removeLast(kinds[at].evidence.count - limit)
    }
  }

  /// The earliest records of some kinds and their flows, in order of time. Of what is held beyond those `limit` it depends on
  /// arrival what it is.
  func behind(_ kinds: [Kind], limit: Int) -> (records: [String], flows: [FlowID]) {
    let list = kinds.flatMap { $0.evidence.sorted().prefix(limit) }.sorted()
    return (
      list.map(\.digest).uniqued().prefix(limit).map(AnomalyRecord.id),
      Array(list.compactMap(\.flow).uniqued().prefix(limit))
    )
  }
}

/// What is kept of a capture.
struct CaptureRecord {
  let name: String
  var first: Timestamp?
  var last: Timestamp?
  var flows: UInt64 = 0
  var lossy: UInt64 = 0

  init(name: String) { self.name = name }

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
