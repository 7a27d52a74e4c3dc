/// What is kept of the anomalies between two addresses.

import Catalog
import Evidence

/// Two addresses without direction.
struct AddressPair: AddressKey, Comparable {
  private let both: TwoAddresses
  var first: IPAddress { both.first }
  var second: IPAddress { both.second }

  init(_ a: IPAddress, _ b: IPAddress) { both = TwoAddresses(min(a, b), max(a, b)) }

  init(_ narrow: NarrowAddresses) { both = narrow.both }
  var narrow: NarrowAddresses? { NarrowAddresses(both) }

  static func < (a: AddressPair, b: AddressPair) -> Bool {
    a.first != b.first ? a.first < b.first : a.second < b.second
  }

  func hash(seed: UInt64) -> UInt64 {
    let low = foldedProduct(both.firstLow ^ seed, both.secondLow ^ seed &* 0x9e37_79b9_7f4a_7c15)
    return low
      ^ foldedProduct(both.firstHigh ^ seed &* 0xbf58_476d_1ce4_e5b9, both.secondHigh ^ seed &* 0xd6e8_feb8_6659_fd93)
  }
}

/// What is kept of an anomaly record: no references, so that it costs nothing to hand on.
struct Sighting {
  let time: Timestamp
  /// Of the first and the last that the record stands for.
  let first: Timestamp
  let last: Timestamp
  let count: UInt64
  let flow: FlowID?
  let port: UInt16?
  /// Whether the lower address sent it.
  let fromFirst: Bool

  @inline(__always)
  init(_ list: [AnomalyRecord], _ place: Int) {
    time = list[place].time
    first = list[place].first ?? time
    last = list[place].last ?? time
    count = list[place].count
    flow = list[place].flow
    port = list[place].destinationPort
    if let source = list[place].sourceIP, let destination = list[place].destinationIP {
      fromFirst = source < destination
    } else {
      fromFirst = false
    }
  }
}

struct PairRecord {
  /// One kind of anomaly between the two.
  struct Kind {
    var count: UInt64 = 0
    /// Of these, sent by the lower address.
    var fromFirst: UInt64 = 0
    var first: Timestamp
    var last: Timestamp
    var evidence: Earliest
    private let shortNumber: UInt32

    /// Its number among the ``JudgedKinds``.
    var number: Int { Int(shortNumber) }
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

  /// The earliest records, so that what is named does not depend on arrival. More are held than are asked for, so that they need
  /// not be put in order at each.
  struct Earliest {
    private var rest: [Reference] = []
    /// In place, so that a list of one allocates nothing.
    private var head: Reference
    /// Whether so many came that some were given up. Then `head` is the last that was kept, and what is not before it is not among
    /// the earliest.
    private var isCut = false

    init(_ first: Reference) { head = first }

    /// Whether a record of that time may be among the earliest.
    func mayHold(_ time: Timestamp) -> Bool { !isCut || time <= head.time }

    mutating func add(_ reference: Reference, limit: Int) {
      if isCut, !(reference < head) { return }
      rest.append(reference)
      guard rest.count + 1 > limit * 2 else { return }
      rest.append(head)
      rest.sort()
      rest.removeLast(rest.count - max(1, limit))
      head = rest.removeLast()
      isCut = true
    }

    /// In order of time.
    func sorted() -> [Reference] { (rest + [head]).sorted() }
  }

  /// Few: a pair that has more than a handful is rare.
  private(set) var kinds: Few<Kind>
  /// Ports of the side that was sent to: many of them are a scan. At most 64.
  private(set) var ports: Few<UInt16>?
  /// Numbers of the captures, at most 16.
  private(set) var captures: Few<Int>

  /// - Parameter digest: what the record's id is made of.
  init(_ seen: Sighting, kind number: Int, capture: Int, digest: UInt64) {
    kinds = Few(Kind(seen, number, digest))
    captures = Few(capture)
    note(seen, 0)
  }

  /// - Parameter digest: only asked for where the record is kept.
  mutating func add(_ seen: Sighting, kind number: Int, capture: Int, limit: Int, digest: () -> UInt64) {
    let at: Int
    if let known = place(of: number) {
      at = known
      kinds.change(at) { kind in
        guard kind.evidence.mayHold(seen.time) else { return }
        kind.evidence.add(Reference(time: seen.time, digest: digest(), flow: seen.flow), limit: limit)
      }
    } else {
      // Ids are few (the catalog and what plugins declare), but a plugin may be anybody's.
      guard kinds.count < 256 else { return }
      at = kinds.count
      kinds.append(Kind(seen, number, digest()))
    }
    captures.insert(capture, limit: 16)
    note(seen, at)
  }

  private func place(of number: Int) -> Int? {
    for at in kinds.indices where kinds.read(at, { $0.number }) == number { return at }
    return nil
  }

  private mutating func note(_ seen: Sighting, _ at: Int) {
    kinds.change(at) { kind in
      kind.count &+= seen.count
      if seen.fromFirst { kind.fromFirst &+= seen.count }
      kind.first = min(kind.first, seen.first)
      kind.last = max(kind.last, seen.last)
    }
    guard let port = seen.port else { return }
    if ports == nil { ports = Few(port) } else { ports?.insert(port, limit: 64) }
  }

  /// The earliest records of some kinds and their flows, in order of time. Of what is held beyond those `limit` it depends on
  /// arrival what it is.
  func behind(_ kinds: some Sequence<Kind>, limit: Int) -> (records: [String], flows: [FlowID]) {
    let list = kinds.flatMap { $0.evidence.sorted().prefix(limit) }.sorted()
    return (
      list.map(\.digest).uniqued().prefix(limit).map(AnomalyRecord.id),
      Array(list.compactMap(\.flow).uniqued().prefix(limit))
    )
  }
}

extension PairRecord.Kind {
  fileprivate init(_ seen: Sighting, _ number: Int, _ digest: UInt64) {
    shortNumber = UInt32(truncatingIfNeeded: number)
    first = seen.first
    last = seen.last
    evidence = .init(.init(time: seen.time, digest: digest, flow: seen.flow))
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

  /// Takes in a flow.
  mutating func saw(from start: Timestamp, to end: Timestamp, isLossy: Bool) {
    saw(start)
    saw(end)
    flows &+= 1
    if isLossy { lossy &+= 1 }
  }

  /// Loss in a twentieth of the flows is no longer chance.
  var isLossy: Bool { lossy >= 3 && lossy &* 20 >= flows }
}
