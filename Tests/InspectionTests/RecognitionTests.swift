// Whose stream it is.

import Catalog
import Evidence
import Flows
import Testing

@testable import Inspection

@Suite("Recognition")
struct RecognitionTests {
  static let two: [[String: String]] = [
    ["PLUGIN_ID": "\"org.example.a\"", "PROTOCOL": "\"alpha\"", "CERTAINTY": "40"],
    ["PLUGIN_ID": "\"org.example.b\"", "PROTOCOL": "\"beta\"", "CERTAINTY": "60"],
  ]
  static let other: [String: String] = ["PLUGIN_ID": "\"org.example.q\"", "PROTOCOL": "\"queue\"", "MAGIC": "\"QQ\""]

  private func names(_ inspector: Inspector) -> [AnomalyName] { inspector.drainAnomalies().map(\.name) }

  @Test("The surest dissector gets the flow, however it is cut", arguments: [1, 100])
  func surest(_ piece: Int) throws {
    let inspector = try Inspector.frames(Self.two)
    let wire = Wire(inspector)
    wire.send(.toServer, frame("hello"), inPiecesOf: piece)
    #expect(wire.close().appProto == "beta")
  }

  @Test("Of two that are as sure, the one with the smaller id gets it")
  func tie() throws {
    var variants = Self.two
    variants[1]["CERTAINTY"] = "40"
    let inspector = try Inspector.frames(variants.reversed())
    let wire = Wire(inspector)
    wire.send(.toServer, frame("hello"))
    #expect(wire.close().appProto == "alpha")
  }

