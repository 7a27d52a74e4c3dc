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

  /// What a pair of hosts did outside sessions, without references: there may be one for each pair.
  private struct Finding {
    /// Of the pair among all.
    var place: Int
    var source: IPAddress
    var target: IPAddress
    var count: UInt64
    var first: Timestamp
    var last: Timestamp
    var ports: Int
    var atBeginning: Bool
    var lossy: Bool
    var onlyAnswers: Bool
  }

  /// Nil where a pair did nothing of the kind. Kinds are looked at in their place.
  private func finding(_ place: Int) -> Finding? {
    var count: UInt64 = 0
    var fromFirst: UInt64 = 0
    var first = Timestamp(nanoseconds: .max)
    var last = Timestamp(nanoseconds: .min)
    var isAny = false
    var onlyAnswers = true
    pairs.read(place) { pair in
      for at in pair.kinds.indices {
        pair.kinds.read(at) { kind in
          guard kinds.isSessionless(kind.number) else { return }
          isAny = true
          count &+= kind.count
          fromFirst &+= kind.fromFirst
          first = min(first, kind.first)
          last = max(last, kind.last)
          if !kinds[kind.number].isAnswer { onlyAnswers = false }
        }
      }
    }
    guard isAny else { return nil }
    let forward = fromFirst &* 2 >= count
    var begin: Timestamp?
    for at in pairs[place].captures.indices {
      guard let start = captures[pairs[place].captures[at]].first else { continue }
      begin = begin.map { min($0, start) } ?? start
    }
    return Finding(
      place: place, source: forward ? pairs.key(place).first : pairs.key(place).second,
      target: forward ? pairs.key(place).second : pairs.key(place).first, count: count, first: first, last: last,
      ports: pairs[place].ports?.count ?? 0, atBeginning: last - (begin ?? first) <= configuration.beginning,
      lossy: isLossy(place), onlyAnswers: onlyAnswers)
  }

  func sessionless() -> [Signal] {
    var findings = pairs.places.compactMap(finding)
    var probed: [IPAddress: Int] = [:]
    var answered: [IPAddress: Int] = [:]
    for f in findings {
      if f.onlyAnswers { answered[f.target, default: 0] += 1 } else { probed[f.source, default: 0] += 1 }
    }
    var scanners: [IPAddress: [Finding]] = [:]
    for (source, count) in probed where count >= 10 { scanners[source] = [] }
    func isOfScanner(_ f: Finding) -> Bool { !f.onlyAnswers && !scanners.isEmpty && scanners[f.source] != nil }
    func isBackscatter(_ f: Finding) -> Bool {
      f.onlyAnswers && ((answered[f.target] ?? 0) >= 5 || !f.source.isPrivate && !f.target.isPrivate)
    }
    // Of many few are told, and only these are put in order: by address, so that what is said does not depend on arrival. A closure
    // that took all of self would copy it.
    let least = configuration.least
    let pairs = pairs
    findings.removeAll { !isOfScanner($0) && Self.score($0, isBackscatter: isBackscatter($0)) < least }
    findings.sort { pairs.key($0.place) < pairs.key($1.place) }
    for f in findings where !f.onlyAnswers { scanners[f.source]?.append(f) }

    var signals = scanners.sorted { $0.key < $1.key }.map { scan($0.key, $0.value) }
    for f in findings where !isOfScanner(f) { signals.append(pairSignal(f, isBackscatter: isBackscatter(f))) }
    return signals
  }

  /// What was found, kind by kind, in order of their ids.
  private func found(_ f: Finding) -> [PairRecord.Kind] {
    pairs[f.place].kinds.filter { kinds[$0.number].isSessionless }
      .sorted { kinds[$0.number].id < kinds[$1.number].id }
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
    let ids = probes.prefix(4).flatMap { pairs[$0.place].behind(found($0), limit: 4).records }
    signal.evidence = Array(ids.prefix(configuration.maximumEvidence))
    signal.related = probes.prefix(configuration.maximumEvidence).map {
      .hostPair(first: pairs.key($0.place).first, second: pairs.key($0.place).second)
    }
    return signal
  }

  private static func isScan(_ f: Finding) -> Bool { !f.onlyAnswers && f.ports >= 10 }

  private static func score(_ f: Finding, isBackscatter: Bool) -> Double {
    var score: Double = f.count >= 200 ? 0.55 : f.count >= 20 ? 0.45 : f.count >= 3 ? 0.35 : 0.2
    if isScan(f) {
      score = max(score, 0.65)
    } else if isBackscatter {
      score = min(score, 0.25)
    } else if f.atBeginning {
      // Sessions that were running when the capture began end in it.
      score = min(score, 0.2)
    }
    if f.lossy { score *= 0.5 }
    return score
  }

  private func pairSignal(_ f: Finding, isBackscatter: Bool) -> Signal {
    var says = "; the packets of a session follow its handshake"
    var attack: [String] = []
    if Self.isScan(f) {
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
    let found = found(f)
    let what = found.map { "\($0.count) \(kinds[$0.number].sessionless ?? kinds[$0.number].id)" }
      .joined(separator: ", ")
    var signal = Signal(
      analytic: Self.sessionlessAnalytic, time: f.first,
      score: (Self.score(f, isBackscatter: isBackscatter) * 100).rounded() / 100,
      entity: .hostPair(first: pairs.key(f.place).first, second: pairs.key(f.place).second),
      reason: "\(f.source) sent \(f.target) \(what) of no session\(says).", attack: attack)
    let behind = pairs[f.place].behind(found, limit: configuration.maximumEvidence)
    signal.evidence = behind.records
    signal.related = behind.flows.map(entity)
    return signal
  }
}
