// Sources that are swapped, paused and resumed while their records flow.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

/// Processes of a host, as an evidence file has them.
private func evidence(_ host: String, _ numbers: Range<Int>) -> String {
  numbers.map {
    #"{"type":"process","id":"\#(host)-\#($0)","time":"2026-01-01T00:00:00Z","host":"\#(host)","pid":\#($0 + 1),"#
      + #""image":"/bin/true"}"# + "\n"
  }.joined()
}

/// Processes of a host, as the fixture `lines` reads them.
private func lines(_ host: String, _ numbers: Range<Int>) -> String {
  numbers.map { "process \(host) \($0 + 1) /bin/true\n" }.joined()
}

extension RPCClient {
  /// The ids of all processes in the store, each as often as it is there.
  fileprivate func processIDs() throws -> [String] {
    try all("process.list", [("limit", 1000)]).compactMap { $0["id"]?.string }
  }

  fileprivate func count(of host: String) throws -> Int {
    try all("process.list", [("limit", 1000), ("filter", ["host": .string(host)])]).count
  }

  /// Waits for the events of so many processes of a host.
  fileprivate func wait(for count: Int, of host: String) throws {
    var left = count
    while left > 0 {
      if try nextNotification().params["record"]?["host"]?.string == host { left -= 1 }
    }
  }

  fileprivate func state(of source: String) throws -> String? {
    try all("source.list").first { $0["name"]?.string == source }?["state"]?.string
  }

  /// The gaps of interrupted sources, once a conclusion was drawn after which they are as wanted.
  fileprivate func gaps(until isWanted: ([JSONValue]) -> Bool) throws -> [JSONValue] {
    var gaps: [JSONValue] = []
    for _ in 0..<200_000 {
      gaps = (try call("engine.stats")["gaps"]?.elements ?? []).filter { $0["kind"] == "source_interrupted" }
      if isWanted(gaps) { break }
    }
    return gaps
  }

  fileprivate func refusal(_ method: String, _ params: JSONValue) throws -> RPCError? {
    do {
      _ = try call(method, params)
      return nil
    } catch RPCClientError.refused(let error) {
      return error
    }
  }
}

@Suite("Sources that are changed while they run", .serialized)
struct SourceSwapTests {
  /// The fixture that follows a growing file, as `--set` names it.
  private func following(in folder: URL) throws -> [String] {
    let shelf = folder.appendingPathComponent("plugins")
    try FileManager.default.createDirectory(at: shelf, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: try FixturePlugins.build("lines", ["FOLLOW": ""]),
      toPath: shelf.appendingPathComponent("libprocess_follow.so").path)
    return ["--set", "plugins.path=\(shelf.path)"]
  }