  @Test("Of two that are as sure, the smaller id gets it although the other has the port and is asked first")
  func tieAgainstHint() throws {
    let inspector = try Inspector.frames([
      [
        "PLUGIN_ID": "\"org.example.a\"", "PROTOCOL": "\"alpha\"", "PORT": "9000", "CERTAINTY": "100",
        "NO_PATTERN": "1",
      ],
      ["PLUGIN_ID": "\"org.example.b\"", "PROTOCOL": "\"beta\"", "CERTAINTY": "100"],
    ])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("hello"))
    #expect(wire.close().appProto == "alpha")
  }

  // The probes of a and c are errors, so the count of errors tells which of them were asked.
  @Test("Who is certain and has the port spares those with larger ids from being asked, not those with smaller ones")
  func hints() throws {
    let broken = ["PROTOCOL": "\"broken\"", "MAGIC": "\"ZZ\"", "PORT": "9000", "IN_PROBE": "return VDT_E_INTERNAL"]
    let inspector = try Inspector.frames([
      broken.merging(["PLUGIN_ID": "\"org.example.a\""]) { $1 },
      ["PLUGIN_ID": "\"org.example.b\"", "CERTAINTY": "100"],
      broken.merging(["PLUGIN_ID": "\"org.example.c\"", "PROTOCOL": "\"torn\""]) { $1 },
    ])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("hello"))
    #expect(inspector.counters.pluginErrors == 1)
    #expect(wire.close().appProto == "frames")
  }

  @Test("The bytes that a protocol declared for its beginning are a hint, too, on whatever port")
  func patternHint() throws {
    let inspector = try Inspector.frames([
      ["PLUGIN_ID": "\"org.example.b\"", "CERTAINTY": "100"],
      [
        "PLUGIN_ID": "\"org.example.c\"", "PROTOCOL": "\"torn\"", "MAGIC": "\"ZZ\"", "PORT": "9000",
        "IN_PROBE": "return VDT_E_INTERNAL",
      ],
    ])
    let wire = Wire(inspector, port: 9000)
    wire.send(.toServer, frame("hello"))
    // 9000 is the port of the other: both are asked, the one with the smaller id first.
    #expect(inspector.counters.pluginErrors == 0)
    #expect(wire.close().appProto == "frames")
  }

  @Test("A session is told that only one side of its flow is seen", arguments: [false, true])
  func oneSided(_ isOneSided: Bool) throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector, isOneSided: isOneSided)
    wire.send(.toServer, frame("flags"))
    let flags = inspector.drainTransactions().first { $0.text("body") == "flags" }?.number("length")
    // VDT_FLOW_ONE_SIDED is 2.
    #expect(flags.map { $0 & 2 } == (isOneSided ? 2 : 0))
    wire.close()
  }

  @Test("After not-mine another dissector gets the first bytes, and nothing of the first one is kept")
  func notMine() throws {
    let inspector = try Inspector.frames(Self.two)
    let wire = Wire(inspector)
    wire.send(.toServer, frame("notmine"))
    wire.close()
    // Both say so in the end; each had its turn.
    #expect(inspector.counters.sessionsNotMine == 2)
    #expect(inspector.drainTransactions().isEmpty)
  }

  @Test("A protocol that nobody knows stops being delivered once both sides have spoken")
  func unknown() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector, port: 22)
    wire.send(.toClient, Array("SSH-2.0-OpenSSH\r\n".utf8))
    #expect(wire.wanted)
    wire.send(.toServer, Array("SSH-2.0-PuTTY\r\n".utf8))
    #expect(!wire.wanted)
    let record = wire.close()
    #expect(record.appProto == "ssh")
    #expect(record.appProtoBy == .port)
    #expect(inspector.bufferedBytes == 0)
    #expect(inspector.drainAnomalies().isEmpty)
  }

  @Test("A port says nothing where no byte was sent, and nothing against a dissector that denied it")
  func portGuess() throws {
    let inspector = try Inspector.frames([["PROTOCOL": "\"http\""]])
    #expect(Wire(inspector, port: 22).close(payload: 0).appProto == "unknown")
    let wire = Wire(inspector, port: 80)
    wire.send(.toServer, Array("not that".utf8)).send(.toClient, Array("nor this".utf8))
    let record = wire.close()
    #expect(record.appProto == "unknown")
    #expect(record.appProtoBy == nil)
  }

  @Test("A known protocol on a port that is not its own is an anomaly")
  func unusualPort() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector, port: 8000)
    wire.send(.toServer, frame("hello")).send(.toClient, frame("hello"))
    wire.close()
    #expect(names(inspector) == [.catalog(.appProtocolOnUnusualPort)])
  }

  @Test("The side that should wait and speaks first is an anomaly; in a flow joined midway it is not")
  func firstSpeaker() throws {
    let inspector = try Inspector.frames()
    Wire(inspector).send(.toClient, frame("hello")).close()
    #expect(names(inspector) == [.catalog(.appWrongDirectionFirstData)])
    Wire(inspector, midstream: true).send(.toClient, frame("hello")).close()
    #expect(names(inspector).isEmpty)
  }

  @Test("Directions that speak different protocols are an anomaly", arguments: [1, 100])
  func mismatch(_ piece: Int) throws {
    let inspector = try Inspector.frames([[:], Self.other])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("hello"))
    wire.send(.toClient, frame("hello", magic: "QQ"), inPiecesOf: piece)
    wire.close()
    #expect(names(inspector).contains(.catalog(.appProtocolMismatch)))
  }

  @Test("A protocol recognised in one direction only is an anomaly")
  func oneDirection() throws {
    let inspector = try Inspector.frames()
    Wire(inspector).send(.toServer, frame("hello")).send(.toClient, Array("nothing of it".utf8)).close()
    #expect(names(inspector).contains(.catalog(.appProtocolOneDirection)))
  }

  @Test("A flow that a session announced is taken for what it said")
  func expected() throws {
    let inspector = try Inspector.frames()
    let control = Wire(inspector)
    control.send(.toServer, frame("expect"))
    let data = Wire(inspector, port: 4444, server: 0xC000_0207)
    data.send(.toServer, frame("hello"))
    #expect(data.close().appProto == "frames")
    // Announced, so the port is no surprise; a second flow to it is.
    #expect(inspector.drainAnomalies().isEmpty)
    let again = Wire(inspector, port: 4444, server: 0xC000_0207)
    again.send(.toServer, frame("hello"))
    again.close()
    #expect(names(inspector) == [.catalog(.appProtocolOnUnusualPort)])
  }

  @Test("A switch ends the session, and the announced protocol goes on behind it", arguments: [1, 3, 100])
  func switches(_ piece: Int) throws {
    let inspector = try Inspector.frames([[:], Self.other])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("one") + frame("switch queue") + frame("two", magic: "QQ"), inPiecesOf: piece)
    wire.send(.toClient, frame("three", magic: "QQ"), inPiecesOf: piece)
    let record = wire.close()
    let found = inspector.drainTransactions()
    #expect(found.map { $0.text("body") } == ["one", "switch queue", "close", "two", "three", "close"])
    #expect(found.map(\.appProto) == ["frames", "frames", "frames", "queue", "queue", "queue"])
    #expect(record.appProto == "frames")
    #expect(record.appProtos == ["frames", "queue"])
    #expect(inspector.drainAnomalies().isEmpty)
  }

  @Test("Half a switch leaves the other direction with the old session")
  func halfSwitch() throws {
    let inspector = try Inspector.frames([[:], Self.other])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("half queue"))
    wire.send(.toServer, frame("new", magic: "QQ"))
    wire.send(.toClient, frame("old"))
    wire.close()
    let found = inspector.drainTransactions()
    let spoken = found.filter { $0.text("body") != "close" }
    #expect(spoken.map { $0.text("body") } == ["half queue", "new", "old"])
    #expect(spoken.map(\.appProto) == ["frames", "queue", "frames"])
    #expect(found.filter { $0.text("body") == "close" }.count == 2)
  }

  @Test("Another protocol than the announced one is an anomaly")
  func changed() throws {
    let inspector = try Inspector.frames([[:], Self.other])
    let wire = Wire(inspector)
    wire.send(.toServer, frame("switch frames") + frame("two", magic: "QQ"))
    wire.send(.toClient, frame("three", magic: "QQ"))
    wire.close()
    #expect(names(inspector) == [.catalog(.flowProtocolChanged)])
  }

  @Test("A session that breaks the protocol is closed, with its anomaly at the place")
  func error() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    wire.send(.toServer, frame("one"))
    wire.send(.toServer, Array("XXXXXX".utf8))
    #expect(!wire.wanted)
    wire.close()
    let found = inspector.drainAnomalies()
    #expect(found.map(\.name.id) == ["org.example.frames.broken_frame"])
    #expect(found.first?.offset == 7)
    #expect(found.first?.packet == 2)
    #expect(found.first?.name.severity == .medium)
  }

  @Test("The first anomalies of a kind are records, what follows is one with its count")
  func tally() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector)
    for _ in 0..<12 { wire.send(.toServer, frame("odd")) }
    wire.send(.toServer, frame("detail"))
    wire.close()
    let found = inspector.drainAnomalies()
    let odd = found.filter { $0.name == .catalog(.appNulInLine) }
    #expect(odd.map(\.count) == [1, 1, 1, 1, 1, 7])
    #expect(odd.last?.first == Timestamp(nanoseconds: 6_000_000_000))
    #expect(odd.last?.last == Timestamp(nanoseconds: 12_000_000_000))
    let detail = found.first { $0.name.id == "org.example.frames.broken_frame" }
    #expect(detail?.detail.map(\.name) == ["value"])
    #expect(detail?.detail.first?.value == .u64(42))
  }

  @Test("A stream within a stream is inspected as a flow of its own")
  func inner() throws {
    let inspector = try Inspector.frames([[:], Self.other])
    let wire = Wire(inspector)
    let inside = String(decoding: frame("inside", magic: "QQ"), as: UTF8.self)
    wire.send(.toServer, frame("child " + inside))
    let record = wire.close()
    let found = inspector.drainTransactions()
    #expect(found.contains { $0.text("body") == "inside" && $0.appProto == "queue" && $0.flow == FlowID(rawValue: 7) })
    #expect(Set(found.map(\.ordinal)).count == found.count)
    #expect(record.appProtos == ["frames", "queue"])
  }

  @Test("Datagrams are kept until one is recognised, and then given in order")
  func datagrams() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector, proto: 17)
    wire.datagram(.toServer, Array("noise".utf8))
    wire.datagram(.toServer, frame("known"))
    wire.datagram(.toClient, frame("answer"))
    let record = wire.close(.timeout)
    let found = inspector.drainTransactions()
    #expect(found.map { $0.text("body") } == ["e", "known", "answer", "close"])
    #expect(found.map { $0.number("packet") }.prefix(3) == [1, 2, 3])
    #expect(record.appProto == "frames")
    #expect(inspector.bufferedBytes == 0)
  }

  @Test("After four datagrams that nobody knows a flow is left alone")
  func unknownDatagrams() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector, port: 123, proto: 17)
    for count in 1...4 {
      #expect(wire.wanted)
      wire.datagram(.toServer, Array(repeating: UInt8(count), count: 48))
    }
    #expect(!wire.wanted)
    #expect(inspector.bufferedBytes == 0)
    #expect(wire.close().appProto == "ntp")
  }

  @Test("Datagrams that nobody knows are given back when their flow ends before the fourth")
  func unknownDatagramsEnd() throws {
    let inspector = try Inspector.frames()
    let wire = Wire(inspector, port: 123, proto: 17)
    wire.datagram(.toServer, Array(repeating: 1, count: 48))
    wire.datagram(.toClient, Array(repeating: 2, count: 48))
    #expect(inspector.bufferedBytes > 0)
    // The flow engine tells the end of a direction of any flow.
    wire.end(.toServer)
    wire.end(.toClient)
    wire.close(.timeout)
    #expect(inspector.bufferedBytes == 0)
  }
}
