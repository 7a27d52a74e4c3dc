import Evidence
import Testing

@testable import Analytics

@Suite("Where persona analytics draws its lines")
struct PersonaThresholdTests {
  private func parts(_ world: MadeWorld, _ account: String, _ change: (inout PersonaThresholds) -> Void = { _ in })
    -> [String: Double]
  {
    var configuration = PersonaConfiguration()
    change(&configuration.thresholds)
    // Seen where it is there, whatever it was fitted to.
    configuration.weights.values["dormant"] = 1
    let analytics = PersonaAnalytics(roster: world.roster, configuration: configuration)
    for o in world.observations { analytics.observe(o) }
    let parts = analytics.finish().risk(account)?.parts ?? []
    return Dictionary(parts.map { ($0.name, $0.weight) }) { a, _ in a }
  }

  /// Four young accounts of different companies with one picture, some bits apart.
  private func four(_ distance: Int = 0, created: Int64 = 8) -> MadeWorld {
    var world = MadeWorld()
    for n in 0..<4 {
      world.shows("2\(n)", ["Abel Frost", "Cora Winter", "Eli Marsh", "Ida Stone"][n], on: 20, created: created) {
        $0.employer = ["Loom Works", "Bracken Systems", "Padaria Central", "Tidewater Foods"][n]
        $0.avatarPHash = 0xDEAD_BEEF_1234_5678 ^ (n == 0 ? 0 : (1 << UInt64(distance)) - 1)
      }
      world.approaches("2\(n)", (2 * n)..<(2 * n + 2), from: 20 + Int64(n), message: true)
    }
    return world
  }

  @Test("How far apart pictures may be")
  func pictures() {
    #expect(parts(four(6), "20")["sharedFace"] != nil)
    #expect(parts(four(6), "20") { $0.pictureDistance = 5 }["sharedFace"] == nil)
    #expect(parts(four(7), "20")["sharedFace"] == nil)
    #expect(parts(four(7), "20") { $0.pictureDistance = 7 }["sharedFace"] != nil)
    let index = PictureIndex([(0xFF, 3)])
    #expect(index.people(near: 0, within: 8) == [3])
    #expect(index.people(near: 0, within: 7).isEmpty)
  }

  @Test("How many accounts make what they share stock")
  func stock() {
    #expect(parts(four(), "20") { $0.stockAccounts = 4 }["sharedFace"] != nil)
    #expect(parts(four(), "20") { $0.stockAccounts = 3 }["sharedFace"] == nil)
  }

  @Test("How old the accounts of a campaign may be, and an account for its biography to count as new")
  func ages() {
    var world = MadeWorld()
    for n in 0..<4 {
      // A hundred days old.
      world.shows("2\(n)", ["Abel Frost", "Cora Winter", "Eli Marsh", "Ida Stone"][n], on: 20, created: -80) {
        $0.employer = ["Loom Works", "Bracken Systems", "Padaria Central", "Tidewater Foods"][n]
        $0.bio = "Bringing people and opportunity together across borders and industries"
      }
      world.approaches("2\(n)", (2 * n)..<(2 * n + 2), from: 20 + Int64(n), message: true)
    }
    let usual = parts(world, "20")["sharedBio"] ?? 0
    #expect(usual > 0)
    #expect(parts(world, "20") { $0.campaignYoungDays = 101 }["sharedBio"] ?? 0 > usual)
    #expect(
      parts(world, "20") {
        $0.campaignYoungDays = 10
        $0.campaignGrownDays = 100
      }["sharedBio"] == nil)
    // Halfway between the two.
    #expect(PersonaExamination.youth(150, 60, 240) == 0.5)
    #expect(PersonaExamination.youth(59, 60, 240) == 1)
    #expect(PersonaExamination.youth(240, 60, 240) == 0)
  }

  @Test("How long a sleep and a burst are")
  func windows() {
    var world = MadeWorld()
    world.shows("20", "Abel Frost", on: 0, created: -10)
    world.approaches("20", 0..<1, from: 0)
    // Twenty days later three in six days.
    world.approaches("20", 1..<4, from: 20, every: 3 * 24 * 60)
    #expect(parts(world, "20")["dormant"] == nil)
    #expect(
      parts(world, "20") {
        $0.dormantDays = 20
        $0.burstDays = 6
      }["dormant"] != nil)
    #expect(parts(world, "20") { $0.dormantDays = 20 }["dormant"] == nil)
    let three = parts(world, "20") { $0.burstDays = 3 }["burst"] ?? 0
    #expect(parts(world, "20") { $0.burstDays = 6 }["burst"] ?? 0 > three)
  }

  @Test("How many words, values and approaches tell something")
  func least() {
    #expect(Wording("one two three four five") == nil)
    #expect(Wording("one two three four five", minimumWords: 5) != nil)
    var values = [Int32](repeating: 3, count: 19)
    #expect(Usual(&values, from: 19)?.median == 3)
    var none: [Int32] = []
    #expect(Usual(&none, from: 0) == nil)
    var habits = PlatformHabits()
    for _ in 0..<100 { habits.count(platform: 1, time: 12 * 3_600_000_000_000) }
    #expect(habits.oddness(platform: 1) == nil)
    #expect(habits.oddness(platform: 1, from: 100)?[12] == 0)
  }
}
