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
      list[at].firstPacket
    } ties: { list, a, b in
      list[a].id.rawValue < list[b].id.rawValue
    }
    transactions.order { list, at in
      UInt64(bitPattern: list[at].time.nanoseconds) ^ 1 << 63
    } ties: { list, a, b in
      let flows = (list[a].flow.rawValue, list[b].flow.rawValue)
      return flows.0 != flows.1 ? flows.0 < flows.1 : list[a].ordinal < list[b].ordinal
    }
    anomalies.order { list, at in
      list[at].packet
    } ties: { list, a, b in
      let times = (list[a].time, list[b].time)
      if times.0 != times.1 { return times.0 < times.1 }
      let flows = (list[a].flow?.rawValue ?? 0, list[b].flow?.rawValue ?? 0)
      if flows.0 != flows.1 { return flows.0 < flows.1 }
      let offsets = (list[a].offset ?? 0, list[b].offset ?? 0)
      return offsets.0 != offsets.1 ? offsets.0 < offsets.1 : list[a].name.id < list[b].name.id
    }
  }
}

/// What orders a record, and where it lies; trivial, so that sorting moves no record and counts no reference.
private struct OrderKey: BitwiseCopyable {
  var major: UInt64
  var place: UInt32
}

extension Array {
  /// Takes what another list has; where there is nothing yet, without copying.
  fileprivate mutating func take(_ other: inout [Element]) {
    if isEmpty { swap(&self, &other) } else { self += other }
  }

  fileprivate mutating func empty() { removeAll(keepingCapacity: capacity <= 1 << 14) }

  /// Sorts by numbers made once for each element, in place where they are in order already; where two are the same, `ties` says
  /// whether the first comes before the second. Elements are told by their place: one that is taken out of its list is a copy,
  /// with all its references.
  fileprivate mutating func order(by major: ([Element], Int) -> UInt64, ties: ([Element], Int, Int) -> Bool) {
    guard count > 1, count <= Int(UInt32.max) else { return }
    var keys: [OrderKey] = []
    keys.reserveCapacity(count)
    var isSorted = true
    var last: UInt64 = 0
    for i in indices {
      let number = major(self, i)
      if isSorted { isSorted = last < number || last == number && (i == 0 || !ties(self, i, i - 1)) }
      last = number
      keys.append(OrderKey(major: number, place: UInt32(truncatingIfNeeded: i)))
    }
    if isSorted { return }
    keys.sort { a, b in
      a.major != b.major ? a.major < b.major : ties(self, Int(a.place), Int(b.place))
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
