/// A packet pipeline from a configuration, and its counters for the statistics.

import Evidence
import Flows
import Inspection
import Packets
import PluginHost

extension PacketPipeline {
  /// The workers of a sensor as the configuration wants them. Dissectors that cannot be set up are left out and told of.
  convenience init(
    sensor: String, workers: Int, configuration: Configuration, dissectors: DissectorSetting.Value,
    keepsTransactions: Bool = true,
    refuse: @escaping (String) -> Void
  ) {
    let options = FlowOptions(configuration, sensor: sensor)
    var inspectionOptions = InspectionOptions()
    inspectionOptions.sensor = sensor
    inspectionOptions.keepsTransactions = keepsTransactions
    inspectionOptions.streamBuffer = Int(configuration.size("limits.inspection_buffer"))
    inspectionOptions.isolation = PluginIsolation(configuration)
    inspectionOptions.drain = configuration.duration("plugins.drain")
    inspectionOptions.anomaliesPerKind = options.anomaliesPerKind
    self.init(
      workers: (0..<max(workers, 1)).map { index in
        let inspector = Inspector(plugins: dissectors.plugins, options: inspectionOptions)
        if !dissectors.throttled.isEmpty {
          inspector.change(to: dissectors.plugins, throttled: dissectors.throttled, at: .min)
        }
        // Every worker has the same plugins: the first one's troubles are everybody's.
        if index == 0 { for problem in inspector.refusals { refuse(problem.description) } }
        return PacketWorker(options: options, inspector: inspector)
      })
  }
}

extension FlowOptions {
  init(_ configuration: Configuration, sensor: String) {
    self.init()
    self.sensor = sensor
    midstream = Midstream(rawValue: configuration.text("flows.midstream")) ?? .note
    oneside = configuration.flag("flows.oneside")
    vlanInKey = configuration.flag("flows.vlan")
    overlap = OverlapPolicy(rawValue: configuration.text("flows.overlap")) ?? .first
    for target in configuration.mappings("flows.overlap_targets") {
      guard case .text(let network)? = target["network"] else { continue }
      var policy = OverlapPolicy.first
      if case .text(let name)? = target["policy"] { policy = OverlapPolicy(rawValue: name) ?? .first }
      if let known = OverlapTarget(network, policy: policy) { overlapTargets.append(known) }
    }
    depth = UInt64(max(0, configuration.size("limits.stream_depth")))
    urgentLimit = Int(configuration.integer("limits.urgent_bytes"))
    retransmissionLimit = Int(configuration.integer("limits.retransmissions"))
    handshakeVariantLimit = Int(configuration.integer("limits.handshake_variants"))
    anomaliesPerKind = Int(configuration.integer("limits.anomalies_per_flow"))
    decoder = DecoderOptions(
      checksums: ChecksumMode(configuration.text("packets.checksums")),
      depth: Int(configuration.integer("packets.depth")),
      tunnelDepth: Int(configuration.integer("packets.tunnels")))
    timeouts.attempt = configuration.duration("flows.timeouts.tcp_attempt")
    timeouts.handshake = configuration.duration("flows.timeouts.tcp_handshake")
    timeouts.established = configuration.duration("flows.timeouts.tcp_established")
    timeouts.closed = configuration.duration("flows.timeouts.tcp_closed")
    timeouts.partialClose = configuration.duration("flows.timeouts.tcp_partial_close")
    timeouts.midstream = configuration.duration("flows.timeouts.tcp_midstream")
    timeouts.udpUnanswered = configuration.duration("flows.timeouts.udp_unanswered")
    timeouts.hostPair = configuration.duration("flows.timeouts.host_pairs")
    timeouts.udp = configuration.duration("flows.timeouts.udp")
    timeouts.icmp = configuration.duration("flows.timeouts.icmp")
    timeouts.other = configuration.duration("flows.timeouts.other")
    timeouts.fragment = configuration.duration("flows.timeouts.fragments")
    limits.flows = Int(configuration.integer("limits.flows"))
    limits.streamBuffer = Int(configuration.size("limits.stream_buffer"))
    limits.emergency = Int(configuration.integer("flows.emergency.at"))
    limits.emergencyDivisor = configuration.integer("flows.emergency.divisor")
    limits.streamBufferPerDirection = Int(
      min(configuration.size("limits.stream_buffer_per_direction"), configuration.size("limits.stream_buffer")))
    limits.datagrams = Int(configuration.integer("limits.datagrams"))
    limits.datagramsPerSource = Int(configuration.integer("limits.datagrams_per_source"))
    limits.fragmentsPerDatagram = Int(configuration.integer("limits.fragments_per_datagram"))
    limits.hostPairs = Int(configuration.integer("limits.host_pairs"))
    limits.neighbours = limits.hostPairs
    limits.quotedErrors = limits.hostPairs
    limits.fragmentBuffer = Int(configuration.size("limits.fragments"))
  }
}

extension ChecksumMode {
  init(_ word: String) {
    switch word {
    case "validate": self = .validate
    case "ignore": self = .ignore
    default: self = .auto
    }
  }
}

