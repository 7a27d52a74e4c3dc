/// Who pretends: judges accounts by what they show, how they changed and whom they approach.

import Evidence

/// Takes persona, persona_change and outreach observations in any order and says which accounts pretend.
///
/// The result of `finish` does not depend on the order of the records, nor on how often one comes. Not thread-safe:
/// one owner.
///
///     let analytics = PersonaAnalytics(roster: roster)
///     for observation in observations { analytics.observe(observation) }
///     let signals = analytics.finish()
public final class PersonaAnalytics {
  private var world: PersonaWorld
  private var index: RosterIndex
  private let configuration: PersonaConfiguration
  private let score: PersonaScore
  /// What persons outside the roster are called in signals, explanations and evidence; nil where they are called by name.
  public var pseudonyms: Pseudonyms?
  /// Accounts that are known by their handle only, by what they are called.
  private var pseudonymous: [AccountKey: Int32] = [:]
  /// Kept between calls of `refresh` while the world has not grown much.
  private var examination: (value: PersonaExamination, snapshots: UInt64)?

  public init(roster: Roster, configuration: PersonaConfiguration = PersonaConfiguration()) {
    index = RosterIndex(roster)
    world = PersonaWorld(configuration: configuration)
    score = PersonaScore(configuration.weights, without: configuration.disabled)
    self.configuration = configuration
  }

  /// What was taken, and what was let go at a limit.
  public var counters: PersonaCounters { world.counters }

  /// Takes a new roster; all accounts are judged anew by it.
  public func update(roster: Roster) {
    index = RosterIndex(roster)
    examination = nil
    world.touchAll()
  }

  /// Erases all that is held of an account (see ``PersonaCounters``, which stay); false when it is not known.
  @discardableResult
  public func forget(_ account: AccountKey) -> Bool {
    guard let number = number(of: account) else { return false }
    pseudonymous[account] = nil
    world.forget(number)
    examination = nil
    return true
  }

  /// Lets go of records from before a moment of event time; gives how many.
  @discardableResult
  public func expire(before moment: Timestamp) -> Int {
    let count = world.expire(before: moment.nanoseconds)
    if count > 0 { examination = nil }
    return count
  }

  /// Lets go of all that is held, but for what was counted: of a million accounts that is gigabytes, which what is done with
  /// their signals can use.
  public func release() {
    let counters = world.counters
    world = PersonaWorld(configuration: configuration)
    world.counters = counters
    examination = nil
    pseudonymous = [:]
  }

  /// Takes one record; other kinds than the three are passed over. Amortised constant time. The signals come from
  /// `refresh` and `finish`, when what belongs to the record is known.
  @discardableResult
  public func observe(_ observation: consuming Observation) -> [Signal] {
    switch consume observation {
    case .persona(let o): world.add(o)
    case .personaChange(let o): world.add(o)
    case .outreach(let o): world.add(o)
    case .process, .connection, .asset: break
    }
    return []
  }

  /// Makes ready for records that are about to be observed, in batches of some hundred: what they will be added to is asked
  /// for from memory. Changes nothing.
  public func prepare(for observations: [Observation]) { world.prepare(for: observations) }

  /// Judges the accounts that records touched since the last call, and gives the signals of those whose score
  /// changed. What an account shares with others is as it is now; those others are judged anew when they are touched.
  public func refresh() -> [Signal] {
    let touched = world.takeDirty()
    guard !touched.isEmpty else { return [] }
    let grown = examination.map { world.counters.snapshots > $0.snapshots + $0.snapshots / 8 + 64 } ?? true
    if grown {
      examination = (PersonaExamination(world: world, index: index), world.counters.snapshots)
      judgeAlone()
    }
    guard let examination = examination?.value else { return [] }
    examination.handOf.removeAll(keepingCapacity: true)
    var out: [Signal] = []
    for number in Set(touched.map(world.resolved)) where !world.isAbsorbed(number) {
      var findings = examination.examine(number)
      world.accounts[Int(number)].alone = Float(score.odds(findings))
      examination.sharing(number, &findings)
      let risk = score.risk(findings)
      guard Float(risk) != world.accounts[Int(number)].lastScore else { continue }
      world.accounts[Int(number)].lastScore = Float(risk)
      out += signals(number, findings, risk)
    }
    return PersonaAnalytics.ordered(out)
  }

