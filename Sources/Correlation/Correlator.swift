/// Signals of one story on the same people and machines in time become one case.

import Analytics
import Evidence

/// Builds cases from signals, over the entities that roster, assets, observations and attributed flows tie together.
///
/// Everything may be added in any order: `finish()` gives the same, unless a bound was reached.
public final class Correlator {
  public let configuration: CorrelatorConfiguration
  public var roster: Roster { didSet { changed = true } }

  var signals: [String: Signal] = [:]
  var flows: [FlowID: HeldFlow] = [:]
  var personas: [AccountKey: (time: Timestamp, handle: String, displayName: String)] = [:]
  var approaches: [String: Approach] = [:]
  var assets: [String: AssetObservation] = [:]
  var resolution = Resolution()
  var added: Set<VisibilityGap> = []
  /// What was let go or refused at a bound.
  public private(set) var dropped: (signals: UInt64, flows: UInt64, outreach: UInt64, personas: UInt64) = (0, 0, 0, 0)

  private var changed = false
  /// How many flows must have been dropped before idle ones are looked for again.
  private var nextLook: UInt64 = 0
  /// Which case each signal was last seen in, and what the case then looked like: for `update()`.
  private var issued: [String: String] = [:]
  private var looks: [String: UInt64] = [:]

  public init(roster: Roster, configuration: CorrelatorConfiguration = .init()) {
    self.configuration = configuration
    self.roster = roster
  }

  /// A flow, after attribution (its `processes` filled in). Flows that have no process and that no signal names are
  /// not needed; they are the first to go when the bound is reached.
  public func add(_ flow: FlowRecord) {
    if flows.count >= configuration.maximumFlows, flows[flow.id] == nil, dropped.flows >= nextLook { dropIdleFlows() }
    guard flows.count < configuration.maximumFlows || flows[flow.id] != nil else {
      dropped.flows += 1
      return
    }
    flows[flow.id] = HeldFlow(
      flow: CaseFlow(flow), end: flow.end, sensor: flow.sensor, processes: flow.processes)
    changed = true
  }

  /// Personas (for their names), outreach (who approached whom, when) and assets (whose machine, which addresses);
  /// processes and connections come through `add(_: Resolution)`.
  public func add(_ observation: Observation) {
    switch observation {
    case .persona(let o):
      if let old = personas[o.account], (old.time, old.handle) > (o.head.time, o.handle) { return }
      guard personas[o.account] != nil || personas.count < configuration.maximumPersonas else {
        dropped.personas += 1
        return
      }
      personas[o.account] = (o.head.time, o.handle, o.displayName)
    case .outreach(let o):
      guard approaches.count < configuration.maximumOutreach else {
        dropped.outreach += 1
        return
      }
      approaches[o.head.id] = Approach(
        id: o.head.id, time: o.head.time, platform: o.platform, kind: o.kind, outcome: o.outcome,
        accountID: o.from.accountID, handle: o.from.handle ?? o.from.email, to: o.to)
    case .asset(let o): assets[o.head.id] = o
    case .process, .connection, .personaChange: return
    }
    changed = true
  }

  /// Erases an account's names and its approaches.
  public func forget(_ account: AccountKey) {
    let handle = personas.removeValue(forKey: account)?.handle
    approaches = approaches.filter { _, approach in
      guard approach.platform == account.platform else { return true }
      return approach.accountID != account.accountID && (handle == nil || approach.handle != handle)
    }
    changed = true
  }

  /// What attribution found last: processes with their parents, hosts with their addresses, clocks. It takes the place
  /// of what an earlier call gave.
  public func add(_ resolution: Resolution) {
    self.resolution = resolution
    for (id, processes) in resolution.processes where flows[id] != nil { flows[id]?.processes = processes }
    changed = true
  }

  public func add(_ signal: Signal) {
    guard signal.score >= min(configuration.joining, configuration.opening) || isRisk(signal) else { return }
    let id = isRisk(signal) ? riskKey(signal) : signal.id
    if isRisk(signal), let old = signals[id], (old.time, old.score) > (signal.time, signal.score) { return }
    guard signals[id] != nil || signals.count < configuration.maximumSignals else {
      dropped.signals += 1
      return
    }
    signals[id] = signal
    changed = true
  }

  /// Whether further signals do not enter.
  public var isFull: Bool { signals.count >= configuration.maximumSignals }

  /// Forgets all signals: before those of a new look at all the evidence are added.
  public func removeSignals() {
    signals = [:]
    changed = true
  }

  /// Forgets all accounts and their approaches: before those of a new look at all the evidence are added.
  public func removePersonas() {
    personas = [:]
    approaches = [:]
    dropped.personas = 0
    dropped.outreach = 0
    changed = true
  }

  /// Something that could not be seen; cases that it touches list it.
  public func add(_ gap: VisibilityGap) {
    if added.insert(gap).inserted { changed = true }
  }

