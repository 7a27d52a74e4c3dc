/// What the daemon reads before it is ready, and what it starts by itself.

import EventLoop
import Evidence
import JSON
import Logging
import RPC
import Store

extension Daemon {
  /// The roster named by the configuration; one that is put over RPC takes its place.
  static func readRoster(_ configuration: Configuration, _ log: Logger) throws(DaemonError) -> Roster {
    let path = configuration.text("roster")
    guard !path.isEmpty else { return Roster() }
    do {
      let (roster, problems) = try Roster.read(try readTextFile(path))
      for problem in problems.prefix(20) { log.warning("\(path): \(problem)") }
      return roster
    } catch {
      throw DaemonError("\(path): \(error)")
    }
  }

  /// Observations of earlier runs, so that reasoning goes on where it was. Wire records are not read back: cases that
  /// rest on them are in the store.
  func readPast() throws(DaemonError) {
    let reader = JSONReader()
    var count = 0
    do throws(StoreError) {
      for kind in [RecordKind.persona, .personaChange, .outreach, .process, .connection, .asset] {
        try store.forEach(kind) { body in
          guard let node = try? reader.parse(body),
            let observation = try? Observation(node, source: node["source"]?.string ?? "store")
          else { return }
          investigation.observe(observation)
          count += 1
        }
      }
    } catch {
      throw DaemonError(error.description)
    }
    if count > 0 { log.info("read back", metadata: ["observations": "\(count)"]) }
  }

  func listen() throws {
    let path = configuration.text("rpc.unix")
    if !path.isEmpty { try server.listen(unix: path) }
    let address = configuration.text("rpc.tcp")
    if !address.isEmpty {
      guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
        throw DaemonError("rpc.tcp: '\(address)' is no ADDRESS:PORT")
      }
      try server.listen(tcp: String(address[..<colon]), port: port)
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
    for entry in configuration.mappings("capture") {
      let input: CaptureOrder.Input
      if let name = text(entry, "interface") {
        input = .interface(name)
      } else if let path = text(entry, "file") ?? text(entry, "fifo") {
        input = .file(path)
      } else {
        log.warning("a capture in the configuration has neither interface, file nor fifo")
        continue
      }
      _ = start(
        CaptureOrder(
          id: newCaptureID(), input: input, sensor: sensorName(input), filter: text(entry, "filter"),
          workers: number(entry, "workers", 1), snapLength: number(entry, "snaplen", 262_144),
          bufferSize: number(entry, "buffer", 16 << 20)))
    }
    for entry in configuration.mappings("sources") {
      guard let name = text(entry, "name"), let plugin = text(entry, "plugin") else {
        log.warning("a source in the configuration lacks name or plugin")
        continue
      }
      _ = start(
        SourceTask(
          name: name, plugin: plugin, kind: Self.sourceKind(text(entry, "kind")), file: text(entry, "path"),
          parameters: "", every: 0))
    }
  }

  func newCaptureID() -> String { "capture-\(captures.count + 1)" }

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