  /// One `persona.risk` for each account whose score is above 0 and the `persona.*` signals of its parts, in order of
  /// time, platform, account and analytic. Can be called again after more records.
  public func finish() -> [Signal] {
    var out: [Signal] = []
    judgeAll { number, findings, risk in out += signals(number, findings, risk) }
    return PersonaAnalytics.ordered(out)
  }

  /// What all accounts come to, in order of the time and id of the signals: these themselves are made one by one by
  /// ``signals(of:)``, for a million of them would need gigabytes.
  public func verdicts() -> [PersonaVerdict] {
    var out: [PersonaVerdict] = []
    judgeAll { number, findings, risk in
      guard risk > 0 else { return }
      let entity = Entity.persona(key(of: number), handle: nil, displayName: nil)
      let time = self.time(findings)
      func add(_ analytic: String) {
        out.append(
          PersonaVerdict(
            time: time, signal: Signal.digest(analytic, time, entity), account: number, risk: Float(risk)))
      }
      add("persona.risk")
      guard risk >= configuration.partsFrom else { return }
      for (analytic, _) in score.analytics(findings) { add(analytic.rawValue) }
    }
    out.sort { a, b in a.time != b.time ? a.time < b.time : a.signal < b.signal }
    return out
  }

  /// The signals of an account that a verdict of the last call of ``verdicts()`` is about, `persona.risk` first.
  public func signals(of verdict: PersonaVerdict) -> [Signal] {
    guard let examination = examination?.value, world.accounts.indices.contains(Int(verdict.account)) else { return [] }
    let findings = examination.examineWhole(verdict.account)
    return signals(verdict.account, findings, score.risk(findings))
  }

  private func judgeAll(_ body: (Int32, PersonaFindings, Double) -> Void) {
    let examination = PersonaExamination(world: world, index: index)
    self.examination = (examination, world.counters.snapshots)
    _ = world.takeDirty()
    func judged(_ number: Int32, _ findings: PersonaFindings) {
      let risk = score.risk(findings)
      world.accounts[Int(number)].lastScore = Float(risk)
      body(number, findings, risk)
    }
    // Two rounds: what accounts do together is judged by what each of them shows alone. Most share nothing, and are
    // done with the first.
    var sharing: [Int32] = []
    for i in world.accounts.indices {
      let number = Int32(truncatingIfNeeded: i)
      world.prepare(forAccountsFrom: i)
      guard !world.isAbsorbed(number) else { continue }
      let findings = examination.examine(number)
      world.accounts[i].alone = Float(score.odds(findings))
      if examination.shared.things(of: number, world).isEmpty {
        judged(number, findings)
      } else {
        sharing.append(number)
      }
    }
    for number in sharing {
      judged(number, examination.examineWhole(number))
    }
  }

  /// Finds what each account shows by itself, for those that share something with it.
  private func judgeAlone() {
    guard let examination = examination?.value else { return }
    for i in world.accounts.indices {
      let number = Int32(truncatingIfNeeded: i)
      guard !world.isAbsorbed(number) else { continue }
      world.accounts[i].alone = Float(score.odds(examination.examine(number)))
    }
  }

  /// The findings of one account as they are now.
  private func findings(_ number: Int32) -> PersonaFindings {
    if examination == nil || examination?.snapshots != world.counters.snapshots {
      examination = (PersonaExamination(world: world, index: index), world.counters.snapshots)
      judgeAlone()
    }
    guard let examination = examination?.value else { return PersonaFindings() }
    examination.handOf.removeAll(keepingCapacity: true)
    return examination.examineWhole(number)
  }

