// A daemon and a Mastodon-shaped server: polling, a rate limit, kill -9, a restart, and nothing missed.

import Foundation
import JSON
import RPC
import Testing

/// `tools/mastodon-server` on a port of its own.
private struct ServedMastodon {
  private let tool: ServedTool
  let port: String

  init(_ arguments: [String]) throws {
    tool = try ServedTool("mastodon-server", arguments)
    port = tool.greeting.last ?? ""
  }

  /// Requests, and how many of them were refused by the rate limit.
  func end() -> (requests: Int, limited: Int) {
    let words = tool.end()
    guard words.count == 4, let requests = Int(words[1]), let limited = Int(words[3]) else { return (0, 0) }
    return (requests, limited)
  }
}

@Suite("The daemon and a Mastodon server")
struct MastodonPollingTests {
  private static let people = 200

  private func configuration(_ folder: URL, _ port: String) throws -> String {
    let token = folder.appendingPathComponent("token")
    try Data("secret-token\n".utf8).write(to: token)
    chmod(token.path, 0o600)
    let path = folder.appendingPathComponent("v.yaml").path
    let yaml = """
      secrets: [{name: mastodon, file: \(token.path)}]
      sources:
        - name: fediverse
          plugin: mastodon
          parameters: {url: "http://127.0.0.1:\(port)", token: mastodon}
      """
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test(
    "A source that is limited, and whose daemon is killed twice, misses nothing and doubles nothing, in a process of its own, too",
    arguments: ["none", "process"])
  func killed(isolation: String) throws {
    try withFolder { (folder: URL) throws in
      let server = try ServedMastodon([
        "--people", "\(Self.people)", "--page", "20", "--limit-every", "7", "--token", "secret-token",
      ])
      let arguments = [
        "--config", try configuration(folder, server.port), "--set", "plugins.isolation=\(isolation)",
      ]
      for records in [30, 170] {
        let daemon = try RunningDaemon(in: folder, arguments)
        let client = try daemon.client()
        try client.call("subscribe", ["topics": ["outreach"], "from": 0])
        for _ in 0..<records { while try client.nextNotification().params["topic"] != "outreach" {} }
        #expect(daemon.end(SIGKILL) == -SIGKILL)
      }
      let daemon = try RunningDaemon(in: folder, arguments)
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["source"], "from": 0])
      var states: [String] = []
      while states.last != "finished", states.last != "failed" {
        let record = try client.nextNotification().params["record"]
        states.append(record?["state"]?.string ?? "")
      }
      #expect(states.last == "finished")
      #expect(states.contains("limited"))
      // What the platform does not show is told as a gap.
      let gaps = try client.call("engine.stats")["gaps"]?.elements ?? []
      #expect(gaps.contains { $0["kind"] == "platform_blind_spot" && $0["subject"] == "fediverse" })
      #expect(daemon.end(SIGTERM) == 0)
      // Each of the people followed and mentioned once, and is one persona of one day.
      #expect(try count("outreach", folder) == "\(2 * Self.people) \(2 * Self.people)")
      #expect(try accounts(folder) == "\(Self.people)")
      let (requests, limited) = server.end()
      #expect(limited > 0)
      #expect(requests > 2 * Self.people / 20)
    }
  }

  private func accounts(_ folder: URL) throws -> String {
    let daemon = try RunningDaemon(in: folder)
    defer { daemon.end(SIGTERM) }
    let personas = try daemon.client().all("persona.list", [("limit", 1000)])
    return "\(Set(personas.compactMap { $0["account_id"]?.string }).count)"
  }
}
