/// The clock that pauses and time-outs are measured by.

import Glibc

/// Milliseconds of a clock that only goes forward.
public func steadyMilliseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) &* 1000 &+ UInt64(time.tv_nsec) / 1_000_000
}
