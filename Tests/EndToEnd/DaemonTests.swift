import Foundation
import JSON
import RPC
import TestSupport
import Testing

/// A lab story in a folder, and what analyze makes of it.
private func withStory(_ body: (URL, _ signals: [JSONValue], _ cases: [JSONValue]) throws -> Void) throws {
  try withFolder { (folder: URL) throws in
    let world = folder.appendingPathComponent("world")
    #expect(try run("vedette-lab", ["make", world.path, "--seed", "5"]).status == 0)
    func path(_ name: String) -> String { world.appendingPathComponent(name).path }
    let analysis = try run(
      "vedette",
      [
        "analyze", "--output", "json", "--records", "signal,case", "--roster", path("roster.yaml"), "--personas",
        "evidence:" + path("personas.jsonl"), "--processes", "winevent:" + path("windows-events.jsonl"), "--processes",
        "linux-audit:" + path("linux-audit.log"), path("capture.pcap"),
      ])
    #expect(analysis.status == 0, "\(analysis.errors)")
    let records = try analysis.records
    try body(
      folder, records.filter { $0["type"]?.string == "signal" }, records.filter { $0["type"]?.string == "case" })
  }
}

/// For a daemon that goes on with the story's store, without reading its files again.
private func rosterOnly(_ folder: URL) -> [String] { ["--set", "roster=\(folder.path)/world/roster.yaml"] }

/// A case without its id, which is that of what was found first.
private func bare(_ cases: [JSONValue]) -> [String] {
  cases.filter { $0["status"] != "closed" }.map { one in
    JSONValue.object((one.members ?? []).filter { $0.0 != "id" }).description
  }.sorted()
}

private func bare(signals: [JSONValue]) -> [String] {
  signals.map { one in JSONValue.object((one.members ?? []).filter { $0.0 != "source" }).description }.sorted()
}

