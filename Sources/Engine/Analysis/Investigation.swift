/// The reasoning half of the engine: observations and wire records in, signals and cases out. No I/O, one owner.

import Analytics
import Catalog
import Correlation
import Evidence
import PluginHost

/// What an investigation has come to.
public struct Conclusion: Sendable {
  /// The processes of each flow that has any.
  public var processes: [FlowID: [FlowProcess]] = [:]
  /// In order of time; of accounts only those that a case may name, where the others were not asked to be kept.
  public var signals: [Signal] = []
  /// How many signals there are, those that are not kept included.
  public var signalCount = 0
  /// In order of severity and score.
  public var cases: [Case] = []
  public var gaps: [VisibilityGap] = []
  /// How many signals each suppression covers, by its id.
  public var suppressed: [String: Int] = [:]
}

/// What becomes of the signals of a conclusion. Those of quiet accounts (below what a case needs) may be a million, and no
/// conclusion of its own needs them.
public enum SignalUse {
  /// The conclusion has them all.
  case kept
  /// The conclusion has those that a case may name (once correlation is full, without what they stand on); the body takes all, one
  /// by one, in order of time and id.
  case given((Signal) -> Void)
  /// The conclusion has those that a case may name; all are counted.
  case counted
}

/// Takes evidence in any order; `conclude()` reasons over all that is held and can be called again after more.
///
/// The same evidence gives the same conclusion whatever its order, as long as no bound was reached; a bound that was
/// reached is among the gaps.
public final class Investigation {
  private let configuration: Configuration
  private let personas: PersonaAnalytics
  private let attribution: Attribution
  private var network: NetworkAnalytics
  private let correlator: Correlator

  /// Flows that a case may name: kept until the conclusion.
  private var flows = HeldFlows(bound: Investigation.maximumFlows)
  /// Host events may still come for flows that are over: then every flow is kept, as far as the bound goes.
  private let expectsLateEvents: Bool
  private var gaps = 0
  private var gapsLetGo: UInt64 = 0
  /// Whether evidence of earlier runs was left where it is, because there is more than is held.
  private var isPastCut = false
  /// Whether any host told of a connection: then every flow may be one.
  public private(set) var hasConnections = false

  /// The processes of each flow that has any, as the last conclusion found them: before its signals are given.
  public private(set) var processes: [FlowID: [FlowProcess]] = [:]

  /// What persons outside the roster are called in signals and cases; nil where they are called by name.
  public var pseudonyms: Pseudonyms? { didSet { personas.pseudonyms = pseudonyms } }

  /// What analysts say is of no concern, from the next conclusion on.
  public var suppressions: [Suppression]

  /// Bounds on what is kept.
  static let maximumFlows = 100_000
  static let maximumGaps = 10_000

  /// - Parameter expectsLateEvents: whether host events come at any time (a daemon), or all before the flows.
  public init(roster: Roster, configuration: Configuration, expectsLateEvents: Bool = false) {
    self.expectsLateEvents = expectsLateEvents
    self.configuration = configuration
    suppressions = configuration.suppressions
    personas = PersonaAnalytics(roster: roster, configuration: PersonaConfiguration(configuration))
    attribution = Attribution(AttributionConfiguration(), roster: roster)
    network = NetworkAnalytics(NetworkAnalyticsConfiguration())
    correlator = Correlator(roster: roster, configuration: CorrelatorConfiguration(configuration))
  }

  // MARK: evidence

  public func observe(_ observation: consuming Observation) {
    // By its kind: a switch over what it holds would copy that.
    switch observation.kind {
    case .persona, .personaChange, .outreach: personas.observe(consume observation)
    case .connection:
      hasConnections = true
      attribution.observe(observation)
    case .process: attribution.observe(observation)
    case .asset:
      attribution.observe(observation)
      correlator.add(observation)
    }
  }

  /// Makes ready for observations that are about to be taken.
  public func prepare(for observations: [Observation]) { personas.prepare(for: observations) }

  public func observe(_ anomalies: [AnomalyRecord]) { network.observe(anomalies) }

  /// Takes finished flows. Call after the anomalies of their batch.
  public func observe(_ finished: [FlowRecord]) {
    let mayBeJoined = hasConnections || expectsLateEvents
    network.observe(finished) { place, isNamed in
      if mayBeJoined { attribution.observe(finished[place]) }
      if mayBeJoined || isNamed { flows.hold(finished[place]) }
    }
  }

