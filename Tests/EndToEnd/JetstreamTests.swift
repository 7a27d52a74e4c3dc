// A daemon and a Jetstream-shaped server: cut connections, a restart of each, kill -9, and nothing missed.

import Foundation
import JSON
import RPC
import Testing

/// `tools/jetstream-server` on a port of its own.
private struct ServedJetstream {
  private let tool: ServedTool
  let port: String
  /// When its first event was, microseconds since 1970.
  let base: String

  init(_ arguments: [String]) throws {
    tool = try ServedTool("jetstream-server", arguments)
    guard tool.greeting.count == 3 else { throw CocoaError(.fileReadUnknown) }
    port = tool.greeting[1]
    base = tool.greeting[2]
  }

  /// How many connections it had, and how many of them it cut and refused.
  func end() -> (connections: Int, cut: Int, limited: Int) {
    let words = tool.end()
    guard words.count == 6, let connections = Int(words[1]), let cut = Int(words[3]), let limited = Int(words[5]) else {
      return (0, 0, 0)
    }
    return (connections, cut, limited)
  }
}

@Suite("The daemon and a Jetstream server")
struct JetstreamStreamTests {
  private static let events = 400
  /// Of ten events two are follows of the watched and one a mention; the last of all is a follow too.
  private static let approaches = events / 10 * 3 + 1

  private func configuration(_ folder: URL, _ url: String, _ more: String = "") throws -> [String] {
    let path = folder.appendingPathComponent("v.yaml").path
    let yaml = """
      sources:
        - name: bluesky
          plugin: jetstream
          parameters: {url: "\(url)", watch: ["did:plc:acme", "did:plc:last"], words: [acme],
            accounts: ["did:plc:acme"], since: "2026-01-01T00:00:00Z", rewind: 1\(more)}
      """
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
    return ["--config", path]
  }

  /// Waits for so many approaches, or for the last of all.
  private func hear(_ client: RPCClient, _ count: Int = .max) throws {
    try client.call("subscribe", ["topics": ["outreach"], "from": 0])
    for _ in 0..<count {
      var record: JSONValue?
      repeat {
        let params = try client.nextNotification().params
        record = params["topic"] == "outreach" ? params["record"] : nil
      } while record == nil
      if record?["to"]?["account_id"]?.string == "did:plc:last" { return }
    }
  }

  @Test(
    "A stream that is cut and limited, whose server restarts and whose daemon is killed twice misses nothing and doubles nothing, in a process of its own, too",
    arguments: ["none", "process"])
  func killed(isolation: String) throws {
    try withFolder { (folder: URL) throws in
      let behaviour = ["--events", "\(Self.events)", "--cut-every", "60", "--limit-every", "5"]
      var server = try ServedJetstream(behaviour)
      let arguments =
        try configuration(folder, "ws://127.0.0.1:\(server.port)") + ["--set", "plugins.isolation=\(isolation)"]
      for records in [5, 30] {
        let daemon = try RunningDaemon(in: folder, arguments)
        try hear(try daemon.client(), records)
        #expect(daemon.end(SIGKILL) == -SIGKILL)
      }
      let daemon = try RunningDaemon(in: folder, arguments)
      let client = try daemon.client()
      try hear(client, 1)
      let place = ["--port", server.port, "--base", server.base]
      let first = server.end()
      #expect(first.connections >= 3)
      // What cannot be reached is a gap, and none any more once it is there again.
      try client.call("subscribe", ["topics": ["source"], "from": 0])
      try client.wait(for: 1, states: ["retrying"])
      server = try ServedJetstream(behaviour + place)
      let listener = try daemon.client()
      try hear(listener)
      let gaps = try listener.call("engine.stats")["gaps"]?.elements ?? []
      #expect(gaps.contains { $0["kind"] == "platform_blind_spot" && $0["subject"] == "bluesky" })
      let personas = try listener.all("persona.list", [("limit", 1000)])
      #expect(Set(personas.compactMap { $0["account_id"]?.string }).count >= Self.events / 10)
      #expect(daemon.end(SIGTERM) == 0)
      #expect(server.end().connections > 0)
      #expect(try count("outreach", folder) == "\(Self.approaches) \(Self.approaches)")
    }
  }

  /// A port of loopback on which connections are made and nothing is answered.
  private func silentPort(_ body: (UInt16) throws -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(isBound)
    try body(UInt16(bigEndian: address.sin_port))
  }

  @Test(
    "A server that never answers is one gap from the first try on, however often it is tried again, streamed or polled",
    arguments: ["jetstream", "mastodon"])
  func silent(plugin: String) throws {
    try withFolder { (folder: URL) throws in
      try silentPort { port in
        var arguments = try configuration(folder, "ws://127.0.0.1:\(port)", ", timeout: 1")
        if plugin == "mastodon" {
          let path = folder.appendingPathComponent("polled.yaml").path
          let yaml = """
            sources:
              - name: fediverse
                plugin: mastodon
                parameters: {url: "http://127.0.0.1:\(port)", domain: d.example, accounts: [a@b.example], timeout: 1}
            """
          try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
          arguments = ["--config", path]
        }
        let daemon = try RunningDaemon(in: folder, arguments)
        let client = try daemon.client()
        let events = try daemon.client()
        try events.call("subscribe", ["topics": ["source"], "from": 0])
        // The gap is there with a conclusion after the event. There is always another try, at which it is looked for.
        func gap() throws -> JSONValue? {
          for _ in 0..<6 {
            try events.wait(for: 1, states: ["retrying"])
            let gaps = try client.call("engine.stats")["gaps"]?.elements ?? []
            if let one = gaps.first(where: { $0["kind"] == "source_interrupted" }) { return one }
          }
          return nil
        }
        let first = try #require(try gap())
        let later = try #require(try gap())
        #expect(first["from"] != nil)
        #expect(first["from"] == later["from"])
        if plugin == "jetstream" { #expect(later["reason"]?.string?.contains("no WebSocket within 1 s") == true) }
        #expect(daemon.end(SIGTERM) == 0)
      }
    }
  }

  @Test("TLS is verified: a certificate of an authority that is not trusted is refused, and of one that is heard")
  func certificates() throws {
    try withFolder { (folder: URL) throws in
      let (key, certificate) = (folder.path + "/key.pem", folder.path + "/cert.pem")
      let made = Process()
      made.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      made.arguments = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      ]
      made.standardError = FileHandle.nullDevice
      try made.run()
      made.waitUntilExit()
      try #require(made.terminationStatus == 0)
      let server = try ServedJetstream(["--events", "50", "--certificate", certificate, "--key", key])
      let url = "wss://localhost:\(server.port)/subscribe"
      do {
        let daemon = try RunningDaemon(in: folder, try configuration(folder, url))
        let client = try daemon.client()
        try client.call("subscribe", ["topics": ["source"], "from": 0])
        var record: JSONValue?
        while record?["state"] != "retrying" { record = try client.nextNotification().params["record"] }
        #expect(record?["error"]?.string?.contains("certificate") == true)
        #expect(daemon.end(SIGTERM) == 0)
      }
      let daemon = try RunningDaemon(in: folder, try configuration(folder, url, ", certificates: \"\(certificate)\""))
      try hear(try daemon.client())
      #expect(daemon.end(SIGTERM) == 0)
      #expect(try count("outreach", folder) == "16 16")
    }
  }
}
