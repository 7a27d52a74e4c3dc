/// What the daemon reads before it is ready, and what it starts by itself.

import EventLoop
import Evidence
import JSON
import Logging
import RPC
import Store

#if canImport(Glibc)
  import Glibc
#endif

extension Daemon {
  /// Where the store is. The folder of the standard place is made, so that a first start needs no preparation.
  static func storePath(_ configuration: Configuration) throws(DaemonError) -> String {
    let path = configuration.text("store.path")
    guard path.isEmpty else { return path }
    try makeFolder("/var/lib/vedette", mode: 0o750)
    return "/var/lib/vedette/vedette.db"
  }

  private static func makeFolder(_ path: String, mode: mode_t) throws(DaemonError) {
    guard mkdir(path, mode) != 0 else {
      // What the umask took; the folder is ours.
      chmod(path, mode)
      return
    }
    guard errno != EEXIST else { return }
    throw DaemonError("\(path) cannot be made: \(String(cString: strerror(errno))); make it, or choose another place")
  }

  // MARK: the past

  /// At most so many records of a kind are read back: more are not held while running either.
  private static let pastRecords = 200_000

  /// What earlier runs stored, so that reasoning goes on where it was and tells nothing twice.
  func readPast() throws(DaemonError) {
    let reader = JSONReader()
    var origins = RecordOrigins()
    var (count, unreadable) = (0, 0)
    func each(_ kind: RecordKind, _ body: (JSONNode, String) -> Bool) throws(StoreError) {
      let isCut = try store.forEach(kind, newest: Daemon.pastRecords) { text in
        if let node = try? reader.parse(text), body(node, text) { count += 1 } else { unreadable += 1 }
      }
      if isCut { investigation.notePastIsCut() }
    }
    do throws(StoreError) {
      investigation.suppressions += try store.suppressions()
      caseWords = try store.caseWords()
      for kind in [RecordKind.persona, .personaChange, .outreach, .process, .connection, .asset] {
        try each(kind) { node, _ in
          guard let one = try? Observation(node, source: node["source"]?.string ?? "store") else { return false }
          guard let pseudonyms = investigation.pseudonyms else {
            investigation.observe(one)
            return true
          }
          // What an account showed is not known any more, only that it was there: its pseudonyms are no names.
          if case .persona(let o) = one, Pseudonyms.isPseudonym(o.displayName) { return true }
          if case .personaChange = one { return true }
          investigation.observe(pseudonyms.entering(one, isPast: true))
          return true
        }
      }
      try each(.anomaly) { node, _ in AnomalyRecord(node, &origins).map { investigation.observe([$0]) } != nil }
      try each(.flow) { node, _ in FlowRecord(node, &origins).map { investigation.observe([$0]) } != nil }
      try each(.signal) { node, text in
        node["id"]?.string.map { ledger.recall(signal: $0, json: text) } != nil
      }
      try each(.case) { node, text in
        guard let one = Case(JSONValue(node)) else { return false }
        ledger.recall(one, json: text)
        if one.status != .closed || one.closure != nil { investigation.recall(one) }
        return true
      }
      if try store.hasExpired() || investigation.pseudonyms != nil { investigation.notePastIsCut() }
    } catch {
      throw DaemonError(error.description)
    }
    if unreadable > 0 {
      log.warning("stored records that cannot be read were left out", metadata: ["records": "\(unreadable)"])
      statistics.counters["records_unreadable"] = UInt64(unreadable)
    }
    guard count > 0 else { return }
    log.info("read back", metadata: ["records": "\(count)"])
    markDirty()
  }

  // MARK: doors, captures, sources

  func listen() throws {
    let path = configuration.text("rpc.unix")
    if !path.isEmpty {
      if !configuration.isGiven("rpc.unix") { try Daemon.makeFolder("/run/vedette", mode: 0o755) }
      try server.listen(unix: path)
    }
    let text = configuration.text("rpc.tcp")
    if !text.isEmpty {
      guard let place = HostPort(text) else { throw DaemonError("rpc.tcp: '\(text)' is no ADDRESS:PORT") }
      try server.listen(tcp: place.host, port: place.port)
    }
  }

  /// The captures and sources of the configuration.
  func startConfigured() {
    func text(_ entry: [String: ConfigurationValue], _ key: String) -> String? {
      if case .text(let v)? = entry[key], !v.isEmpty { return v }
      return nil
    }
    func number(_ entry: [String: ConfigurationValue], _ key: String, _ standard: Int) -> Int {
      switch entry[key] {
      case .integer(let v)?, .size(let v)?: Int(v)
      default: standard
      }
    }
    func parameters(_ entry: [String: ConfigurationValue]) -> String {
      if case .object(let value)? = entry["parameters"] { value.description } else { "" }
    }
    func seconds(_ entry: [String: ConfigurationValue]) -> Int {
      if case .duration(let every)? = entry["every"] { Int((every &+ 999_999_999) / 1_000_000_000) } else { 0 }
    }
    for entry in configuration.mappings("capture") {
      let input: CaptureOrder.Input
      if let name = text(entry, "interface") {
        input = .interface(name)
      } else if let path = text(entry, "file") ?? text(entry, "fifo") {
        input = .file(path)
      } else {
        continue  // refused when the configuration was read
      }
      _ = start(
        CaptureOrder(
          id: newCaptureID(), input: input, sensor: sensorName(input), filter: text(entry, "filter"),
          workers: number(entry, "workers", 1), snapLength: number(entry, "snaplen", 262_144),
          bufferSize: number(entry, "buffer", 16 << 20)))
    }
    for entry in configuration.mappings("sources") {
      guard let name = text(entry, "name"), let plugin = text(entry, "plugin") else { continue }
      _ = start(
        newSource(
          SourceOrder(
            name: name, plugin: plugin, kind: Self.sourceKind(text(entry, "kind")), file: text(entry, "path"),
            parameters: parameters(entry), every: seconds(entry))))
    }
  }

  func sensorName(_ input: CaptureOrder.Input) -> String {
    switch input {
    case .file(let path): CapturePlan.name(of: path)
    case .interface(let name): name
    }
  }
}

extension RPCServer.Options {
  init(_ configuration: Configuration) {
    self.init()
    limits.requestBytes = Int(configuration.size("rpc.max_request"))
    // Microseconds since 1970: numbers of an earlier run are always smaller, so that a client that was away learns that
    // there was a restart.
    firstEvent = UInt64(clamping: Timestamp.now().nanoseconds / 1_000)
    for entry in configuration.mappings("rpc.tokens") {
      guard case .text(let secret)? = entry["token"], !secret.isEmpty else { continue }
      var role = Role.viewer
      if case .text(let word)? = entry["role"] { role = Role(word) ?? .viewer }
      var name = "token"
      if case .text(let given)? = entry["name"] { name = given }
      tokens.append(Token(name: name, secret: secret, role: role))
    }
  }
}
