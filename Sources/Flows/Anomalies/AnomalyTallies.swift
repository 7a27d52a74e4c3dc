/// How often each kind of anomaly was seen of one thing, a flow or two hosts: the first few are records of their own, the
/// rest is one record at the end.

/// One kind of anomaly of one thing. Trivial; the tallies of a thing are a list.
struct AnomalyTally: BitwiseCopyable {
  var next: UInt32
  let kind: UInt32
  /// Those told one by one.
  var told: UInt32
  /// Number of the ``AnomalyTallies/Rest``, or `.none`.
  var rest = UInt32.none
}

/// Tallies of many things, each of which has a list of them that begins with ``Swift/UInt32/none``.
///
/// Most things show one or two kinds, and most kinds less often than is told one by one: such a tally takes 16 bytes.
public struct AnomalyTallies: ~Copyable {
  /// What there was of a kind beyond the first few.
  public struct Rest: BitwiseCopyable {
    /// At least 1.
    public internal(set) var count: UInt64
    /// Capture times of the earliest and the latest of them, nanoseconds since 1970 UTC.
    public internal(set) var first: Int64
    public internal(set) var last: Int64
    /// The packet and the direction of the one that came first.
    public let packet: UInt64
    public let direction: Direction
  }

  /// What became of one that was counted.
  public enum Verdict {
    /// It is a record of its own.
    case told
    /// It is counted.
    case counted
    /// It is a record of its own, for there was no memory to count it in.
    case lost
  }

  private var entries: Slab<AnomalyTally>
  private var rests: Slab<Rest>

  /// - Parameter capacity: tallies at most.
  public init(capacity: Int) {
    entries = Slab(capacity: capacity)
    rests = Slab(capacity: capacity)
  }

  /// Tallies in lists.
  var inUse: Int { entries.count + rests.count }

  /// Asks for the memory that a list begins with.
  @inline(__always)
  func prefetch(_ list: UInt32) { if list < entries.numbers.upperBound { entries.prefetch(list) } }

  /// Counts one of a kind in a list.
  /// - Parameters:
  ///   - kind: whatever tells kinds apart.
  ///   - most: how many of a kind are told one by one.
  public mutating func count(
    _ kind: UInt32, in list: inout UInt32, telling most: Int, time: Int64, packet: UInt64, direction: Direction
  ) -> Verdict {
    var at = list
    while at != .none, entries[at].pointee.kind != kind { at = entries[at].pointee.next }
    if at == .none {
      guard let new = entries.allocate() else { return .lost }
      entries[new].initialize(to: AnomalyTally(next: list, kind: kind, told: 0))
      list = new
      at = new
    }
    let entry = entries[at]
    if entry.pointee.rest == .none {
      if Int(entry.pointee.told) < most {
        entry.pointee.told &+= 1
        return .told
      }
      guard let rest = rests.allocate() else { return .lost }
      rests[rest].initialize(to: Rest(count: 0, first: time, last: time, packet: packet, direction: direction))
      entry.pointee.rest = rest
    }
    let rest = rests[entry.pointee.rest]
    rest.pointee.count &+= 1
    rest.pointee.first = min(rest.pointee.first, time)
    rest.pointee.last = max(rest.pointee.last, time)
    return .counted
  }

  /// Takes the first tally out of a list; nil when it is empty.
  public mutating func takeFirst(_ list: inout UInt32) -> (kind: UInt32, rest: Rest?)? {
    guard list != .none else { return nil }
    let entry = entries[list].pointee
    entries.release(list)
    list = entry.next
    guard entry.rest != .none else { return (entry.kind, nil) }
    let rest = rests[entry.rest].pointee
    rests.release(entry.rest)
    return (entry.kind, rest)
  }
}
