#if canImport(Glibc)
  import Glibc
#endif

/// A clock that only goes forward, for how long something takes: it tells no time of day, and no event has it.
public enum MonotonicClock {
  /// Since some moment before the process began.
  public static func nanoseconds() -> UInt64 {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return UInt64(t.tv_sec) &* 1_000_000_000 &+ UInt64(t.tv_nsec)
  }

  public static func milliseconds() -> UInt64 { nanoseconds() / 1_000_000 }
}
