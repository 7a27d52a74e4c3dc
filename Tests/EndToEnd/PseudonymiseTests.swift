// Persons outside the roster by pseudonyms: what is written, stored and told.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

@Suite struct PseudonymiseTests {
  private let roster = Rosters.aurora

  /// A day-old account claims to be of the house and writes to five of its people.
  private var evidence: [JSONValue] {
    let persona: JSONValue = [
      "type": "persona", "time": "2026-03-02T09:00:00Z", "platform": "linkedin", "account_id": "ashgrove-666",
      "handle": "wendell.ashgrove", "display_name": "Wendell Ashgrove", "created_at": "2026-03-01T09:00:00Z",
      "employer": "Aurora Textiles", "bio": "Ashgrove, Finance Director at Aurora Textiles",
    ]
    return [persona]
      + (1...5).map { at in
        [
          "type": "outreach", "time": .string("2026-03-02T09:1\(at):00Z"), "platform": "linkedin",
          "kind": "direct_message", "from": ["account_id": "ashgrove-666"], "to": ["employee": .string("e\(at)")],
          "text": "Ashgrove here. Could you look at this invoice today?",
        ]
      }
  }

  private func prepare(_ folder: URL) throws -> String {
    func write(_ text: String, _ name: String) throws -> String {
      let file = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      return file.path
    }
    _ = try write(evidence.map { $0.description + "\n" }.joined(), "personas.jsonl")
    return try write(
      """
      roster: \(try write(roster, "roster.yaml"))
      secrets: [{name: pseudonyms, value: a key of at least sixteen bytes}]
      privacy: {pseudonymise: true, key: pseudonyms}
      """, "v.yaml")
  }

  /// What the files of a store hold, in lower case.
  private func stored(_ folder: URL, _ name: String) throws -> String {
    try ["", "-wal"].map { ending in
      let file = folder.appendingPathComponent(name + ending)
      return (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
    }.joined()
  }

  @Test("Neither what analyze writes nor what it stores names a stranger, and the score is that of the real name")
  func analyze() throws {
    try withFolder { folder in
      let config = try prepare(folder)
      func score(_ more: [String]) throws -> (Double?, String) {
        let run = try run(
          "vedette",
          ["analyze", "--output", "json", "--config", config, "--personas", "evidence:personas.jsonl"] + more,
          in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let risks = try run.records.filter { $0["analytic"] == "persona.risk" }
        return (risks.compactMap { $0["score"]?.double }.max(), run.output.lowercased())
      }
      let (hidden, output) = try score(["--store", "v.db"])
      let (plain, named) = try score(["--set", "privacy.pseudonymise=false"])
      #expect(hidden != nil && hidden == plain)
      #expect(named.contains("ashgrove") && !output.contains("ashgrove"))
      let kept = try stored(folder, "v.db")
      #expect(kept.contains("persona.risk") && !kept.contains("ashgrove"))
    }
  }

  @Test("Without its key nothing is read or stored", arguments: ["privacy.key=other", "privacy.key="])
  func key(setting: String) throws {
    try withFolder { folder in
      let config = try prepare(folder)
      let run = try run(
        "vedette", ["analyze", "--config", config, "--personas", "evidence:personas.jsonl", "--set", setting],
        in: folder)
      #expect(run.status == 2)
      #expect(run.errors.contains("privacy"))
      #expect(!run.output.lowercased().contains("ashgrove"))
    }
  }

  @Test("The daemon tells and stores pseudonyms, is asked by either name, and keeps its cases over a restart")
  func daemon() throws {
    try withFolder { folder in
      let config = try prepare(folder)
      var daemon = try RunningDaemon(in: folder, ["--config", config])
      var client = try daemon.client()
      try client.call("subscribe", ["topics": ["case"], "from": 0])
      try client.call("evidence.submit", ["observations": .array(evidence)])
      while try client.nextNotification().params["record"]?["type"] != "case" {}
      let personas = try client.all("persona.list")
      let id = try #require(personas.first?["account_id"]?.string)
      #expect(id.hasPrefix("p-"))
      for asked in [id, "ashgrove-666"] {
        let told = try client.call("persona.explain", ["platform": "linkedin", "account_id": .string(asked)])
        #expect(told["account_id"]?.string == id)
      }
      let cases = try client.all("case.list").map { $0["id"]?.string }
      let signals = try client.all("signal.list").count
      #expect(!cases.isEmpty && signals > 0)
      for one in cases {
        let bundle = try client.call("case.export", ["id": .string(one ?? "")])
        #expect(bundle["reasons"]?.elements?.contains { $0["account_id"]?.string == id } == true)
        #expect(bundle["evidence"]?.elements?.isEmpty == false)
        #expect(!bundle.description.lowercased().contains("ashgrove"))
      }
      let snapshot = try client.call("persona.get", ["id": personas.first?["id"] ?? .null])
      #expect(snapshot == personas.first)
      #expect(daemon.end(SIGTERM) == 0)
      #expect(try !stored(folder, "v.db").contains("ashgrove"))

      daemon = try RunningDaemon(in: folder, ["--config", config])
      client = try daemon.client()
      #expect(try client.all("case.list").map { $0["id"]?.string } == cases)
      #expect(try client.all("signal.list").count == signals)
      #expect(daemon.end(SIGTERM) == 0)
    }
  }
}
