import Analytics
import Correlation
import Evidence
import Flows
import PluginHost
import Testing

@testable import Engine

@Suite struct ConfigurationTests {
  @Test("Every key has a default that its own type accepts", arguments: ConfigurationKey.all)
  func defaults(key: ConfigurationKey) {
    #expect(Configuration().value(key.path) != nil)
  }

  @Test("What the file says counts over the default, and --set over the file")
  func precedence() throws {
    var configuration = Configuration()
    #expect(configuration.text("packets.checksums") == "auto")
    try configuration.read(yaml: "packets: {checksums: validate}\nflows: {timeouts: {udp: 90s}}\n", file: "v.yaml")
    #expect(configuration.text("packets.checksums") == "validate")
    #expect(configuration.duration("flows.timeouts.udp") == 90_000_000_000)
    try configuration.set("packets.checksums=ignore")
    #expect(configuration.text("packets.checksums") == "ignore")
  }

  @Test("Sizes and durations are read with their units")
  func units() throws {
    var configuration = Configuration()
    try configuration.set("limits.stream_buffer=2GiB")
    #expect(configuration.size("limits.stream_buffer") == 2 << 30)
    try configuration.set("store.retention=14d")
    #expect(configuration.duration("store.retention") == 14 * 86_400 * 1_000_000_000)
  }

