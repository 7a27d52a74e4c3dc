import Analytics
import Catalog
import Evidence
import Testing

@testable import Correlation

@Suite("Signals of one story become one case")
struct CorrelationTests {
  @Test(
    "A persona, the employee it approached, their machine, its process and the flow meet in one case of high severity")
  func streamsMeet() throws {
    var world = MadeWorld()
    world.risk(0.9, at: -3 * day)
    world.approach("o1", to: Party(accountID: "100"), at: -1 * day)
    world.odd("ALPHA.corp.example", "grunt.exe", at: 0, flows: [1])
    world.flow(
      1, from: "10.0.0.1", to: "203.0.113.9", at: 0, client: MadeWorld.process("ALPHA.corp.example", "grunt.exe"))
    let cases = world.cases()
    let found = try #require(cases.first)
    #expect(cases.count == 1)
    #expect(found.severity >= .high)
    #expect(found.entities.personas.map(\.account) == [MadeWorld.stranger])
    #expect(found.entities.employees == [CaseEmployee(id: "e1", name: "Ann Vale")])
    #expect(found.entities.hosts.map(\.host) == ["ALPHA.corp.example"])
    #expect(found.entities.processes.map(\.commandLine) == ["grunt.exe --run"])
    #expect(found.entities.flows.map(\.id) == [FlowID(rawValue: 1)])
    #expect(found.entities.indicators.contains("203.0.113.9"))
    #expect(found.attack == ["T1021.006", "T1586.001"])
    #expect(found.title.hasPrefix("Mallory Key (linkedin) approached Ann Vale; then grunt.exe on ALPHA"))
    #expect(found.links.allSatisfy { !$0.reason.isEmpty && $0.confidence > 0 && $0.confidence <= 1 })
    #expect(found.timeline.map(\.time) == found.timeline.map(\.time).sorted())
    #expect(found.timeline.contains { $0.evidence == ["o1"] })
  }

  @Test("Nobody is linked to a machine whose owner only harmless people approached")
  func apart() {
    var world = MadeWorld()
    world.risk(0.3)
    world.approach("o1", to: Party(accountID: "100"), at: -1 * day)
    world.odd("ALPHA", "grunt.exe", at: 0)
    #expect(world.cases().allSatisfy { $0.entities.personas.isEmpty || $0.entities.hosts.isEmpty })
    #expect(world.cases().map(\.severity).max() ?? .info <= .medium)
  }

  @Test("Who only followed the owner a week before is a case of its own where another wrote to them the same day")
  func distantPersona() throws {
    var world = MadeWorld()
    let brand = AccountKey(platform: "mastodon", accountID: "777")
    world.risk(0.9, at: -3 * hour)
    world.approach("o1", to: Party(accountID: "100"), at: -3 * hour)
    world.risk(0.95, brand, at: -9 * day)
    world.approach("o2", to: Party(employee: "e1"), at: -9 * day, brand, kind: .follow)
    world.odd("ALPHA", "grunt.exe", at: 0)
    let cases = world.cases()
    #expect(cases.count == 2)
    let whole = try #require(cases.first { !$0.entities.hosts.isEmpty })
    #expect(whole.entities.personas.map(\.account) == [MadeWorld.stranger])
    // Alone, the follower is all there is to go by.
    world.signals.removeAll { $0.entity.kind == "persona" && $0.score == 0.9 }
    #expect(world.cases().first { !$0.entities.hosts.isEmpty }?.entities.personas.map(\.account) == [brand])
  }

  @Test("What a process opened again and again to one end is one line with its count")
  func repeats() throws {
    var world = MadeWorld()
    let grunt = MadeWorld.process("ALPHA", "grunt.exe")
    world.odd("ALPHA", "grunt.exe", at: 0, flows: [1])
    world.flow(1, from: "10.0.0.1", to: "203.0.113.9", at: 0, client: grunt)
    for n in 2...9 {
      world.flow(UInt64(n), from: "10.0.0.1", to: "203.0.113.70", port: 80, at: Double(n), client: grunt)
    }
    let lines = try #require(world.cases().first).timeline.filter { $0.text.contains("203.0.113.70") }
    #expect(lines.map(\.text) == ["grunt.exe on ALPHA also opened 8 TCP connections until 09:00:09 to 203.0.113.70:80"])
    #expect(lines.first?.evidence.count == 8)
  }

  @Test("Of too many flows each other end keeps one, the last one too")
  func everyEnd() throws {
    var world = MadeWorld()
    let grunt = MadeWorld.process("ALPHA", "grunt.exe")
    world.odd("ALPHA", "grunt.exe", at: 0, flows: Array(1...301))
    for n in 1...300 { world.flow(UInt64(n), from: "10.0.0.1", to: "203.0.113.9", at: Double(n), client: grunt) }
    world.flow(301, from: "10.0.0.1", to: "203.0.113.77", port: 443, at: 400, client: grunt)
    let found = try #require(world.cases().first)
    #expect(found.entities.flows.count == 100)
    #expect(found.entities.flows.last?.id == FlowID(rawValue: 301))
    #expect(found.gaps.contains { $0.reason == "201 further flows belong to this case." })
  }