  /// What can be seen again, or is told otherwise from now on.
  /// - Returns: whether it was told.
  @discardableResult
  public func remove(_ gap: VisibilityGap) -> Bool {
    guard added.remove(gap) != nil else { return false }
    changed = true
    return true
  }

  /// All cases, in order of severity and score, and all gaps: one for each kind and subject.
  public func finish() -> (cases: [Case], gaps: [VisibilityGap]) {
    let graph = EntityGraph(self)
    let stories = Stories(graph, configuration).all()
    var gaps = added.union(resolution.gaps)
    let given = GivenGaps(gaps, graph.names)
    var cases: [Case] = []
    for story in stories {
      var builder = CaseBuilder(graph, configuration, story)
      let built = builder.build(given)
      // What a case leaves out of itself is said there.
      gaps.formUnion(built.gaps.filter { $0.subject != CaseBuilder.ownSubject })
      cases.append(built)
    }
    cases.sort {
      if $0.severity != $1.severity { return $0.severity > $1.severity }
      if $0.score != $1.score { return $0.score > $1.score }
      return $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id
    }
    for (what, count) in [("signals", dropped.signals), ("flows", dropped.flows), ("outreach", dropped.outreach)]
    where count > 0 {
      gaps.insert(
        VisibilityGap(kind: "limit_reached", subject: what, reason: "\(count) \(what) did not enter correlation."))
    }
    return (cases, GapList.tidy(gaps, most: configuration.maximumGaps))
  }

  /// All cases as `finish()` gives them, for an engine that runs on: a case keeps the id under which it was first given,
  /// though earlier things are found out later; where two grow into one, the id of the one that began first stays.
  public func current() -> (cases: [Case], gaps: [VisibilityGap]) {
    var found = finish()
    var taken: Set<String> = []
    let inTime = found.cases.indices.sorted { a, b in
      (found.cases[a].time, found.cases[a].id) < (found.cases[b].time, found.cases[b].id)
    }
    for i in inTime {
      // The signals of an account that goes on are others each time; it is the account by which its case is known again.
      let signals = found.cases[i].signals + found.cases[i].entities.personas.map { Correlator.mark($0.account) }
      if let earlier = signals.lazy.compactMap({ self.issued[$0] }).first(where: { !taken.contains($0) }) {
        found.cases[i].id = earlier
      }
      taken.insert(found.cases[i].id)
      for id in signals { issued[id] = found.cases[i].id }
    }
    // Signals come and go for as long as the engine runs; only those there are now need their case remembered.
    if issued.count > 2 * configuration.maximumSignals {
      let now = Set(
        found.cases.flatMap { one in one.signals + one.entities.personas.map { Correlator.mark($0.account) } })
      issued = issued.filter { now.contains($0.key) }
    }
    return found
  }

  /// Takes note of a case that an earlier run of the engine gave, so that `current()` gives it the same id again.
  public func recall(_ caseID: String, signals: [String], personas: [AccountKey] = []) {
    for id in signals + personas.map(Correlator.mark) { issued[id] = caseID }
  }

  /// An account among the ids of signals, which begin otherwise.
  private static func mark(_ account: AccountKey) -> String { "persona \(account)" }

  /// The cases that are new or changed since the last call, in order of time, with ids as `current()` gives them.
  public func update() -> [Case] {
    guard changed else { return [] }
    changed = false
    var result: [Case] = []
    for found in current().cases.sorted(by: { ($0.time, $0.id) < ($1.time, $1.id) }) {
      var look = StableHash()
      look.combine(found.title)
      look.combine(UInt64(found.severity.rawValue))
      look.combine(UInt64(found.score * 100))
      for id in found.signals { look.combine(id) }
      for flow in found.entities.flows { look.combine(flow.id.rawValue) }
      for gap in found.gaps { look.combine(gap.reason) }
      if looks.updateValue(look.finish(), forKey: found.id) != look.finish() { result.append(found) }
    }
    return result
  }

  private func isRisk(_ signal: Signal) -> Bool { signal.analytic == "persona.risk" }

  /// The risk of an account is one signal, however often it is given anew.
  private func riskKey(_ signal: Signal) -> String {
    guard case .persona(let account, _, _) = signal.entity else { return signal.id }
    return "risk \(account)"
  }

  private func dropIdleFlows() {
    var needed: Set<FlowID> = []
    for signal in signals.values {
      for case .flow(let id, _) in signal.related + [signal.entity] { needed.insert(id) }
    }
    let before = flows.count
    flows = flows.filter { !$0.value.processes.isEmpty || needed.contains($0.key) }
    dropped.flows += UInt64(before - flows.count)
    // Where all are needed, looking again at each flow that comes would find the same.
    nextLook = dropped.flows + (flows.count < before ? 0 : UInt64(configuration.maximumFlows / 16 + 1))
  }
}
