// Plugins that come, change and go in a daemon, also while packets flow.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

extension RPCClient {
  fileprivate func refusal(_ method: String, _ params: JSONValue) throws -> RPCError? {
    do {
      _ = try call(method, params)
      return nil
    } catch RPCClientError.refused(let error) {
      return error
    }
  }

  /// The loads of the fixture, in the order in which they came.
  fileprivate func frames() throws -> [JSONValue] {
    try all("plugin.list", [("filter", ["id": "org.example.frames"])])
  }

  /// Waits for so many transactions of frames, and returns who told them and what, each with its count.
  fileprivate func transactions(_ count: Int, into told: inout [String: Int]) throws {
    var left = count
    while left > 0 {
      let event = try nextNotification().params
      guard event["topic"] == "transaction", let record = event["record"] else { continue }
      let body = record["fields"]?["body"]?.string ?? "?"
      told["\(record["app_proto"]?.string ?? "?") \(body)", default: 0] += 1
      left -= 1
    }
  }

  /// Waits until the capture is over.
  fileprivate func waitForEnd() throws {
    while try nextNotification().params["record"]?["state"]?.string != "finished" {}
  }
}

@Suite("Plugins of a running daemon", .serialized)
struct PluginLifeTests {
  /// A version of one plugin, told by the name of its protocol.
  private func version(_ name: String, _ more: [String: String] = [:]) throws -> String {
    try FixturePlugins.build("frames", ["PROTOCOL": "\"\(name)\""].merging(more) { $1 })
  }

  @Test("A plugin is checked, loaded, reloaded and unloaded by who may, and the audit log has each step")
  func steps() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      let (old, new) = (try version("alpha"), try version("beta"))
      #expect(try client.call("plugin.check", ["path": .string(old)])["loads"] == true)
      #expect(try client.frames().isEmpty)
      let loaded = try client.call("plugin.load", ["path": .string(old)])
      #expect(loaded["state"] == "active")
      #expect(loaded["path"]?.string == old)
      #expect(loaded["sha256"]?.string?.count == 64)

      let conflict = try #require(try client.refusal("plugin.load", ["path": .string(new)]))
      #expect(conflict.description.contains("org.example.frames 1.2.3 is loaded from \(old); plugin.reload it"))
      let check = try client.call("plugin.check", ["path": .string(new)])
      #expect(check["loads"] == false)
      #expect(check["error"]?.string?.contains("plugin.reload it") == true)

      #expect(try client.call("plugin.reload", ["plugin": "frames", "path": .string(new)])["state"] == "active")
      #expect(try client.frames().map { $0["state"] } == ["drained", "active"])
      #expect(try client.call("plugin.unload", ["plugin": "org.example.frames"])["state"] == "drained")
      #expect(try client.refusal("plugin.unload", ["plugin": "frames"])?.code == -32003)
      #expect(try client.refusal("plugin.reload", ["plugin": "frames"])?.code == -32003)