  /// Something that could not be seen.
  public func add(_ gap: VisibilityGap) {
    guard gaps < Investigation.maximumGaps else {
      gapsLetGo &+= 1
      return
    }
    gaps += 1
    correlator.add(gap)
  }

  /// What was told by `add(_:)` before and holds no more.
  public func remove(_ gap: VisibilityGap) {
    if correlator.remove(gap) { gaps = max(0, gaps - 1) }
  }

  /// What a source does not see of its platform or log, as its plugin declares it.
  public func addBlindSpots(_ spots: [String], of source: String, _ interface: PluginInterface) {
    guard let gap = Investigation.blindSpots(spots, of: source, interface) else { return }
    add(gap)
  }

  /// One gap for all of them: a list has one for each kind and subject. Nil where the plugin declares none.
  static func blindSpots(_ spots: [String], of source: String, _ interface: PluginInterface) -> VisibilityGap? {
    guard !spots.isEmpty else { return nil }
    return VisibilityGap(
      kind: interface == .personaSource ? "platform_blind_spot" : "log_blind_spot", subject: source,
      reason: spots.joined(separator: " "))
  }

  public func update(roster: Roster) {
    personas.update(roster: roster)
    pseudonyms?.update(roster: roster)
    attribution.roster = roster
    correlator.roster = roster
  }

  // MARK: one account

  /// How an account came to its score; nil when it is not known.
  public func explain(_ account: AccountKey) -> PersonaExplanation? { personas.explain(account) }

  /// Erases what is held of an account; false when nothing was.
  public func forget(_ account: AccountKey) -> Bool {
    correlator.forget(account)
    return personas.forget(account)
  }

  /// Lets go of what is held of accounts from before a moment.
  public func expirePersonas(before moment: Timestamp) { personas.expire(before: moment) }

  // MARK: going on where an earlier run was

  /// A case of an earlier run: found again, it keeps its id.
  public func recall(_ one: Case) {
    correlator.recall(one.id, signals: one.signals, personas: one.entities.personas.map(\.account))
  }

  /// Evidence of earlier runs was not read back, for there is more than is held.
  public func notePastIsCut() { isPastCut = true }

  /// Whether conclusions rest on all evidence there was: nothing was let go at a bound. Only then is what is not
  /// concluded any more known not to hold.
  public var isWhole: Bool { !isPastCut && boundsReached().isEmpty && correlator.dropped == (0, 0, 0, 0) }

  /// A flow that is held.
  public func flow(_ id: FlowID) -> FlowRecord? { flows[id] }

  // MARK: conclusion

  /// - Parameter isLast: nothing is asked or told of accounts any more: what is held of them is let go before cases are built.
  public func conclude(_ use: SignalUse = .kept, isLast: Bool = false) -> Conclusion {
    var conclusion = Conclusion()
    let resolution = attribution.resolve()
    processes = resolution.processes
    conclusion.processes = processes

    var signals: [Signal] = []
    var networkGaps: [VisibilityGap] = []
    if configuration.flag("analytics.network.enabled") {
      let found = network.signals()
      signals += found.signals
      networkGaps = found.gaps
    }
    if configuration.flag("analytics.processes.enabled") { signals += ProcessAnalytics().signals(resolution) }
    signals.sort { a, b in a.time != b.time ? a.time < b.time : a.id < b.id }
    let index = SuppressionIndex(suppressions, roster: correlator.roster, resolution: resolution)
    let weighed = index.apply(signals) { id in
      flows[id].map { flow in
        ([flow.sourceIP, flow.destinationIP], (resolution.processes[id] ?? []).map(\.host))
      }
    }

    for id in flowsNamed(by: signals).union(resolution.processes.keys) {
      guard var flow = flows[id] else { continue }
      flow.processes = resolution.processes[id] ?? []
      correlator.add(flow)
    }
    correlator.add(resolution)
    correlator.removeSignals()
    for signal in weighed.counting { correlator.add(signal) }
    conclusion.suppressed = weighed.covered
    judgeAccounts(among: weighed.signals, index, use, &conclusion)
    if isLast { personas.release() }
    for gap in networkGaps + boundsReached() + personaBounds() { correlator.add(gap) }
    let outcome = expectsLateEvents ? correlator.current() : correlator.finish()

    conclusion.cases = outcome.cases
    conclusion.gaps = outcome.gaps
    return conclusion
  }

