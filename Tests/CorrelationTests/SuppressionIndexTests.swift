import Analytics
import Evidence
import Testing

@testable import Correlation

private let stranger = MadeWorld.stranger

private func word(_ scope: SuppressionScope, until: Timestamp? = nil) -> Suppression {
  Suppression(scope: scope, reason: "known to us", by: "ann", until: until)
}

extension MadeWorld {
  fileprivate func apply(_ suppressions: Suppression...) -> SuppressionIndex.Outcome {
    let index = SuppressionIndex(suppressions, roster: roster, resolution: resolution)
    return index.apply(signals) { id in
      flows.first { $0.id == id }.map { ([$0.sourceIP, $0.destinationIP], $0.processes.map(\.host)) }
    }
  }

  /// The cases of what may raise one.
  fileprivate func cases(_ suppressions: Suppression...) -> [Case] {
    let index = SuppressionIndex(suppressions, roster: roster, resolution: resolution)
    var quiet = self
    quiet.signals = index.apply(signals).counting
    return quiet.cases()
  }

  /// A part of the risk of an account.
  fileprivate mutating func part(_ analytic: String, _ parts: [(name: String, weight: Double)]) {
    var signal = Signal(
      analytic: analytic, time: at(0), score: 0.8,
      entity: .persona(MadeWorld.stranger, handle: "mallory", displayName: nil),
      reason: "It resembles Ann.")
    signal.parts = parts
    signals.append(signal)
  }
}

@Suite struct SuppressionIndexTests {
  @Test("A suppressed persona is kept and marked with who and why, and raises no case")
  func persona() throws {
    var world = MadeWorld()
    world.risk(0.95, towards: ["e1"])
    #expect(world.cases().count == 1)
    let one = word(SuppressionScope(account: .id(stranger)))
    #expect(world.cases(one).isEmpty)
    let outcome = world.apply(one)
    #expect(outcome.signals.map { $0.suppression?.by } == ["ann"])
    #expect(outcome.signals.map { $0.suppression?.reason } == ["known to us"])
    #expect(outcome.covered == [one.id: 1])
  }

  @Test("Another account, another analytic and another platform are none of its business")
  func others() {
    var world = MadeWorld()
    world.risk(0.95)
    for scope in [
      SuppressionScope(account: .id(AccountKey(platform: "linkedin", accountID: "667"))),
      SuppressionScope(account: .id(AccountKey(platform: "x", accountID: "666"))),
      SuppressionScope(analytic: "persona.lookalike", account: .id(stranger)),
      SuppressionScope(account: .handle(platform: "linkedin", "mallor")),
      SuppressionScope(account: .id(stranger), employee: "e1"), SuppressionScope(host: "ALPHA"),
    ] {
      #expect(world.apply(word(scope)).counting.count == 1)
    }
    #expect(world.apply(word(SuppressionScope(account: .handle(platform: "linkedin", "mallory")))).counting.isEmpty)
  }

  @Test("The time of the event decides: what happens once the suppression is over counts again")
  func until() {
    var world = MadeWorld()
    world.risk(0.95, at: 60)
    let scope = SuppressionScope(account: .id(stranger))
    #expect(world.apply(word(scope, until: at(61))).counting.isEmpty)
    #expect(world.apply(word(scope, until: at(60))).counting.count == 1)
    #expect(world.cases(word(scope, until: at(60))).count == 1)
  }

  @Test("Where the risk of an account is suppressed its parts raise no case in its stead")
  func partsOfRisk() {
    var world = MadeWorld()
    world.risk(0.95, towards: ["e1"])
    world.part("persona.lookalike", [("nearName", 3)])
    let outcome = world.apply(word(SuppressionScope(analytic: "persona.risk", account: .id(stranger))))
    #expect(outcome.counting.isEmpty)
    #expect(outcome.signals.allSatisfy { $0.suppression != nil })
  }