      let lines = try client.all(
        "audit.list", [("filter", ["what": ["plugin.load", "plugin.reload", "plugin.unload"]])]
      )
      .filter { $0["who"] != "daemon" }
      #expect(lines.map { $0["what"] } == ["plugin.load", "plugin.reload", "plugin.unload"])
      #expect(lines.first?["detail"]?.string?.hasPrefix("org.example.frames 1.2.3 from \(old), SHA-256 ") == true)
      #expect(lines.allSatisfy { $0["who"]?.string?.hasPrefix("uid ") == true })
      let newest = try client.call("audit.list", ["limit": 1, "order": "desc"])
      #expect(newest["items"]?.elements?.first?["what"] == "plugin.unload")
      #expect(newest["next"]?.string != nil)
    }
  }

  @Test("What is refused is said, is in the audit log, and changes nothing")
  func refusals() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      let crash = try version("crash", ["AT_LOAD": "abort()"])
      let broken = try version("broken", ["IN_CREATE": "return host->fail(host, VDT_E_CONFIG, VDT_STR(\"not today\"))"])
      let other = try version("other", ["PLUGIN_ID": "\"org.example.other\""])
      let text = folder.appendingPathComponent("libdissector_text.so")
      try Data("no plugin".utf8).write(to: text)
      _ = try client.call("plugin.load", ["path": .string(try version("alpha"))])
      for (path, words) in [
        (crash, "signal 6"), (text.path, "cannot be loaded"), ("libdissector_x.so", "is no absolute path"),
        ("\(folder.path)/none.so", "No such file"), (folder.path, "is no"), (other, "is called 'frames'"),
      ] {
        let error = try #require(try client.refusal("plugin.load", ["path": .string(path)]))
        #expect(error.code == -32000)
        #expect(error.description.contains(words), "\(path): \(error)")
        let verdict = try client.call("plugin.check", ["path": .string(path)])
        #expect(verdict["loads"] == false)
        #expect(verdict["error"]?.string?.contains(words) == true, "\(verdict)")
      }
      for (path, words) in [(broken, "makes no instance: not today"), (other, "is org.example.other, not")] {
        let error = try #require(try client.refusal("plugin.reload", ["plugin": "frames", "path": .string(path)]))
        #expect(error.description.contains(words), "\(path): \(error)")
      }
      #expect(try client.frames().map { $0["state"] } == ["active"])
      let lines = try client.all("audit.list", [("filter", ["what": "plugin.refuse"])])
      #expect(lines.count == 8)
      #expect(lines.first?["detail"]?.string?.contains(crash) == true)
    }
  }

  @Test("Reloaded under traffic, flows end with the version that they began with, and every frame is told once")
  func traffic() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      let pipe = try CapturePipe(in: folder)
      try client.call("subscribe", ["topics": ["transaction", "capture"], "from": 0])
      try client.call("capture.start", ["file": .string(pipe.path), "workers": 2])
      var told: [String: Int] = [:]
      // Nobody knows these.
      pipe.send("before", from: 5000, hosts: 0..<50)
      #expect(try client.call("plugin.load", ["path": .string(try version("alpha"))])["pending"] == nil)
      pipe.send("first", from: 5001, hosts: 0..<50)
      try client.transactions(50, into: &told)
      let reloaded = try client.call("plugin.reload", ["plugin": "frames", "path": .string(try version("beta"))])
      #expect(reloaded["pending"] == nil)
      #expect(try client.frames().map { $0["state"] } == ["draining", "active"])
      #expect(try client.frames().first?["open_sessions"] == 50)
      pipe.send("second", from: 5001, hosts: 0..<50)
      pipe.send("first", from: 5002, hosts: 0..<70)
      try client.transactions(120, into: &told)
      #expect(try client.call("plugin.unload", ["plugin": "frames"])["state"] == "draining")
      pipe.send("second", from: 5002, hosts: 0..<70)
      pipe.send("after", from: 5003, hosts: 0..<50)
      try client.transactions(70, into: &told)
      pipe.end()
      // Each session tells of its close.
      try client.transactions(120, into: &told)
      #expect(
        told == [
          "alpha first": 50, "alpha second": 50, "alpha close": 50, "beta first": 70, "beta second": 70,
          "beta close": 70,
        ])
      try client.waitForEnd()
      let loads = try client.frames()
      #expect(loads.map { $0["state"] } == ["drained", "drained"])
      #expect(loads.map { $0["sessions"] } == [50, 70])
      #expect(loads.map { $0["records"] } == [150, 210])
      #expect(loads.map { $0["cut_sessions"] } == [0, 0])
      #expect(loads.map { $0["open_sessions"] } == [0, 0])
      #expect(try client.all("capture.list").map { $0["packets"] } == [340])
    }
  }

  @Test("Sessions that outlive plugins.drain are cut, and a gap says how many")
  func cut() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder, ["--set", "plugins.drain=10s"])
      let client = try daemon.client()
      let pipe = try CapturePipe(in: folder)
      _ = try client.call("plugin.load", ["path": .string(try version("alpha"))])
      try client.call("subscribe", ["topics": ["transaction", "plugin"]])
      try client.call("capture.start", ["file": .string(pipe.path)])
      var told: [String: Int] = [:]
      pipe.send("first", from: 5000, hosts: 0..<30)
      try client.transactions(30, into: &told)
      #expect(try client.call("plugin.unload", ["plugin": "frames"])["state"] == "draining")
      pipe.pause(9)
      pipe.send("second", from: 5000, hosts: 0..<30)
      try client.transactions(30, into: &told)
      pipe.pause(2)
      // With these the time is over: they are the last that it sees, and it is told of no more.
      pipe.send("third", from: 5000, hosts: 0..<30)
      try client.transactions(60, into: &told)
      #expect(told == ["alpha first": 30, "alpha second": 30, "alpha third": 30, "alpha close": 30])
      while try client.nextNotification().params["record"]?["state"]?.string != "drained" {}
      #expect(try client.frames().map { $0["cut_sessions"] } == [30])
      var gaps: [JSONValue] = []
      for _ in 0..<200_000 where gaps.isEmpty {
        gaps = (try client.call("engine.stats")["gaps"]?.elements ?? []).filter { $0["kind"] == "plugin_drained" }
      }
      #expect(gaps.first?["subject"] == "org.example.frames")
      #expect(gaps.first?["reason"]?.string?.hasPrefix("30 sessions of org.example.frames 1.2.3 had not ended") == true)
      pipe.end()
    }
  }

  @Test("A plugin that sources read by is not unloaded; reloaded, its sources go on where they stopped")
  func sources() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      let (old, new) = (try FixturePlugins.build("lines"), try FixturePlugins.build("lines", ["AGAIN": "1"]))
      _ = try client.call("plugin.load", ["path": .string(old)])
      let file = folder.appendingPathComponent("lines.txt")
      try Data("process host 1 /bin/true\n".utf8).write(to: file)
      try client.call("subscribe", ["topics": ["process", "source"], "from": 0])
      _ = try client.call("source.add", ["name": "s", "plugin": "lines", "file": .string(file.path), "every": 1])
      while try client.nextNotification().params["topic"] != "process" {}
      let error = try #require(try client.refusal("plugin.unload", ["plugin": "lines"]))
      #expect(error.description.contains("is read by s"))
      #expect(try client.call("plugin.reload", ["plugin": "lines", "path": .string(new)])["state"] == "active")
      let handle = try #require(FileHandle(forWritingAtPath: file.path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("process host 2 /bin/true\n".utf8))
      try handle.close()
      while try client.nextNotification().params["record"]?["pid"] != 2 {}
      #expect(try client.all("process.list").count == 2)
    }
  }

  @Test("One over its budget is throttled, then parked, and each step is said; reloaded, it is asked again")
  func budget() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(
        in: folder, ["--set", "plugins.budget.time_per_call=50us", "--set", "plugins.budget.window=0s"])
      let client = try daemon.client()
      // Each frame costs it three times what it may take.
      _ = try client.call("plugin.load", ["path": .string(try version("slow", ["IN_DATA": "usleep(150)"]))])
      let pipe = try CapturePipe(in: folder)
      try client.call("subscribe", ["topics": ["plugin"]])
      try client.call("capture.start", ["file": .string(pipe.path)])
      for state in ["throttled", "parked"] {
        // Twice as many as it takes: 64 calls are timed, one in 64.
        for _ in 0..<2 * 64 { pipe.send("x", from: 5001, hosts: 0..<64) }
        while try client.nextNotification().params["record"]?["state"]?.string != state {}
      }
      let parked = try #require(try client.frames().first)
      #expect(parked["reason"]?.string?.hasPrefix("takes ") == true)
      #expect(
        parked["reason"]?.string?.hasSuffix("us are allowed, throttled: it is asked about no flow until it is reloaded")
          == true)
      #expect(parked["ns_per_call"]?.double ?? 0 > 50_000)
      let lines = try client.all("audit.list", [("filter", ["what": ["plugin.throttle", "plugin.park"]])])
      #expect(lines.map { $0["what"] } == ["plugin.throttle", "plugin.park"])
      #expect(lines.allSatisfy { $0["who"] == "daemon" })
      _ = try client.call("plugin.reload", ["plugin": "frames", "path": .string(try version("quick"))])
      try client.call("subscribe", ["topics": ["transaction"]])
      pipe.send("x", from: 5002, hosts: 0..<10)
      var told: [String: Int] = [:]
      while told["quick x"] != 10 { try client.transactions(1, into: &told) }
      var kinds: [String] = []
      for _ in 0..<200_000 where kinds.count < 2 {
        kinds = (try client.call("engine.stats")["gaps"]?.elements ?? []).filter {
          $0["subject"] == "org.example.frames"
        }
        .compactMap { $0["kind"]?.string }
      }
      #expect(kinds.sorted() == ["plugin_parked", "plugin_throttled"])
    }
  }

  @Test("One that crashes in a process of its own costs its sessions; mended and reloaded, it goes on under traffic")
  func crash() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder, ["--set", "plugins.isolation=process"])
      let client = try daemon.client()
      let pipe = try CapturePipe(in: folder)
      let fragile = try version("fragile", ["IN_DATA": "if (length == 5 && !memcmp(body, \"crash\", 5)) abort()"])
      #expect(try client.call("plugin.load", ["path": .string(fragile)])["state"] == "active")
      try client.call("subscribe", ["topics": ["transaction", "capture"]])
      try client.call("capture.start", ["file": .string(pipe.path)])
      var told: [String: Int] = [:]
      pipe.send("first", from: 5000, hosts: 0..<10)
      try client.transactions(10, into: &told)
      try client.call("subscribe", ["topics": ["plugin"]])
      pipe.send("crash", from: 5000, hosts: 0..<1)
      while try client.nextNotification().params["record"]?["crashes"] != 1 {}
      #expect(try client.frames().first?["lost_sessions"] == 10)
      #expect(try client.all("audit.list", [("filter", ["what": "plugin.crash"])]).count == 1)
      let mended = try client.call("plugin.reload", ["plugin": "frames", "path": .string(try version("mended"))])
      #expect(mended["state"] == "active")
      pipe.send("first", from: 5001, hosts: 0..<20)
      while told["mended first"] != 20 { try client.transactions(1, into: &told) }
      pipe.end()
      try client.transactions(20, into: &told)
      // What was open in the process that crashed is not there any more, and tells of no close.
      #expect(told == ["fragile first": 10, "mended first": 20, "mended close": 20])
      try client.waitForEnd()
      let loads = try client.frames()
      #expect(loads.map { $0["state"] } == ["drained", "active"])
      #expect(loads.map { $0["sessions"] } == [10, 20])
      var gaps: [JSONValue] = []
      for _ in 0..<200_000 where gaps.isEmpty {
        gaps = (try client.call("engine.stats")["gaps"]?.elements ?? []).filter { $0["kind"] == "plugin_interrupted" }
      }
      #expect(gaps.first?["reason"]?.string?.contains("it was inspecting 10 flows") == true, "\(gaps)")
    }
  }

  @Test("engine.reload takes in what is new in the folders, reloads what was changed, and lets go what is gone")
  func folders() throws {
    try withFolder { (folder: URL) throws in
      let plugins = folder.appendingPathComponent("plugins")
      try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
      let file = plugins.appendingPathComponent("libdissector_frames.so")
      func put(_ built: String) throws {
        let next = folder.appendingPathComponent("next.so").path
        try FileManager.default.copyItem(atPath: built, toPath: next)
        // In one step, as a file is replaced that may be mapped.
        try #require(rename(next, file.path) == 0)
      }
      let config = folder.appendingPathComponent("vedette.yaml")
      try Data("plugins: {path: [\(plugins.path)]}\n".utf8).write(to: config)
      let daemon = try RunningDaemon(in: folder, ["--config", config.path])
      let client = try daemon.client()
      func reload() throws -> JSONValue { try client.call("engine.reload") }
      let nothing: JSONValue = ["loaded": [], "reloaded": [], "unloaded": [], "refused": []]
      let kept = try FixturePlugins.build("habits")
      _ = try client.call("plugin.load", ["path": .string(kept)])
      #expect(try reload() == nothing)
      try put(try version("alpha"))
      #expect(try reload()["loaded"] == ["org.example.frames"])
      #expect(try reload() == nothing)
      try put(try version("beta"))
      #expect(try reload()["reloaded"] == ["org.example.frames"])
      #expect(try client.frames().map { $0["state"] } == ["drained", "active"])
      try put(try version("crash", ["AT_LOAD": "abort()"]))
      let broken = try reload()
      #expect(broken["unloaded"] == [])
      #expect(broken["refused"]?.elements?.first?.string?.contains("signal 6") == true)
      #expect(try client.frames().last?["state"] == "active")
      try #require(unlink(file.path) == 0)
      #expect(try reload()["unloaded"] == ["org.example.frames"])
      #expect(
        try client.all("plugin.list", [("filter", ["path": .string(kept)])]).map { $0["state"] } == ["active"])
    }
  }

  @Test("The command line loads, shows, reloads and unloads, and says when there is no daemon")
  func commandLine() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let (old, new) = (try version("alpha"), try version("beta"))
      func plugin(_ arguments: String...) throws -> Run {
        try run("vedette", ["plugin"] + arguments + ["--socket", daemon.socket])
      }
      let loaded = try plugin("load", old)
      #expect(loaded.status == 0, "\(loaded.errors)")
      #expect(loaded.output == "frames 1.2.3 is active: \(old), unverified\n")
      // A path is that of the folder that the command is in.
      let name = try #require(new.split(separator: "/").last).description
      let reloaded = try run(
        "vedette", ["plugin", "reload", "frames", name, "--socket", daemon.socket],
        in: URL(fileURLWithPath: FixturePlugins.folder))
      #expect(reloaded.output == "frames 1.2.3 is active: \(new), unverified\n", "\(reloaded.errors)")
      let list = try plugin("list", "--daemon")
      #expect(list.output.hasPrefix("NAME"))
      #expect(list.output.split(separator: "\n").count { $0.hasPrefix("frames ") } == 2)
      let info = try plugin("info", "frames")
      #expect(info.status == 0, "\(info.errors)")
      #expect(info.output.contains("frames 1.2.3 is drained (replaced by 1.2.3 from \(new))"))
      #expect(info.output.contains("0, 0 of them open, 0 cut short"))
      #expect(try plugin("info", "dns").output.contains("in the daemon"))
      #expect(try plugin("unload", "frames").status == 0)
      let again = try plugin("unload", "frames")
      #expect(again.status == 1)
      #expect(again.errors.contains("no plugin 'frames' is loaded"))
      let audit = try run("vedette", ["audit", "--socket", daemon.socket, "--filter", "what=plugin.unload", "--json"])
      #expect(audit.output.split(separator: "\n").count == 1)
      #expect(daemon.end(SIGTERM) == 0)
      for arguments in [["load", old], ["unload", "frames"], ["reload", "frames"], ["list", "--daemon"]] {
        #expect(try run("vedette", ["plugin"] + arguments + ["--socket", daemon.socket]).status == 3)
      }
    }
  }
}
