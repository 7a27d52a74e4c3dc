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

  static let overlaps: [(OverlapPolicy, String)] = [
    // Held: "BBBB" at 5..<9. Then "AAAAAA" at 3..<9 (begins before, ends with it), then the hole 1..<3 is filled.
    (.first, "xxAABBBB"), (.last, "xxAAAAAA"), (.bsd, "xxAAAAAA"), (.linux, "xxAAAAAA"), (.bsdRight, "xxAABBBB"),
    (.solaris, "xxAABBBB"), (.windows, "xxAABBBB"),
  ]

  @Test("Of two copies of waiting bytes the policy's stands, and the difference is told", arguments: overlaps)
  func policy(_ policy: OverlapPolicy, _ expected: String) {
    var t = Conversation { $0.overlap = policy }
    t.handshake()
    t.c(.psh, at: 5, ack: 1, "BBBB")
    t.c(.psh, at: 3, ack: 1, "AAAAAA")
    t.c(.psh, at: 1, ack: 1, "xx")
    let out = t.finish()
    #expect(out.toServer() == expected)
    #expect(out.count(.tcpOverlapDifferentData) == 1)
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
    #expect(out.heard[0].description.midstream)
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

  @Test(
    "However a stream is cut, turned about, doubled and delayed, the consumer hears the same bytes", arguments: 0..<60)
  func differential(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    let text = (0..<Int.random(in: 1...6000, using: &random)).map { _ in
      Character(UnicodeScalar(UInt8.random(in: 97...122, using: &random)))
    }
    let start = UInt32.random(in: .min ... .max, using: &random)
    var pieces: [(Int, String)] = []
    var at = 0
    while at < text.count {
      let length = min(text.count - at, Int.random(in: 1...400, using: &random))
      pieces.append((at, String(text[at..<at + length])))
      // Now and then a copy of other bounds.
      if Int.random(in: 0..<4, using: &random) == 0 {
        let from = max(0, at - Int.random(in: 0...300, using: &random))
        let to = min(text.count, at + Int.random(in: 1...300, using: &random))
        pieces.append((from, String(text[from..<to])))
      }
      at += length
    }
    for i in pieces.indices where Int.random(in: 0..<3, using: &random) == 0 {
      pieces.swapAt(i, min(pieces.count - 1, i + Int.random(in: 0...8, using: &random)))
    }
    var t = Conversation { $0.overlap = OverlapPolicy.allCases[Int(seed) % OverlapPolicy.allCases.count] }
    t.clientStart = start
    t.handshake()
    for (offset, piece) in pieces { t.c(.psh, at: 1 + offset, ack: 1, piece) }
    t.s([], at: 1, ack: 1 + text.count)
    t.goodbye(client: 1 + text.count, server: 1)
    let out = t.finish()
    #expect(out.toServer() == String(text))
    #expect(out.heard[0].offsetsFit)
    #expect(out.count(.tcpOverlapDifferentData) == 0)
    #expect(out.count(.tcpSequenceGap) == 0)
    #expect(out.states == ["SF"])
  }
}

/// A generator whose numbers depend on its seed only (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