  @Test("A suppressed part counts no more in the risk that escalates: logistic(-4 + 5) without it is logistic(-4 + 1)")
  func withoutPart() throws {
    var world = MadeWorld()
    world.risk(0.7311, towards: ["e1"])
    world.signals[0].parts = [("bias", -4), ("nearName", 4), ("burst", 1)]
    world.part("persona.lookalike", [("nearName", 4)])
    #expect(world.cases().count == 1)
    let one = word(SuppressionScope(analytic: "persona.lookalike", account: .id(stranger)))
    let outcome = world.apply(one)
    let risk = try #require(outcome.counting.first)
    #expect(outcome.counting.count == 1)
    // 1 / (1 + e³) = 0.04743
    #expect(risk.score == 0.0474)
    #expect(risk.id == world.signals[0].id)
    // What is shown is the whole.
    #expect(outcome.signals[0].score == 0.7311)
    #expect(outcome.signals[0].suppression == nil)
    #expect(world.cases(one).isEmpty)
  }

  @Test("A signal that names another employee as well is not meant by one employee's suppression")
  func employee() {
    let one = word(SuppressionScope(employee: "e1"))
    for (towards, left) in [(["e1"], 0), (["e1", "e2"], 1), (["e2"], 1), ([], 1)] {
      var world = MadeWorld()
      world.risk(0.95, towards: towards)
      #expect(world.apply(one).counting.count == left)
    }
  }

  @Test(
    "A domain is that of an address, or one above it, by whole labels",
    arguments: [
      ("jo@mail.agency.example", 0), ("jo@agency.example", 0), ("jo@badagency.example", 1), ("agency.example", 1),
      ("jo@agency.example.org", 1),
    ])
  func domain(address: String, left: Int) {
    var world = MadeWorld()
    world.risk(0.95, AccountKey(platform: "email", accountID: address))
    #expect(world.apply(word(SuppressionScope(domain: "agency.example"))).counting.count == left)
  }

  @Test("A host is meant by any of its names, by its address, and in flows and pairs that it has part in")
  func host() {
    var world = MadeWorld()
    world.odd("ALPHA.corp.example", "a.exe", at: 1)
    world.flow(7, from: "10.0.0.1", to: "192.0.2.9", at: 2)
    for entity in [
      Entity.hostPair(first: ip("10.0.0.1"), second: ip("192.0.2.1")), .host("alpha"),
      .flow(FlowID(rawValue: 7), communityID: "1:7"), .hostPair(first: ip("10.0.0.9"), second: ip("192.0.2.1")),
    ] {
      world.signals.append(
        Signal(analytic: "network.no_session", time: at(3), score: 0.9, entity: entity, reason: "r"))
    }
    #expect(world.apply(word(SuppressionScope(host: "alpha"))).counting.map(\.entity) == [world.signals[4].entity])
    #expect(
      world.apply(word(SuppressionScope(host: "10.0.0.9"))).signals.map { $0.suppression != nil }
        == [false, false, false, false, true])
  }

  @Test("All that a suppression gives must hold: the image on that host only")
  func imageOnHost() {
    var world = MadeWorld()
    world.odd("ALPHA", "a.exe", at: 1)
    world.odd("BETA", "a.exe", at: 2)
    world.odd("ALPHA", "b.exe", at: 3)
    let outcome = world.apply(word(SuppressionScope(host: "ALPHA", image: "A.EXE")))
    #expect(outcome.signals.map { $0.suppression != nil } == [true, false, false])
    let path = world.apply(word(SuppressionScope(image: "c:/x/a.exe")))
    #expect(path.signals.map { $0.suppression != nil } == [true, true, false])
  }

  @Test("Of several that cover a signal the first that was given is named, in whatever order they come")
  func first() {
    var world = MadeWorld()
    world.risk(0.95)
    let scope = SuppressionScope(account: .id(stranger))
    let early = Suppression(scope: scope, reason: "early", by: "a", created: at(1))
    let late = Suppression(scope: scope, reason: "late", by: "b", created: at(2))
    #expect(world.apply(late, early).signals.first?.suppression?.reason == "early")
    #expect(world.apply(early, late).signals.first?.suppression?.reason == "early")
  }
}
