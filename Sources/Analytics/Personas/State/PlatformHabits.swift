/// At which hours people of a platform approach others: what an account's own hours are held against.

struct PlatformHabits {
  /// Approaches by hour of the day (UTC), by platform.
  private var hours: [Int32: [UInt32]] = [:]
  private static let hour: Int64 = 3_600_000_000_000

  mutating func count(platform: Int32, time: Int64) {
    hours[platform, default: [UInt32](repeating: 0, count: 24)][PlatformHabits.hourOfDay(time)] &+= 1
  }

  static func hourOfDay(_ time: Int64) -> Int {
    let of = (time / hour) % 24
    return Int(of < 0 ? of + 24 : of)
  }

  /// How unusual an hour is: 0 for one that is as busy as the median hour or busier, 1 for one in which a sixteenth of
  /// that or less is done. 0 while too little is known.
  func oddness(platform: Int32, time: Int64, from least: Int = PersonaThresholds().habitApproaches) -> Double {
    guard let counts = hours[platform] else { return 0 }
    var total: UInt64 = 0
    for count in counts { total &+= UInt64(count) }
    guard total >= UInt64(least) else { return 0 }
    let median = Double(counts.sorted()[12])
    let at = PlatformHabits.hourOfDay(time)
    // With the hours beside it: an account's clock may be an hour off.
    let near = Double(counts[(at + 23) % 24]) + 2 * Double(counts[at]) + Double(counts[(at + 1) % 24])
    let ratio = (near / 4 + 0.5) / (median + 0.5)
    return ratio >= 1 ? 0 : min(1, -log2(ratio) / 4)
  }
}