@Suite struct DaemonTests {
  @Test("The same evidence gives the same signals and cases through the daemon as through analyze")
  func sameCases() throws {
    try withStory { folder, signals, cases in
      let daemon = try RunningDaemon(in: folder, ["--config", try storyConfiguration(folder)])
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["source", "capture"], "from": 0])
      try client.wait(for: 4, states: ["finished", "failed"])
      #expect(daemon.end(SIGTERM) == 0)
      // What was concluded at the end is in the store, and the next daemon concludes the same.
      for _ in 0..<2 {
        let again = try RunningDaemon(in: folder, rosterOnly(folder))
        let client = try again.client()
        #expect(bare(try client.all("case.list")) == bare(cases))
        #expect(bare(signals: try client.all("signal.list", [("limit", 100)])) == bare(signals: signals))
        #expect(again.end(SIGTERM) == 0)
      }
    }
  }

  @Test("A daemon that is killed in the middle goes on where it was: nothing is lost, nothing doubled")
  func killed() throws {
    try withStory { folder, signals, cases in
      let arguments = ["--config", try storyConfiguration(folder)]
      var daemon = try RunningDaemon(in: folder, arguments)
      var client = try daemon.client()
      try client.call("subscribe", ["topics": ["connection"], "from": 0])
      while try client.nextNotification().params["topic"] != "connection" {}
      #expect(daemon.end(SIGKILL) == -SIGKILL)

      daemon = try RunningDaemon(in: folder, arguments)
      client = try daemon.client()
      try client.call("subscribe", ["topics": ["source", "capture"], "from": 0])
      try client.wait(for: 4, states: ["finished", "failed"])
      #expect(daemon.end(SIGTERM) == 0)
      daemon = try RunningDaemon(in: folder, rosterOnly(folder))
      client = try daemon.client()
      #expect(bare(try client.all("case.list")) == bare(cases))
      #expect(bare(signals: try client.all("signal.list")) == bare(signals: signals))
    }
  }

  @Test("Evidence that is submitted is stored once, and the answer says which was refused and where")
  func submit() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      let good: JSONValue = [
        "type": "persona", "time": "2026-01-01T00:00:00Z", "platform": "x", "account_id": "1", "handle": "a",
        "display_name": "A", "id": "p1",
      ]
      let bad: JSONValue = ["type": "persona", "time": "yesterday"]
      let answer = try client.call("evidence.submit", ["observations": [good, bad, good]])
      #expect(answer["stored"] == 1)
      #expect(answer["known"] == [2])
      #expect(answer["ids"] == ["p1", .null, "p1"])
      #expect(answer["refused"]?.elements?.first?["index"] == 1)
      #expect(answer["refused"]?.elements?.first?["field"] == "time")
      let contract = try Contract.vedette()
      #expect(contract.fault(inResult: try JSONReader().parse(answer.description), of: "evidence.submit") == nil)
      #expect(try client.all("persona.list").count == 1)
    }
  }

  @Test("What cannot be opened is refused at once, and the lists can be asked for what failed")
  func cannotOpen() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      for (method, params) in [
        ("capture.start", ["file": "/nonexistent.pcap"] as JSONValue),
        ("capture.start", ["interface": "no-such-if"]),
        ("source.add", ["name": "x", "plugin": "evidence", "file": "/nonexistent.jsonl"]),
      ] {
        let error = #expect(throws: RPCClientError.self) { try client.call(method, params) }
        guard case .refused(let refusal)? = error else { return #expect(Bool(false), "\(method)") }
        #expect(refusal.code == -32000)
      }
      #expect(try client.all("capture.list", [("filter", ["file": "/nonexistent.pcap"])]).count == 1)
      #expect(try client.all("capture.list", [("filter", ["state": "running"])]).isEmpty)
      #expect(
        try client.all("capture.list", [("limit", 1), ("order", "desc")]).compactMap { $0["id"]?.string }
          == ["capture-2", "capture-1"])
      #expect(try client.call("source.remove", ["name": "x"]) == ["removed": true])
      #expect(try client.all("source.list").isEmpty)
    }
  }

  @Test("A roster that was put is in force, and outlives a restart; SIGHUP goes back to the file")
  func roster() throws {
    try withFolder { (folder: URL) throws in
      let file = folder.appendingPathComponent("roster.yaml")
      try Data("people: [{id: e1, name: Ana Lind}]\n".utf8).write(to: file)
      let arguments = ["--set", "roster=\(file.path)"]
      var daemon = try RunningDaemon(in: folder, arguments)
      #expect(
        try daemon.client().call(
          "roster.put", ["roster": ["people": [["id": "e2", "name": "Bo Ek"], ["id": "e3", "name": "Cy Dahl"]]]])[
            "people"]
          == 2)
      #expect(daemon.end(SIGTERM) == 0)
      daemon = try RunningDaemon(in: folder, arguments)
      let client = try daemon.client()
      try client.call("subscribe")
      #expect(try client.call("engine.status")["people"] == 2)
      #expect(daemon.send(SIGHUP, until: "read again"))
      #expect(try client.call("engine.status")["people"] == 1)
    }
  }

  @Test("A store or a socket that another daemon has is one line and status 2; a socket that nobody has is replaced")
  func inUse() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let store = folder.appendingPathComponent("v.db").path
      for arguments in [
        ["rpc.unix=\(folder.path)/other.sock", "store.path=\(store)"],
        ["rpc.unix=\(daemon.socket)", "store.path=\(folder.path)/other.db"],
      ] {
        let second = try run("vedette", ["serve"] + arguments.flatMap { ["--set", $0] })
        #expect(second.status == 2)
        #expect(second.errors.split(separator: "\n").count == 1, "\(second.errors)")
      }
      #expect(daemon.end(SIGKILL) == -SIGKILL)
      let next = try RunningDaemon(in: folder)
      #expect(try next.client().call("engine.status")["state"] == "running")
    }
  }

  @Test("engine.shutdown ends the daemon with 0, and what was subscribed to comes to its end")
  func shutdown() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      #expect(try daemon.client().call("engine.shutdown", ["reason": "test"]) == ["stopping": true])
      #expect(daemon.wait() == 0)
      #expect(!FileManager.default.fileExists(atPath: daemon.socket))
    }
  }
}
