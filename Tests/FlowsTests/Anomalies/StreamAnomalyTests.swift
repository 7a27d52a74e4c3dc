// Each stream-layer id of the catalog, raised by the packets that its definition names and by no sound session.

import Catalog
import Evidence
import Packets
import Testing

@testable import Flows

@Suite("Stream anomalies")
struct StreamAnomalyTests {
  static let cases = AnomalyCase.opening + AnomalyCase.session + AnomalyCase.ending

  @Test("An id is raised by what its definition names", arguments: cases)
  func raised(_ c: AnomalyCase) {
    var t = Conversation(c.set)
    c.play(&t)
    let out = t.finish()
    #expect(out.count(c.kind) == c.times, "\(out.kinds.sorted())")
  }

  @Test("An id is not raised by what comes close to its definition and is none of it", arguments: cases)
  func notRaised(_ c: AnomalyCase) {
    var t = Conversation(c.set)
    c.not(&t)
    let out = t.finish()
    #expect(out.count(c.kind) == 0, "\(c.notWhat): \(out.kinds.sorted())")
  }

  @Test("Every stream-layer id that Flows raises has a case")
  func complete() {
    // Raised where a protocol is recognised, and by workers that share a capture.
    let elsewhere: Set<String> = ["flow.protocol_changed", "flow.capture_internal"]
    let wanted = Set(AnomalyKind.all.filter { $0.layer == .stream }.map(\.id))
    #expect(wanted.subtracting(Self.cases.map(\.kind.id)) == elsewhere)
  }

  @Test("A sound session raises nothing: handshake, data both ways, keep-alive, close")
  func sound() {
    var t = Conversation()
    let scale: [UInt8] = [3, 3, 7, 0]
    t.handshake(clientOptions: timestamps(1, 0) + scale, serverOptions: timestamps(9, 1) + scale, window: 500)
    t.c(.psh, at: 1, ack: 1, "request", options: timestamps(2, 9), window: 500)
    t.s([], at: 1, ack: 8, options: timestamps(10, 2), window: 500)
    t.s(.psh, at: 1, ack: 8, "response", options: timestamps(11, 2), window: 500)
    t.c([], at: 8, ack: 9, options: timestamps(3, 11), window: 500)
    t.wait(seconds: 60)
    t.c([], at: 7, ack: 9, "t", options: timestamps(4, 11), window: 500)
    t.s([], at: 9, ack: 8, options: timestamps(12, 4), window: 500)
    t.s(.fin, at: 9, ack: 8, options: timestamps(13, 4), window: 500)
    t.c(.fin, at: 8, ack: 10, options: timestamps(5, 13), window: 500)
    t.s([], at: 10, ack: 9, options: timestamps(14, 5), window: 500)
    let out = t.finish()
    #expect(out.anomalies.isEmpty, "\(out.kinds.sorted())")
    #expect(out.states == ["SF"])
  }

  @Test("A session with scaled windows may send more than the bare field says")
  func scaledWindow() {
    var t = Conversation()
    t.handshake(clientOptions: [3, 3, 8, 0], serverOptions: [3, 3, 8, 0])
    t.s([], at: 1, ack: 1, window: 100)
    t.c(.psh, at: 1, ack: 1, String(repeating: "x", count: 1400))
    #expect(t.finish().anomalies.isEmpty)
  }

  @Test("What follows from packets that the capture lost is not told; the loss is")
  func lossy() {
    var t = Conversation()
    t.handshake()
    t.s([], at: 1, ack: 1, window: 1000)
    t.c(.psh, at: 1, ack: 1, "head")
    // 500 bytes that the capture lacks, acknowledged. Then the server's answers are missing, too.
    t.s([], at: 1, ack: 505, window: 1000)
    t.c(.psh, at: 5005, ack: 1, String(repeating: "x", count: 1400))
    t.s([], at: 1, ack: 700_000, window: 1000)
    t.c(.fin, at: 20_000, ack: 1)
    t.s(.rst, at: 1, ack: 90_000)
    let out = t.finish()
    #expect(out.kinds == ["tcp.sequence_gap"])
    #expect(out.flows.map { $0.tcp?.lossy } == [true])
    #expect(out.counters.gapBytes == 500)
  }

  @Test("The first five of a kind in a flow are records, the rest one record that counts them")
  func tally() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "aaaa")
    t.s([], at: 1, ack: 5)
    for _ in 0..<12 { t.c(.psh, at: 1, ack: 1, "aaaa") }
    let out = t.finish()
    let records = out.anomalies.filter { $0.name.id == "tcp.overlap_before_base" }
    #expect(records.count == 6)
    #expect(records.map(\.count) == [1, 1, 1, 1, 1, 7])
    #expect(records[5].first == records[5].time && records[5].last.map { $0 > records[5].time } == true)
    #expect(records.allSatisfy { $0.flow == out.flows[0].id })
  }

  @Test("Each stray is a record that names its two hosts, and is counted")
  func strays() {
    var t = Conversation()
    for port in 1..<21 {
      t.clientPort = UInt16(30_000 + port)
      t.s(.rst, at: 5, ack: 7)
    }
    t.c([], at: 9, ack: 9) { $0.sourcePort = 22_222 }
    let out = t.finish()
    let resets = out.anomalies.filter { $0.name.id == "tcp.rst_no_session" }
    #expect(resets.count == 20)
    #expect(resets.allSatisfy { $0.sourceIP?.description == "198.51.100.2" })
    #expect(out.anomalies.filter { $0.name.id == "tcp.no_session" }.map { $0.sourceIP?.description } == ["192.0.2.1"])
    #expect(t.engine.counters.strayResets == 20)
    #expect(t.engine.counters.strayPackets == 1)
  }
}
