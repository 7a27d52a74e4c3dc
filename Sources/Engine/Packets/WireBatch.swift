/// What a stretch of a capture brought to light, and the order in which it is written out.

import Evidence

/// Wire records of one round of gathering.
public struct WireBatch: Sendable {
  public var flows: [FlowRecord] = []
  public var transactions: [TransactionRecord] = []
  public var anomalies: [AnomalyRecord] = []
  /// How many transactions there were: more than `transactions` has where nobody reads them.
  public var transactionCount: UInt64 = 0

  public init() {}

  public var isEmpty: Bool { flows.isEmpty && transactionCount == 0 && anomalies.isEmpty }

  /// Takes all that another batch has; what is left of that is empty.
  mutating func take(_ other: inout WireBatch) {
    transactionCount &+= other.transactionCount
    flows.take(&other.flows)
    transactions.take(&other.transactions)
    anomalies.take(&other.anomalies)
    other.empty()
  }

  /// Forgets all records but keeps their room for the next ones, as long as it is that of a usual stretch.
  mutating func empty() {
    transactionCount = 0
    flows.empty()
    transactions.empty()
    anomalies.empty()
  }

  /// The order of output: by packet number, then by what does not depend on which worker it was.
  mutating func sort() {
    flows.order { list, at in
      OrderKey(major: list[at].firstPacket, minor: 0, name: list[at].id.rawValue, last: 0)
    }
    transactions.order { list, at in
      OrderKey(
        major: UInt64(bitPattern: list[at].time.nanoseconds) ^ 1 << 63, minor: 0, name: list[at].flow.rawValue,
        last: UInt64(list[at].ordinal))
    }
    anomalies.order { list, at in
      OrderKey(
        major: list[at].packet, minor: UInt64(bitPattern: list[at].time.nanoseconds) ^ 1 << 63,
        name: list[at].flow?.rawValue ?? 0, last: list[at].offset ?? 0)
    } ties: { list, a, b in
      list[a].name.id < list[b].name.id
    }
  }
}

/// Four numbers that order records; trivial, so that sorting moves no record and counts no reference.
private struct OrderKey: BitwiseCopyable, Comparable {
  var major: UInt64
  var minor: UInt64
  var name: UInt64
  var last: UInt64
  var place: UInt32 = 0

  static func < (a: OrderKey, b: OrderKey) -> Bool {
    if a.major != b.major { return a.major < b.major }
    if a.minor != b.minor { return a.minor < b.minor }
    if a.name != b.name { return a.name < b.name }
    return a.last < b.last
  }
}

extension Array {
  /// Takes what another list has; where there is nothing yet, without copying.
  fileprivate mutating func take(_ other: inout [Element]) {
    if isEmpty { swap(&self, &other) } else { self += other }
  }

  fileprivate mutating func empty() { removeAll(keepingCapacity: capacity <= 1 << 14) }

  /// Sorts by keys made once for each element, in place where they are in order already. Elements are told by their place: one
  /// that is taken out of its list is a copy, with all its references.
  fileprivate mutating func order(
    by key: ([Element], Int) -> OrderKey, ties: (([Element], Int, Int) -> Bool)? = nil
  ) {
    guard count > 1, count <= Int(UInt32.max) else { return }
    var keys: [OrderKey] = []
    keys.reserveCapacity(count)
    var isSorted = true
    for i in indices {
      var k = key(self, i)
      k.place = UInt32(truncatingIfNeeded: i)
      if isSorted, let last = keys.last, !(last < k) {
        // Of equal ones the first may stay where it is unless `ties` says otherwise.
        isSorted = !(k < last) && !(ties?(self, i, i - 1) ?? false)
      }
      keys.append(k)
    }
    if isSorted { return }
    if let ties {
      keys.sort { a, b in
        if a < b { return true }
        if b < a { return false }
        return ties(self, Int(a.place), Int(b.place))
      }
    } else {
      keys.sort()
    }
    withUnsafeMutableBufferPointer { records in
      guard let base = records.baseAddress else { return }
      // Cycle by cycle, so that records are moved and never copied. Every place is left with one record: each of a cycle is taken
      // from its place before another is put there, and the first of them, taken out at its beginning, is put in at its end.
      for first in keys.indices where Int(keys[first].place) != first {
        let held = (base + first).move()
        var hole = first
        while true {
          let from = Int(keys[hole].place)
          keys[hole].place = UInt32(truncatingIfNeeded: hole)
          if from == first { break }
          (base + hole).moveInitialize(from: base + from, count: 1)
          hole = from
        }
        (base + hole).initialize(to: held)
      }
    }
  }
}
