// An analyst's word, as it is given: over JSON-RPC, by hand and in the configuration.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

@Suite struct SuppressionsEndToEnd {
  private let people = ["Guilherme Barroso", "Ann Vale", "Bob Reed", "Cleo Marsh", "Dan Holt", "Eve Lind"]

  private var roster: String {
    let lines = people.enumerated().map { at, name in
      "  - {id: e\(at), name: \(name), accounts: [{platform: linkedin, account_id: \"10\(at)\"}]}"
    }
    return "organisation: {names: [Aurora Textiles], domains: [aurora.example]}\npeople:\n"
      + lines.joined(separator: "\n") + "\n"
  }

  /// A day-old account with the name and the employer of one of them writes to the five others.
  private var evidence: [JSONValue] {
    let persona: JSONValue = [
      "type": "persona", "time": "2026-03-02T09:00:00Z", "platform": "linkedin", "account_id": "666",
      "handle": "gbarroso", "display_name": "Guilherme Barroso", "created_at": "2026-03-01T09:00:00Z",
      "employer": "Aurora Textiles", "bio": "Finance Director at Aurora Textiles",
    ]
    return [persona]
      + (1...5).map { at in
        [
          "type": "outreach", "time": .string("2026-03-02T09:1\(at):00Z"), "platform": "linkedin",
          "kind": "direct_message", "from": ["account_id": "666"], "to": ["employee": .string("e\(at)")],
          "text": "Could you look at this invoice today?",
        ]
      }
  }

  private func write(_ text: String, _ folder: URL, _ name: String) throws -> String {
    let file = folder.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// Waits for a case that is closed, or one that is not.
  private func wait(_ client: RPCClient, closed: Bool) throws -> JSONValue {
    while true {
      let record = try client.nextNotification().params["record"]
      if let record, record["type"] == "case", (record["status"] == "closed") == closed { return record }
    }
  }

  @Test(
    "A suppressed persona's case is closed with who and why, its signals stay and say so; taken back, the case is there again"
  )
  func daemon() throws {
    try withFolder { (folder: URL) throws in
      let arguments = ["--set", "roster=\(try write(roster, folder, "roster.yaml"))"]
      var daemon = try RunningDaemon(in: folder, arguments)
      var client = try daemon.client()
      let watcher = try daemon.client()
      try watcher.call("subscribe", ["topics": ["case"], "from": 0])
      try client.call("evidence.submit", ["observations": .array(evidence)])
      let id = try wait(watcher, closed: false)["id"]

      let added = try run(
        "vedette",
        [
          "suppressions", "add", "--socket", daemon.socket, "--persona", "linkedin/666", "--reason", "a drill of ours",
          "--until", "2026-06-01T00:00:00Z",
        ])
      #expect(added.status == 0, "\(added.errors)")
      let closed = try wait(watcher, closed: true)
      #expect(closed["id"] == id)
      let last = closed["timeline"]?.elements?.last?["text"]?.string ?? ""
      #expect(last.hasPrefix("Suppressed by ") && last.hasSuffix(": a drill of ours"))
      let signals = try client.all("signal.list")
      #expect(signals.contains { $0["analytic"] == "persona.risk" })
      #expect(signals.allSatisfy { $0["suppressed"]?["reason"] == "a drill of ours" })
      let listed = try client.all("suppression.list")
      #expect(listed.map { $0["signals"]?.int64 } == [Int64(signals.count)])
      #expect(listed.first?["about"] == "persona linkedin/666")
      let page = try client.call("suppression.list")
      let contract = try Contract.vedette()
      #expect(contract.fault(inResult: try JSONReader().parse(page.description), of: "suppression.list") == nil)
      #expect(daemon.end(SIGTERM) == 0)

      // It outlives a restart.
      daemon = try RunningDaemon(in: folder, arguments)
      client = try daemon.client()
      try client.call("subscribe", ["topics": ["case"], "from": 0])
      let suppression = added.output.trimmingCharacters(in: .newlines)
      #expect(try client.all("suppression.list").map { $0["id"]?.string } == [suppression])
      let removed = try run("vedette", ["suppressions", "remove", "--socket", daemon.socket, suppression])
      #expect(removed.status == 0, "\(removed.errors)")
      #expect(try wait(client, closed: false)["id"] == id)
      #expect(try client.all("signal.list").allSatisfy { $0["suppressed"] == nil })
      #expect(try run("vedette", ["suppressions", "remove", "--socket", daemon.socket, suppression]).status == 1)
    }
  }

  @Test("What comes after its end raises a case, though the same account was suppressed before")
  func over() throws {
    try withFolder { (folder: URL) throws in
      for (until, cases) in [("2026-03-02T09:30:00Z", 0), ("2026-03-02T09:15:00Z", 1)] {
        let config = try write(
          """
          roster: \(try write(roster, folder, "roster.yaml"))
          suppressions:
            - {persona: {platform: linkedin, handle: "@GBarroso"}, reason: a drill, by: ann, until: \(until)}
          """, folder, "v.yaml")
        let personas = try write(
          evidence.map { $0.description + "\n" }.joined(), folder, "personas.jsonl")
        let run = try run("vedette", ["analyze", "--output", "json", "--config", config, "--personas", personas])
        #expect(run.status == 0, "\(run.errors)")
        let records = try run.records
        #expect(records.filter { $0["type"] == "case" }.count == cases)
        let risks = records.filter { $0["analytic"] == "persona.risk" }
        #expect(risks.map { $0["suppressed"]?["by"]?.string } == [cases == 0 ? "ann" : nil])
        #expect((records.last?["counters"]?["signals_suppressed"]?.int64 ?? 0 > 0) == (cases == 0))
      }
    }
  }

  @Test("A suppression that says nothing of what, of why, or names nothing that there is, is refused")
  func refused() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      for params: JSONValue in [
        [:], ["reason": "r"], ["host": "h"], ["host": "h", "reason": "r", "until": "soon"],
        ["host": "h", "reason": "r", "analytic": "everything"], ["persona": ["platform": "x"], "reason": "r"],
      ] {
        let error = #expect(throws: RPCClientError.self) { try client.call("suppression.add", params) }
        guard case .refused(let refusal)? = error else { return #expect(Bool(false), "\(params)") }
        #expect(refusal.code == -32602)
      }
      #expect(try client.all("suppression.list").isEmpty)
      #expect(try run("vedette", ["suppressions", "add", "--reason", "r"]).status == 2)
    }
  }
}
