/// What a dissector did and what that took, since it came or within a stretch of time.

/// Trivial; all of it grows only.
public struct DissectorUse: BitwiseCopyable, Sendable, Equatable {
  public var calls: UInt64 = 0
  /// Shown to it, those of probes included.
  public var bytes: UInt64 = 0
  public var records: UInt64 = 0
  /// Bytes of the texts and byte strings that it emitted.
  public var emitted: UInt64 = 0
  /// Calls that were timed, and the nanoseconds that they took.
  public var timed: UInt64 = 0
  public var nanoseconds: UInt64 = 0

  public init() {}

  /// Nanoseconds of all its calls, as those that were timed say.
  public var estimatedNanoseconds: Double { timed == 0 ? 0 : Double(nanoseconds) / Double(timed) * Double(calls) }

  /// What was done since an earlier moment.
  public func since(_ earlier: DissectorUse) -> DissectorUse { combined(with: earlier, &-) }

  /// Adds what was done elsewhere.
  public mutating func add(_ other: DissectorUse) { self = combined(with: other, &+) }

  private func combined(with other: DissectorUse, _ operation: (UInt64, UInt64) -> UInt64) -> DissectorUse {
    var all = DissectorUse()
    all.calls = operation(calls, other.calls)
    all.bytes = operation(bytes, other.bytes)
    all.records = operation(records, other.records)
    all.emitted = operation(emitted, other.emitted)
    all.timed = operation(timed, other.timed)
    all.nanoseconds = operation(nanoseconds, other.nanoseconds)
    return all
  }
}
