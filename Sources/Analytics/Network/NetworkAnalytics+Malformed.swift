/// `network.malformed`: structure that no protocol allows, weighed against how common it is in this capture.

import Catalog
import Evidence

/// What structure says, kind by kind.
enum Malformed {
  /// What has an analytic of its own, what the capture and not the sender may be the cause of, and what says that
  /// inspection stopped rather than that something is wrong.
  private static let elsewhere: Set<String> = [
    "app.protocol_on_unusual_port", "tcp.midstream", "tcp.sequence_gap", "tcp.depth_reached",
    "tcp.pending_data_at_close", "flow.unidirectional", "flow.capture_internal", "app.detection_skipped",
    "app.protocol_one_direction", "app.lookahead_exceeded", "fragment.incomplete", "tcp.bad_checksum",
    "udp.bad_checksum", "ipv4.bad_checksum", "icmp.bad_checksum", "tcp.invalid_ack", "tcp.out_of_window",
    "tcp.retransmission_excess", "tcp.overlap_before_base", "tcp.reuse_early",
    // Loopback and tunnels have no hardware addresses to give.
    "ethernet.invalid_source_address",
  ]

  static let attack: [String: [String]] = [
    "arp.address_conflict": ["T1557.002"], "arp.unsolicited_reply": ["T1557.002"], "arp.sender_mismatch": ["T1557.002"],
    "arp.flood": ["T1018"], "dhcp.rogue_server": ["T1557.003"], "icmp.redirect": ["T1557"],
    "tcp.rst_injection": ["T1557"], "dns.id_mismatch": ["T1557"], "tcp.syn_flood": ["T1498.001"],
    "tcp.flags_null": ["T1046"], "tcp.flags_christmas": ["T1046"], "tcp.flags_syn_fin": ["T1046"],
    "tls.heartbeat_abuse": ["T1190"], "http.length_and_chunked": ["T1190"], "http.compression_bomb": ["T1499"],
    "krb5.weak_encryption": ["T1558.003"], "app.protocol_mismatch": ["T1001.003"], "fragment.flood": ["T1499.001"],
    "fragment.too_large": ["T1499.004"], "ipv4.land": ["T1499.004"],
  ]

  /// How much one of it says where nobody else does it; 0 for what is not to be judged here.
  static func weight(_ name: AnomalyName) -> Double {
    guard !elsewhere.contains(name.id) else { return 0 }
    let severity: Double =
      switch name.severity {
      case .critical, .high: 0.6
      case .medium: 0.35
      case .low: 0.12
      case .info: 0
      }
    let layer: Double =
      switch name.layer {
      case .link: 0.7
      case .network, .transport: 1
      case .stream: 0.8
      case .application: 0.9
      }
    return severity * layer
  }
}

extension NetworkAnalytics {
  static let malformedAnalytic = "network.malformed"

  /// How usual the strongest kind is here.
  private func usual(_ pairs: Int, of total: Int) -> String {
    if total == 1 { return "well-formed traffic shows none of it" }
    if pairs == 1 { return "no other pair of hosts in this evidence does so" }
    return pairs >= total
      ? "so do all \(total) pairs of hosts in this evidence"
      : "\(pairs) of \(total) pairs of hosts in this evidence do so"
  }