  @Test("Swapped in the middle of its file and back, again and again, sources store each record once and lose none")
  func swapUnderFlow() throws {
    try withFolder { (folder: URL) throws in
      let count = 12_000
      let files = try ["alpha", "beta"].map { host in
        let file = folder.appendingPathComponent(host + ".jsonl")
        try Data(evidence(host, 0..<count).utf8).write(to: file)
        return file.path
      }
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["process"], "from": 0])
      func order(_ file: String) -> JSONValue { ["name": "feed", "plugin": "evidence", "file": .string(file)] }
      try client.call("source.add", order(files[0]))
      try client.wait(for: 1, of: "alpha")
      for turn in 1...4 {
        let swapped = try client.call("source.swap", order(files[turn % 2]))
        #expect(swapped["file"]?.string == files[turn % 2])
        #expect(try client.all("source.list").count == 1)
      }
      // Each is read to its end: the one that is there, then the other.
      let events = try daemon.client()
      try events.call("subscribe", ["topics": ["source"], "from": 0])
      for file in files {
        if try client.all("source.list").first?["file"]?.string != file {
          try client.call("source.swap", order(file))
        }
        while try client.state(of: "feed") != "finished" { _ = try events.nextNotification() }
      }
      let wanted = ["alpha", "beta"].flatMap { host in (0..<count).map { "\(host)-\($0)" } }
      let stored = try client.processIDs()
      #expect(stored.count == wanted.count)
      #expect(Set(stored) == Set(wanted))
    }
  }

  @Test("A source that is swapped for another and back goes on where it stopped, with what came meanwhile")
  func swapBack() throws {
    try withFolder { (folder: URL) throws in
      let live = try FixturePlugins.write(lines("live", 0..<1500), to: "live-\(UUID().uuidString).txt")
      let recorded = folder.appendingPathComponent("recorded.jsonl").path
      try Data(evidence("recorded", 0..<10).utf8).write(to: URL(fileURLWithPath: recorded))
      let daemon = try RunningDaemon(in: folder, try following(in: folder))
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["process"], "from": 0])
      let liveOrder: JSONValue = ["name": "feed", "plugin": "lines", "file": .string(live)]
      try client.call("source.add", liveOrder)
      try client.wait(for: 1500, of: "live")
      try client.call("source.swap", ["name": "feed", "plugin": "evidence", "file": .string(recorded)])
      try client.wait(for: 10, of: "recorded")
      try append(Array(lines("live", 1500..<1600).utf8), to: live)
      let back = try client.call("source.swap", liveOrder)
      #expect(back["state"] == "running")
      try client.wait(for: 100, of: "live")
      // A hundred records were read, not all again.
      let removed = try client.all("source.list").first
      #expect(removed?["records"] == 100)
      #expect(try client.count(of: "live") == 1600)
      #expect(try client.count(of: "recorded") == 10)
    }
  }

  @Test(
    "A source that cannot be opened, or begins with nothing that is a record, is refused, and the old one goes on",
    arguments: [("absent.jsonl", nil), ("empty-of-records.jsonl", "no record\nnor this\n")] as [(String, String?)])
  func refused(_ name: String, _ text: String?) throws {
    try withFolder { (folder: URL) throws in
      let live = try FixturePlugins.write(lines("live", 0..<3), to: "live-\(UUID().uuidString).txt")
      let other = folder.appendingPathComponent(name)
      if let text { try Data(text.utf8).write(to: other) }
      let daemon = try RunningDaemon(in: folder, try following(in: folder))
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["process"], "from": 0])
      try client.call("source.add", ["name": "feed", "plugin": "lines", "file": .string(live)])
      try client.wait(for: 3, of: "live")
      let error = try client.refusal(
        "source.swap", ["name": "feed", "plugin": "evidence", "file": .string(other.path)])
      #expect(error?.code == -32000)
      #expect(error?.data?["reason"]?.string?.hasPrefix("feed goes on as it was: ") == true)
      try append(Array(lines("live", 3..<5).utf8), to: live)
      try client.wait(for: 2, of: "live")
      #expect(try client.all("source.list").first?["plugin"] == "lines")
    }
  }

  @Test(
    "A paused source stays listed and reads nothing, is a gap if there is something to see, and goes on when resumed")
  func pause() throws {
    try withFolder { (folder: URL) throws in
      let live = try FixturePlugins.write(lines("live", 0..<20), to: "live-\(UUID().uuidString).txt")
      let daemon = try RunningDaemon(in: folder, try following(in: folder))
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["process"], "from": 0])
      // It is read again and again, as its interval says: what it would tell meanwhile is not seen.
      try client.call("source.add", ["name": "feed", "plugin": "lines", "file": .string(live), "every": 3600])
      try client.wait(for: 20, of: "live")
      #expect(try client.call("source.pause", ["name": "feed"])["state"] == "paused")
      #expect(try client.state(of: "feed") == "paused")
      #expect(try client.refusal("source.pause", ["name": "feed"])?.code == -32004)
      try append(Array(lines("live", 20..<25).utf8), to: live)
      #expect(try client.gaps(until: { !$0.isEmpty }).first?["subject"] == "feed")
      #expect(try client.count(of: "live") == 20)
      try client.call("source.resume", ["name": "feed"])
      try client.wait(for: 5, of: "live")
      #expect(try client.gaps(until: \.isEmpty).isEmpty)
      #expect(try client.refusal("source.resume", ["name": "feed"])?.code == -32004)
      #expect(try client.count(of: "live") == 25)
    }
  }

  @Test("The command line adds, pauses, resumes, swaps and removes a source, and says what it is")
  func commands() throws {
    try withFolder { (folder: URL) throws in
      let live = try FixturePlugins.write(lines("live", 0..<3), to: "live-\(UUID().uuidString).txt")
      let recorded = folder.appendingPathComponent("recorded.jsonl").path
      try Data(evidence("recorded", 0..<10).utf8).write(to: URL(fileURLWithPath: recorded))
      let daemon = try RunningDaemon(in: folder, try following(in: folder))
      func vedette(_ words: String...) throws -> Run {
        try run("vedette", ["sources"] + words + ["--socket", daemon.socket])
      }
      #expect(try vedette("add", "feed", "lines", live).status == 0)
      #expect(try vedette("pause", "feed").output == "feed is paused: lines \(live)\n")
      #expect(try vedette("resume", "feed").status == 0)
      let missing = try vedette("swap", "feed", "evidence", "/nonexistent")
      #expect(missing.status == 1)
      #expect(missing.errors.contains("feed goes on as it was"))
      #expect(try vedette("swap", "feed", "evidence", recorded).output.hasSuffix(": evidence \(recorded)\n"))
      #expect(try vedette("list").output.contains("evidence"))
      #expect(try vedette("remove", "feed").output == "removed\n")
      #expect(try vedette("pause", "feed").status == 1)
    }
  }
}
