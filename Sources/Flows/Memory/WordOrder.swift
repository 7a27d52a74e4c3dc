/// Puts words in rising order, in time that grows with their number alone: what a capture brings to light is put in order
/// again and again, and comparing was most of that.

/// Sorts by digits, the last one first (radix sort); its scratch memory is used on from one time to the next.
///
/// Invariant: `scratch` has room for `room` words, or for one; `counts` for as many as a digit has values.
package struct WordOrder: ~Copyable {
  private var scratch: UnsafeMutablePointer<UInt64>
  private var room = 0
  private let counts: UnsafeMutablePointer<Int>

  private static var digit: Int { 8 }
  /// Below so many words comparing them is faster.
  private static var few: Int { 48 }

  package init() {
    scratch = .allocate(capacity: 1)
    counts = .allocate(capacity: 1 << Self.digit)
  }

  deinit {
    scratch.deallocate()
    counts.deallocate()
  }

  /// Sorts words of which those that are the same from bit `low` on lie in rising order already.
  package mutating func sort(_ words: inout [UInt64], from low: Int = 0) {
    guard words.count >= Self.few else { return words.sort() }
    if words.count > room {
      scratch.deallocate()
      room = words.count
      scratch = .allocate(capacity: room)
    }
    var all: UInt64 = 0
    for word in words { all |= word }
    let end = UInt64.bitWidth - all.leadingZeroBitCount
    words.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      var (from, to) = (start, scratch)
      var shift = low
      while shift < end {
        distribute(from, to, buffer.count, shift)
        swap(&from, &to)
        shift += Self.digit
      }
      if from != start { start.update(from: from, count: buffer.count) }
    }
  }

  /// One digit: where the words of each value begin, then each word to its place.
  private func distribute(
    _ from: UnsafeMutablePointer<UInt64>, _ to: UnsafeMutablePointer<UInt64>, _ count: Int, _ shift: Int
  ) {
    let mask: UInt64 = 1 << UInt64(Self.digit) - 1
    counts.update(repeating: 0, count: 1 << Self.digit)
    for at in 0..<count { counts[Int(truncatingIfNeeded: from[at] >> UInt64(shift) & mask)] &+= 1 }
    var place = 0
    for value in 0..<(1 << Self.digit) {
      let many = counts[value]
      counts[value] = place
      place &+= many
    }
    for at in 0..<count {
      let value = Int(truncatingIfNeeded: from[at] >> UInt64(shift) & mask)
      to[counts[value]] = from[at]
      counts[value] &+= 1
    }
  }
}