  /// How an account came to its score; nil when it is not known.
  public func explain(_ account: AccountKey) -> PersonaExplanation? {
    guard let number = number(of: account) else { return nil }
    let who = world.resolved(number)
    guard !world.accounts[Int(who)].isForgotten else { return nil }
    let f = findings(who)
    let reasons = PersonaReasons(world: world, index: index, nameOf: { self.shown(name: $0, of: who) })
    let name = self.name(who, f)
    let weighed = score.analytics(f)
    return PersonaExplanation(
      account: key(of: who), risk: score.risk(f), bias: score.parts(f).first?.weight ?? 0,
      reason: reasons.summary(weighed.map { $0.analytic }, f, name),
      analytics: PersonaAnalytic.allCases.compactMap { analytic in
        let parts = score.parts(f, of: analytic.parts)
        guard !parts.isEmpty else { return nil }
        return PersonaExplanation.Analytic(
          name: analytic.rawValue, weight: parts.reduce(0) { $0 + $1.weight },
          reason: weighed.contains { $0.analytic == analytic } ? reasons.reason(analytic, f, name) : nil,
          riskWithout: score.risk(f, without: analytic), attack: analytic.attack(isTaken: f.isTaken), parts: parts)
      }.sorted { abs($0.weight) != abs($1.weight) ? abs($0.weight) > abs($1.weight) : $0.name < $1.name },
      otherParts: score.parts(
        f,
        of: PersonaPart.allCases.filter { part in
          !PersonaAnalytic.allCases.contains { $0.parts.contains(part) }
        }))
  }

  /// What correlation is to know of an account: who it is, and its approaches to people of the roster, in order of time,
  /// each with the person's id. Empty when the account is not known.
  public func evidence(of account: AccountKey) -> [Observation] {
    guard let number = number(of: account) else { return [] }
    let who = world.resolved(number)
    var out: [Observation] = []
    if let latest = world.accounts[Int(who)].snapshots.last {
      out.append(
        .persona(
          PersonaObservation(
            head: ObservationHead(id: world.text(of: latest.id), time: Timestamp(nanoseconds: latest.time)),
            platform: account.platform, accountID: account.accountID,
            handle: shown(handle: world.texts[latest.handle] ?? "", of: who),
            displayName: shown(name: world.texts[latest.name] ?? "", of: who))))
    }
    for approach in world.approaches(of: who) {
      guard let person = approached(approach.party) else { continue }
      var o = OutreachObservation(
        head: ObservationHead(id: world.text(of: approach.id), time: Timestamp(nanoseconds: approach.time)),
        platform: account.platform, kind: PersonaWorld.kind(of: approach.kind),
        from: Party(accountID: account.accountID), to: Party(employee: index.roster.people[person].id))
      o.outcome = approach.outcome.told
      out.append(.outreach(o))
    }
    return out
  }

  /// The person that a party is: as it was judged, or else whom the roster knows by the handle it was told with.
  private func approached(_ party: Int32) -> Int? {
    if let person = examination?.value.person(of: party) ?? world.person(party, in: index) { return person }
    let at = Int(party)
    guard world.partyHandles.indices.contains(at), let handle = world.texts[world.partyHandles[at]] else { return nil }
    return index.person(platform: world.texts[world.parties[at].platform] ?? "", handle: handle)
  }

  // MARK: Signals

  /// In order of time, platform, account and analytic. Signals are large: their places are sorted, and each moves once.
  private static func ordered(_ signals: [Signal]) -> [Signal] {
    var places: [(time: Int64, account: AccountKey, analytic: String, at: Int)] = []
    places.reserveCapacity(signals.count)
    for (at, signal) in signals.enumerated() {
      guard case .persona(let account, _, _) = signal.entity else { continue }
      places.append((signal.time.nanoseconds, account, signal.analytic, at))
    }
    places.sort { a, b in
      if a.time != b.time { return a.time < b.time }
      return a.account != b.account ? a.account < b.account : a.analytic < b.analytic
    }
    return places.map { signals[$0.at] }
  }

  private func handle(_ number: Int32, _ f: PersonaFindings) -> String? {
    let handles = world.accounts[Int(number)].handles
    return (f.latest.map(\.handle) ?? handles.min { (world.texts[$0] ?? "") < (world.texts[$1] ?? "") })
      .flatMap { world.texts[$0] }.map { shown(handle: $0, of: number) }
  }

  // MARK: Pseudonyms

  /// Whether an account is called by a pseudonym: it is not on the roster.
  private func isPseudonymous(_ number: Int32) -> Bool {
    guard let pseudonyms else { return false }
    let key = world.key(of: number)
    return !world.accounts[Int(number)].handles.contains { handle in
      pseudonyms.isKnown(key.platform, id: nil, handle: world.texts[handle])
    } && !pseudonyms.isKnown(key.platform, id: key.accountID, handle: nil)
  }

