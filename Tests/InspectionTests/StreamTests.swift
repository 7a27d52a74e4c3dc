// TCP streams on their way to a dissector.

import Catalog
import Evidence
import Flows
import Testing

@testable import Inspection

@Suite("Streams")
struct StreamTests {
  static let conversation = frame("one") + frame("parts") + frame("") + frame("four and more")

  @Test("However a stream is cut, the same records come of it", arguments: [1, 2, 3, 4, 5, 7, 11, 1000])
  func cuts(_ piece: Int) throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, Self.conversation, inPiecesOf: piece)
    wire.send(.toClient, frame("answer"), inPiecesOf: piece)
    let record = wire.close()
    #expect(inspector.bodies() == ["one", "parts", "", "four and more", "answer", "close"])
    #expect(record.appProto == "frames")
    #expect(record.appProtos == ["frames"])
    #expect(record.appProtoBy == .dissector)
    #expect(inspector.drainAnomalies().isEmpty)
    #expect(inspector.bufferedBytes == 0)
  }

  @Test("Fields come in the order of declaration, lists whole, and records are numbered")
  func fields() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, Self.conversation)
    let found = inspector.drainTransactions()
    #expect(found.map(\.ordinal) == [0, 1, 2, 3])
    #expect(found[1].fields.map(\.name) == ["body", "length", "side", "packet", "parts"])
    #expect(found[1].fields.last?.value == .list([.u64(1), .u64(4), .u64(9)]))
    #expect(found[0].record == "frame")
    #expect(found[0].appProto == "frames")
    #expect(found[0].flow == FlowID(rawValue: 7))
  }

  @Test("A record tells the packet that first brought its byte, whichever packet completed it")
  func when() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, Self.conversation, inPiecesOf: 3)
    // "FX" of the frames lie at stream offsets 0, 7, 16, 20; packets bring three bytes each.
    let found = inspector.drainTransactions()
    #expect(found.compactMap { $0.number("packet") } == [1, 3, 6, 7])
    #expect(found.map { $0.time.nanoseconds } == [1, 3, 6, 7].map { $0 * 1_000_000_000 })
  }

  @Test("A server that speaks before the protocol is known is heard in its place")
  func replayOrder() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    let first = frame("question")
    wire.send(.toServer, Array(first[..<2]))
    wire.send(.toClient, Array(frame("early answer")[..<3]))
    wire.send(.toServer, Array(first[2...]))
    wire.send(.toClient, Array(frame("early answer")[3...]))
    wire.close()
    #expect(inspector.bodies() == ["question", "early answer", "close"])
  }

  @Test("Before a gap what waits is offered once more, then the gap is told, then the next frame is found")
  func gap() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("whole") + Array(frame("half of it")[..<8]))
    wire.lose(.toServer, 100)
    wire.send(.toServer, Array("rest of something".utf8) + frame("found"), afterGap: true)
    wire.close()
    let found = inspector.drainTransactions()
    #expect(found.map { $0.text("body") } == ["whole", "gap", "found", "close"])
    #expect(found[1].number("length") == 100)
    #expect(found[1].number("packet") == 17)
    #expect(inspector.counters.bytesLeftOver == 8)
  }

  @Test("A gap before the protocol is known is told to whoever is recognised in the other direction")
  func gapBeforeRecognition() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.lose(.toServer, 50)
    wire.send(.toClient, frame("answer"))
    wire.send(.toServer, frame("question"), afterGap: true)
    wire.close()
    #expect(inspector.bodies() == ["gap", "answer", "question", "close"])
  }

  @Test(
    "A message over the look-ahead is reported and skipped, and the next one is read", arguments: [1, 10, 64, 5000])
  func lookahead(_ piece: Int) throws {
    let inspector = try Inspector.frames([["LOOKAHEAD": "256"]])
    let wire = Wire(inspector)
    wire.send(
      .toServer, frame("before") + frame(String(repeating: "x", count: 1000)) + frame("after"), inPiecesOf: piece)
    wire.close()
    let found = inspector.drainTransactions()
    #expect(found.map { $0.text("body") } == ["before", "gap", "after", "close"])
    #expect(found[1].number("length") == 1004)
    let anomalies = inspector.drainAnomalies()
    #expect(anomalies.map(\.name) == [.catalog(.appLookaheadExceeded)])
    #expect(anomalies.first?.offset == 10)
    #expect(inspector.counters.bytesOverLookahead == 1004)
  }

  @Test("The stream buffer has a hard cap; beyond it a flow goes on as after a gap")
  func cap() throws {
    var options = InspectionOptions()
    options.streamBuffer = 4096
    let inspector = try Inspector.frames([[:]], options)
    let wires = (0..<8).map { _ in Wire(inspector) }
    for wire in wires { wire.send(.toServer, frame("hello")) }
    let long = frame(String(repeating: "y", count: 3000))
    for wire in wires { wire.send(.toServer, Array(long[..<1500])) }
    #expect(inspector.bufferedBytes <= 4096)
    #expect(inspector.counters.bytesOverBuffer > 0)
    for wire in wires { wire.close() }
    #expect(inspector.bufferedBytes == 0)
  }

  @Test("What is left at the end is offered with the end, and dropped and counted")
  func end() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("whole") + [0x46, 0x58, 0])
    wire.close()
    #expect(inspector.bodies() == ["whole", "close"])
    #expect(inspector.counters.bytesLeftOver == 3)
  }

  @Test("A session is closed once, with the reason")
  func closeReasons() throws {
    let inspector = try Inspector.frames()
    let ended = Wire(inspector)
    ended.send(.toServer, frame("a"))
    ended.close()
    let done = Wire(inspector)
    done.send(.toServer, frame("done") + frame("never"))
    done.send(.toServer, frame("never"))
    #expect(!done.wanted)
    done.close()
    let closes = inspector.drainTransactions().filter { $0.text("body") == "close" }
    // VDT_CLOSE_ENDED and VDT_CLOSE_DONE
    #expect(closes.map { $0.number("length") } == [1, 4])
  }

  @Test("Wrong types, unknown ids, bad text and records left open are refused, counted, and cost only themselves")
  func wrong() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("wrong") + frame("open"))
    wire.send(.toServer, frame("good"))
    wire.close()
    let found = inspector.drainTransactions()
    #expect(found.map { $0.text("body") } == ["wrong", "good", "close"])
    #expect(found[0].number("length") == 5)
    let refusals = try #require(inspector.sinkRefusals.first).refusals
    #expect(refusals.wrongType == 1)
    #expect(refusals.unknownID == 1)
    #expect(refusals.badText == 1)
    #expect(refusals.misplaced == 1)
    #expect(refusals.leftOpen == 1)
  }

  @Test("A fact of the flow goes into its record, and the first one stays")
  func flowFacts() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("host www.example.org") + frame("host later.example.org"))
    #expect(wire.close().serverName == "www.example.org")
  }

  @Test("An inspected flow takes no more than two cache lines")
  func size() { #expect(MemoryLayout<InspectedFlow>.stride <= 128) }

  @Test(
    "What a session tells at its close without a time has that of its own flow's last packet, not of the last one at all"
  )
  func timeAtClose() throws {
    let inspector = try Inspector.frames()
    let first = Wire(inspector)
    first.send(.toServer, frame("one"))
    first.send(.toServer, frame("two"))
    let second = Wire(inspector, id: 8)
    for _ in 0..<5 { second.send(.toServer, frame("other")) }
    _ = inspector.drainTransactions()
    first.close()
    let told = inspector.drainTransactions()
    #expect(told.map { $0.text("body") } == ["close"])
    #expect(told.map(\.time) == [Timestamp(nanoseconds: 2_000_000_000)])
  }
}
