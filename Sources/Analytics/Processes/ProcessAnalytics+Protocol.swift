/// `process.unusual_protocol`: a program that does not normally initiate connections of that protocol.

import Evidence

extension ProcessAnalytics {
  static let protocolAnalytic = "process.unusual_protocol"

  private struct Key: Hashable {
    var process: ProcessEntity
    var spoken: String
    var server: Bool
  }

  func unusualProtocols(_ connections: [ProcessConnection]) -> [Signal] {
    var groups: [Key: [ProcessConnection]] = [:]
    var order: [Key] = []
    for c in connections where judgeable(c) {
      let key = Key(process: c.process.entity, spoken: SpokenProtocol(c).name, server: c.role == .server)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(c)
    }
    return order.compactMap { key in groups[key].flatMap { judge($0, as: key.spoken, server: key.server) } }
  }

  /// What a machine says to itself or to everybody is how programs find each other.
  private func judgeable(_ c: ProcessConnection) -> Bool {
    if c.serverIP.isLoopback || c.serverIP.isMulticast || c.serverIP.isLimitedBroadcast || c.serverIP.isUnspecified {
      return false
    }
    if let client = c.clientIP, client == c.serverIP || client.isLoopback { return false }
    return !ImageName.unknown(ImageName.base(c.process.entity.image))
  }

  private func judge(_ group: [ProcessConnection], as spoken: String, server: Bool) -> Signal? {
    guard let first = group.first else { return nil }
    let process = first.process
    guard let verdict = server ? accepting(process) : opening(process, spoken, group) else { return nil }
    let what = SpokenProtocol(name: spoken, seen: true)
    let seen = group.contains { SpokenProtocol($0).seen }
    let certainty = group.map(\.confidence).max() ?? 1
    // A join that is little sure makes a judgement that is little sure; one that has no flow rests on the host's word.
    let score = verdict.score * (0.5 + 0.5 * min(1, certainty / 0.7))
    var ends: [String] = []
    for c in group {
      let end = server ? (c.clientIP?.description ?? "?") : FlowEnd.text(c.serverIP, c.serverPort)
      if !ends.contains(end) { ends.append(end) }
    }
    let listed = ends.prefix(3).joined(separator: ", ") + (ends.count > 3 ? " and \(ends.count - 3) more" : "")
    let many = group.count > 1
    let plain = many ? "\(group.count) connections" : "a connection"
    let named = (many ? "\(group.count) " : "one ") + what.title + (many ? " connections" : " connection")
    let sight = seen ? "" : " (by its port)"
    let act =
      server
      ? "accepted \(plain) from \(listed)"
      : "opened \(spoken == "unknown" ? plain + " of an unknown protocol" : named + sight) to \(listed)"
    var result = signal(
      Self.protocolAnalytic, score, process, "\(name(process)) \(act); \(verdict.reason).", attack: verdict.attack)
    result.time = first.time
    let limit = configuration.maximumEvidence
    let flows = group.flatMap { c in c.flows.map { (id: $0, community: c.communityID ?? "") } }
    result.evidence = Array(
      (group.flatMap(\.evidence).prefix(limit) + process.evidence.prefix(4) + flows.prefix(limit).map(\.id.description))
        .uniqued())
    result.related = flows.prefix(limit).map { .flow($0.id, communityID: $0.community) }
    return result
  }

  private typealias Verdict = (score: Double, reason: String, attack: [String])

