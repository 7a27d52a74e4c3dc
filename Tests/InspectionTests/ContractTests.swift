// What becomes of a dissector that breaks the contract: each breach costs itself, is counted, and no more.

import Evidence
import PluginHost
import TestSupport
import Testing

@testable import Inspection

@Suite("A dissector that breaks the contract")
struct ContractTests {
  private static func counted(overLimit: UInt64 = 0, wrongType: UInt64 = 0, misplaced: UInt64 = 0) -> SinkRefusals {
    var refusals = SinkRefusals()
    refusals.overLimit = overLimit
    refusals.wrongType = wrongType
    refusals.misplaced = misplaced
    return refusals
  }

  /// What the body says, and what is counted.
  static let breaches: [(String, SinkRefusals)] = [
    // 8,192 values less the four that every frame has (VDT_MAX_VALUES).
    ("many", counted(overLimit: 9000 - (8192 - 4))),
    ("long", counted(overLimit: 1)),
    // Nine values of 1 MiB: with the five bytes of the body only seven stay within 8 MiB.
    ("large", counted(overLimit: 2)),
    ("maybe", counted(wrongType: 1)),
    ("short", counted(wrongType: 1)),
    ("nowhere", counted(wrongType: 1)),
    ("null", counted(overLimit: 1)),
    ("within", counted(misplaced: 1)),
    ("reject", counted(misplaced: 1)),
    ("freed", counted()),
    ("behind", counted(misplaced: 1)),
    ("kind", counted(wrongType: 1)),
    ("sign", counted(wrongType: 1)),
  ]

  @Test("A value that is refused is counted and left out; its record and what follows stay", arguments: breaches)
  func refused(_ word: String, _ wanted: SinkRefusals) throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame(word) + frame("good"))
    wire.close()
    #expect(inspector.sinkRefusals.first?.refusals == wanted)
    let found = inspector.drainTransactions()
    #expect(found.count == 3)
    // Of a field that is no list the last value counts, and that of "large" is one of its own.
    if word != "large", word != "freed" { #expect(found.first?.text("body") == word) }
    #expect(found.last?.text("body") == "close")
  }

  @Test(
    "A status that is not known, and more consumed than offered, end the session and count against the plugin",
    arguments: ["status", "overrun"])
  func ended(_ word: String) throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("good") + frame(word) + frame("never"))
    wire.send(.toServer, frame("never"))
    wire.close()
    #expect(inspector.bodies() == ["good", word, "close"])
    #expect(inspector.counters.pluginErrors == 1)
  }

  @Test("What a plugin frees at once, the host has copied")
  func freed() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("freed"))
    wire.close()
    #expect(inspector.bodies() == ["freed at once", "close"])
  }

  @Test("Of a million records from one packet as many are kept as a call may give, and the rest is counted")
  func flood() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("flood"))
    wire.send(.toServer, frame("good"))
    wire.close()
    // Two entries a record (VDT_MAX_DISSECTOR_ENTRIES): 65,536 of them, then nothing more in that call.
    #expect(inspector.counters.transactions == 65_536 + 2)
    // What is refused: the other records' begins and ends, and those of the frame itself with its four values.
    #expect(inspector.sinkRefusals.first?.refusals.total ?? 0 >= 1_000_000 - 65_536)
    #expect(inspector.bodies().suffix(2) == ["good", "close"])
  }

  @Test(
    "An anomaly at an offset that the stream has not reached is told without it, and counted",
    arguments: ["beyond", "outside"])
  func outside(_ word: String) throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame(word))
    wire.close()
    let anomaly = try #require(inspector.drainAnomalies().first)
    #expect(anomaly.offset == nil)
    #expect(anomaly.packet == 1)
    #expect(inspector.sinkRefusals.first?.refusals.outside == 1)
  }

  @Test("One that needs more for ever costs its look-ahead and no more, and goes on behind it")
  func needsMoreForEver() throws {
    let inspector = try Inspector.frames([["LOOKAHEAD": "100"]])
    let wire = Wire(inspector)
    // A frame that says that 60,000 bytes are to come.
    wire.send(.toServer, Array("FX".utf8) + [0xEA, 0x60])
    for _ in 0..<600 { wire.send(.toServer, [UInt8](repeating: 0x61, count: 100)) }
    #expect(inspector.bufferedBytes <= 4096)
    wire.send(.toServer, frame("behind"))
    wire.close()
    #expect(inspector.drainAnomalies().map(\.name.id) == ["app.lookahead_exceeded"])
    #expect(inspector.bodies().contains("behind"))
  }

  @Test("A plugin from the future is given what this host has, and what it emits beyond that is counted")
  func future() throws {
    let plugin = try Plugin(path: FixturePlugins.build("future"))
    let inspector = Inspector(plugins: [plugin])
    let wire = Wire(inspector)
    wire.send(.toServer, Array("first".utf8))
    wire.close()
    let found = try #require(inspector.drainTransactions().first)
    #expect(found.text("text") == "first")
    #expect(found.fields.first { $0.name == "newer" }?.value == .u64(0))
    #expect(inspector.sinkRefusals.first?.refusals.total == 0)
    #expect(inspector.counters.pluginErrors == 0)
  }

  @Test("A status that only a later minor has ends the session and counts against the plugin")
  func laterStatus() throws {
    let plugin = try Plugin(path: FixturePlugins.build("future", ["UNKNOWN_STATUS": ""]))
    let inspector = Inspector(plugins: [plugin])
    let wire = Wire(inspector)
    wire.send(.toServer, Array("first".utf8))
    wire.close()
    #expect(inspector.counters.pluginErrors == 1)
  }

  @Test("A value of each type comes out as it was given, once: what is cancelled was never there")
  func kinds() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("types"))
    wire.close()
    let found = inspector.drainTransactions().filter { $0.record == "kinds" }
    #expect(found.count == 1)
    let fields = try #require(found.first).fields
    #expect(fields.map(\.name) == ["signed", "share", "raw", "card", "moment"])
    #expect(
      fields.map(\.value) == [
        .i64(-2), .f64(0.25), .bytes([0xFF, 0x00]),
        .mac(MACAddress(0x0200_5E10_0001)),
        .time(Timestamp(nanoseconds: 1_000_000_000)),
      ])
    #expect(inspector.sinkRefusals.first?.refusals.total == 0)
  }
}