extension PacketPipeline {
  /// Adds the pipeline's counters, caps and what follows from them to the sensor's.
  func count(into run: inout SensorRun, sensor: String) {
    for c in flowCounters {
      let named: [(String, UInt64)] = [
        ("packets", c.packets), ("packets_without_flow", c.packetsWithoutFlow), ("bad_checksums", c.badChecksums),
        ("flows_opened", c.flowsOpened), ("flows_forced", c.flowsForced), ("flow_emergencies", c.emergencies),
        ("flows_shortened", c.flowsShortened),
        ("stray_packets", c.strayPackets),
        ("stray_resets", c.strayResets), ("stream_bytes", c.streamBytes), ("datagram_bytes", c.datagramBytes),
        ("gaps", c.gaps), ("gap_bytes", c.gapBytes), ("retransmissions", c.retransmissions),
        ("out_of_order", c.outOfOrder), ("stream_buffer_given_up", c.streamBufferGivenUp),
        ("retransmissions_not_compared", c.retentionSkipped), ("one_sided_not_kept", c.oneSidedNotKept),
        ("spare_syns_lost", c.spareSYNsLost),
        ("icmp_errors_tied", c.icmpErrorsTied), ("icmp_errors_not_kept", c.icmpErrorsNotKept),
        ("host_pairs_forgotten", c.hostPairsForgotten),
        ("neighbours_forgotten", c.neighboursForgotten), ("anomaly_tallies_lost", c.talliesLost),
        ("fragments", c.fragments), ("datagrams_reassembled", c.datagramsReassembled),
        ("datagrams_expired", c.datagramsExpired), ("datagrams_given_up", c.datagramsGivenUp),
        ("datagrams_refused", c.datagramsRefused),
      ]
      for (name, value) in named { run.counters[name, default: 0] &+= value }
    }
    for c in inspectionCounters {
      let named: [(String, UInt64)] = [
        ("sessions", c.sessions), ("sessions_cut", c.sessionsCut), ("flows_throttled", c.flowsThrottled),
        ("bytes_left_over", c.bytesLeftOver), ("bytes_over_lookahead", c.bytesOverLookahead),
        ("bytes_over_inspection_buffer", c.bytesOverBuffer), ("plugin_errors", c.pluginErrors),
        ("expectations_dropped", c.expectationsDropped), ("children_not_followed", c.childrenNotFollowed),
        ("inner_packets", c.innerPackets),
        ("anomaly_tallies_lost", c.talliesLost), ("flows_not_inspected", c.flowsNotInspected),
      ]
      for (name, value) in named { run.counters[name, default: 0] &+= value }
    }
    for (plugin, refusals) in sinkRefusals where refusals.total > 0 {
      run.counters["refused_of_" + plugin, default: 0] &+= refusals.total
    }
    for (plugin, lost) in interruptions {
      run.counters["plugin_interruptions", default: 0] &+= lost.times
      run.counters["plugin_sessions_lost", default: 0] &+= lost.sessions
      run.counters["plugin_not_asked", default: 0] &+= lost.notAsked
      run.gaps.append(lost.gap(of: plugin))
    }
    if checksumsUnlearned > 0 { run.counters["checksums_unlearned", default: 0] &+= checksumsUnlearned }
    for card in offloading {
      run.counters["checksums_offloaded", default: 0] &+= card.muted
      let place = card.interface == .max ? "further interfaces" : "interface \(card.interface)"
      run.gaps.append(
        VisibilityGap(
          kind: "checksum_offloading", subject: sensor,
          reason: "checksums of \(card.muted) packets on \(place) are left to the sender's network card, "
            + "first from \(IPAddress(card.source)) to \(IPAddress(card.destination)); they were not judged",
          from: Timestamp(nanoseconds: card.since)))
    }
    for cap in reachedCaps {
      run.caps[cap.cap.rawValue, default: 0] &+= cap.times
      run.gaps.append(
        VisibilityGap(
          kind: "cap_reached", subject: sensor, reason: cap.reason,
          from: Timestamp(nanoseconds: cap.first), to: Timestamp(nanoseconds: cap.last)))
    }
    if let missed = run.counters["gap_bytes"], missed > 0 {
      run.gaps.append(
        VisibilityGap(
          kind: "capture_loss", subject: sensor,
          reason: "\(missed) bytes of streams were acknowledged but not in the capture of \(sensor)"))
    }
  }
}

extension PluginInterruptions {
  /// What happened, for a person.
  func sentence(of plugin: String) -> String {
    "the process of \(plugin) ended before its time, \(times) times, the last time because it \(words); it was "
      + "inspecting \(sessions) flows, and was not asked \(notAsked) times until it was started again"
  }

  /// What was not inspected for want of the plugin's process.
  fileprivate func gap(of plugin: String) -> VisibilityGap {
    VisibilityGap(
      kind: "plugin_interrupted", subject: plugin, reason: sentence(of: plugin), from: Timestamp(nanoseconds: first),
      to: Timestamp(nanoseconds: last))
  }
}

extension ReachedCap {
  /// What the cap was, and what was given up for it.
  fileprivate var reason: String {
    let lost =
      switch cap {
      case .flows: "flows nearest to their time-outs were ended for new ones"
      case .emergency: "time-outs were shortened, so that flows may be cut in two"
      case .streamBuffer, .streamBufferPerDirection: "bytes missing before those that waited were given up"
      case .retransmissionsCompared: "retransmissions were not compared with what they repeat"
      case .spareSYNs: "a SYN within a session was forgotten before its answer"
      case .datagrams, .fragmentBuffer: "incomplete datagrams were given up"
      case .hostPairs: "the oldest host pairs were forgotten"
      case .neighbours: "the oldest ARP neighbours were forgotten"
      case .tallies: "anomalies were told one by one instead of being counted"
      }
    if cap == .emergency { return "the flow table was nearly full \(times) times; \(lost)" }
    return "the cap on \(cap.rawValue) was reached \(times) times; \(lost)"
  }
}