  private func opening(_ process: KnownProcess, _ spoken: String, _ group: [ProcessConnection]) -> Verdict? {
    let image = process.entity.image
    let what = SpokenProtocol(name: spoken, seen: true)
    let weight = ProtocolWeight.table[spoken] ?? ProtocolWeight.other
    let speakers = (image.hasPrefix("/") ? ProtocolWeight.usualOnUnix[spoken] : nil) ?? weight.usual
    let usual = "\(what.title) is normally spoken by \(speakers)"
    let guessed = group.allSatisfy { SpokenProtocol($0).isGuess }
    guard let (program, inPlace) = Program.find(image) else {
      // Programs from the store are confined, and only the system can write where they lie.
      if Places.isStoreApp(image), !Program.administration.contains(spoken) { return nil }
      let from = Places.open(image)
      // What users install for themselves fetches from the web as browsers do; it does not administer.
      let loose =
        Places.writable(image)
        && !(Places.ownApplications(image) && !Program.administration.contains(spoken))
      var score = loose ? weight.dropped : guessed ? min(weight.installed, 0.15) : weight.installed
      // What somebody fetched, unpacked or hid there talks to somebody: that alone is worth a look.
      if let from, from.score >= 0.3, !isInstaller(ImageName.base(image)) {
        score = max(score, from.score >= 0.6 ? 0.7 : 0.55)
      }
      let place =
        from.map { "a program from \($0.title)" }
        ?? (loose ? "a program from outside the folders of installed programs" : "a program of which nothing is known")
      return (score, "it is \(place), and \(usual)", weight.attack)
    }
    if !inPlace {
      let score = max(0.6, weight.dropped)
      return (
        score, "it has the name of \(program.kind.title) but lies in \(folder(image)), and \(usual)",
        weight.attack + ["T1036.005"]
      )
    }
    let leaves = group.contains { !$0.serverIP.isPrivate && !$0.serverIP.isLinkLocal }
    // Java's remote calls stay within a site; a registry outside of it hands out code.
    let isCalledAway = spoken == "rmi" && leaves
    if program.usual(spoken), !isCalledAway { return nil }
    // A dynamic port is RPC's where nothing else is known of the program; a program with many protocols has its own.
    if guessed, program.speaks.contains("*") || program.speaks.contains("unknown") || program.speaks.contains("tds") {
      return nil
    }
    if Places.isStoreApp(image), !Program.administration.contains(spoken) { return nil }
    var attack = weight.attack
    if let id = program.attack, !attack.contains(id) { attack.insert(id, at: 0) }
    let own = Self.prominent(program.speaks).prefix(4)
      .map { SpokenProtocol(name: $0, seen: true).title }.joined(separator: ", ")
    switch program.kind {
    case .scriptHost, .shell, .relay, .proxyExecution, .inert, .core:
      // Of itself it has no business on the network at all: whatever it speaks, somebody's script does.
      let administers = Program.administration.contains(spoken)
      var score = administers ? max(0.75, weight.known) : spoken == "dns" ? 0.45 : 0.6
      if [.inert, .shell, .relay].contains(program.kind) { score = max(score, 0.85) }
      let habit = own.isEmpty ? "normally opens no connections itself" : "normally speaks \(own) only"
      return (score, "it is \(program.kind.title) and \(habit); \(usual)", attack)
    case .system, .service, .agent, .database, .administration, .browser, .mail, .office, .application, .developer:
      var score = weight.known
      if spoken == "unknown" || ProtocolWeight.table[spoken] == nil {
        // Own protocols within the site are what vendors build; out of it, documents, scripts and the system have none.
        let has = leaves && (program.kind == .system || program.kind == .office || isInterpreter(program))
        score = has ? 0.7 : 0.3
      }
      // A port's number is a weak word about a protocol when the program is known and the wire was not seen.
      if group.allSatisfy({ $0.appProto == nil }), !Program.administration.contains(spoken) { score *= 0.8 }
      let habit = own.isEmpty ? "normally opens no connections" : "normally speaks \(own)"
      return (score, "it is \(program.kind.title) that \(habit); \(usual)", attack)
    }
  }

  /// Interpreters that run scripts, not servers: those with servers speak anything.
  private func isInterpreter(_ program: Program) -> Bool {
    program.kind == .developer && !program.speaks.contains("unknown")
  }

  /// The protocols that people know first, then the others.
  private static func prominent(_ speaks: Set<String>) -> [String] {
    let first = ["http", "tls", "dns", "kerberos", "ldap", "smb", "dcerpc", "ssh", "smtp", "imap", "ntp"]
    let rest = speaks.subtracting(first).subtracting(["*", "unknown"]).sorted()
    return first.filter(speaks.contains) + rest
  }

  private func accepting(_ process: KnownProcess) -> Verdict? {
    let image = process.entity.image
    if let (program, inPlace) = Program.find(image), inPlace {
      switch program.kind {
      case .shell, .relay, .inert: return (0.8, "it is \(program.kind.title) and serves nobody", ["T1059"])
      case .scriptHost, .proxyExecution:
        return (0.6, "it is \(program.kind.title) and normally serves nobody", ["T1059", "T1571"])
      default: return nil
      }
    }
    guard let place = Places.open(image) else { return nil }
    return (0.45, "it is a program in \(place.title) and services are installed elsewhere", ["T1571"])
  }

  func folder(_ image: String) -> String {
    let end = image.utf8.lastIndex { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "/") }
    return end.map { String(image[..<$0]) } ?? "an unknown folder"
  }
}

/// An address and a port as people write them.
public enum FlowEnd {
  public static func text(_ ip: IPAddress, _ port: UInt16) -> String { ip.isIPv4 ? "\(ip):\(port)" : "[\(ip)]:\(port)" }
}

extension Sequence where Element: Hashable {
  /// The elements in order, each once.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
