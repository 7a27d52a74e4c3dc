// Dissectors that come and go while flows are under way.

import Evidence
import Flows
import PluginHost
import TestSupport
import Testing

@testable import Inspection

@Suite("A change of dissectors")
struct ChangeTests {
  static let minute: Int64 = 60_000_000_000

  /// A version of one plugin, told by the name of its protocol.
  private func version(_ name: String, _ more: [String: String] = [:]) throws -> Plugin {
    try Plugin(path: FixturePlugins.build("frames", ["PROTOCOL": "\"\(name)\""].merging(more) { $1 }))
  }

  private func inspector(_ plugins: Plugin..., options: InspectionOptions = InspectionOptions()) -> Inspector {
    Inspector(plugins: plugins, options: options)
  }

  /// Bodies with the protocol of who told them.
  private func told(_ inspector: Inspector) -> [String] {
    inspector.drainTransactions().map { "\($0.appProto) \($0.text("body") ?? "?")" }
  }

  @Test("One that comes is asked about flows that begin then")
  func comes() throws {
    let inspector = inspector()
    let before = Wire(inspector, id: 1)
    before.send(.toServer, frame("one"))
    #expect(inspector.change(to: [try version("alpha")], at: 0).isEmpty)
    let after = Wire(inspector, id: 2)
    after.send(.toServer, frame("two"))
    #expect(after.close().appProto == "alpha")
    #expect(before.close().appProto == "unknown")
    #expect(told(inspector) == ["alpha two", "alpha close"])
  }

