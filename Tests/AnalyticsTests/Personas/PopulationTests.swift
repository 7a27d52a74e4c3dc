import Testing

@testable import Analytics

@Suite("What is usual")
struct PopulationTests {
  @Test("A few loud ones do not move the median nor the spread")
  func robust() throws {
    var quiet = [Int32](repeating: 2, count: 29) + [Int32](repeating: 4, count: 29) + [3, 3, 3]
    var loud = quiet + [500, 900]
    let a = try #require(Usual(&quiet))
    let b = try #require(Usual(&loud))
    // The 31st of 61 and the 32nd of 63 are both 3, and most lie one away.
    #expect(a.median == 3 && b.median == 3)
    #expect(a.deviation == 1.4826 && b.deviation == 1.4826)
    #expect(b.distance(33) == 30 / 1.4826)
  }

  @Test("Of fewer than twenty accounts nothing is said to be usual")
  func few() {
    var values = [Int32](repeating: 3, count: 19)
    #expect(Usual(&values) == nil)
  }

  @Test("An hour is odd when nearly nobody is about, and none is while little is known")
  func hours() {
    var habits = PlatformHabits()
    let hour: Int64 = 3_600_000_000_000
    for day in 0..<20 as Range<Int64> {
      for at in 7..<21 as Range<Int64> { habits.count(platform: 1, time: (day * 24 + at) * hour) }
    }
    #expect(habits.oddness(platform: 1)?[12] == 0)
    #expect(habits.oddness(platform: 1)?[3] == 1)
    // Before 1970 too.
    #expect(PlatformHabits.hourOfDay(-21 * hour) == 3)
    #expect(habits.oddness(platform: 2) == nil)
  }

  @Test("An hour that was odd is not odd any more once people are about")
  func hoursChange() {
    var habits = PlatformHabits()
    let hour: Int64 = 3_600_000_000_000
    for _ in 0..<20 { for at in 7..<21 as Range<Int64> { habits.count(platform: 1, time: at * hour) } }
    #expect(habits.oddness(platform: 1)?[3] == 1)
    for at in 2..<5 as Range<Int64> { for _ in 0..<20 { habits.count(platform: 1, time: at * hour) } }
    #expect(habits.oddness(platform: 1)?[3] == 0)
  }

  @Test("A name of common words has bearers by chance, a name of rare ones has none")
  func census() {
    var names = NameCensus()
    for n in 0..<100 {
      names.count("Maria Silva\(n)")
      names.count("Joana\(n) Santos")
    }
    names.count("Maria Santos")
    names.count("Odile Charbonnier")
    // 202 names, 101 with Maria and as many with Santos: 202 × 100/202 × 100/202.
    #expect(names.expectedBearers("Maria Santos") == 202 * (100.0 / 202) * (100.0 / 202))
    #expect(names.expectedBearers("Odile Charbonnier") == 0)
  }
}
