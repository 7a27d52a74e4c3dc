// What an instance offers beyond its work: a new configuration, figures, and its state for another version.

import TestSupport
import Testing
import VedettePluginABI

@testable import PluginHost

@Suite("Optional interfaces")
struct OptionalTests {
  private func habits(_ defines: [String: String] = [:], config: String = "hello") throws -> Dissector {
    try Dissector(try Plugin(path: FixturePlugins.build("habits", defines)), config: config)
  }

  /// A session, opened or taken over.
  private func session(_ dissector: Dissector, from state: [UInt8]? = nil) throws -> OpaquePointer? {
    var flow = vdt_flow()
    flow.size = UInt32(MemoryLayout<vdt_flow>.size)
    if let state { return try dissector.optional.loadSession(&flow, state) }
    var session: OpaquePointer?
    _ = dissector.calls.open(dissector.calls.instance, &flow, &session)
    return session
  }

  /// What a session says to a datagram.
  private func greet(_ dissector: Dissector, _ session: OpaquePointer) -> (word: String, number: UInt64)? {
    let call = dissector.calls
    var chunk = vdt_chunk()
    var result = vdt_data_result()
    chunk.size = UInt32(MemoryLayout<vdt_chunk>.size)
    result.size = UInt32(MemoryLayout<vdt_data_result>.size)
    _ = call.datagram?(session, &chunk, call.sink, &result)
    call.finishCall()
    let fields = dissector.reader.fields(0, RecordReader.end(of: 0, in: call.state), in: call.state)
    call.state.pointee.clear()
    guard fields.count == 2, case .text(let word) = fields[0].value, case .u64(let number) = fields[1].value else {
      return nil
    }
    return (word, number)
  }

  private func close(_ dissector: Dissector, _ session: OpaquePointer) {
    _ = dissector.calls.close(session, dissector.calls.sink, VDT_CLOSE_SHUTDOWN)
  }

  @Test("A new configuration counts from the next call on, in sessions that are open")
  func reconfigures() throws {
    let dissector = try habits()
    let session = try #require(try session(dissector))
    defer { close(dissector, session) }
    #expect(greet(dissector, session)?.word == "hello")
    try dissector.optional.reconfigure("goodbye")
    #expect(greet(dissector, session)?.word == "goodbye")
  }

  @Test("A configuration that it refuses is told in its words, and the old one stays")
  func keepsConfiguration() throws {
    let dissector = try habits()
    let error = #expect(throws: PluginError.self) { try dissector.optional.reconfigure("HELLO") }
    #expect(error?.description == "org.example.habits: keeps its configuration: a greeting has small letters")
    let session = try #require(try session(dissector))
    defer { close(dissector, session) }
    #expect(greet(dissector, session)?.word == "hello")
  }

  @Test("Figures are those of the instance, with their kind and unit")
  func metrics() throws {
    let dissector = try habits()
    let session = try #require(try session(dissector))
    defer { close(dissector, session) }
    for _ in 0..<3 { _ = greet(dissector, session) }
    let (metrics, refused) = try dissector.optional.metrics()
    #expect(metrics.map(\.name) == ["datagrams", "sessions"])
    #expect(metrics.map(\.value) == [3, 1])
    #expect(metrics.map(\.kind) == [.counter, .gauge])
    #expect(metrics.map(\.unit) == ["datagrams", ""])
    #expect(refused == 0)
  }

  @Test(
    "More figures than there may be, those with the name of another and without a usable one, are left out and counted")
  func oddMetrics() throws {
    // Of 1,000 the first 256 are read; all but the first two have the second one's name.
    let many = try habits(["METRICS": "1000"]).optional.metrics()
    #expect(many.metrics.count == 2)
    #expect(many.refused == 998)
    let odd = try habits(["ODD_METRIC": ""]).optional.metrics()
    #expect(odd.metrics.map(\.name) == ["datagrams"])
    #expect(odd.refused == 1)
  }

  @Test("An instance and its sessions go on in another version where they stood in the old one")
  func state() throws {
    let old = try habits()
    let oldSession = try #require(try session(old))
    for _ in 0..<3 { _ = greet(old, oldSession) }
    let ofInstance = try #require(try old.optional.saveState())
    let ofSession = try #require(try old.optional.saveSession(oldSession))
    close(old, oldSession)

    let new = try habits(["METRICS": "1"])
    #expect(try new.optional.loadState(ofInstance))
    let newSession = try #require(try session(new, from: ofSession))
    defer { close(new, newSession) }
    #expect(greet(new, newSession)?.number == 4)
    #expect(try new.optional.metrics().metrics.first?.value == 4)
  }

  @Test("A state of a version that it does not know is not taken over, which is no error")
  func unknownState() throws {
    let state = try #require(try habits().optional.saveState())
    let other = try habits(["STATE": "2"])
    #expect(try !other.optional.loadState(state))
    #expect(try session(other, from: state) == nil)
  }

  @Test("A plugin without the interfaces has no state to hand over, and says that it lacks the rest")
  func without() throws {
    let dissector = try Dissector(try Plugin(path: FixturePlugins.build("frames")))
    #expect(try dissector.optional.saveState() == nil)
    let error = #expect(throws: PluginError.self) { _ = try dissector.optional.metrics() }
    #expect(error?.description == "org.example.frames: offers no metrics/1")
  }
}
