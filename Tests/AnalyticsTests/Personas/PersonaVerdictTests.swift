import Analytics
import Evidence
import Testing

@Suite("Verdicts before signals")
struct PersonaVerdictTests {
  /// An impostor that approaches twelve, an outsider and the people of the house.
  private func analytics() -> PersonaAnalytics {
    var world = MadeWorld()
    world.shows("7", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    world.approaches("7", 0..<12, from: 20)
    world.shows("8", "Perpetua Sandoval", on: 12, created: -900)
    let analytics = PersonaAnalytics(roster: world.roster)
    for o in world.observations { analytics.observe(o) }
    return analytics
  }

  @Test("Each signal has one verdict, in order of time and id, from which it is made again")
  func same() {
    let all = analytics().finish().sorted { a, b in a.time != b.time ? a.time < b.time : a.id < b.id }
    let judged = analytics()
    let verdicts = judged.verdicts()
    #expect(verdicts.map { Signal.id($0.signal) } == all.map(\.id))
    #expect(verdicts.map(\.time) == all.map(\.time))
    for (verdict, signal) in zip(verdicts, all) {
      let again = judged.signals(of: verdict).filter { $0.id == signal.id }
      #expect(again.count == 1)
      #expect(again.first?.reason == signal.reason && again.first?.score == signal.score)
      #expect(again.first?.evidence == signal.evidence)
    }
  }

  @Test("Of an account its latest snapshot and its approaches to people of the house are told, by the people's ids")
  func evidence() {
    let told = analytics().evidence(of: AccountKey(platform: "linkedin", accountID: "7"))
    var names: [String] = []
    var people: [String?] = []
    for observation in told {
      switch observation {
      case .persona(let o): names.append(o.displayName)
      case .outreach(let o):
        people.append(o.to.employee)
        #expect(o.kind == .connectionRequest && o.from.accountID == "7")
      default: Issue.record("neither a snapshot nor an approach")
      }
    }
    #expect(names == ["Wendell Ashgrove"])
    #expect(people == (0..<12).map { "e\($0)" })
  }

  @Test("A person whom the roster knows by handle is found when the approach tells account and handle")
  func byHandle() {
    var world = MadeWorld()
    world.roster.people[4].accounts = [RosterAccount(platform: "linkedin", accountID: nil, handle: "ingrid.v")]
    // Somebody looked: the account shows another name than the roster has.
    world.shows("555", "I. V.", on: 1)
    var o = OutreachObservation(
      head: ObservationHead(id: "approach", time: noon(3)), platform: "linkedin", kind: .directMessage,
      from: Party(accountID: "9"), to: Party(accountID: "555", handle: "ingrid.v"))
    o.outcome = .ignored
    let analytics = PersonaAnalytics(roster: world.roster)
    for one in world.observations + [.outreach(o)] { analytics.observe(one) }
    _ = analytics.verdicts()
    let told = analytics.evidence(of: AccountKey(platform: "linkedin", accountID: "9"))
    #expect(told.count == 1)
    guard case .outreach(let approach)? = told.first else { return }
    #expect(approach.to.employee == "e4" && approach.outcome == .ignored && approach.head.id == "approach")
  }
}