  @Test("An approach after the deed, or too long before it, explains nothing", arguments: [2.0, -30.0])
  func outOfTime(_ days: Double) {
    var world = MadeWorld()
    world.risk(0.95, at: days * day)
    world.approach("o1", to: Party(accountID: "100"), at: days * day)
    world.odd("ALPHA", "grunt.exe", at: 0)
    let cases = world.cases()
    #expect(cases.allSatisfy { $0.entities.personas.isEmpty || $0.entities.hosts.isEmpty })
    #expect(cases.count == 2)
  }

  @Test(
    "The persona is found by whatever the outreach names its target by",
    arguments: [
      Party(accountID: "100"), Party(handle: "AnnVale"), Party(employee: "e1"),
    ])
  func parties(_ party: Party) {
    var world = MadeWorld()
    world.risk(0.9)
    world.approach("o1", to: party, at: -1 * hour)
    world.odd("alpha", "grunt.exe", at: 0)
    #expect(world.cases().first?.entities.employees.map(\.id) == ["e1"])
    #expect(world.cases().first?.entities.personas.count == 1)
  }

  @Test("One stream alone never makes a case of high severity", arguments: ["process", "network", "persona"])
  func alone(_ stream: String) {
    var world = MadeWorld()
    switch stream {
    case "process": for n in 0..<5 { world.odd("ALPHA", "a\(n).exe", score: 0.99, at: Double(n)) }
    case "network":
      world.signals = [
        Signal(
          analytic: "network.malformed", time: at(0), score: 0.99,
          entity: .hostPair(first: ip("10.0.0.1"), second: ip("10.0.0.2")), reason: "x")
      ]
    default: world.risk(0.99)
    }
    #expect(world.cases().count == 1)
    #expect(world.cases().map(\.severity) == [.medium])
  }

  @Test("What one process tree does is one case")
  func tree() {
    var world = MadeWorld()
    world.odd("ALPHA", "parent.exe", at: 0)
    world.odd("ALPHA", "child.exe", score: 0.35, at: 100)
    world.odd("ALPHA", "stranger.exe", score: 0.35, at: 100)
    let child = world.resolution.known.firstIndex { $0.entity.image.hasSuffix("child.exe") }
    if let child { world.resolution.known[child].parent = ParentProcess(guid: "{ALPHA-parent.exe}") }
    let cases = world.cases()
    #expect(cases.count == 1)
    #expect(cases.first?.signals.count == 2)
    #expect(cases.first?.links.contains { $0.reason == "parent.exe started child.exe" } == true)
  }

  @Test("A suspicious flow into a machine ties what then happens there to its sender")
  func crossing() {
    var world = MadeWorld()
    let client = MadeWorld.process("ALPHA", "grunt.exe")
    let server = MadeWorld.process("BETA", "wsmprovhost.exe")
    world.odd("ALPHA", "grunt.exe", at: 0, flows: [1])
    world.flow(1, from: "10.0.0.1", to: "10.0.0.2", at: 0, client: client, server: server)
    world.odd("BETA", "powershell.exe", at: 20, analytic: "process.unusual_parent")
    let cases = world.cases()
    #expect(cases.count == 1)
    #expect(cases.first?.entities.hosts.count == 2)
    #expect(cases.first?.entities.processes.contains { $0.image.hasSuffix("wsmprovhost.exe") } == true)
  }

  @Test("A controller that everybody speaks to welds no two cases together")
  func infrastructure() {
    var world = MadeWorld()
    for (n, host, source) in [(1 as UInt64, "ALPHA", "10.0.0.1"), (2, "BETA", "10.0.0.2")] {
      let process = MadeWorld.process(host, "tool\(n).exe")
      world.odd(host, "tool\(n).exe", at: Double(n), flows: [n])
      world.flow(n, from: source, to: "10.0.0.9", port: 389, at: Double(n), client: process)
    }
    #expect(world.cases().count == 2)
  }

  @Test("Two days apart on one machine are two stories")
  func farApart() {
    var world = MadeWorld()
    world.odd("ALPHA", "a.exe", at: 0)
    world.odd("ALPHA", "b.exe", at: 2 * day)
    #expect(world.cases().count == 2)
  }

  @Test("What is below the thresholds opens no case")
  func quiet() {
    var world = MadeWorld()
    world.odd("ALPHA", "a.exe", score: 0.45, at: 0)
    world.risk(0.6)
    #expect(world.cases().isEmpty)
  }

