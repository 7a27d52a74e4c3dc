// Reassembly: what the consumer hears.

import Evidence
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("TCP streams")
struct StreamTests {
  @Test("Bytes come in order and once each, then both ends, then the close")
  func order() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "one ")
    t.c(.psh, at: 9, ack: 1, "three")
    t.c(.psh, at: 5, ack: 1, "two ")
    t.c(.psh, at: 5, ack: 1, "two ")
    t.s(.psh, at: 1, ack: 14, "answer")
    t.goodbye(client: 14, server: 7)
    let out = t.finish()
    #expect(out.toServer() == "one two three")
    #expect(out.toClient() == "answer")
    #expect(out.heard[0].gaps.isEmpty)
    #expect(out.heard[0].ended == [.toServer, .toClient])
    #expect(out.heard[0].closed == 1)
    #expect(out.heard[0].offsetsFit)
    #expect(out.flows[0].appProto == "heard")
    #expect(out.flows[0].reason == .closed)
    #expect(out.counters.outOfOrder == 1)
  }

  @Test("A hole is a gap once the peer acknowledged bytes behind it, and not before")
  func gap() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "abc")
    t.c(.psh, at: 11, ack: 1, "xyz")
    #expect(t.recorder.flows[0].toServer == Array("abc".utf8))
    t.s([], at: 1, ack: 14)
    let out = t.finish()
    #expect(out.heard[0].gaps == [3..<10])
    #expect(out.toServer() == "abcxyz")
    #expect(out.flows[0].tcp?.lossy == true)
    #expect(out.flows[0].tcp?.history == "ShADGa" || out.flows[0].tcp?.history == "ShADaG")
    #expect(out.count(.tcpSequenceGap) == 1)
  }

  @Test("What arrives late fills the hole, and no gap is told")
  func late() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 4, ack: 1, "def")
    t.s([], at: 1, ack: 1)
    t.c(.psh, at: 1, ack: 1, "abc")
    t.s([], at: 1, ack: 7)
    let out = t.finish()
    #expect(out.toServer() == "abcdef")
    #expect(out.anomalies.isEmpty)
  }

  @Test("A retransmission with other bytes changes nothing and is told; with the same bytes it is not")
  func retransmission() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "genuine")
    t.c(.psh, at: 1, ack: 1, "genuine")
    #expect(t.engine.drainAnomalies().isEmpty)
    t.c(.psh, at: 1, ack: 1, "forgery")
    let out = t.finish()
    #expect(out.toServer() == "genuine")
    #expect(out.count(.tcpOverlapDifferentData) == 1)
  }

  @Test("A segment that begins with old bytes gives only its new ones")
  func partlyOld() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "abcd")
    t.c(.psh, at: 3, ack: 1, "cdef")
    #expect(t.finish().toServer() == "abcdef")
  }

  @Test("Without handshake nothing is inspected until both sides went on; then all that was seen is")
  func midstream() {
    var t = Conversation()
    t.c(.psh, at: 101, ack: 201, "request")
    #expect(t.recorder.flows.isEmpty)
    t.s(.psh, at: 201, ack: 108, "reply")
    let out = t.finish()
    #expect(out.toServer() == "request")
    #expect(out.toClient() == "reply")
    #expect(out.heard[0].midstream)
    #expect(out.flows[0].tcp?.midstream == true)
    #expect(out.kinds == ["tcp.midstream"])
  }

  @Test("With midstream pickup a session is inspected from its first segment")
  func pickup() {
    var t = Conversation { $0.midstream = .pickup }
    t.c(.psh, at: 101, ack: 201, "request")
    #expect(t.recorder.flows.count == 1)
    let out = t.finish()
    #expect(out.toServer() == "request")
    #expect(out.count(.tcpMidstream) == 1)
    #expect(out.count(.tcpNoSession) == 0)
  }

  @Test("One side alone is inspected only where that is asked for", arguments: [false, true])
  func oneside(_ oneside: Bool) {
    var t = Conversation { $0.oneside = oneside }
    t.c(.syn)
    t.c(.psh, at: 1, ack: 1, "alone")
    let out = t.finish()
    #expect(out.toServer() == (oneside ? "alone" : ""))
    #expect(out.count(.flowUnidirectional) == 1)
  }

  @Test("Inspection stops at the depth, counting goes on")
  func depth() {
    var t = Conversation { $0.depth = 4 }
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "0123456789")
    t.c(.psh, at: 11, ack: 1, "more")
    let out = t.finish()
    #expect(out.toServer() == "0123")
    #expect(out.count(.tcpDepthReached) == 1)
    #expect(out.flows[0].toServer.payload == 14)
  }

  @Test("A consumer that has enough hears no more bytes, and still the close")
  func stop() {
    var t = Conversation()
    t.recorder.stopsAfter = 3
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "abc")
    t.c(.psh, at: 4, ack: 1, "def")
    let out = t.finish()
    #expect(out.toServer() == "abc")
    #expect(out.heard[0].closed == 1)
  }

  @Test("A consumer that refuses a flow hears nothing of it")
  func refuse() {
    var t = Conversation()
    t.recorder.refuses = true
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "abc")
    let out = t.finish()
    #expect(out.heard.isEmpty)
    #expect(out.flows[0].appProto == "unknown")
  }

  @Test("When what waits exceeds its cap the hole is given up, and no byte that came is lost")
  func cap() {
    var t = Conversation { $0.limits.streamBufferPerDirection = 8 * 2048 }
    t.handshake()
    let chunk = String(repeating: "z", count: 1000)
    for i in 0..<30 { t.c(.psh, at: 11 + i * 1000, ack: 1, chunk) }
    let out = t.finish()
    #expect(out.heard[0].gaps == [0..<10])
    #expect(out.toServer().count == 30_000)
    #expect(out.counters.streamBufferGivenUp == 1)
  }

  @Test("Behind a FIN that was reached there is neither a byte nor a gap")
  func behindTheEnd() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "all")
    t.c(.fin, at: 4, ack: 1)
    t.c(.psh, at: 100, ack: 1, "ghost")
    let out = t.finish()
    #expect(out.toServer() == "all")
    #expect(out.heard[0].gaps.isEmpty)
    #expect(out.heard[0].ended.count == 2)
  }

  @Test("Data that the capture cut short is a gap, and the stream goes on behind it")
  func cut() {
    var t = Conversation()
    t.handshake()
    let whole = Ethernet(
      IPv4(
        from: Conversation.client, to: Conversation.server,
        TCP(
          from: 40_000, to: 8081, [.psh, .ack], sequence: 1001, acknowledgement: 5001, payload: Array("abcdefghij".utf8)
        ))
    ).bytes
    t.send(Array(whole.dropLast(6)), wireLength: whole.count)
    t.c(.psh, at: 11, ack: 1, "klm")
    let out = t.finish()
    #expect(out.toServer() == "abcdklm")
    #expect(out.heard[0].gaps == [4..<10])
  }
}
