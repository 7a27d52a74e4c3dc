/// `network.no_session`: packets that belong to no session, one signal for each host pair or scanner.

import Catalog
import Evidence

/// The anomalies that say so, and what they are.
enum Sessionless {
  /// What to call them; nil for all others.
  static func words(for name: AnomalyName) -> String? {
    guard case .catalog(let kind) = name else { return nil }
    return switch kind {
    case .tcpNoSession: "TCP segments"
    case .tcpRstNoSession: "TCP resets"
    case .tcpSynackWithoutSyn: "SYN-ACK segments"
    case .udpUnsolicitedResponse: "UDP answers"
    case .icmpUnsolicitedEchoReply: "echo replies"
    case .icmpUnsolicitedError: "ICMP errors"
    default: nil
    }
  }

  /// Whether third parties send it to an address that somebody else forged.
  static func isAnswer(_ name: AnomalyName) -> Bool { name != .catalog(.tcpNoSession) }
}

extension NetworkAnalytics {
  static let sessionlessAnalytic = "network.no_session"

  private struct Finding {
    /// Of the pair among all.
    var place: Int
    var source: IPAddress
    var target: IPAddress
    var kinds: [PairRecord.Kind]
    var count: UInt64
    var first: Timestamp
    var last: Timestamp
    var ports: Int
    var atBeginning: Bool
    var lossy: Bool
    var onlyAnswers: Bool
  }

  /// - Parameter order: the places of all pairs, in the order in which they are told of.
  func sessionless(_ order: [Int]) -> [Signal] {
    var findings: [Finding] = []
    let known = kinds
    for place in order {
      guard pairs.rows[place].kinds.contains(where: { known[$0.number].isSessionless }) else { continue }
      let pair = pairs.keys[place]
      let record = pairs.rows[place]
      let kinds = record.kinds.filter { known[$0.number].isSessionless }
        .sorted { known[$0.number].id < known[$1.number].id }
      guard let first = kinds.map(\.first).min(), let last = kinds.map(\.last).max() else { continue }
      let count = kinds.reduce(0 as UInt64) { $0 &+ $1.count }
      let fromFirst = kinds.reduce(0 as UInt64) { $0 &+ $1.fromFirst }
      let forward = fromFirst &* 2 >= count
      let begin = record.captures.compactMap { captures[$0].first }.min() ?? first
      findings.append(
        Finding(
          place: place, source: forward ? pair.first : pair.second, target: forward ? pair.second : pair.first,
          kinds: kinds, count: count, first: first, last: last, ports: record.ports?.count ?? 0,
          atBeginning: last - begin <= configuration.beginning, lossy: isLossy(record),
          onlyAnswers: kinds.allSatisfy { Sessionless.isAnswer(known[$0.number].name) }))
    }
    var bySource: [IPAddress: [Finding]] = [:]
    var byTarget: [IPAddress: Int] = [:]
    for f in findings {
      bySource[f.source, default: []].append(f)
      if f.onlyAnswers { byTarget[f.target, default: 0] += 1 }
    }

    var signals: [Signal] = []
    var scanners: Set<IPAddress> = []
    for (source, list) in bySource.sorted(by: { $0.key < $1.key }) {
      let probes = list.filter { !$0.onlyAnswers }
      guard probes.count >= 10 else { continue }
      scanners.insert(source)
      signals.append(scan(source, probes))
    }
    for f in findings where f.onlyAnswers || !scanners.contains(f.source) {
      if let signal = pairSignal(f, backscatter: f.onlyAnswers && (byTarget[f.target] ?? 0) >= 5) {
        signals.append(signal)
      }
    }
    return signals
  }

  /// One source, many targets: one signal, on the machine that sends.
  private func scan(_ source: IPAddress, _ probes: [Finding]) -> Signal {
    let count = probes.reduce(0 as UInt64) { $0 &+ $1.count }
    // A capture that begins amid a busy client's sessions shows the rest of each.
    let young = probes.filter(\.atBeginning).count * 5 >= probes.count * 4
    let says =
      young
      ? "; sessions begin with a handshake, so these are probes, or what is left of sessions older than the capture"
      : "; sessions begin with a handshake, so these are probes"
    var signal = Signal(
      analytic: Self.sessionlessAnalytic, time: probes.map(\.first).min() ?? Timestamp(nanoseconds: 0),
      score: young ? 0.45 : probes.contains(where: \.lossy) ? 0.5 : 0.75, entity: .host(source.description),
      reason: "\(source) sent \(count) packets of no session to \(probes.count) addresses\(says).",
      attack: ["T1046"])
    let ids = probes.prefix(4).flatMap { pairs.rows[$0.place].behind($0.kinds, limit: 4).records }
    signal.evidence = Array(ids.prefix(configuration.maximumEvidence))
    signal.related = probes.prefix(configuration.maximumEvidence).map {
      .hostPair(first: pairs.keys[$0.place].first, second: pairs.keys[$0.place].second)
    }
    return signal
  }

  /// Nil where it says too little to be told.
  private func pairSignal(_ f: Finding, backscatter: Bool) -> Signal? {
    let isScan = !f.onlyAnswers && f.ports >= 10
    let isBackscatter = f.onlyAnswers && (backscatter || !f.source.isPrivate && !f.target.isPrivate)
    var score: Double = f.count >= 200 ? 0.55 : f.count >= 20 ? 0.45 : f.count >= 3 ? 0.35 : 0.2
    if isScan {
      score = max(score, 0.65)
    } else if isBackscatter {
      score = min(score, 0.25)
    } else if f.atBeginning {
      // Sessions that were running when the capture began end in it.
      score = min(score, 0.2)
    }
    if f.lossy { score *= 0.5 }
    guard score >= configuration.least else { return nil }
    var says = "; the packets of a session follow its handshake"
    var attack: [String] = []
    if isScan {
      says = "; sessions begin with a handshake, so \(f.ports) ports tried without one are a scan"
      attack = ["T1046"]
    } else if isBackscatter {
      says =
        "; they answer what somebody else sent in \(f.target)'s name (back-scatter), and a host answers only who asked it"
      attack = ["T1498"]
    } else if f.atBeginning {
      says = "; the capture had just begun, so their sessions may be older than it"
    }
    if f.lossy { says += " (the capture lost packets, so handshakes may be among them)" }
    let what = f.kinds.map { "\($0.count) \(kinds[$0.number].sessionless ?? kinds[$0.number].id)" }.joined(
      separator: ", ")
    var signal = Signal(
      analytic: Self.sessionlessAnalytic, time: f.first, score: (score * 100).rounded() / 100,
      entity: .hostPair(first: pairs.keys[f.place].first, second: pairs.keys[f.place].second),
      reason: "\(f.source) sent \(f.target) \(what) of no session\(says).", attack: attack)
    let behind = pairs.rows[f.place].behind(f.kinds, limit: configuration.maximumEvidence)
    signal.evidence = behind.records
    signal.related = behind.flows.map(entity)
    return signal
  }
}