  /// Adds the signals of accounts, in order among the others. The signals of an account have one time; they are made when
  /// the first of them comes, and kept while others of that time may come.
  private func judgeAccounts(
    among others: [Signal], _ index: SuppressionIndex, _ use: SignalUse, _ conclusion: inout Conclusion
  ) {
    let verdicts = configuration.flag("analytics.personas.enabled") ? personas.verdicts() : []
    conclusion.signalCount = others.count + verdicts.count
    correlator.removePersonas()
    var rest = others[...]
    func keep(_ signal: Signal) {
      guard correlator.isFull else { return conclusion.signals.append(signal) }
      // No case names what comes when correlation is full, and nobody then asks for what it stands on: kilobytes each.
      var bare = Signal(
        analytic: signal.analytic, time: signal.time, score: signal.score, entity: signal.entity, reason: signal.reason)
      bare.suppression = signal.suppression
      conclusion.signals.append(bare)
    }
    func take(_ signal: Signal, isLoud: Bool) {
      switch use {
      case .kept: conclusion.signals.append(signal)
      case .given(let body):
        body(signal)
        if isLoud { keep(signal) }
      case .counted: if isLoud { keep(signal) }
      }
    }
    var seen: [(verdict: PersonaVerdict, signals: [Signal])] = []
    for verdict in verdicts {
      let isLoud = Double(verdict.risk) >= correlator.configuration.persona
      if case .counted = use, !isLoud, suppressions.isEmpty { continue }
      while let other = rest.first, Investigation.precedes(other, verdict) {
        take(other, isLoud: true)
        rest = rest.dropFirst()
      }
      if let last = seen.last, last.verdict.time != verdict.time { seen.removeAll(keepingCapacity: true) }
      let signals: [Signal]
      if let known = seen.last(where: { $0.verdict.isOfSameAccount(as: verdict) }) {
        signals = known.signals
      } else {
        let weighed = index.apply(personas.signals(of: verdict))
        signals = weighed.signals
        seen.append((verdict, signals))
        conclusion.suppressed.merge(weighed.covered) { $0 + $1 }
        if isLoud { correlate(weighed) }
      }
      guard let signal = signals.first(where: { Signal.digest($0.analytic, $0.time, $0.entity) == verdict.signal })
      else { continue }
      take(signal, isLoud: isLoud)
    }
    for other in rest { take(other, isLoud: true) }
  }

  private static func precedes(_ signal: Signal, _ verdict: PersonaVerdict) -> Bool {
    signal.time != verdict.time ? signal.time < verdict.time : signal.id < Signal.id(verdict.signal)
  }

  /// Only of accounts that a case may name correlation needs to know who they are and whom they approached.
  private func correlate(_ account: SuppressionIndex.Outcome) {
    for signal in account.counting { correlator.add(signal) }
    guard case .persona(let key, _, _)? = account.signals.first?.entity else { return }
    for observation in personas.evidence(of: key) { correlator.add(observation) }
  }

  private func flowsNamed(by signals: [Signal]) -> Set<FlowID> {
    var named: Set<FlowID> = []
    for signal in signals {
      for entity in [signal.entity] + signal.related {
        if case .flow(let id, _) = entity { named.insert(id) }
      }
    }
    return named
  }

  /// Of one account the first and the latest are kept: what it comes to rests on those, and is whole as far as it goes.
  private func personaBounds() -> [VisibilityGap] {
    let count = personas.counters.recordsDropped
    guard count > 0 else { return [] }
    let bounds = PersonaConfiguration(configuration)
    return [
      VisibilityGap(
        kind: "bound_reached", subject: "personas",
        reason: "\(count) snapshots, changes and approaches are not weighed any more: of one account "
          + "\(bounds.maximumSnapshots) snapshots and changes and \(bounds.maximumApproaches) approaches are")
    ]
  }

  private func boundsReached() -> [VisibilityGap] {
    var all: [VisibilityGap] = []
    func note(_ count: UInt64, _ what: String, _ bound: Int) {
      guard count > 0 else { return }
      all.append(
        VisibilityGap(
          kind: "bound_reached", subject: "engine",
          reason: "\(count) \(what) were not kept for correlation: the bound of \(bound) was reached"))
    }
    note(flows.letGo, "flows", Investigation.maximumFlows)
    note(gapsLetGo, "gaps", Investigation.maximumGaps)
    let evicted = attribution.evicted
    note(evicted.connections, "connections", AttributionConfiguration().maximumConnections)
    note(evicted.processes, "process events", AttributionConfiguration().maximumProcesses)
    let counters = personas.counters
    note(counters.accountsDropped, "records of accounts", PersonaConfiguration(configuration).maximumAccounts)
    return all
  }
}
