// Plugins that misbehave, and the program that lives on.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

@Suite("The program and plugins that misbehave", .serialized)
struct PluginTests {
  /// A folder with these plugins, as `--set` names it.
  private func plugins(_ files: [String: String], in folder: URL) throws -> [String] {
    let shelf = folder.appendingPathComponent("plugins")
    try FileManager.default.createDirectory(at: shelf, withIntermediateDirectories: true)
    for (name, path) in files {
      try FileManager.default.copyItem(atPath: path, toPath: shelf.appendingPathComponent(name).path)
    }
    return ["--set", "plugins.path=\(shelf.path)"]
  }

  @Test("A plugin that crashes when it is loaded is one line of the daemon's log, and the daemon is ready")
  func crashAtLoad() throws {
    try withFolder { (folder: URL) throws in
      let crash = try FixturePlugins.build("frames", ["AT_LOAD": "abort()"])
      let daemon = try RunningDaemon(in: folder, try plugins(["libdissector_crash.so": crash], in: folder))
      #expect(daemon.log.contains("libdissector_crash.so: crashed the child that loaded it (signal 6)"))
      #expect(daemon.log.contains("ready"))
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  @Test(
    "A source whose next never returns holds itself: others are read meanwhile, and the daemon ends when it is told to")
  func neverReturns() throws {
    try withFolder { (folder: URL) throws in
      let never = try FixturePlugins.build("lines", ["NEVER": ""])
      let lines = try FixturePlugins.write("process alpha 10 /bin/ls\n", to: "never.txt")
      let evidence = try FixturePlugins.write(
        #"{"type":"process","time":"2026-01-01T00:00:00Z","host":"a","pid":1,"image":"/bin/ls"}"# + "\n",
        to: "other.jsonl")
      let daemon = try RunningDaemon(in: folder, try plugins(["libprocess_never.so": never], in: folder))
      let client = try daemon.client()
      try client.call("subscribe", ["topics": ["source"], "from": 0])
      try client.call("source.add", ["name": "stuck", "plugin": "lines", "file": .string(lines)])
      try client.call("source.add", ["name": "other", "plugin": "evidence", "file": .string(evidence)])
      try client.wait(for: 1, states: ["finished"])
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  /// What the checker is given, the checks that it makes, and what it must say.
  static let faults: [([String: String], String, String)] = [
    (["IN_DATA": "abort()"], "records", "crashed: Aborted"),
    (["LEAK_AT_CLOSE": ""], "leaks", "are not given back in each round"),
    ([:], "cuts", "keep all mutable data in the instance"),
  ]

  @Test(
    "A crash in data, a leak and shared statics are findings of vedette plugin check, which lives on", arguments: faults
  )
  func checked(_ defines: [String: String], _ check: String, _ words: String) throws {
    // The fixture counts such frames in a static.
    let bytes = Array("FX".utf8) + [0, 5] + Array("count".utf8)
    let capture = pcapFile(
      (0..<3).map {
        CapturedFrame(
          at: 1_800_000_000_000_000_000 + Int64($0) * 1_000_000,
          Ethernet(IPv4(from: "192.0.2.1", to: "198.51.100.1", UDP(from: 40000, to: 7000, payload: bytes))).bytes)
      })
    try withFolder { (folder: URL) throws in
      let pcap = folder.appendingPathComponent("frames.pcap")
      try Data(capture).write(to: pcap)
      let plugin = try FixturePlugins.build("frames", defines)
      let run = try run("vedette", ["plugin", "check", plugin, "--pcap", pcap.path, "--only", check, "--seconds", "1"])
      #expect(run.status == 1)
      #expect(run.output.contains(words), "\(run.output)")
    }
  }
}
