/// Clocks of the checks: the wall's for how long to go on, the thread's for what something costs.

#if canImport(Glibc)
  import Glibc
#endif

struct StopWatch {
  private let clock: clockid_t
  private let start: timespec

  /// - Parameter ofThread: counts the time that the calling thread ran, not what passed.
  init(ofThread: Bool = false) {
    clock = ofThread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC
    start = Self.now(clock)
  }

  private static func now(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }

  /// Since it was made.
  var seconds: Double {
    let now = Self.now(clock)
    return Double(now.tv_sec - start.tv_sec) + Double(now.tv_nsec - start.tv_nsec) / 1e9
  }
}