  /// An account as it is told. The ids of others are pseudonyms when they come; that of an account of which nothing but a
  /// handle is known is made of the handle.
  private func key(of number: Int32) -> AccountKey {
    let key = world.key(of: number)
    guard let pseudonyms, world.accounts[Int(number)].byHandleOnly, isPseudonymous(number) else { return key }
    let shown = AccountKey(platform: key.platform, accountID: "@" + pseudonyms.handle(key.platform, key.accountID))
    pseudonymous[shown] = number
    return shown
  }

  private func number(of account: AccountKey) -> Int32? { pseudonymous[account] ?? world.number(of: account) }

  private func shown(handle: String, of number: Int32) -> String {
    guard let pseudonyms, isPseudonymous(number) else { return handle }
    return pseudonyms.handle(world.key(of: number).platform, handle)
  }

  private func shown(name: String, of number: Int32) -> String {
    guard let pseudonyms, isPseudonymous(number) else { return name }
    return pseudonyms.name(name)
  }

  private func name(_ number: Int32, _ f: PersonaFindings) -> String {
    let key = key(of: number)
    let account = "\(key.platform) @\(handle(number, f) ?? key.accountID)"
    return f.latest.flatMap { world.texts[$0.name] }.map { "\(shown(name: $0, of: number)) (\(account))" }
      ?? "The account \(account)"
  }

  /// The last approach is when it acted; an account that only shows itself has the time of its last snapshot.
  private func time(_ f: PersonaFindings) -> Timestamp {
    Timestamp(nanoseconds: f.approaches.last?.time ?? f.lastTime)
  }

  private func signals(_ number: Int32, _ f: PersonaFindings, _ risk: Double) -> [Signal] {
    guard risk > 0 else { return [] }
    let account = world.accounts[Int(number)]
    let displayName = f.latest.flatMap { world.texts[$0.name] }.map { shown(name: $0, of: number) }
    let entity = Entity.persona(key(of: number), handle: handle(number, f), displayName: displayName)
    let time = self.time(f)
    let name = self.name(number, f)
    let reasons = PersonaReasons(world: world, index: index, nameOf: { self.shown(name: $0, of: number) })
    let weighed = score.analytics(f)
    var whole = Signal(
      analytic: "persona.risk", time: time, score: risk, entity: entity,
      reason: reasons.summary(weighed.map { $0.analytic }, f, name), evidence: evidence(account, f),
      attack: Set(weighed.flatMap { $0.analytic.attack(isTaken: f.isTaken) }).sorted())
    whole.parts = score.parts(f)
    whole.related = f.targets.map { (target: Int) -> Entity in
      .employee(id: index.roster.people[target].id, name: index.roster.people[target].name)
    }
    var out = [whole]
    guard risk >= configuration.partsFrom else { return out }
    for (analytic, weight) in weighed {
      var part = Signal(
        analytic: analytic.rawValue, time: time, score: PersonaScore.strength(weight), entity: entity,
        reason: reasons.reason(analytic, f, name), evidence: whole.evidence,
        attack: analytic.attack(isTaken: f.isTaken))
      part.parts = score.parts(f, of: analytic.parts)
      part.related = whole.related
      out.append(part)
    }
    return out
  }

  /// Ids of what the score stands on: snapshots, changes, then approaches, each in order of time, the latest ones when
  /// there are too many.
  private func evidence(_ account: AccountState, _ f: PersonaFindings) -> [String] {
    let profile = account.snapshots.map(\.id) + account.changes.map(\.id)
    let room = max(0, configuration.maximumEvidence - profile.count)
    return (profile.suffix(configuration.maximumEvidence) + f.approaches.suffix(room).map(\.id)).map {
      world.text(of: $0)
    }
    .filter { !$0.isEmpty }
  }

  /// The values of all parts of all accounts as tab-separated text, for fitting the weights.
  public func values() -> String {
    let examination = PersonaExamination(world: world, index: index)
    self.examination = (examination, world.counters.snapshots)
    judgeAlone()
    var out = "platform\taccount_id\t" + PersonaPart.allCases.map(\.name).joined(separator: "\t") + "\n"
    for i in world.accounts.indices {
      let number = Int32(truncatingIfNeeded: i)
      guard !world.isAbsorbed(number) else { continue }
      let key = world.key(of: number)
      let findings = examination.examineWhole(number)
      out +=
        key.platform + "\t" + key.accountID + "\t" + findings.values.map { "\($0)" }.joined(separator: "\t") + "\n"
    }
    return out
  }
}
