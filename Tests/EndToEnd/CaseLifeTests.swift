// A case in an analyst's hands: assigned, commented, escalated, closed with a verdict, and what is learned of that.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

@Suite struct CaseLifeTests {
  private let roster = Rosters.aurora

  private func approach(_ to: Int, day: Int) -> JSONValue {
    [
      "type": "outreach", "time": .string("2026-03-0\(day)T09:1\(to):00Z"), "platform": "linkedin",
      "kind": "direct_message", "from": ["account_id": "666"], "to": ["employee": .string("e\(to)")],
      "text": "Could you look at this invoice today?",
    ]
  }

  /// A day-old account with the name and the employer of one of them writes to the five others.
  private var evidence: [JSONValue] {
    let persona: JSONValue = [
      "type": "persona", "time": "2026-03-02T09:00:00Z", "platform": "linkedin", "account_id": "666",
      "handle": "gbarroso", "display_name": "Guilherme Barroso", "created_at": "2026-03-01T09:00:00Z",
      "employer": "Aurora Textiles", "bio": "Finance Director at Aurora Textiles",
    ]
    return [persona] + (1...5).map { approach($0, day: 2) }
  }

  private func start(in folder: URL) throws -> RunningDaemon {
    let file = folder.appendingPathComponent("roster.yaml")
    try Data(roster.utf8).write(to: file)
    return try RunningDaemon(in: folder, ["--set", "roster=\(file.path)"])
  }

  /// Waits for a case of a status.
  private func wait(_ client: RPCClient, _ status: String) throws -> JSONValue {
    while true {
      let record = try client.nextNotification().params["record"]
      if let record, record["type"] == "case", record["status"]?.string == status { return record }
    }
  }

  private func lines(_ one: JSONValue) -> [String] {
    (one["timeline"]?.elements ?? []).filter { $0["stream"] == "case" }.compactMap { $0["text"]?.string }
  }

  @Test(
    "Closed as benign, a case teaches suppressions that name who, why and until when, and no conclusion opens it again")
  func benign() throws {
    try withFolder { (folder: URL) throws in
      var daemon = try start(in: folder)
      var client = try daemon.client()
      let watcher = try daemon.client()
      try watcher.call("subscribe", ["topics": ["case"], "from": 0])
      try client.call("evidence.submit", ["observations": .array(evidence)])
      let id = try #require(try wait(watcher, "new")["id"]?.string)

      let contract = try Contract.vedette()
      func checked(_ method: String, _ params: JSONValue) throws -> JSONValue {
        let answer = try client.call(method, params)
        #expect(contract.fault(inResult: try JSONReader().parse(answer.description), of: method) == nil)
        return answer
      }
      #expect(try checked("case.comment", ["id": .string(id), "text": "looks odd"])["status"] == "triaged")
      #expect(try checked("case.assign", ["id": .string(id), "to": "bob"])["assignee"] == "bob")
      #expect(try checked("case.escalate", ["id": .string(id), "reason": "to the desk"])["status"] == "escalated")
      let closed = try checked(
        "case.close",
        ["id": .string(id), "verdict": "benign", "reason": "a drill of ours", "until": "2026-06-01T00:00:00Z"])
      #expect(closed["case"]?["closure"]?["verdict"] == "benign")
      #expect(closed["learned"]?.elements?.compactMap { $0["about"]?.string } == ["persona linkedin/666"])
      let learned = try client.all("suppression.list")
      #expect(learned.count == 1)
      #expect(learned.first?["reason"]?.string == "a drill of ours (\(id))")
      #expect(learned.first?["until"]?.string?.hasPrefix("2026-06-01") == true)
      #expect(lines(try wait(watcher, "closed")).last?.hasPrefix("Closed as benign by ") == true)

      // The next conclusion, on more of the same, raises nothing.
      try client.call("evidence.submit", ["observations": .array([approach(1, day: 3)])])
      #expect(daemon.end(SIGTERM) == 0)
      daemon = try start(in: folder)
      client = try daemon.client()
      let cases = try client.all("case.list")
      #expect(cases.map { $0["status"]?.string } == ["closed"])
      #expect(cases.first.map { lines($0).count } == 4)
      let signals = try client.all("signal.list")
      #expect(signals.contains { $0["analytic"] == "persona.risk" })

      // Nobody closes it twice, and nobody makes up cases.
      for (method, params) in [
        ("case.close", ["id": .string(id), "verdict": "benign", "reason": "x"] as JSONValue),
        ("case.escalate", ["id": .string(id), "reason": "x"]), ("case.comment", ["id": "none", "text": "x"]),
        ("case.close", ["id": .string(id), "verdict": "perhaps", "reason": "x"]),
        ("case.close", ["id": .string(id), "verdict": "benign"]),
      ] {
        #expect(throws: (any Error).self) { try client.call(method, params) }
      }
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  @Test("Closed as a true positive, a case stays closed until its account goes on; the command line says so")
  func truePositive() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try start(in: folder)
      let client = try daemon.client()
      let watcher = try daemon.client()
      try watcher.call("subscribe", ["topics": ["case"], "from": 0])
      try client.call("evidence.submit", ["observations": .array(evidence)])
      let id = try #require(try wait(watcher, "new")["id"]?.string)
      let said = try run(
        "vedette",
        ["case", "--socket", daemon.socket, id, "close", "--verdict", "true-positive", "the account was taken down"])
      #expect(said.status == 0, "\(said.errors)")
      #expect(said.output == "\(id) is closed\n")
      _ = try wait(watcher, "closed")
      #expect(try client.all("suppression.list").isEmpty)
      let shown = try run("vedette", ["case", "--socket", daemon.socket, id])
      #expect(shown.output.contains("closed as a true positive by "))
      try client.call("evidence.submit", ["observations": .array([approach(2, day: 4)])])
      let again = try wait(watcher, "triaged")
      #expect(again["id"]?.string == id)
      #expect(lines(again).last?.hasPrefix("Open again: ") == true)
      #expect(try run("vedette", ["case", "--socket", daemon.socket, id, "close", "no verdict"]).status == 2)
      #expect(daemon.end(SIGTERM) == 0)
    }
  }
}
