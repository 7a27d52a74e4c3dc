/// The keys of the configuration as data: checking, defaults, the JSON Schema and `--set` all read this one table.

import Analytics
import PluginHost

/// What a key takes.
public enum ConfigurationType: Sendable, Equatable {
  case text
  /// An address, or a network in CIDR form: `10.1.0.0/16`, `2001:db8::/32`.
  case network
  case flag
  /// Whole numbers within bounds, ends included.
  case integer(ClosedRange<Int64>)
  /// Numbers within bounds, ends included.
  case number(ClosedRange<Double>)
  /// One of these words.
  case choice([String])
  /// A length of time: `90s`, `15m`, `12h`, `14d`.
  case duration
  /// An amount of memory or disk: `512MiB`, `2GiB`, or bytes.
  case size
  /// A list of texts.
  case texts
  /// A mapping of any names and values: what somebody else checks.
  case object
  /// A list of mappings, each with these keys; which of them are needed, `fault(in:of:before:)` says.
  case mappings([ConfigurationKey])
}

public struct ConfigurationKey: Sendable, Equatable {
  /// Dotted: `flows.timeouts.udp`.
  public let path: String
  public let type: ConfigurationType
  /// As it would be written in YAML; empty when there is none.
  public let defaultText: String
  public let help: String

  init(_ path: String, _ type: ConfigurationType, _ defaultText: String, _ help: String) {
    self.path = path
    self.type = type
    self.defaultText = defaultText
    self.help = help
  }

