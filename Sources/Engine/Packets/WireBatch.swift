/// What a stretch of a capture brought to light, and the order in which it is written out.

import Evidence
import Flows

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
  mutating func sort(_ sorter: inout WordOrder) {
    flows.order(&sorter) { list, at in
      list[at].firstPacket
    } ties: { list, a, b in
      list[a].id.rawValue < list[b].id.rawValue
    }
    transactions.order(&sorter) { list, at in
      UInt64(bitPattern: list[at].time.nanoseconds) ^ 1 << 63
    } ties: { list, a, b in
      let flows = (list[a].flow.rawValue, list[b].flow.rawValue)
      return flows.0 != flows.1 ? flows.0 < flows.1 : list[a].ordinal < list[b].ordinal
    }
    anomalies.order(&sorter) { list, at in
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

extension Array {
  /// Takes what another list has; where there is nothing yet, without copying.
  fileprivate mutating func take(_ other: inout [Element]) {
    if isEmpty { swap(&self, &other) } else { self += other }
  }

  fileprivate mutating func empty() { removeAll(keepingCapacity: capacity <= 1 << 14) }

  /// Sorts by numbers made once for each element, in place where they are in order already; where two are the same,
  /// `ties` says whether the first comes before the second. Elements are told by their place: one that is taken out of
  /// its list is a copy, with all its references.
  fileprivate mutating func order(
    _ sorter: inout WordOrder, by major: ([Element], Int) -> UInt64, ties: ([Element], Int, Int) -> Bool
  ) {
    guard count > 1, count <= Int(UInt32.max) else { return }
    var majors: [UInt64] = []
    majors.reserveCapacity(count)
    var isSorted = true
    var last: UInt64 = 0
    for i in indices {
      let number = major(self, i)
      if isSorted { isSorted = last < number || last == number && (i == 0 || !ties(self, i, i - 1)) }
      last = number
      majors.append(number)
    }
    if isSorted { return }
    permute(by: places(majors, &sorter, ties))
  }

  /// Which element comes first, second and so on; the list of their numbers becomes that of their places.
  private func places(
    _ majors: consuming [UInt64], _ sorter: inout WordOrder, _ ties: ([Element], Int, Int) -> Bool
  ) -> [UInt64] {
    let least = majors.min() ?? 0
    let span = (majors.max() ?? 0) - least
    // A word says both what orders an element, counted from the least, and where it lies.
    let bits = UInt64.bitWidth - UInt64(count - 1).leadingZeroBitCount
    guard span.leadingZeroBitCount >= bits else {
      let majors = majors
      return indices.sorted { a, b in majors[a] != majors[b] ? majors[a] < majors[b] : ties(self, a, b) }
        .map { UInt64($0) }
    }
    let mask: UInt64 = 1 << UInt64(bits) - 1
    var words = consume majors
    for i in words.indices { words[i] = (words[i] - least) << UInt64(bits) | UInt64(i) }
    sorter.sort(&words, from: bits)
    var from = 0
    while from < words.count {
      let major = words[from] >> UInt64(bits)
      var end = from + 1
      while end < words.count, words[end] >> UInt64(bits) == major { end += 1 }
      for at in from..<end { words[at] &= mask }
      if end - from == 2 {
        // The most usual number by far.
        if ties(self, Int(words[from + 1]), Int(words[from])) { words.swapAt(from, from + 1) }
      } else if end - from > 2 {
        words[from..<end].sort { ties(self, Int($0), Int($1)) }
      }
      from = end
    }
    return words
  }

  /// Puts the element of each place where the list of places has it.
  private mutating func permute(by order: consuming [UInt64]) {
    withUnsafeMutableBufferPointer { records in
      guard let base = records.baseAddress else { return }
      // Cycle by cycle, so that records are moved and never copied. Every place is left with one record: each of a
      // cycle is taken from its place before another is put there, and the first of them, taken out at its beginning,
      // is put in at its end.
      for first in order.indices where Int(order[first]) != first {
        let held = (base + first).move()
        var hole = first
        while true {
          let from = Int(order[hole])
          order[hole] = UInt64(hole)
          if from == first { break }
          (base + hole).moveInitialize(from: base + from, count: 1)
          hole = from
        }
        (base + hole).initialize(to: held)
      }
    }
  }
}