  @Test("A case says what could not be seen around it")
  func gaps() {
    var world = MadeWorld()
    world.odd("ALPHA", "a.exe", at: 0, flows: [1])
    world.flow(1, from: "10.0.0.1", to: "10.0.0.2", at: 0, client: MadeWorld.process("ALPHA", "a.exe"))
    world.odd("ALPHA", "b.exe", at: 1)
    world.gaps = [
      VisibilityGap(kind: "clock_offset", subject: "ALPHA", reason: "five hours"),
      VisibilityGap(kind: "clock_offset", subject: "GAMMA", reason: "another machine's"),
    ]
    let found = world.cases().first?.gaps ?? []
    #expect(Set(found.map(\.kind)) == ["clock_offset", "no_capture", "no_process_events"])
    #expect(found.contains { $0.kind == "no_process_events" && $0.subject == "BETA" })
    #expect(!found.contains { $0.subject == "GAMMA" })
  }

  @Test("What sources of personas do not see is said in cases that have a persona, and in no other")
  func blindSpots() {
    func found(_ isPersona: Bool) -> [String] {
      var world = MadeWorld()
      if isPersona {
        world.risk(0.9)
      } else {
        world.odd("ALPHA", "a.exe", at: 0)
      }
      world.gaps = [VisibilityGap(kind: "platform_blind_spot", subject: "fediverse", reason: "hidden followers")]
      return world.cases().flatMap(\.gaps).map(\.kind)
    }
    #expect(found(true).contains("platform_blind_spot"))
    #expect(!found(false).contains("platform_blind_spot"))
  }

  @Test("The order in which evidence comes changes nothing")
  func order() {
    var world = MadeWorld()
    world.risk(0.9, at: -2 * day)
    for n in 0..<6 {
      world.approach(
        "o\(n)", to: Party(accountID: n % 2 == 0 ? "100" : nil, email: n % 2 == 0 ? nil : "bob@corp.example"),
        at: Double(-n) * hour)
    }
    for n in 0..<12 {
      let host = n % 2 == 0 ? "ALPHA" : "BETA"
      world.odd(host, "p\(n % 5).exe", at: Double(n), flows: [UInt64(n)])
      world.flow(
        UInt64(n), from: n % 2 == 0 ? "10.0.0.1" : "10.0.0.2", to: "203.0.113.\(n)", at: Double(n),
        client: MadeWorld.process(host, "p\(n % 5).exe"))
    }
    func look(_ c: Case) -> String {
      "\(c.id) \(c.severity) \(c.score) \(c.title) \(c.signals) \(c.links.map(\.reason)) \(c.timeline.map(\.text)) \(c.gaps.map(\.reason)) \(c.entities.processes.map(\.image)) \(c.entities.flows.map(\.id))"
    }
    let expected = world.cases().map(look)
    #expect(!expected.isEmpty)
    for _ in 0..<5 {
      world.shuffle()
      #expect(world.cases().map(look) == expected)
    }
  }

  @Test("A case keeps its id as it grows, and is told anew only when it changed")
  func growth() throws {
    var world = MadeWorld()
    world.odd("ALPHA", "a.exe", at: 100)
    let correlator = world.correlator()
    let first = try #require(correlator.update().first)
    #expect(correlator.update().isEmpty)
    var earlier = MadeWorld()
    earlier.odd("ALPHA", "b.exe", at: 50)
    for s in earlier.signals { correlator.add(s) }
    let second = try #require(correlator.update().first)
    #expect(second.id == first.id)
    #expect(second.signals.count == 2)
  }

  @Test("A persona's risk is one signal, however often it is told")
  func latestRisk() {
    var world = MadeWorld()
    world.risk(0.9, at: 0)
    world.risk(0.2, at: 100)
    #expect(world.cases().isEmpty)
  }

  @Test("Personas that a signal ties to each other are one case; others are one each")
  func campaign() {
    var world = MadeWorld()
    let second = AccountKey(platform: "x", accountID: "7")
    world.risk(0.9)
    world.risk(0.9, second)
    world.risk(0.9, AccountKey(platform: "x", accountID: "8"))
    var tie = world.signals[0]
    tie.analytic = "persona.campaign"
    tie.related = [.persona(second, handle: nil, displayName: nil)]
    world.signals.append(tie)
    #expect(world.cases().map(\.entities.personas.count).sorted() == [1, 2])
  }

  @Test("Bounds hold, and what did not enter is counted")
  func bounds() {
    var configuration = CorrelatorConfiguration()
    configuration.maximumSignals = 10
    configuration.maximumFlows = 10
    let correlator = Correlator(roster: Roster(), configuration: configuration)
    var world = MadeWorld()
    for n in 0..<30 {
      world.odd("ALPHA", "a\(n).exe", at: Double(n))
      world.flow(UInt64(n), from: "10.0.0.1", to: "10.0.0.2", at: Double(n))
    }
    for s in world.signals { correlator.add(s) }
    for f in world.flows { correlator.add(f) }
    #expect(correlator.dropped.signals == 20)
    #expect(correlator.flows.count <= 10)
    #expect(correlator.finish().gaps.contains { $0.kind == "limit_reached" && $0.subject == "signals" })
  }
}
