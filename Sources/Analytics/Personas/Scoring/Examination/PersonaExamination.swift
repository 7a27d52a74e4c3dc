/// Looks at one account and finds the values of its parts.

import Evidence

/// Holds what can be prepared once for many accounts. One owner; build a new one when the roster changes.
final class PersonaExamination {
  let world: PersonaWorld
  let index: RosterIndex
  let looks: RosterLooks
  let shared: SharedThings
  let population: Population
  /// The person that each party is, −1 for nobody of the roster.
  private(set) var personOfParty: [Int32]
  /// Words of texts seen before; emptied when full.
  private var wordsOfText: [Int32: [Word]] = [:]
  /// Names of companies seen before; emptied when full.
  var employers: [Int32: Employer] = [:]
  var companyOf: [SharedThing: Bool] = [:]
  /// How far those that share something look like one hand's, as far as it was looked at; right until more comes.
  var handOf: [SharedThing: Hand] = [:]

  static let day: Int64 = 86_400_000_000_000

  /// So many days in nanoseconds, at most as many as there are between two times that are kept.
  static func days(_ count: Int) -> Int64 { Int64(max(0, min(count, 50_000))) * day }

  init(world: PersonaWorld, index: RosterIndex) {
    self.world = world
    self.index = index
    looks = RosterLooks(world, index)
    shared = SharedThings(world)
    var people: [Int32] = []
    people.reserveCapacity(world.parties.count)
    for number in world.parties.indices {
      let known = world.person(Int32(truncatingIfNeeded: number), in: index)
      people.append(Int32(truncatingIfNeeded: known ?? PersonaExamination.bearer(number, world, index) ?? -1))
    }
    personOfParty = people
    population = Population(world, personOfParty: people) { index.department(of: $0) }
  }

  /// An approached account that the roster lacks is a person's when it shows the name of one person of the roster only,
  /// or, where nobody looked, when its handle spells it.
  private static func bearer(_ party: Int, _ world: PersonaWorld, _ index: RosterIndex) -> Int? {
    let record = world.parties[party]
    if let account = world.account(of: record),
      let name = world.accounts[Int(account)].snapshots.last.flatMap({ world.texts[$0.name] })
    {
      let (match, people) = index.match(PersonName(name))
      return match == .exact && people.count == 1 ? people[0] : nil
    }
    let handle = record.kind == .handle ? record.text : world.partyHandles[party]
    guard let text = world.texts[handle] else { return nil }
    if let person = index.person(platform: world.texts[record.platform] ?? "", handle: text) { return person }
    let (people, isWhole) = index.spelled(byHandle: text)
    return isWhole && people.count == 1 ? people[0] : nil
  }

  func person(of party: Int32) -> Int? {
    // Parties that came after this was prepared are looked up as they are.
    guard Int(party) < personOfParty.count else { return world.person(party, in: index) }
    let person = personOfParty[Int(party)]
    return person < 0 ? nil : Int(person)
  }

  func words(_ text: Int32) -> [Word] {
    guard text >= 0 else { return [] }
    if let known = wordsOfText[text] { return known }
    if wordsOfText.count >= 50_000 { wordsOfText.removeAll(keepingCapacity: true) }
    let words = Words.of(world.texts[text] ?? "")
    wordsOfText[text] = words
    return words
  }

  /// What an account shows by itself; ``sharing(_:_:)`` adds what it has in common with others.
  func examine(_ number: Int32) -> PersonaFindings {
    var f = PersonaFindings()
    let account = world.accounts[Int(number)]
    let key = world.key(of: number)
    var me = index.person(account: key)
    for handle in account.handles where me == nil {
      me = index.member(platform: key.platform, handle: world.texts[handle] ?? "")
    }
    f.approaches = world.approaches(of: number)
    f.latest = account.snapshots.last
    f.claims = account.snapshots.map(claim)
    f.lastTime = max(
      account.snapshots.last?.time ?? .min, f.approaches.last?.time ?? .min, account.changes.last?.time ?? .min)
    f[.rostered] = me == nil ? 0 : 1
    f[.official] = RosterLooks.isOfficial(account, world, index) ? 1 : 0

    outreach(account, &f)
    age(account, &f)
    affiliation(account, key, me, &f)
    likeness(account, key, me, &f)
    changes(account, &f)
    links(account, &f)
    combine(account, &f)
    return f
  }

  // MARK: Together

  private func combine(_ account: AccountState, _ f: inout PersonaFindings) {
    let claims = max(f[.claimAcquired], max(f[.claimEmployer], f[.claimText], f[.brand]) * (1 - 0.7 * f[.disclaimed]))
    let name = max(f[.namePlain], f[.nameOther], f[.nameTricked])
    f[.claimUnlisted] = claims
    // The roster has the names of all who work there, be their accounts on it or not.
    f[.claimNobody] = f.match == .none ? claims : 0
    // Whose account is of years, shows what it always showed and sends no links of others is likely a colleague whom the
    // roster lacks, or lacks the account of.
    let isUnchanged = f[.nameReplaced] == 0 && f[.faceReplaced] == 0 && f[.claimAcquired] == 0
    if isUnchanged, f[.brand] == 0, f[.faceCopied] == 0, f[.bioCopied] == 0, f[.nameTricked] == 0,
      f.linkedApproaches == 0, f.reported == 0
    {
      f[.claimSettled] = claims * f[.old] * max(0, 1 - f[.dayBurst])
    }
    f[.nameWithClaim] = name * claims
    f[.nameAccepted] = name * max(0, f[.accepted])
    if claims == 0, let s = f.latest, s.employer >= 0, !(world.texts[s.employer] ?? "").isEmpty {
      f[.nameElsewhere] = name
    }
    f[.claimYoung] = claims * f[.young]
    f[.claimVolume] = claims * f[.burst]
    f[.relationYoung] = f[.relation] * f[.young]
    f[.nameDirect] *= name
    // Namesakes of people with common names are many.
    let rare = 1 - 0.8 * f[.nameCommon]
    f[.nameSensitive] *= rare
    f[.nameSecond] *= rare
    f[.nameDirect] *= rare
    f[.singleNamed] = f[.single] * max(name * rare, f[.handleAlike])
    joining(&f)
  }

  /// Who bears the name of somebody who begins in these weeks and says so is likely that person.
  private func joining(_ f: inout PersonaFindings) {
    guard f[.namePlain] > 0, f[.claimUnlisted] > 0, let first = f.approaches.first?.time ?? f.latest?.time else {
      return
    }
    let window = PersonaExamination.days(world.configuration.thresholds.joiningDays)
    for person in f.matched {
      guard let start = index.roster.people[person].start?.nanoseconds else { continue }
      let (since, overflow) = first.subtractingReportingOverflow(start)
      if !overflow, since.magnitude <= UInt64(window) { f[.joined] = 1 }
    }
  }
}
