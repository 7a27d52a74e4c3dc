/// `network.malformed`: structure that no protocol allows, weighed against how common it is in this capture.

import Catalog
import Evidence

extension NetworkAnalytics {
  static let malformedAnalytic = "network.malformed"

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

  private static let attack: [String: [String]] = [
    "arp.address_conflict": ["T1557.002"], "arp.unsolicited_reply": ["T1557.002"], "arp.sender_mismatch": ["T1557.002"],
    "arp.flood": ["T1018"], "dhcp.rogue_server": ["T1557.003"], "icmp.redirect": ["T1557"],
    "tcp.rst_injection": ["T1557"], "dns.id_mismatch": ["T1557"], "tcp.syn_flood": ["T1498.001"],
    "tcp.flags_null": ["T1046"], "tcp.flags_christmas": ["T1046"], "tcp.flags_syn_fin": ["T1046"],
    "tls.heartbeat_abuse": ["T1190"], "http.length_and_chunked": ["T1190"], "http.compression_bomb": ["T1499"],
    "krb5.weak_encryption": ["T1558.003"], "app.protocol_mismatch": ["T1001.003"], "fragment.flood": ["T1499.001"],
    "fragment.too_large": ["T1499.004"], "ipv4.land": ["T1499.004"],
  ]

  private static func weight(_ name: AnomalyName) -> Double {
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

  /// How usual the strongest kind is here.
  private func usual(_ pairs: Int, of total: Int) -> String {
    if total == 1 { return "well-formed traffic shows none of it" }
    if pairs == 1 { return "no other pair of hosts in this evidence does so" }
    return pairs >= total
      ? "so do all \(total) pairs of hosts in this evidence"
      : "\(pairs) of \(total) pairs of hosts in this evidence do so"
  }

  func malformed(_ order: [AddressPair]) -> [Signal] {
    var carriers: [AnomalyName: Int] = [:]
    for record in pairs.values { for kind in record.kinds { carriers[kind.name, default: 0] += 1 } }
    let total = max(busyPairs.count, pairs.count)

    /// What many pairs do is how things are done here, whatever the standard says; 1 for what is rare.
    func rarity(_ name: AnomalyName) -> Double {
      let n = carriers[name] ?? 0
      guard n > 3, total > 0 else { return 1 }
      let share = Double(n) / Double(total)
      return share <= 0.02 ? 1 : share >= 0.2 ? 0.15 : 1 - 0.85 * (share - 0.02) / 0.18
    }

    var signals: [Signal] = []
    for pair in order {
      guard let record = pairs[pair] else { continue }
      var weighed: [(id: String, kind: PairRecord.Kind, weight: Double)] = []
      for kind in record.kinds {
        let id = kind.id
        guard Sessionless.words(for: kind.name) == nil, !Self.elsewhere.contains(id) else { continue }
        // A repetition says a little more, a thousand not a thousand times more.
        let digits = Double(String(kind.count).utf8.count - 1)
        let weight = min(0.9, Self.weight(kind.name) * rarity(kind.name) * (1 + 0.15 * digits))
        if weight > 0 { weighed.append((id, kind, weight)) }
      }
      guard !weighed.isEmpty else { continue }
      weighed.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.id < $1.id }
      var quiet = 1.0
      for w in weighed { quiet *= 1 - w.weight }
      var score = min(0.95, 1 - quiet)
      if isLossy(record) { score *= 0.6 }
      guard score >= configuration.least else { continue }
      let listed = weighed.prefix(4).map { "\($0.id) (\($0.kind.count)×)" }.joined(separator: ", ")
      let further = weighed.count - 4
      let more = further > 0 ? " and \(further) more \(further == 1 ? "kind" : "kinds")" : ""
      let ids = weighed.map(\.id)
      let behind = record.behind(weighed.map(\.kind), limit: configuration.maximumEvidence)
      let oneFlow = behind.flows.count == 1 && behind.records.count < configuration.maximumEvidence
      let common = weighed.first.map { carriers[$0.kind.name] ?? 1 } ?? 1
      var signal = Signal(
        analytic: Self.malformedAnalytic, time: weighed.map(\.kind.first).min() ?? Timestamp(nanoseconds: 0),
        score: (score * 100).rounded() / 100,
        entity: oneFlow ? entity(behind.flows[0]) : .hostPair(first: pair.first, second: pair.second),
        reason:
          "Between \(pair.first) and \(pair.second) the wire shows \(listed)\(more); \(usual(common, of: total)).",
        evidence: behind.records, attack: Set(ids.flatMap { Self.attack[$0] ?? [] }).sorted())
      signal.parts = weighed.map { (name: $0.id, weight: ($0.weight * 100).rounded() / 100) }
      signal.related = behind.flows.map(entity)
      signals.append(signal)
    }
    return signals
  }
}