  public static let all: [ConfigurationKey] = [
    .init(
      "capture",
      .mappings([
        .init("interface", .text, "", "network interface to capture from; or a file, or a fifo"),
        .init("file", .text, "", "capture file to read"),
        .init("fifo", .text, "", "named pipe that delivers a capture"),
        .init("filter", .text, "", "libpcap filter expression"),
        .init("workers", .integer(1...64), "1", "packet workers"),
        .init("snaplen", .integer(64...262_144), "262144", "bytes kept of each frame"),
        .init("buffer", .size, "16MiB", "kernel buffer"),
      ]), "[]", "captures that the daemon starts with"),
    .init("plugins.path", .texts, "[]", "folders searched for plugins, before the standard ones"),
    .init(
      "plugins.isolation", .choice(PluginIsolation.Mode.allCases.map(\.rawValue)), "none",
      "where plugins run: auto gives sources and dissectors of others a process of their own, process gives all one"),
    .init(
      "plugins.limits.call_ms", .integer(100...600_000), "10000",
      "milliseconds that a plugin in a process of its own may take for a call"),
    .init("plugins.limits.memory", .size, "1GiB", "memory that such a process may have for its plugin; 0: any"),
    .init(
      "plugins.drain", .duration, "5m",
      "how long sessions of a dissector that was unloaded or reloaded may go on, in time of the capture"),
    .init(
      "plugins.budget.time_per_call", .duration, "2ms",
      "time that a call of a dissector may take, the mean of a window; over it, the dissector is throttled, then parked"
    ),
    .init("plugins.budget.time_per_byte", .duration, "100ns", "time that each byte shown may add to a call's"),
    .init("plugins.budget.records_per_call", .integer(0...1_000_000), "1000", "records that a call may emit; 0: any"),
    .init("plugins.budget.bytes_per_call", .size, "1MiB", "bytes of text that a call may emit; 0: any"),
    .init("plugins.budget.window", .duration, "10s", "time over which these means are taken, at least 64 timed calls"),
    .init(
      "plugins.trust.require", .choice(PluginTrust.Requirement.allCases.map(\.rawValue)), "none",
      "what a plugin needs to be loaded: nothing, a SHA-256 among the pins, or a signature by one of the keys"),
    .init(
      "plugins.trust.of", .choice(["others", "all"]), "others",
      "of which plugins that is required: others spares those beside the program"),
    .init(
      "plugins.trust.pins",
      .mappings([
        .init("plugin", .text, "", "the plugin's id, or its file's name"),
        .init("sha256", .text, "", "the file's SHA-256, 64 hexadecimal digits"),
      ]), "[]", "files that these plugins may be; a plugin with pins is refused as any other file"),
    .init("plugins.trust.keys", .texts, "[]", "Ed25519 public keys that sign plugins: PEM files, or Base64"),
    .init(
      "plugins.trust.allow", .texts, "[]", "ids of plugins that may be used, or beginnings as org.example.*; none: all"),
    .init("packets.checksums", .choice(["validate", "ignore", "auto"]), "auto", "auto mutes offloading senders"),
    .init("packets.depth", .integer(1...32), "16", "nested headers decoded at most"),
    .init("packets.tunnels", .integer(0...32), "4", "tunnels within tunnels decoded at most"),
    .init("flows.midstream", .choice(["note", "pickup"]), "note", "flows whose handshake was not seen"),
    .init("flows.oneside", .flag, "false", "inspect a side although the other is never seen"),
    .init("flows.vlan", .flag, "true", "VLAN ids are part of a flow's key"),
    .init(
      "flows.overlap", .choice(overlapPolicies), "first",
      "which copy of overlapping bytes counts, of fragments and of segments"),
    .init(
      "flows.overlap_targets",
      .mappings([
        .init("network", .network, "", "network or address, for example 10.1.0.0/16"),
        .init("policy", .choice(overlapPolicies), "first", "how its hosts decide"),
      ]), "[]", "networks whose hosts decide otherwise; the most specific that has the receiver counts"),
    .init(
      "flows.emergency.at", .integer(1...100), "90", "percent of limits.flows from which time-outs shrink; 100: never"),
    .init("flows.emergency.divisor", .integer(1...1000), "10", "what time-outs are divided by in an emergency"),
    .init("flows.timeouts.tcp_attempt", .duration, "5s", "a SYN without an answer"),
    .init("flows.timeouts.tcp_handshake", .duration, "60s", "TCP that is half open"),
    .init("flows.timeouts.tcp_established", .duration, "1h", "established TCP without a packet"),
    .init("flows.timeouts.tcp_closed", .duration, "10s", "TCP after both sides closed"),
    .init("flows.timeouts.tcp_partial_close", .duration, "3s", "TCP of which one side began with its FIN"),
    .init("flows.timeouts.tcp_midstream", .duration, "60s", "TCP without handshake before the other side must show"),
    .init("flows.timeouts.udp", .duration, "60s", "UDP without a packet"),
    .init("flows.timeouts.udp_unanswered", .duration, "60s", "UDP of which one side was seen"),
    .init("flows.timeouts.icmp", .duration, "30s", "ICMP without a packet"),
    .init("flows.timeouts.other", .duration, "60s", "other protocols without a packet"),
    .init("flows.timeouts.fragments", .duration, "60s", "a datagram that stays incomplete"),
    .init(
      "flows.timeouts.host_pairs", .duration, "60s", "what is wrong between two hosts outside flows is counted together"
    ),
    .init("limits.flows", .integer(1_000...16_000_000), "1000000", "flows tracked at once, a worker"),
    .init("limits.stream_buffer", .size, "64MiB", "bytes held for reassembly, a worker"),
    .init(
      "limits.stream_buffer_per_direction", .size, "1MiB", "of these, bytes that one direction of a flow may have wait"),
    .init("limits.stream_depth", .size, "0", "bytes of a direction that are inspected; 0: all"),
    .init("limits.fragments", .size, "16MiB", "bytes held for defragmentation, a worker"),
    .init("limits.datagrams", .integer(16...1_000_000), "4096", "incomplete datagrams at once, a worker"),
    .init("limits.datagrams_per_source", .integer(1...1_000_000), "1024", "of these, of one source"),
    .init("limits.fragments_per_datagram", .integer(2...8192), "1024", "fragments of one datagram"),
    .init(
      "limits.host_pairs", .integer(16...16_000_000), "65536",
      "host pairs, ARP neighbours and ICMP errors remembered, a worker"),
    .init("limits.urgent_bytes", .integer(1...65_535), "64", "urgent bytes of a session before tcp.urgent_limit"),
    .init("limits.retransmissions", .integer(1...65_535), "32", "of a session before tcp.retransmission_excess"),
    .init("limits.handshake_variants", .integer(1...65_534), "10", "differing SYNs of a session before tcp.syn_flood"),
    .init("limits.inspection_buffer", .size, "64MiB", "bytes held for dissectors, a worker"),
    .init("limits.packets", .size, "1GiB", "packets kept on disk, a capture; the oldest are overwritten"),
    .init("limits.case_packets", .size, "64MiB", "packets kept of one case; of all cases, four times as much"),
    .init(
      "limits.anomalies_per_flow", .integer(1...1_000_000), "5", "records of one anomaly in one flow before counting"),
    .init(
      "sources",
      .mappings([
        .init("name", .text, "", "name of the source"),
        .init("plugin", .text, "", "plugin that reads it, for example evidence"),
        .init(
          "kind", .choice(["personas", "processes"]), "personas", "which records a plugin that has both is to give"),
        .init("path", .text, "", "file to read"),
        .init("parameters", .object, "", "what the plugin is to do; `vedette plugin info` tells its parameters"),
        .init("every", .duration, "0s", "time between two rounds of a source that asks; 0s: one round"),
      ]), "[]", "evidence sources that the daemon starts with"),
    .init(
      "secrets",
      .mappings([
        .init("name", .text, "", "what a source's parameters call it"),
        .init("value", .text, "", "the secret itself; or a file, or a variable of the environment"),
        .init("file", .text, "", "file that holds it and nothing else, closed to others"),
        .init("environment", .text, "", "variable of the daemon's environment that holds it"),
      ]), "[]", "tokens and passwords of sources"),
    .init("roster", .texts, "[]", "roster file, or several: each adds to those before it, and the later counts"),
    .init("store.path", .text, "", "SQLite file; empty: the daemon keeps /var/lib/vedette/vedette.db"),
    .init(
      "store.packets", .text, "", "folder that takes the packets of live captures, for cases; empty: none are kept"),
    .init("store.retention", .duration, "90d", "age at which observations are deleted"),
    .init("rpc.unix", .text, "/run/vedette/vedette.sock", "Unix domain socket; empty: none"),
    .init("rpc.tcp", .text, "", "loopback address and port, for example 127.0.0.1:7750; empty: none"),
    .init(
      "rpc.tokens",
      .mappings([
        .init("token", .text, "", "what auth.login takes"),
        .init("role", .choice(["viewer", "analyst", "operator", "admin"]), "viewer", "what the token allows"),
        .init("name", .text, "", "whom it was given to"),
      ]), "[]", "tokens for TCP"),
    .init("rpc.max_request", .size, "16MiB", "largest request"),
    .init("analytics.personas.enabled", .flag, "true", "persona analytics"),
    .init(
      "analytics.personas.disabled", .texts, "[]",
      "analytics that do not count in persona.risk"),
    .init("analytics.personas.parts_from", .number(0...1), "0.1", "persona.risk from which its parts signal too"),
    .init("analytics.personas.bias", .number(-30...30), "\(PersonaWeights().bias)", "log-odds of an unknown account"),
    .init(
      "analytics.personas.weights",
      .mappings([
        .init("part", .choice(PersonaPart.allCases.map { "\($0)" }), "", "a part of persona.risk"),
        .init("weight", .number(-30...30), "0", "how far it moves the score, in log-odds"),
      ]), "[]", "weights that differ from those that are built in"),
    .init(
      "analytics.personas.young_days", .integer(1...3_650), "30", "age below which an account counts as wholly new"),
    .init(
      "analytics.personas.grown_days", .integer(1...3_650), "120", "age from which it does not count as new any more"),
    .init("analytics.personas.old_days", .integer(1...36_500), "365", "age beyond which an account counts as old"),
    .init(
      "analytics.personas.stock_accounts", .integer(2...256), "40",
      "a picture, biography, link or wording on more accounts tells nothing"),
    .init(
      "analytics.personas.face_accounts", .integer(1...256), "8", "a person's picture on more accounts is nobody's own"),
    .init("analytics.personas.bio_accounts", .integer(1...256), "4", "a biography on more accounts is nobody's own"),
    .init(
      "analytics.personas.service_accounts", .integer(2...256), "8",
      "accounts with links to one host that make it a service"),
    .init(
      "analytics.personas.page_people", .integer(1...256), "3",
      "people of the roster who show a host as theirs that make it the organisation's"),
    .init(
      "analytics.personas.picture_distance", .integer(0...12), "6",
      "bits of the perceptual hash that one picture may differ in"),
    .init(
      "analytics.personas.face_picture_distance", .integer(0...8), "8", "the same, for pictures of people of the roster"
    ),
    .init(
      "analytics.personas.wording_words", .integer(2...100), "6", "words from which on a text can be told from others"),
    .init(
      "analytics.personas.campaign_young_days", .integer(1...3_650), "60",
      "age below which an account that shares something is young"),
    .init(
      "analytics.personas.campaign_grown_days", .integer(1...3_650), "240", "age from which on it is not young any more"
    ),
    .init("analytics.personas.few_posts", .integer(0...1_000_000), "5", "posts up to which an account is empty"),
    .init("analytics.personas.some_posts", .integer(0...1_000_000), "20", "posts up to which it is nearly so"),
    .init("analytics.personas.burst_days", .integer(1...365), "3", "days within which approaches are a burst"),
    .init("analytics.personas.link_burst_days", .integer(1...365), "2", "days within which links are one"),
    .init(
      "analytics.personas.quiet_days", .integer(1...365), "1",
      "days without foreign links after which they are a change"),
    .init("analytics.personas.known_days", .integer(1...365), "7", "days after which an account was known before"),
    .init(
      "analytics.personas.dormant_days", .integer(1...3_650), "30",
      "days without approaches after which an account slept"),
    .init(
      "analytics.personas.joining_days", .integer(0...365), "30",
      "days around a person's start within which an account of that name is likely theirs"),
    .init(
      "analytics.personas.usual_accounts", .integer(2...1_000_000), "20",
      "accounts from which on it is known what is usual"),
    .init(
      "analytics.personas.habit_approaches", .integer(24...1_000_000), "240",
      "approaches on a platform from which on its hours are known"),
    .init(
      "analytics.personas.limits.accounts", .integer(1_000...8_000_000), "2000000",
      "accounts remembered; records of more are counted"),
    .init(
      "analytics.personas.limits.snapshots", .integer(2...4_096), "64",
      "snapshots, and changes, of one account: the first and the latest"),
    .init(
      "analytics.personas.limits.approaches", .integer(1...1_000_000), "4096", "approaches of one account: the latest"),
    .init("analytics.personas.limits.evidence", .integer(1...1_024), "32", "ids of evidence that a signal names"),
    .init(
      "analytics.thresholds.persona", .number(0...1), "0.5",
      "persona.risk from which an account is linked to what happens at those it approached"),
    .init(
      "analytics.thresholds.persona_case", .number(0...1), "0.7",
      "persona.risk from which an account is a case by itself"),
    .init(
      "analytics.thresholds.network_case", .number(0...1), "0.7",
      "score from which a network signal is a case by itself"),
    .init(
      "analytics.thresholds.opening", .number(0...1), "0.5", "score from which a process or network signal opens a case"
    ),
    .init(
      "analytics.thresholds.joining", .number(0...1), "0.3", "score from which one joins a case that is open nearby"),
    .init(
      "privacy.pseudonymise", .flag, "false", "persons outside the roster are stored and shown by keyed pseudonyms"),
    .init("privacy.key", .text, "", "name of the secret that pseudonyms are made with, 16 bytes or more"),
    .init("privacy.retain_text_days", .integer(0...36_500), "30", "days after which the texts of messages are deleted"),
    .init("analytics.processes.enabled", .flag, "true", "process analytics"),
    .init("analytics.network.enabled", .flag, "true", "network analytics"),
    .init(
      "suppressions",
      .mappings([
        .init("analytic", .text, "*", "id of the analytic that is not to raise cases; *: any"),
        .init("persona", .object, "", "account: platform, and account_id or handle"),
        .init("domain", .text, "", "of accounts whose id or handle is an address there, or below it"),
        .init("employee", .text, "", "id of the only employee whom a signal names"),
        .init("host", .text, "", "host's name or address"),
        .init("image", .text, "", "image of a process: a path or a file name"),
        .init("reason", .text, "", "why it is of no concern"),
        .init("by", .text, "", "who says so"),
        .init("until", .text, "", "what happens from this time on counts again (RFC 3339)"),
      ]), "[]", "signals that are shown, but raise no case; all that an entry gives must hold"),
    .init("correlation.approach_window", .duration, "14d", "how long before activity on a host an approach counts"),
    .init("correlation.activity_window", .duration, "1h", "how far apart activity on hosts may lie in one case"),
  ]

  private static let overlapPolicies = ["first", "last", "bsd", "bsd-right", "linux", "solaris", "windows"]

  /// The keys by path, for look-ups.
  static let byPath: [String: ConfigurationKey] = Dictionary(
    all.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
}
