/// Judges what the wire says: packets of no session, malformed structure, protocols where they do not belong.

import Catalog
import Evidence

public struct NetworkAnalyticsConfiguration: Sendable {
  /// Analytics that are switched off, by id.
  public var disabled: Set<String> = []
  /// Signals of a lower score are not given.
  public var least = 0.3
  /// Host pairs of which anomalies are kept; further pairs are counted only.
  public var maximumPairs = 50_000
  /// Flows whose protocol is on a port that it does not belong to, kept to be judged together.
  public var maximumFlows = 50_000
  /// Anomaly records and flows named in a signal.
  public var maximumEvidence = 16
  /// What is of no session this soon after the beginning of a capture belongs to sessions that began before
  /// (nanoseconds).
  public var beginning: Int64 = 120 * 1_000_000_000
  public init() {}
}

/// The analytics `network.*`. Feed it anomalies and flows in any order, then `signals()`; that may be done again as more
/// comes in.
public struct NetworkAnalytics {
  public let configuration: NetworkAnalyticsConfiguration
  var kinds = JudgedKinds()
  var pairs = AddressTable<AddressPair, PairRecord>()
  var misplaced = AddressTable<MisplacedKey, MisplacedRecord>()
  var habits = Habits()
  var captures: [CaptureRecord] = []
  private var captureNumbers: [String: Int] = [:]
  /// The origins of the latest records and their numbers: a capture's flows and what inspection tells of it have one each.
  private var latest: (origin: RecordOrigin, number: Int)?
  private var latestBefore: (origin: RecordOrigin, number: Int)?
  /// The pair of the latest anomaly; its place is nil where there was no room for it.
  private var latestPair: (pair: AddressPair, place: Int?)?
  /// Pairs that had any flow: what an anomaly's frequency is measured against.
  var busyPairs = AddressTable<AddressPair, Void>()
  /// The flows that anomalies name, by what their Community IDs are made of; a flow's anomalies come before the flow itself.
  private var named = NamedFlows()
  private var refusedPairs: UInt64 = 0
  private var refusedFlows: UInt64 = 0

  public init(_ configuration: NetworkAnalyticsConfiguration = .init()) { self.configuration = configuration }

  /// Takes anomalies as they are: by place, for a record that is taken out of its list is a copy with all its references.
  public mutating func observe(_ anomalies: [AnomalyRecord]) {
    for place in anomalies.indices {
      if place &+ Self.ahead < anomalies.count { expect(anomalies, place &+ Self.ahead) }
      observe(anomalies, place)
    }
  }

  /// How many records ahead memory is asked for.
  private static let ahead = 8

  @inline(__always)
  private func expect(_ anomalies: [AnomalyRecord], _ place: Int) {
    guard let source = anomalies[place].sourceIP, let destination = anomalies[place].destinationIP else { return }
    pairs.prefetch(AddressPair(source, destination))
  }

  @inline(__always)
  private mutating func observe(_ anomalies: [AnomalyRecord], _ place: Int) {
    // What the capture cut short, the sender did not do.
    guard !anomalies[place].captured else { return }
    let capture = number(of: anomalies[place].origin)
    captures[capture].saw(anomalies[place].time)
    guard let source = anomalies[place].sourceIP, let destination = anomalies[place].destinationIP else { return }
    let kind = kinds.number(of: anomalies[place].name)
    guard kinds.isJudged(kind) else { return }
    let pair = AddressPair(source, destination)
    // What is wrong with a packet or a flow comes in runs.
    let isSame = latestPair.map { pair == $0.pair } ?? false
    if !isSame { latestPair = (pair, pairs.place(of: pair)) }
    if let known = latestPair?.place {
      pairs[known].add(
        Sighting(anomalies, place), kind: kind, capture: capture, limit: configuration.maximumEvidence,
        digest: { anomalies[place].digest })
    } else if pairs.count < configuration.maximumPairs {
      latestPair?.place = pairs.append(
        pair,
        PairRecord(Sighting(anomalies, place), kind: kind, capture: capture, digest: anomalies[place].digest))
    } else {
      refusedPairs &+= 1
      return
    }
    if named.count < configuration.maximumFlows, let flow = anomalies[place].flow, named.place(of: flow) == nil {
      named.append(flow)
    }
  }

  /// Captures are few and their records come in runs.
  @inline(__always)
  private mutating func number(of origin: RecordOrigin) -> Int {
    if let latest, latest.origin === origin { return latest.number }
    if let latestBefore, latestBefore.origin === origin { return latestBefore.number }
    return newNumber(of: origin)
  }

