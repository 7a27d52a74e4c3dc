// Dissectors in processes of their own: what they find is what they find in this one, and what becomes of the process is
// theirs alone.

import Evidence
import Flows
import Glibc
import PluginHost
import TestSupport
import Testing

@testable import Inspection

extension Inspector {
  /// The fixture's dissector in a process of its own.
  fileprivate static func isolated(
    _ defines: [String: String] = [:], _ change: (inout PluginIsolation) -> Void = { _ in }
  ) throws -> Inspector {
    var options = InspectionOptions()
    options.isolation = PluginIsolation(.process)
    change(&options.isolation)
    let inspector = Inspector(plugins: [try Plugin(path: FixturePlugins.build("frames", defines))], options: options)
    try #require(inspector.refusals.isEmpty, "\(inspector.refusals)")
    return inspector
  }
}

@Suite("A dissector in a process of its own")
struct IsolationTests {
  /// All that an inspector tells of a flow, as text.
  private func told(_ inspector: Inspector, _ play: (Wire) -> Void) -> [String] {
    let wire = Wire(inspector)
    play(wire)
    let record = wire.close()
    return inspector.drainTransactions().map { "\($0)" } + inspector.drainAnomalies().map { "\($0)" } + [
      "\(record)", "\(inspector.counters)", "\(inspector.sinkRefusals)",
    ]
  }

  static let bodies: [[String]] = [
    ["good", "types", "parts", "detail", "odd", "host example.org"], ["wrong", "many", "maybe", "short", "nowhere"],
    ["null", "within", "reject", "behind", "kind", "sign", "long", "large"], ["open", "good"], ["outside", "beyond"],
    ["error", "never"], ["done", "never"], ["status", "never"], ["overrun", "never"], ["notmine", "never"],
    ["part a", "part b", "last c"], ["child FX\0\u{4}good", "good"], ["expect", "good"], ["freed", "flags"],
    ["switch frames", "good"], ["half frames", "good"], ["switch nothing", "good"], ["flood", "good"],
  ]

  @Test(
    "The same bytes give the same records, anomalies, counts and refusals, however they are cut", arguments: bodies,
    [3, 100_000])
  func same(_ bodies: [String], _ piece: Int) throws {
    let bytes = bodies.flatMap { frame($0) }
    func play(_ wire: Wire) {
      wire.send(.toServer, bytes, inPiecesOf: piece)
      wire.send(.toClient, frame("answer") + Array("F".utf8))
      wire.lose(.toServer, 100)
      wire.send(.toServer, Array("xx".utf8) + frame("after"), afterGap: true)
    }
    #expect(told(try .isolated(), play) == told(try .frames(), play))
  }

  @Test("So do datagrams")
  func datagrams() throws {
    func play(_ inspector: Inspector) -> [String] {
      let wire = Wire(inspector, proto: 17)
      for body in ["one", "types", "odd"] { wire.datagram(.toServer, frame(body)) }
      wire.datagram(.toClient, [])
      wire.close(.timeout)
      return (inspector.drainTransactions().map { "\($0)" } + inspector.drainAnomalies().map { "\($0)" })
    }
    let isolated = play(try .isolated())
    // A record a frame, one of "types" and the close, and the anomaly of "odd".
    #expect(isolated.count == 6)
    #expect(isolated == play(try .frames()))
  }

