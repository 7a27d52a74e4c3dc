import Analytics
import Evidence
import Testing

@Suite("Records of personas")
struct PersonaRecordTests {
  /// A world with a bit of everything.
  private func mixed() -> MadeWorld {
    var world = MadeWorld()
    world.shows("7", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    world.approaches("7", 0..<12, from: 20)
    world.approaches("7", 3..<6, from: 22, byHandle: true)
    world.shows("12", "Lucinda Farrow", on: 1, created: -2200) { $0.avatarSHA256 = "before" }
    world.shows("12", "Dietmar Klose", on: 20, created: -2200) {
      $0.bio = "Weaver at Aurora Textiles"
      $0.avatarSHA256 = "after"
    }
    world.approaches("12", 0..<9, from: 21, link: "https://lnk.example/q")
    world.shows("8", "Guіlherme Bаrroso", on: 20, created: 1)
    world.approaches("8", 1..<4, from: 20, message: true, link: "https://lnk.example/q")
    return world
  }

  private func told(_ signals: [Signal]) -> [String] {
    signals.map { "\($0.id) \($0.analytic) \($0.score) \($0.reason) \($0.evidence) \($0.parts) \($0.related)" }
  }

  @Test("The order in which records come changes nothing", arguments: 1...4 as ClosedRange<UInt64>)
  func order(seed: UInt64) {
    let world = mixed()
    var state = seed
    var shuffled = world.observations
    for i in shuffled.indices.reversed() where i > 0 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      shuffled.swapAt(i, Int(state >> 33) % (i + 1))
    }
    #expect(told(world.signals(shuffled)) == told(world.signals()))
  }

  @Test("A record that comes twice is one")
  func doubled() {
    let world = mixed()
    #expect(told(world.signals(world.observations + world.observations.reversed())) == told(world.signals()))
    let analytics = PersonaAnalytics(roster: world.roster)
    for o in world.observations + world.observations { analytics.observe(o) }
    #expect(analytics.counters.doubled == UInt64(world.observations.count))
  }

  @Test("What was done under a handle belongs to the account when the handle becomes known")
  func handleOnly() {
    var world = MadeWorld()
    world.approaches("40", 0..<10, from: 20, byHandle: true)
    let before = world.signals()
    #expect(before.risk("@handle40")?.related.count == 10)
    world.shows("40", "Wendell Ashgrove", on: 25, created: 5) { $0.employer = "Aurora Textiles" }
    let after = world.signals()
    #expect(after.risk("@handle40") == nil)
    #expect(after.risk("40")?.related.count == 10)
  }

  @Test("A party is the same person by account, handle, e-mail and employee id")
  func parties() {
    var world = MadeWorld()
    world.shows("41", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    let ways = [
      Party(accountID: "1002"), Party(handle: "own2"), Party(email: "P2@auroratextiles.example"), Party(employee: "e2"),
    ]
    for (n, to) in ways.enumerated() {
      world.observations.append(
        .outreach(
          OutreachObservation(
            head: ObservationHead(id: "way-\(n)", time: noon(20, minutes: Int64(n)), source: "made"),
            platform: "linkedin",
            kind: .directMessage, from: Party(accountID: "41"), to: to)))
    }
    let related = world.signals().risk("41")?.related
    #expect(related == [.employee(id: "e2", name: "Ольга Петровская")])
  }

  @Test("refresh gives what finish gives for an account that alone was touched, and nothing for those that were not")
  func refresh() {
    let world = mixed()
    let analytics = PersonaAnalytics(roster: world.roster)
    for o in world.observations { analytics.observe(o) }
    let first = analytics.refresh()
    #expect(told(first) == told(analytics.finish()))
    #expect(analytics.refresh().isEmpty)
    var later = PersonaObservation(
      head: ObservationHead(id: "later", time: noon(40), source: "made"), platform: "linkedin", accountID: "7",
      handle: "handle7",
      displayName: "Wendell Ashgrove")
    later.bio = "Run by volunteers, unofficial friends of Aurora Textiles"
    analytics.observe(.persona(later))
    #expect(Set(analytics.refresh().map(\.entity.kind)) == ["persona"])
  }

  @Test("A person who joins the roster is no impostor any more")
  func joins() throws {
    var world = MadeWorld()
    world.shows("7", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    world.approaches("7", 0..<12, from: 20, outcome: .accepted)
    let analytics = PersonaAnalytics(roster: world.roster)
    for o in world.observations { analytics.observe(o) }
    #expect(try #require(analytics.finish().risk("7")).score >= 0.5)
    var person = Person(id: "e99", name: "Wendell Ashgrove")
    person.accounts = [RosterAccount(platform: "linkedin", accountID: "7")]
    world.roster.people.append(person)
    analytics.update(roster: world.roster)
    #expect((analytics.finish().risk("7")?.score ?? 0) < 0.5)
  }

  @Test("explain shows the bias, every part that moved the score, and what it would be without each analytic")
  func explain() throws {
    let world = mixed()
    let analytics = PersonaAnalytics(roster: world.roster)
    for o in world.observations { analytics.observe(o) }
    let risk = try #require(analytics.finish().risk("7"))
    let explanation = try #require(analytics.explain(AccountKey(platform: "linkedin", accountID: "7")))
    #expect(explanation.risk == risk.score)
    #expect(explanation.bias == PersonaWeights().bias)
    let claim = try #require(explanation.analytics.first { $0.name == "persona.affiliation_claim" })
    #expect(claim.parts.contains { $0.name == "claimUnlisted" && $0.weight > 0 })
    #expect(claim.riskWithout < risk.score)
    #expect(try #require(claim.reason).contains("usually"))
    #expect(analytics.explain(AccountKey(platform: "linkedin", accountID: "none")) == nil)
  }

  @Test("Limits drop and count; they never trap")
  func limits() {
    var configuration = PersonaConfiguration()
    configuration.maximumAccounts = 3
    configuration.maximumSnapshots = 2
    configuration.maximumApproaches = 2
    let world = mixed()
    let analytics = PersonaAnalytics(roster: world.roster, configuration: configuration)
    for o in world.observations { analytics.observe(o) }
    #expect(analytics.counters.accounts == 3)
    #expect(analytics.counters.accountsDropped > 0)
    _ = analytics.finish()
  }
}
