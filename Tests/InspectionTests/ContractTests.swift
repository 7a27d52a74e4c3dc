// What becomes of a dissector that breaks the contract: each breach costs itself, is counted, and no more.

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
    if word != "large" { #expect(found.first?.text("body") == word) }
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
}