  @Test("Hosts that decide otherwise about overlaps are named by network")
  func overlapTargets() throws {
    var configuration = Configuration()
    try configuration.read(
      yaml: "flows: {overlap: bsd, overlap_targets: [{network: 10.1.0.0/16, policy: windows}, {network: 10.2.0.1}]}",
      file: "v.yaml")
    let options = FlowOptions(configuration, sensor: "s")
    #expect(options.overlap == .bsd)
    #expect(
      options.overlapTargets
        == [
          OverlapTarget("10.1.0.0/16", policy: .windows), OverlapTarget("10.2.0.1", policy: .first),
        ].compactMap { $0 })
  }

  @Test(
    "A key or a value that cannot be used is refused with file and line",
    arguments: [
      ("a: 1", 1), ("packets:\n  checksums: maybe", 2), ("flows:\n  timeouts:\n    udp: soon", 3),
      ("capture:\n  - interface: eth0\n    speed: 3", 3), ("store: [1]", 1), ("limits: {flows: 99999999999}", 1),
      ("flows:\n  overlap_targets:\n    - {network: office}", 3),
      ("flows:\n  overlap_targets:\n    - {network: 10.0.0.0/33}", 3),
      ("flows:\n  overlap_targets:\n    - {policy: linux}", 3),
      ("capture:\n  - {filter: udp}", 2), ("capture:\n  - {file: a, interface: b}", 2), ("sources: [{name: a}]", 1),
      ("sources:\n  - {name: a, plugin: b}\n  - {name: a, plugin: c}", 3), ("rpc:\n  tokens: [{role: admin}]", 2),
      ("suppressions: [{host: a, by: b}]", 1), ("suppressions: [{host: a, reason: r}]", 1),
      ("suppressions:\n  - {reason: r, by: b}", 2), ("suppressions:\n  - {host: a, reason: r, by: b, until: soon}", 2),
      ("suppressions:\n  - {persona: {platform: x}, reason: r, by: b}", 2),
      ("rpc:\n  tcp: 192.0.2.1:7750", 2), ("rpc: {tcp: 7750}", 1), ("plugins: {isolation: always}", 1),
      ("plugins:\n  trust: {require: maybe}", 2), ("plugins: {trust: {pins: [{plugin: org.example.x}]}}", 1),
      ("plugins:\n  trust:\n    pins:\n      - {plugin: a.so, sha256: 12ab}", 4),
      ("plugins:\n  trust:\n    keys: [\"AAAA=\"]", 3), ("plugins: {trust: {allow: [\"*\"]}}", 1),
      ("plugins: {trust: {allow: [\"org.*.x\"]}}", 1), ("plugins: {trust: signature}", 1),
      ("analytics: {personas: {disabled: [palmistry]}}", 1), ("analytics:\n  thresholds: {persona_case: 1.5}", 2),
      ("analytics:\n  thresholds:\n    opening: high", 3), ("analytics: {personas: {young_days: 0}}", 1),
      ("analytics:\n  personas:\n    limits: {snapshots: 1}", 3),
      ("analytics:\n  personas:\n    stock_accounts: 257", 3), ("analytics: {personas: {picture_distance: 13}}", 1),
      ("analytics: {personas: {burst_days: 0}}", 1), ("analytics: {personas: {few_posts: 1.5}}", 1),
      ("analytics:\n  personas:\n    weights:\n      - {part: burst, weight: 31}", 4),
      ("analytics:\n  personas:\n    weights:\n      - {part: burts, weight: 1}", 4),
    ])
  func refused(yaml: String, line: Int) {
    var configuration = Configuration()
    let error = #expect(throws: ConfigurationError.self) { try configuration.read(yaml: yaml, file: "v.yaml") }
    #expect(error?.file == "v.yaml")
    #expect(error?.line == line)
  }

  @Test("The rules of trust are read with their keys, and a pin's digits in either case")
  func trust() throws {
    var configuration = Configuration()
    let sha256 = String(repeating: "0A", count: 32)
    // The public key of RFC 8410 §10.1.
    let key = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
    try configuration.read(
      yaml: """
        plugins:
          trust:
            require: signature
            of: all
            pins: [{plugin: org.example.x, sha256: \(sha256)}]
            keys: ["\(key)"]
            allow: [org.example.*, com.acme.y]
        """, file: "v.yaml")
    let trust = try PluginTrust(configuration)
    #expect(trust.require == .signature)
    #expect(trust.includesFirstParty)
    #expect(trust.pins == [PluginPin(plugin: "org.example.x", sha256: sha256.lowercased())])
    #expect(trust.keys == [Ed25519PublicKey(base64: key)])
    #expect(trust.allow == ["org.example.*", "com.acme.y"])
  }

  @Test("A key that cannot be read is an error: nothing is loaded as if it had not been named")
  func missingKey() throws {
    var configuration = Configuration()
    try configuration.set("plugins.trust.keys=/nowhere/vendor.pem")
    let error = #expect(throws: PluginError.self) { _ = try PluginShelf.load(configuration) }
    #expect(error?.description == "/nowhere/vendor.pem: cannot be read: No such file or directory")
  }

  @Test("Suppressions of the file say who, why and until when")
  func suppressions() throws {
    var configuration = Configuration()
    try configuration.read(
      yaml: """
        suppressions:
          - persona: {platform: linkedin, account_id: 299902473}
            analytic: persona.risk
            reason: our recruiter
            by: ann
            until: 2027-01-01T00:00:00Z
          - {domain: agency.example, reason: an agency, by: bob}
        """, file: "v.yaml")
    let found = configuration.suppressions
    #expect(found.map(\.by) == ["ann", "bob"])
    #expect(found[0].scope.account == .id(AccountKey(platform: "linkedin", accountID: "299902473")))
    #expect(found[0].scope.analytic == "persona.risk")
    #expect(found[0].until == Timestamp(rfc3339: "2027-01-01T00:00:00Z"))
    #expect(found[1].scope == SuppressionScope(domain: "agency.example"))
  }

  @Test("Thresholds, limits and weights of the analytics are as the file has them, and else as they are built in")
  func thresholds() throws {
    var configuration = Configuration()
    let (builtIn, bounds) = (PersonaConfiguration(configuration), CorrelatorConfiguration(configuration))
    #expect(builtIn.youngDays == 30 && builtIn.grownDays == 120 && builtIn.oldDays == 365)
    #expect(builtIn.weights.values == PersonaWeights().values)
    #expect(bounds.persona == 0.5 && bounds.personaAlone == 0.7 && bounds.networkAlone == 0.7)
    #expect(bounds.opening == 0.5 && bounds.joining == 0.3)
    try configuration.read(
      yaml: """
        analytics:
          thresholds: {persona: 0.4, persona_case: 0.9, network_case: 0.8, opening: 0.6, joining: 0.2}
          personas:
            young_days: 14
            grown_days: 60
            old_days: 730
            limits: {accounts: 5000, snapshots: 8, approaches: 100, evidence: 4}
            weights: [{part: burst, weight: -1.5}, {part: reach, weight: 2}]
        """, file: "v.yaml")
    let personas = PersonaConfiguration(configuration)
    #expect(personas.youngDays == 14 && personas.grownDays == 60 && personas.oldDays == 730)
    #expect(personas.maximumAccounts == 5_000 && personas.maximumSnapshots == 8)
    #expect(personas.maximumApproaches == 100 && personas.maximumEvidence == 4)
    #expect(personas.weights.values["burst"] == -1.5 && personas.weights.values["reach"] == 2)
    #expect(personas.weights.values["lureDomain"] == PersonaWeights().values["lureDomain"])
    let correlation = CorrelatorConfiguration(configuration)
    #expect(correlation.persona == 0.4 && correlation.personaAlone == 0.9 && correlation.networkAlone == 0.8)
    #expect(correlation.opening == 0.6 && correlation.joining == 0.2)
  }

  @Test("Each line that persona analytics draws is a key of its own, and built in where none is given")
  func personaThresholds() throws {
    var configuration = Configuration()
    #expect(PersonaConfiguration(configuration).thresholds == PersonaThresholds())
    let given: [(key: String, value: Int, taken: (PersonaThresholds) -> Int)] = [
      ("stock_accounts", 101, { $0.stockAccounts }),
      ("face_accounts", 51, { $0.faceAccounts }),
      ("bio_accounts", 52, { $0.bioAccounts }),
      ("service_accounts", 53, { $0.serviceAccounts }),
      ("page_people", 4, { $0.pagePeople }),
      ("picture_distance", 3, { $0.pictureDistance }),
      ("face_picture_distance", 2, { $0.facePictureDistance }),
      ("wording_words", 9, { $0.wordingWords }),
      ("campaign_young_days", 61, { Int($0.campaignYoungDays) }),
      ("campaign_grown_days", 401, { Int($0.campaignGrownDays) }),
      ("few_posts", 6, { $0.fewPosts }),
      ("some_posts", 30, { $0.somePosts }),
      ("burst_days", 5, { $0.burstDays }),
      ("link_burst_days", 4, { $0.linkBurstDays }),
      ("quiet_days", 2, { $0.quietDays }),
      ("known_days", 8, { $0.knownDays }),
      ("dormant_days", 90, { $0.dormantDays }),
      ("joining_days", 10, { $0.joiningDays }),
      ("usual_accounts", 30, { $0.usualAccounts }),
      ("habit_approaches", 300, { $0.habitApproaches }),
    ]
    for (key, value, _) in given { try configuration.set("analytics.personas.\(key)=\(value)") }
    let thresholds = PersonaConfiguration(configuration).thresholds
    for (key, value, taken) in given { #expect(taken(thresholds) == value, "\(key)") }
    try configuration.check(file: "--set")
  }

  @Test(
    "Bounds that are in no order are refused with both keys",
    arguments: [
      (["young_days=120"], "young_days (120) has to be less than analytics.personas.grown_days (120)"),
      (["campaign_grown_days=10"], "campaign_young_days (60) has to be less than"),
      (["few_posts=21"], "few_posts (21) has to be at most analytics.personas.some_posts (20)"),
      (["stock_accounts=6", "bio_accounts=6"], "face_accounts (8) has to be at most"),
      (["stock_accounts=20", "service_accounts=21"], "service_accounts (21) has to be at most"),
    ])
  func orders(settings: [String], words: String) throws {
    var configuration = Configuration()
    for one in settings { try configuration.set("analytics.personas.\(one)") }
    let error = #expect(throws: ConfigurationError.self) { try configuration.check(file: "v.yaml") }
    #expect(error?.description.hasPrefix("v.yaml: analytics.personas.") == true)
    #expect(error?.text.contains(words) == true)
  }

  @Test("Where plugins run, and what their processes may have, is read as it is written")
  func isolation() throws {
    var configuration = Configuration()
    try configuration.set("plugins.isolation=process")
    try configuration.set("plugins.limits.call_ms=1500")
    try configuration.set("plugins.limits.memory=64MiB")
    let isolation = PluginIsolation(configuration)
    #expect(isolation.mode == .process)
    #expect(isolation.callMilliseconds == 1500)
    #expect(isolation.memory == 64 << 20)
  }

  @Test("Durations that overflow are refused, not wrapped")
  func overflow() {
    var configuration = Configuration()
    #expect(throws: ConfigurationError.self) { try configuration.set("store.retention=999999999999999d") }
  }
}
