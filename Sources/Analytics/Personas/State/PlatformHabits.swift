/// At which hours people of a platform approach others: what an account's own hours are held against.

struct PlatformHabits {
  /// Approaches by hour of the day (UTC), and how unusual each hour is, once it was asked for and until another is counted.
  fileprivate struct Day {
    var counts = [UInt32](repeating: 0, count: 24)
    var oddness: [Double] = []
  }
  private var days: [Int32: Day] = [:]
  private static let hour: Int64 = 3_600_000_000_000

  mutating func count(platform: Int32, time: Int64) {
    days[platform, default: Day()].count(PlatformHabits.hourOfDay(time))
  }

  static func hourOfDay(_ time: Int64) -> Int {
    let of = (time / hour) % 24
    return Int(of < 0 ? of + 24 : of)
  }

  /// How unusual each hour of the day is: 0 for one that is as busy as the median hour or busier, 1 for one in which a sixteenth
  /// of that or less is done. Nil while too little is known.
  /// - Parameter least: approaches from which on enough is known; the same in all calls.
  mutating func oddness(platform: Int32, from least: Int = PersonaThresholds().habitApproaches) -> [Double]? {
    guard let oddness = days[platform]?.oddness else { return nil }
    if !oddness.isEmpty { return oddness }
    return days[platform]?.weigh(from: least)
  }
}

extension PlatformHabits.Day {
  mutating func count(_ hour: Int) {
    counts[hour] &+= 1
    if !oddness.isEmpty { oddness = [] }
  }

  mutating func weigh(from least: Int) -> [Double]? {
    var total: UInt64 = 0
    for count in counts { total &+= UInt64(count) }
    guard total >= UInt64(clamping: least) else { return nil }
    let median = Double(counts.sorted()[12])
    oddness = (0..<24).map { at in
      // With the hours beside it: an account's clock may be an hour off.
      let near = Double(counts[(at + 23) % 24]) + 2 * Double(counts[at]) + Double(counts[(at + 1) % 24])
      let ratio = (near / 4 + 0.5) / (median + 0.5)
      return ratio >= 1 ? 0 : min(1, -log2(ratio) / 4)
    }
    return oddness
  }
}
