/// The open flows in the order in which they began, for the end of a capture: one word each, for a full table has many.

/// Flows by number, the first to be closed last.
struct ClosingList {
  /// How long before the end it began (nanoseconds), as exactly as 32 bits of floating point say it, << 32 | its number.
  private var words: [UInt64] = []

  var isEmpty: Bool { words.isEmpty }
  var count: Int { words.count }

  /// The number of the flow that comes `place` places before the end; the last has place 1.
  subscript(fromEnd place: Int) -> UInt32 { UInt32(truncatingIfNeeded: words[words.count &- place]) }

  /// The number of the flow that comes first.
  var next: UInt32? { words.last.map { UInt32(truncatingIfNeeded: $0) } }

  mutating func removeNext() { words.removeLast() }

  /// The numbers of the first `count` flows.
  func first(_ count: Int) -> [UInt32] {
    words.suffix(max(0, count)).reversed().map { UInt32(truncatingIfNeeded: $0) }
  }

  /// Lists the flows that wait in a slot of the timer wheel, and marks each as being in none.
  /// - Parameter clock: not before any flow began.
  mutating func fill(from flows: borrowing Slab<FlowState>, clock: Int64) {
    words.removeAll(keepingCapacity: true)
    words.reserveCapacity(flows.count)
    // In the order of memory; along the lists of the timer wheel each flow would be waited for.
    var next = flows.number(from: 0)
    while let at = next {
      next = flows.number(from: at &+ 1)
      guard flows[at].pointee.timerSlot != 0 else { continue }
      flows[at].pointee.timerSlot = 0
      let age = UInt64(bitPattern: clock &- flows[at].pointee.start)
      // Of numbers that are not negative, the larger one has the larger bit pattern.
      words.append(UInt64(Float(age).bitPattern) << 32 | UInt64(at))
    }
    var sorter = WordOrder()
    sorter.sort(&words)
    orderTies(flows)
  }

  /// What 32 bits do not tell apart is put in order by all that tells flows apart.
  private mutating func orderTies(_ flows: borrowing Slab<FlowState>) {
    var from = 0
    while from < words.count {
      var end = from + 1
      while end < words.count, words[end] >> 32 == words[from] >> 32 { end += 1 }
      if end - from > 1 {
        let tied = words[from..<end].map { (FlowOrder(flows[UInt32(truncatingIfNeeded: $0)].pointee), $0) }
        words.replaceSubrange(from..<end, with: tied.sorted { $0.0 > $1.0 }.map(\.1))
      }
      from = end
    }
  }
}
