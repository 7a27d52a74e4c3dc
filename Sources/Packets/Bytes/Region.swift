// Which bytes of a frame a header may use.

/// A stretch of the bytes given to a decoder: what is there, and what was there on the wire.
///
/// Invariant: 0 <= offset, end <= the bytes' count, end <= wireEnd. `offset` may lie beyond `end`: then nothing is left.
struct Region {
  var offset: Int
  /// Where the bytes that the capture has of it end.
  var end: Int
  /// Where it ended on the wire: beyond `end` if the capture cut it.
  var wireEnd: Int

  /// Bytes that are there.
  @inline(__always) var count: Int { max(0, end &- offset) }
  /// Bytes that the wire had.
  @inline(__always) var wireCount: Int { max(0, wireEnd &- offset) }

  /// What follows the first `length` bytes.
  @inline(__always) func dropping(_ length: Int) -> Region {
    Region(offset: offset &+ length, end: end, wireEnd: wireEnd)
  }

  /// The first `length` bytes of what the wire had.
  @inline(__always) func prefix(_ length: Int) -> Region {
    let limit = offset &+ length
    return Region(offset: offset, end: min(end, limit), wireEnd: min(wireEnd, limit))
  }

  /// Without the last `length` bytes of what the wire had: a trailer, as a frame check sequence.
  @inline(__always) func droppingLast(_ length: Int) -> Region {
    let limit = max(offset, wireEnd &- length)
    return Region(offset: offset, end: min(end, limit), wireEnd: limit)
  }
}
