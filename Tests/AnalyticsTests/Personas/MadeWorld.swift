/// A small world of accounts in words: an organisation, its people, and what is seen of others.

import Analytics
import Evidence

let day: Int64 = 86_400_000_000_000

/// Noon of the n-th day of a made September.
func noon(_ n: Int64, minutes: Int64 = 0) -> Timestamp {
  Timestamp(nanoseconds: 1_788_264_000_000_000_000 + n * day + minutes * 60_000_000_000)
}

/// Twelve people, some in sensitive roles, each with an account that is on the roster.
func house(_ name: String = "Aurora Textiles", domain: String = "auroratextiles.example") -> Roster {
  var roster = Roster()
  roster.organisation.names = [name]
  roster.organisation.domains = [domain]
  roster.organisation.handles = ["aurora_news"]
  let names = [
    "Margarethe Lindqvist", "Tomás Echeverría", "Ольга Петровская", "Guilherme Barroso", "Ingrid Vestergaard",
    "Noah Fairweather",
    "Chiara Montefiori", "Jürgen Obermüller", "Sakari Nieminen", "Zofia Wawrzyniak", "Rafael Quintanilha",
    "Odile Charbonnier",
  ]
  for (i, name) in names.enumerated() {
    var person = Person(id: "e\(i)", name: name)
    person.title = i % 3 == 0 ? "Finance Director" : "Weaver"
    person.sensitivity = i % 3 == 0 ? .high : .normal
    person.emails = ["p\(i)@\(domain)"]
    person.accounts = [RosterAccount(platform: "linkedin", accountID: "100\(i)", handle: "own\(i)")]
    roster.people.append(person)
  }
  var recruiter = Relation(kind: .recruiter, name: "Harbour Search")
  recruiter.domains = ["harboursearch.example"]
  roster.relations = [recruiter]
  return roster
}

/// Collects observations and judges them.
struct MadeWorld {
  var roster = house()
  var observations: [Observation] = []
  private var serial = 0

  init(_ roster: Roster = house()) {
    self.roster = roster
    // The people's own accounts, each with a face and a line of its own.
    for (i, person) in roster.people.enumerated() {
      shows("100\(i)", person.name, on: 0, created: -3000) {
        $0.employer = roster.organisation.names[0]
        $0.bio = "\(person.name) keeps bees and looms in house number \(i)"
        $0.avatarSHA256 = "face-of-\(i)"
        $0.avatarPHash = 0x0123_4567_89AB_CDEF &* UInt64(i + 1)
      }
    }
  }

  private mutating func head(_ time: Timestamp) -> ObservationHead {
    serial += 1
    return ObservationHead(id: "record-\(serial)", time: time, source: "made")
  }

  /// A snapshot of an account on a day; `created` counts days too.
  mutating func shows(
    _ account: String, _ name: String, on when: Int64, created: Int64? = nil,
    _ more: (inout PersonaObservation) -> Void = { _ in }
  ) {
    var o = PersonaObservation(
      head: head(noon(when)), platform: "linkedin", accountID: account, handle: "handle\(account)", displayName: name)
    o.createdAt = created.map { noon($0) }
    more(&o)
    observations.append(.persona(o))
  }

  /// Approaches to so many people, one every so many minutes, from a day on.
  mutating func approaches(
    _ account: String, _ people: Range<Int>, from when: Int64, every minutes: Int64 = 40, message: Bool = false,
    link: String? = nil,
    outcome: OutreachObservation.Outcome? = nil, byHandle: Bool = false
  ) {
    for (n, person) in people.enumerated() {
      var o = OutreachObservation(
        head: head(noon(when, minutes: Int64(n) * minutes)), platform: "linkedin",
        kind: message ? .directMessage : .connectionRequest,
        from: byHandle ? Party(handle: "handle\(account)") : Party(accountID: account),
        to: Party(employee: "e\(person)"))
      o.outcome = outcome
      if let link { o.links = [link] }
      observations.append(.outreach(o))
    }
  }

  func signals(_ observations: [Observation]? = nil) -> [Signal] {
    let analytics = PersonaAnalytics(roster: roster)
    for o in observations ?? self.observations { analytics.observe(o) }
    return analytics.finish()
  }

  func risk(_ account: String) -> Double { signals().risk(account)?.score ?? 0 }
}

extension [Signal] {
  func of(_ account: String) -> [Signal] {
    filter { if case .persona(let key, _, _) = $0.entity { key.accountID == account } else { false } }
  }
  func risk(_ account: String) -> Signal? { of(account).first { $0.analytic == "persona.risk" } }
  func names(_ account: String) -> Set<String> { Set(of(account).map(\.analytic)) }
}
