import Analytics
import Evidence
import Testing

@Suite("Forgetting accounts")
struct PersonaForgettingTests {
  private let key = AccountKey(platform: "linkedin", accountID: "7")

  private func world() -> MadeWorld {
    var world = MadeWorld()
    world.shows("7", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    world.approaches("7", 0..<12, from: 20)
    world.approaches("7", 3..<6, from: 22, byHandle: true)
    world.shows("8", "Guіlherme Bаrroso", on: 20, created: 1)
    world.approaches("8", 1..<4, from: 20, message: true)
    return world
  }

  private func taken(_ world: MadeWorld) -> PersonaAnalytics {
    let analytics = PersonaAnalytics(roster: world.roster)
    for o in world.observations { analytics.observe(o) }
    return analytics
  }

  @Test("Nothing names an account that was forgotten, and what was done under its handle went with it")
  func gone() {
    let analytics = taken(world())
    #expect(analytics.forget(key))
    let signals = analytics.finish()
    #expect(signals.of("7").isEmpty)
    #expect(signals.risk("@handle7") == nil)
    #expect(!signals.contains { $0.reason.contains("Ashgrove") })
    #expect(analytics.explain(key) == nil)
    #expect(analytics.evidence(of: key).isEmpty)
    #expect(!analytics.forget(key))
  }

  @Test("The others are judged as before, and the counters stay")
  func others() throws {
    let analytics = taken(world())
    let before = analytics.finish()
    let counters = analytics.counters
    analytics.forget(key)
    let after = analytics.finish()
    #expect(try #require(after.risk("8")).score == (try #require(before.risk("8")).score))
    #expect(analytics.counters == counters)
  }

  @Test("What comes after it was forgotten is taken anew")
  func anew() {
    let world = world()
    let analytics = taken(world)
    analytics.forget(key)
    for o in world.observations { analytics.observe(o) }
    #expect(analytics.finish().risk("7")?.related.count == 12)
  }

  @Test("What is older than it may be kept goes, what is younger stays")
  func aged() {
    let analytics = taken(world())
    // Twelve approaches of account 7 and its snapshot are of day 20, as is all of account 8.
    analytics.expire(before: noon(21))
    let signals = analytics.finish()
    #expect(signals.of("8").isEmpty)
    // The account itself was not seen since; what came under its handle later is that handle's.
    #expect(signals.of("7").isEmpty)
    #expect(signals.risk("@handle7")?.related.count == 3)
  }
}