  func malformed() -> [Signal] {
    var carriers = [Int](repeating: 0, count: kinds.count)
    for place in pairs.places {
      pairs.read(place) { pair in
        for at in pair.kinds.indices { carriers[pair.kinds.read(at) { $0.number }] += 1 }
      }
    }
    let total = max(busyPairs.count, pairs.count)

    /// What many pairs do is how things are done here, whatever the standard says; 1 for what is rare.
    func rarity(_ n: Int) -> Double {
      guard n > 3, total > 0 else { return 1 }
      let share = Double(n) / Double(total)
      return share <= 0.02 ? 1 : share >= 0.2 ? 0.15 : 1 - 0.85 * (share - 0.02) / 0.18
    }
    let rarities = carriers.map(rarity)
    let ranks = kinds.ranks()

    // Scores first: of many pairs, few say enough.
    var told: [(place: Int, score: Double)] = []
    var weights: [KindWeight] = []
    for place in pairs.places {
      weigh(place, rarities, ranks, &weights)
      guard !weights.isEmpty else { continue }
      var quiet = 1.0
      for w in weights { quiet *= 1 - w.weight }
      var score = min(0.95, 1 - quiet)
      if isLossy(place) { score *= 0.6 }
      if score >= configuration.least { told.append((place, score)) }
    }
    // By address, so that what is said does not depend on arrival.
    let pairs = pairs
    told.sort { pairs.key($0.place) < pairs.key($1.place) }
    return told.compactMap { place, score in
      weigh(place, rarities, ranks, &weights)
      guard let strongest = weights.first else { return nil }
      let common = carriers[pairs[place].kinds[strongest.at].number]
      let weighed = weights.map { (kind: pairs[place].kinds[$0.at], weight: $0.weight) }
      return malformed(pairs.key(place), pairs[place], weighed, score, common: common, of: total)
    }
  }

  /// A kind by its place among those of its pair.
  private struct KindWeight: BitwiseCopyable {
    var at: Int
    /// Of its id among all.
    var rank: Int
    var weight: Double
  }

  /// What the kinds of a pair weigh, the strongest first; none of what is not to be judged here.
  private func weigh(_ place: Int, _ rarities: [Double], _ ranks: [Int], _ weights: inout [KindWeight]) {
    weights.removeAll(keepingCapacity: true)
    pairs.read(place) { pair in
      for at in pair.kinds.indices {
        let (number, count) = pair.kinds.read(at) { ($0.number, $0.count) }
        let weight = kinds[number].weight
        guard weight > 0 else { continue }
        // A repetition says a little more, a thousand not a thousand times more.
        let digits = Double(decimalDigits(count) - 1)
        weights.append(
          KindWeight(
            at: at, rank: ranks[number], weight: min(0.9, weight * rarities[number] * (1 + 0.15 * digits))))
      }
    }
    guard weights.count > 1 else { return }
    weights.sort { a, b in a.weight != b.weight ? a.weight > b.weight : a.rank < b.rank }
  }

  private func malformed(
    _ pair: AddressPair, _ record: PairRecord, _ weighed: [(kind: PairRecord.Kind, weight: Double)], _ score: Double,
    common: Int, of total: Int
  ) -> Signal {
    let ids = weighed.map { kinds[$0.kind.number].id }
    let listed = zip(ids, weighed).prefix(4).map { "\($0) (\($1.kind.count)×)" }.joined(separator: ", ")
    let further = weighed.count - 4
    let more = further > 0 ? " and \(further) more \(further == 1 ? "kind" : "kinds")" : ""
    let behind = record.behind(weighed.map(\.kind), limit: configuration.maximumEvidence)
    let oneFlow = behind.flows.count == 1 && behind.records.count < configuration.maximumEvidence
    var signal = Signal(
      analytic: Self.malformedAnalytic, time: weighed.map(\.kind.first).min() ?? Timestamp(nanoseconds: 0),
      score: (score * 100).rounded() / 100,
      entity: oneFlow ? entity(behind.flows[0]) : .hostPair(first: pair.first, second: pair.second),
      reason: "Between \(pair.first) and \(pair.second) the wire shows \(listed)\(more); \(usual(common, of: total)).",
      evidence: behind.records, attack: Set(ids.flatMap { Malformed.attack[$0] ?? [] }).sorted())
    signal.parts = zip(ids, weighed).map { (name: $0, weight: ($1.weight * 100).rounded() / 100) }
    signal.related = behind.flows.map(entity)
    return signal
  }

  private func decimalDigits(_ value: UInt64) -> Int {
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    return digits
  }
}