  @inline(never)
  private mutating func newNumber(of origin: RecordOrigin) -> Int {
    let number = captureNumbers[origin.capture] ?? captures.count
    if number == captures.count {
      captures.append(CaptureRecord(name: origin.capture))
      captureNumbers[origin.capture] = number
    }
    latestBefore = latest
    latest = (origin, number)
    return number
  }

  /// Takes one anomaly.
  mutating func observe(_ anomaly: AnomalyRecord) { observe([anomaly]) }

  /// Takes one flow; says whether it may be named in a signal.
  @discardableResult
  mutating func observe(_ flow: FlowRecord) -> Bool { observe([flow], 0) }

  /// Takes flows; says of each, by its place, whether it may be named in a signal.
  public mutating func observe(_ flows: [FlowRecord], _ isNamed: (Int, Bool) -> Void = { _, _ in }) {
    for place in flows.indices {
      if place &+ Self.ahead < flows.count { named.prefetch(flows[place &+ Self.ahead].id) }
      isNamed(place, observe(flows, place))
    }
  }

  @inline(__always)
  private mutating func observe(_ flows: [FlowRecord], _ place: Int) -> Bool {
    captures[number(of: flows[place].origin)].saw(
      from: flows[place].start, to: flows[place].end, isLossy: flows[place].tcp?.lossy == true)
    var isNamed = false
    if let known = named.place(of: flows[place].id) {
      named[known] = flows[place].endpoints
      isNamed = true
    }
    if busyPairs.count < configuration.maximumPairs {
      let pair = AddressPair(flows[place].sourceIP, flows[place].destinationIP)
      if busyPairs.place(of: pair) == nil { busyPairs.append(pair, ()) }
    }
    guard flows[place].appProtoBy == .dissector else { return isNamed }
    return judgePort(flows, place) || isNamed
  }

  /// Whether a flow's protocol is on a port that it does not belong to.
  private mutating func judgePort(_ flows: [FlowRecord], _ place: Int) -> Bool {
    guard let port = flows[place].destinationPort else { return false }
    let habit: UInt32
    let room = max(configuration.maximumPairs, configuration.maximumFlows)
    switch habits.answer(flows[place].appProto, port, limit: room) {
    case .unremarkable: return false
    case .full:
      refusedFlows &+= 1
      return false
    case .misplaced(let number): habit = number
    }
    if habit < configuration.maximumPairs { habits.add(flows[place].sourceIP, to: habit) }
    let key = MisplacedKey(client: flows[place].sourceIP, server: flows[place].destinationIP, habit: habit)
    if let at = misplaced.place(of: key) {
      misplaced[at].add(MisplacedRecord.Flow(flows, place), limit: configuration.maximumEvidence)
    } else if misplaced.count < configuration.maximumFlows {
      misplaced.append(key, MisplacedRecord(MisplacedRecord.Flow(flows, place)))
    } else {
      refusedFlows &+= 1
      return false
    }
    return true
  }

  /// One signal for each host pair or flow and what is odd about it, in order of time, with the gaps found.
  public func signals() -> (signals: [Signal], gaps: [VisibilityGap]) {
    var signals = sessionless() + malformed() + unusualPorts()
    signals.removeAll { $0.score < configuration.least || configuration.disabled.contains($0.analytic) }
    signals.sort { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }
    return (signals, gaps())
  }

  private func gaps() -> [VisibilityGap] {
    var found: [VisibilityGap] = []
    for capture in captures.sorted(by: { $0.name < $1.name }) where capture.isLossy {
      found.append(
        VisibilityGap(
          kind: "lossy_capture", subject: capture.name,
          reason:
            "\(capture.lossy) of \(capture.flows) flows in \(capture.name) lack segments that their receivers acknowledged: the capture lost packets.",
          from: capture.first, to: capture.last))
    }
    if refusedPairs > 0 || refusedFlows > 0 {
      found.append(
        VisibilityGap(
          kind: "limit_reached", subject: "network analytics",
          reason:
            "\(refusedPairs) anomalies and \(refusedFlows) flows of further host pairs were counted but not judged."))
    }
    return found
  }

  func entity(_ flow: FlowID) -> Entity {
    .flow(flow, communityID: named.place(of: flow).flatMap { named[$0] }?.text ?? "")
  }

  /// Whether a capture that showed a pair, by its place, lost packets.
  func isLossy(_ place: Int) -> Bool {
    pairs.read(place) { pair in
      for at in pair.captures.indices where captures[pair.captures.read(at) { $0 }].isLossy { return true }
      return false
    }
  }
}