  @Test("Sessions stay with the version that opened them, flows that begin go to the new one, and not a frame is lost")
  func reload() throws {
    let (old, new) = (try version("alpha"), try version("beta"))
    let inspector = inspector(old)
    let flows = (0..<100).map { Wire(inspector, id: UInt64($0)) }
    for (number, wire) in flows.prefix(50).enumerated() {
      // Half a frame of each second one waits for the rest while the version changes.
      wire.send(.toServer, number % 2 == 0 ? frame("first") : frame("first") + frame("second").prefix(6))
    }
    #expect(inspector.change(to: [new], at: Self.minute).isEmpty)
    for (number, wire) in flows.prefix(50).enumerated() {
      wire.send(.toServer, number % 2 == 0 ? frame("second") : Array(frame("second").dropFirst(6)))
    }
    for wire in flows.suffix(50) { wire.send(.toServer, frame("first") + frame("second")) }
    var figures = inspector.dissectorFigures
    #expect(figures.map(\.plugin) === [old, new])
    #expect(figures.map(\.open) == [50, 50])
    #expect(figures.map(\.isAsked) == [false, true])
    for wire in flows { wire.close() }
    inspector.settlePlaces(at: Self.minute)

    let all = told(inspector)
    // Two frames and a close of each flow.
    for name in ["alpha", "beta"] {
      for body in ["first", "second", "close"] { #expect(all.count { $0 == "\(name) \(body)" } == 50) }
    }
    #expect(all.count == 300)
    figures = inspector.dissectorFigures
    #expect(figures.map(\.use.records) == [150, 150])
    #expect(figures.map(\.sessions) == [50, 50])
    #expect(figures.map(\.open) == [0, 0])
    #expect(figures.map(\.cut) == [0, 0])
    #expect(inspector.counters.sessionsCut == 0)
  }

  @Test("A version goes with its last session: until then it is here, and afterwards its figures are")
  func drains() throws {
    let inspector = inspector(try version("alpha"))
    let wires = [Wire(inspector, id: 1), Wire(inspector, id: 2)]
    for wire in wires { wire.send(.toServer, frame("hello")) }
    inspector.change(to: [], at: 0)
    #expect(inspector.isDraining)
    wires[0].close()
    inspector.settlePlaces(at: 0)
    #expect(inspector.isDraining)
    wires[1].close()
    inspector.settlePlaces(at: 0)
    #expect(!inspector.isDraining)
    #expect(inspector.dissectors.isEmpty)
    #expect(inspector.dissectorFigures.map(\.sessions) == [2])
    // Nobody is left to ask.
    let later = Wire(inspector, id: 3)
    later.send(.toServer, frame("hello"))
    #expect(later.close().appProto == "unknown")
  }

  @Test("Sessions that have not ended when their time is over are ended, and counted")
  func cut() throws {
    var options = InspectionOptions()
    options.drain = 5 * Self.minute
    let inspector = inspector(try version("alpha"), options: options)
    let wires = (1...3).map { Wire(inspector, id: UInt64($0)) }
    for wire in wires { wire.send(.toServer, frame("hello")) }
    inspector.change(to: [], at: Self.minute)
    inspector.settlePlaces(at: 6 * Self.minute - 1)
    #expect(inspector.counters.sessionsCut == 0)
    inspector.settlePlaces(at: 6 * Self.minute)
    #expect(inspector.counters.sessionsCut == 3)
    #expect(inspector.dissectorFigures.map(\.cut) == [3])
    for wire in wires { wire.send(.toServer, frame("late")) }
    #expect(wires.allSatisfy { !$0.wanted })
    // They were closed once, and the flow is still what it was recognised as.
    #expect(wires.map { $0.close().appProto } == ["alpha", "alpha", "alpha"])
    #expect(inspector.bodies() == ["hello", "hello", "hello", "close", "close", "close"])
  }

  @Test("What an instance knows goes on in the version that takes its place")
  func state() throws {
    let old = try Plugin(path: FixturePlugins.build("habits"))
    let new = try Plugin(path: FixturePlugins.build("habits", ["METRICS": "1"]))
    let inspector = inspector(old)
    let wire = Wire(inspector, proto: 17, id: 1)
    for _ in 0..<3 { wire.datagram(.toServer, [1]) }
    inspector.change(to: [new], at: 0)
    #expect(inspector.dissectorFigures.map(\.state) == [.none, .taken])
    // The old one's session goes on with the old one.
    wire.datagram(.toServer, [1])
    #expect(try inspector.dissectors.last?.optional.metrics().metrics.map(\.value) == [3])
    wire.close()
    #expect(inspector.drainTransactions().map { $0.number("number") } == [1, 2, 3, 4])
  }

  @Test("A version that does not know the other's state begins anew, and that is said")
  func unknownState() throws {
    let inspector = inspector(try Plugin(path: FixturePlugins.build("habits")))
    let new = try Plugin(path: FixturePlugins.build("habits", ["STATE": "2"]))
    #expect(inspector.change(to: [new], at: 0).isEmpty)
    #expect(inspector.dissectorFigures.last?.state == .refused("1.0.0 does not know the state of 1.0.0"))
  }

  @Test("Where the new version makes no instance, the old one stays")
  func stays() throws {
    let old = try version("alpha")
    let broken = try version("beta", ["IN_CREATE": "return host->fail(host, VDT_E_CONFIG, VDT_STR(\"not today\"))"])
    let inspector = inspector(old)
    #expect(
      inspector.change(to: [broken], at: 0).map(\.description) == ["org.example.frames: makes no instance: not today"])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("hello"))
    #expect(wire.close().appProto == "alpha")
  }

  @Test(
    "A flow whose protocol is not decided yet is looked at from its beginning by who comes", arguments: [true, false])
  func undecided(_ isReplaced: Bool) throws {
    // It keeps the decision open.
    let waiting = try Plugin(
      path: FixturePlugins.build(
        "frames",
        [
          "PLUGIN_ID": "\"org.example.w\"", "PROTOCOL": "\"wait\"",
          "IN_PROBE": "result->need = 4096; return VDT_PROBE_NEED_MORE",
        ]))
    let (old, new) = (try version("alpha", ["CERTAINTY": "60"]), try version("beta", ["CERTAINTY": "100"]))
    let inspector = isReplaced ? inspector(old, waiting) : inspector(waiting)
    let wire = Wire(inspector)
    wire.send(.toServer, frame("one"))
    #expect(inspector.drainTransactions().isEmpty)
    inspector.change(to: [new, waiting], at: 0)
    wire.send(.toServer, frame("two"))
    #expect(wire.close().appProto == "beta")
    #expect(told(inspector) == ["beta one", "beta two", "beta close"])
  }

  @Test("A plugin that is throttled is asked about every other flow")
  func throttled() throws {
    let plugin = try version("alpha")
    let inspector = inspector(plugin)
    inspector.change(to: [plugin], throttled: ["org.example.frames"], at: 0)
    let records = (0..<100).map { (id: UInt64) in
      let wire = Wire(inspector, id: id)
      wire.send(.toServer, frame("hello"))
      return wire.close()
    }
    #expect(records.count { $0.appProto == "alpha" } == 50)
    #expect(inspector.counters.flowsThrottled == 50)
    #expect(inspector.dissectorFigures.map(\.sessions) == [50])
    inspector.change(to: [plugin], at: 0)
    let wire = Wire(inspector, id: 1)
    wire.send(.toServer, frame("hello"))
    #expect(wire.close().appProto == "alpha")
  }

  @Test("More versions may follow one another than there are places, also in a flow that lives through all of them")
  func many() throws {
    let inspector = inspector(try version("alpha"))
    let long = Wire(inspector, id: 1)
    long.send(.toServer, frame("first"))
    for number in 0..<100 {
      let name = number % 2 == 0 ? "beta" : "alpha"
      #expect(inspector.change(to: [try version(name)], at: 0).isEmpty)
      let wire = Wire(inspector, id: 2)
      wire.send(.toServer, frame("wrong") + frame("hello"))
      #expect(wire.close().appProto == name)
    }
    long.send(.toServer, frame("last"))
    #expect(long.close().appProto == "alpha")
    inspector.settlePlaces(at: 0)
    #expect(inspector.dissectorFigures.count == 101)
    #expect(inspector.counters.sessions == 101)
  }

  @Test("A place that is used again excludes nobody for what its last version said")
  func usedAgain() throws {
    // Sixty-three others, so that the one that goes and the one that comes share the only place there is.
    let others = try (0..<63).map {
      try Plugin(
        path: FixturePlugins.build(
          "frames", ["PLUGIN_ID": "\"org.example.o\($0)\"", "MAGIC": "\"QQ\"", "PORT": "9000"]))
    }
    let first = try version("alpha", ["CERTAINTY": "100"])
    let inspector = Inspector(plugins: others + [first])
    let extra = try Plugin(path: FixturePlugins.build("frames", ["PLUGIN_ID": "\"org.example.p\"", "MAGIC": "\"QQ\""]))
    #expect(inspector.change(to: others + [first, extra], at: 0).count == 1)
    let wire = Wire(inspector)
    // Not its own: it is excluded from this flow, and others are asked, who need more.
    wire.send(.toServer, frame("notmine"))
    inspector.change(to: others, at: 0)
    #expect(inspector.change(to: others + [try version("beta", ["CERTAINTY": "100"])], at: 0).isEmpty)
    let next = Wire(inspector, id: 8)
    next.send(.toServer, frame("hello"))
    #expect(next.close().appProto == "beta")
    wire.close()
  }
}

/// Whether two lists have the same objects.
private func === (a: [Plugin], b: [Plugin]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { $0 === $1 } }
