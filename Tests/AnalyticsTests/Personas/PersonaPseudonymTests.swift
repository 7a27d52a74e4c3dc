import Analytics
import Evidence
import Testing

@Suite("Personas by pseudonyms")
struct PersonaPseudonymTests {
  private func world() -> MadeWorld {
    var world = MadeWorld()
    world.shows("7", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    world.approaches("7", 0..<12, from: 20)
    world.shows("8", "Guіlherme Bаrroso", on: 20, created: 1)
    world.approaches("8", 1..<4, from: 20, message: true)
    world.shows("9", "Percival Thornbury", on: 1, created: -900)
    world.shows("9", "Leocadia Sandoval", on: 21, created: -900) { $0.employer = "Aurora Textiles" }
    world.approaches("9", 2..<9, from: 22)
    world.approaches("nameless", 0..<9, from: 23, byHandle: true)
    return world
  }

  private func signals(_ pseudonyms: Pseudonyms?) -> (PersonaAnalytics, [Signal]) {
    let world = world()
    let analytics = PersonaAnalytics(roster: world.roster)
    analytics.pseudonyms = pseudonyms
    for o in world.observations { analytics.observe(pseudonyms?.entering(o) ?? o) }
    return (analytics, analytics.finish())
  }

  @Test("The scores are those of the real names, and no signal says a name or a handle")
  func scores() throws {
    let pseudonyms = try #require(Pseudonyms(key: Array(repeating: 7, count: 32), roster: house()))
    let (_, plain) = signals(nil)
    let (analytics, hidden) = signals(pseudonyms)
    for account in ["7", "8", "9"] {
      let before = try #require(plain.risk(account))
      let after = try #require(hidden.risk(pseudonyms.account("linkedin", account)))
      #expect(before.score == after.score)
      #expect(before.related == after.related)
    }
    #expect(plain.count == hidden.count)
    let words = [
      "Ashgrove", "Bаrroso", "Thornbury", "Sandoval", "handle7", "handle8", "handle9", "handlenameless",
    ]
    for signal in hidden {
      guard case .persona(let key, let handle, let name) = signal.entity else { continue }
      let told = "\(signal.reason) \(key) \(handle ?? "") \(name ?? "")"
      for word in words { #expect(!told.contains(word), "\(told)") }
      for case .persona(let o) in analytics.evidence(of: key) {
        for word in words { #expect(!"\(o.handle) \(o.displayName)".contains(word)) }
      }
    }
  }

  @Test("An account of which only the handle is known is found by what it is called")
  func nameless() throws {
    let pseudonyms = try #require(Pseudonyms(key: Array(repeating: 7, count: 32), roster: house()))
    let (analytics, hidden) = signals(pseudonyms)
    let id = "@" + pseudonyms.handle("linkedin", "handlenameless")
    #expect(hidden.risk(id) != nil)
    let key = AccountKey(platform: "linkedin", accountID: id)
    #expect(analytics.evidence(of: key).count == 9)
    #expect(analytics.explain(key) != nil)
    #expect(analytics.forget(key))
  }

  @Test("People of the roster are called by name")
  func colleagues() throws {
    let pseudonyms = try #require(Pseudonyms(key: Array(repeating: 7, count: 32), roster: house()))
    let (analytics, _) = signals(pseudonyms)
    let key = AccountKey(platform: "linkedin", accountID: "1000")
    let told = try #require(analytics.explain(key))
    #expect(told.reason.contains("Margarethe Lindqvist"))
  }
}
