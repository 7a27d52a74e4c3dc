// Each stream-layer id of the catalog, raised by the packets that its definition names and by no sound session.

import Catalog
import Evidence
import Packets
import Testing

@testable import Flows

@Suite("Stream anomalies")
struct StreamAnomalyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: AnomalyKind
    var what: String
    var set: @Sendable (inout FlowOptions) -> Void = { _ in }
    var play: @Sendable (inout Conversation) -> Void
    var testDescription: String { "\(kind.id): \(what)" }
  }

  static func limit<Value: Sendable>(_ path: WritableKeyPath<FlowOptions, Value> & Sendable, _ value: Value)
    -> @Sendable (inout FlowOptions) -> Void
  { { $0[keyPath: path] = value } }

  static let cases: [Case] = [
    Case(kind: .tcpNoSession, what: "a lone ACK") { $0.c([], at: 5, ack: 7) },
    Case(kind: .tcpNoSession, what: "data that meets a reset") { t in
      t.c(.psh, at: 5, ack: 7, "data")
      t.s(.rst, at: 7)
    },
    Case(kind: .tcpNoSession, what: "a stray FIN") { $0.c(.fin, at: 5, ack: 7) },
    Case(kind: .tcpRstNoSession, what: "back-scatter") { $0.s(.rst, at: 5, ack: 7) },
    Case(kind: .tcpSynackWithoutSyn, what: "SYN-ACK first") { $0.s(.syn, ack: 1) },
    Case(kind: .tcpMidstream, what: "both sides go on") { t in
      t.c([], at: 5, ack: 7)
      t.s([], at: 7, ack: 5)
    },
    Case(kind: .tcpDataBeforeEstablished, what: "data right after the SYN") { t in
      t.c(.syn)
      t.c(.psh, at: 1, ack: 1, "early")
    },
    Case(kind: .tcpHandshakeWrongDirection, what: "SYN-ACK of the client") { t in
      t.c(.syn)
      t.c(.syn, ack: 1)
    },
    Case(kind: .tcpHandshakeWrongDirection, what: "the handshake's ACK comes from the server") { t in
      t.c(.syn)
      t.s(.syn, ack: 1)
      t.s([], at: 1, ack: 1)
    },
    Case(kind: .tcpHandshakeWrongSeq, what: "SYN-ACK acknowledges another number") { t in
      t.c(.syn)
      t.s(.syn, ack: 5000)
    },
    Case(kind: .tcpHandshakeWrongSeq, what: "the last ACK acknowledges another number") { t in
      t.c(.syn)
      t.s(.syn, ack: 1)
      t.c([], at: 1, ack: 9000)
    },
    Case(kind: .tcpSynResendDifferent, what: "SYN again with another number") { t in
      t.c(.syn)
      t.c(.syn, at: 77_777)
    },
    Case(kind: .tcpSynackResendDifferent, what: "SYN-ACK again with another number") { t in
      t.c(.syn)
      t.s(.syn, ack: 1)
      t.s(.syn, at: 5555, ack: 1)
    },
    Case(kind: .tcpSynFlood, what: "twelve differing SYNs") { t in
      for i in 0..<12 { t.c(.syn, at: i * 1000) }
    },
    Case(kind: .tcpSimultaneousOpen, what: "both send a SYN") { t in
      t.c(.syn)
      t.s(.syn)
      t.s(.syn, ack: 1)
      t.c(.syn, ack: 1)
    },
    Case(kind: .tcpReuseEarly, what: "the same endpoints right after the close") { t in
      t.handshake()
      t.goodbye()
      t.c(.syn, at: 50_000)
    },
    Case(kind: .tcpInvalidAck, what: "acknowledges bytes far beyond any window") { t in
      t.handshake()
      t.s([], at: 1, ack: 1)
      t.s([], at: 1, ack: 900_000)
    },
    Case(kind: .tcpRstInvalidAck, what: "RST acknowledges bytes never sent") { t in
      t.handshake()
      t.s(.rst, at: 1, ack: 30_000)
    },
    Case(kind: .tcpRstInjection, what: "the host goes on after its RST") { t in
      t.handshake()
      t.c(.rst, at: 1, ack: 1)
      t.c(.psh, at: 1, ack: 1, "still here")
    },
    Case(kind: .tcpRstWithData, what: "RST with payload") { t in
      t.handshake()
      t.c(.rst, at: 1, ack: 1, "reason")
    },
    Case(kind: .tcpRstStorm, what: "a thousand RSTs in a second") { t in
      t.handshake()
      for _ in 0..<1000 {
        t.time -= 999_000
        t.c(.rst, at: 1, ack: 1)
      }
    },
    Case(kind: .tcpFinStorm, what: "a thousand FINs in a second") { t in
      t.handshake()
      for _ in 0..<1000 {
        t.time -= 999_000
        t.c(.fin, at: 1, ack: 1)
      }
    },
    Case(kind: .tcpFinAfterReset, what: "FIN after RST") { t in
      t.handshake()
      t.c(.rst, at: 1, ack: 1)
      t.c(.fin, at: 1, ack: 1)
    },
    Case(kind: .tcpFinWrongSeq, what: "FIN before bytes already sent") { t in
      t.handshake()
      t.c(.psh, at: 1, ack: 1, "0123456789")
      t.c(.fin, at: 4, ack: 1)
    },
    Case(kind: .tcpOutOfWindow, what: "data beyond the window that the server told of") { t in
      t.handshake()
      t.s([], at: 1, ack: 1, window: 100)
      t.c(.psh, at: 1, ack: 1, String(repeating: "x", count: 200))
    },
    Case(kind: .tcpCloseWrongSeq, what: "data behind the FIN") { t in
      t.handshake()
      t.c(.fin, at: 1, ack: 1)
      t.c(.psh, at: 2, ack: 1, "more")
    },
    Case(kind: .tcpInvalidTimestamp, what: "a timestamp from the past") { t in
      t.handshake(clientOptions: timestamps(1000, 0), serverOptions: timestamps(500, 1000))
      t.c(.psh, at: 1, ack: 1, "good", options: timestamps(1010, 500))
      t.c(.psh, at: 5, ack: 1, "evil", options: timestamps(10, 500))
    },
    Case(kind: .tcpBadWindowUpdate, what: "the window takes back what it granted") { t in
      t.handshake()
      t.s([], at: 1, ack: 1, window: 4000)
      t.s([], at: 1, ack: 1, window: 1000)
    },
    Case(kind: .tcpOverlapDifferentData, what: "two copies differ") { t in
      t.handshake()
      t.c(.psh, at: 1, ack: 1, "aaaa")
      t.c(.psh, at: 1, ack: 1, "bbbb")
    },
    Case(kind: .tcpOverlapBeforeBase, what: "bytes that were acknowledged come again") { t in
      t.handshake()
      t.c(.psh, at: 1, ack: 1, "aaaa")
      t.s([], at: 1, ack: 5)
      t.c(.psh, at: 1, ack: 1, "aaaa")
    },
    Case(kind: .tcpRetransmissionExcess, what: "more than the limit", set: limit(\.retransmissionLimit, 3)) { t in
      t.handshake()
      for _ in 0..<5 { t.c(.psh, at: 1, ack: 1, "same") }
    },
    Case(kind: .tcpSequenceGap, what: "acknowledged, never seen") { t in
      t.handshake()
      t.s([], at: 1, ack: 500)
    },
    Case(kind: .tcpDepthReached, what: "a stream longer than the depth", set: limit(\.depth, 2)) { t in
      t.handshake()
      t.c(.psh, at: 1, ack: 1, "abc")
    },
    Case(kind: .tcpPendingDataAtClose, what: "bytes still wait at the end") { t in
      t.handshake()
      t.c(.psh, at: 100, ack: 1, "late")
    },
    Case(kind: .tcpUrgentLimit, what: "more urgent segments than the limit", set: limit(\.urgentLimit, 3)) { t in
      t.handshake()
      for i in 0..<5 { t.c([.psh, .urg], at: 1 + i, ack: 1, "u") { $0.urgentPointer = 1 } }
    },
    Case(kind: .flowUnidirectional, what: "a session of which one side is seen") { t in
      t.c(.syn)
      t.c([], at: 1, ack: 1)
      t.c(.psh, at: 1, ack: 1, "request")
    },
  ]

  @Test("An id is raised by what its definition names", arguments: cases)
  func raised(_ c: Case) {
    var t = Conversation(c.set)
    c.play(&t)
    let out = t.finish()
    #expect(out.count(c.kind) >= 1, "\(out.kinds.sorted())")
  }

  @Test("A sound session raises nothing: handshake, data both ways, keep-alive, zero window, close")
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

  @Test("Strays are counted by host pair")
  func hostPairs() {
    var t = Conversation()
    for port in 1..<21 {
      t.clientPort = UInt16(30_000 + port)
      t.s(.rst, at: 5, ack: 7)
    }
    t.c([], at: 9, ack: 9) { $0.sourcePort = 22_222 }
    t.engine.finish()
    let pairs = t.engine.drainHostPairs()
    #expect(pairs.count == 1)
    // 192.0.2.1 sorts before 198.51.100.2.
    #expect(pairs.first?.resetsFromHigh == 20)
    #expect(pairs.first?.strayFromLow == 1)
    #expect(t.engine.counters.strayResets == 20)
  }
}
