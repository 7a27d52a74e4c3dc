/// Whether the two sides of a lane wait for each other awake: tried out, for nobody can say whether processors are free.

/// Compares how long calls take either way, and keeps to what is quicker; what is slower is tried again from time to time.
struct LanePace {
  /// Calls that are compared.
  static let window = 256
  /// A call that took so long while both were awake (nanoseconds) was kept from a processor.
  static let tooLong: Int64 = 1_000_000
  /// Windows asleep before being awake is tried again: at first, and at most.
  static let fewest = 16
  static let most = 4096

  private(set) var isAwake = false
  private var calls = 0
  private var time: Int64 = 0
  private var asleepMean = Int64.max
  /// Windows until being awake is tried.
  private var left = 1
  private var rest = LanePace.fewest

  /// Notes how long a call took, from the request to the answer.
  /// - Returns: whether both are to wait in the other way from now on.
  mutating func note(_ nanoseconds: Int64) -> Bool {
    if isAwake, nanoseconds > Self.tooLong {
      fallAsleep()
      return true
    }
    calls += 1
    time &+= nanoseconds
    guard calls == Self.window else { return false }
    let mean = time / Int64(calls)
    calls = 0
    time = 0
    if isAwake {
      guard mean >= asleepMean else {
        rest = Self.fewest
        return false
      }
      fallAsleep()
      return true
    }
    asleepMean = mean
    left -= 1
    isAwake = left <= 0
    return isAwake
  }

  /// There is no processor to be awake on.
  mutating func giveUp() { fallAsleep(for: .max) }

  private mutating func fallAsleep() {
    fallAsleep(for: rest)
    rest = min(rest * 2, Self.most)
  }

  private mutating func fallAsleep(for windows: Int) {
    isAwake = false
    calls = 0
    time = 0
    left = windows
  }
}