  @Test("A configuration that the plugin refuses is refused with the plugin's words")
  func refused() throws {
    var options = InspectionOptions()
    options.isolation = PluginIsolation(.process)
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    let inspector = Inspector(plugins: [plugin], options: options, config: [plugin.identity.id: "bad"])
    #expect(
      inspector.refusals.map(\.description) == ["org.example.frames: makes no instance: 'bad' is no configuration"])
  }

  @Test("What it logs comes through, as much as an instance may log")
  func lines() throws {
    var options = InspectionOptions()
    options.isolation = PluginIsolation(.process)
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    let heard = HeardLines()
    do {
      let inspector = Inspector(
        plugins: [plugin], options: options, config: [plugin.identity.id: "loud"], log: { heard.add($0) })
      #expect(inspector.refusals.isEmpty)
      // A call at a time brings as many lines as there is room for.
      for _ in 0..<4 { Wire(inspector).send(.toServer, frame("good")).close() }
    }
    #expect(heard.lines.filter { $0.text == "it is late" }.count == 1000)
  }

  // MARK: Ends before its time

  /// What the fixture does with a frame that says so, what becomes of the process, and what it may have.
  static let ends: [(String, String)] = [
    ("abort()", "crashed (signal 6)"), ("*(volatile int*)0=1", "crashed (signal 11)"),
    ("_exit(3)", "ended its process (exit 3)"), ("for(;;)pause()", "hung: no answer within 500 ms"),
    ("for(;;)", "hung: no answer within 500 ms"),
    ("for(;;){char*volatile p=malloc(1<<20);if(!p)abort();memset(p,1,1<<20);}", "crashed (signal 6)"),
  ]

  @Test(
    "A crash, an end, a hang and more memory than it may have cost the sessions at hand, and it is there again after a second",
    arguments: ends)
  func ended(_ deed: String, _ words: String) throws {
    let inspector = try Inspector.isolated(["IN_DATA": "if(says(body,length,\"bad\")){\(deed);}"]) {
      if words.hasPrefix("hung") { $0.callMilliseconds = 500 }
      $0.memory = 64 << 20
    }
    func flow(_ seconds: Int64, _ bodies: String...) -> Wire {
      let wire = Wire(inspector, start: seconds * 1_000_000_000)
      wire.packet = UInt64(seconds)
      for body in bodies { wire.send(.toServer, frame(body)) }
      return wire
    }
    let first = flow(10, "one")
    let second = flow(10, "two", "bad", "never")
    #expect(inspector.bodies() == ["one", "two"])
    // The other flow's session went with the process: no more of it, not even that it is closed.
    first.send(.toServer, frame("never"))
    first.close()
    second.close()
    #expect(inspector.bodies() == [])
    #expect(inspector.drainAnomalies().isEmpty)
    let lost = try #require(inspector.interruptions.first?.interruptions)
    #expect(lost.times == 1)
    #expect(lost.sessions == 2)
    #expect(lost.words == words)
    // The packet that it got the frame with came in second 12.
    #expect(lost.first == 12_000_000_000)
    flow(12, "not asked").close()
    #expect(inspector.bodies() == [])
    #expect(inspector.interruptions.first?.interruptions.notAsked == 1)
    flow(13, "again").close()
    #expect(inspector.bodies() == ["again", "close"])
    #expect(inspector.interruptions.first?.interruptions.times == 1)
  }

  @Test("One that crashes again and again is started after one, two, four seconds, up to a minute")
  func backOff() throws {
    let inspector = try Inspector.isolated(["IN_DATA": "abort()"])
    var starts: [Int64] = []
    for second in Int64(1)...200 {
      let before = inspector.interruptions.first?.interruptions.times ?? 0
      let wire = Wire(inspector, start: second * 1_000_000_000)
      wire.packet = UInt64(second - 1)
      wire.send(.toServer, frame("x"))
      wire.close()
      if inspector.interruptions.first?.interruptions.times ?? 0 > before { starts.append(second) }
    }
    #expect(starts == [1, 2, 4, 8, 16, 32, 64, 124, 184])
  }

  @Test("A crash where it is asked for the first time is none of the flow's doing")
  func inProbe() throws {
    let inspector = try Inspector.isolated(["IN_PROBE": "abort()"])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("x"))
    #expect(wire.close().appProto == "unknown")
    #expect(inspector.drainAnomalies().isEmpty)
    #expect(inspector.interruptions.first?.interruptions.times == 1)
  }

  // MARK: What it may not do

  @Test(
    "It opens no file, starts no process or program, reaches no network, maps no code and signals nobody",
    arguments: ["file", "write", "fork", "connect", "exec", "map", "signal", "own"])
  func trespass(_ deed: String) throws {
    let inspector = try Inspector.isolated(["TRESPASS": ""])
    let wire = Wire(inspector)
    wire.send(.toServer, frame(deed))
    wire.close()
    let told = inspector.drainTransactions()
    #expect(told.first?.text("body") == deed)
    #expect(told.first?.number("length") == UInt64(EPERM))
    #expect(inspector.interruptions.isEmpty)
  }
}
