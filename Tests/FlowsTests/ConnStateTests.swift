// conn_state and history as the documentation of Zeek's conn.log defines them.

import Evidence
import Testing

@testable import Flows

@Suite("conn_state and history")
struct ConnStateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var state: String
    var history: String
    var play: @Sendable (inout Conversation) -> Void
    var testDescription: String { "\(state) \(history)" }
  }

  static let cases: [Case] = [
    Case(state: "S0", history: "S") { $0.c(.syn) },
    Case(state: "S1", history: "ShA") { $0.handshake() },
    Case(state: "SF", history: "ShAFf") { t in
      t.handshake()
      t.c(.fin, at: 1, ack: 1)
      t.s(.fin, at: 1, ack: 2)
      t.c([], at: 2, ack: 2)
    },
    Case(state: "SF", history: "ShADadFf") { t in
      t.handshake()
      t.c(.psh, at: 1, ack: 1, "GET")
      t.s([], at: 1, ack: 4)
      t.s(.psh, at: 1, ack: 4, "200")
      t.c([], at: 4, ack: 4)
      t.goodbye(client: 4, server: 4)
    },
    Case(state: "REJ", history: "Sr") { t in
      t.c(.syn)
      t.s(.rst, at: 0, ack: 1)
    },
    Case(state: "S2", history: "ShAFa") { t in
      t.handshake()
      t.c(.fin, at: 1, ack: 1)
      t.s([], at: 1, ack: 2)
    },
    Case(state: "S3", history: "ShAf") { t in
      t.handshake()
      t.s(.fin, at: 1, ack: 1)
      t.c([], at: 1, ack: 2)
    },
    Case(state: "RSTO", history: "ShAR") { t in
      t.handshake()
      t.c(.rst, at: 1, ack: 1)
    },
    Case(state: "RSTR", history: "ShAr") { t in
      t.handshake()
      t.s(.rst, at: 1, ack: 1)
    },
    Case(state: "RSTOS0", history: "SR") { t in
      t.c(.syn)
      t.c(.rst, at: 1)
    },
    Case(state: "SH", history: "SF") { t in
      t.c(.syn)
      t.c(.fin, at: 1)
    },
    Case(state: "RSTRH", history: "^hr") { t in
      t.serverPort = 80
      t.s(.syn, ack: 1)
      t.s(.rst, at: 1)
    },
    Case(state: "SHR", history: "^hf") { t in
      t.serverPort = 80
      t.s(.syn, ack: 1)
      t.s(.fin, at: 1, ack: 1)
    },
    Case(state: "OTH", history: "DadA") { t in
      t.c(.psh, at: 100, ack: 200, "mid")
      t.s([], at: 200, ack: 103)
      t.s(.psh, at: 200, ack: 103, "way")
      t.c([], at: 103, ack: 203)
    },
  ]

  @Test("Each conn_state of the documentation comes of the packets that define it", arguments: cases)
  func state(_ c: Case) {
    var t = Conversation()
    c.play(&t)
    let out = t.finish()
    #expect(out.states == [c.state])
    #expect(out.histories == [c.history])
  }

  @Test("A retransmission is a t at the 1st, 10th and 100th time")
  func retransmissions() {
    var t = Conversation()
    t.handshake()
    for _ in 0...100 { t.c(.psh, at: 1, ack: 1, "same") }
    #expect(t.finish().histories == ["ShADTTT"])
  }

  @Test("A zero window is a w, and bad checksums are a c that changes nothing else")
  func zeroWindowAndChecksum() {
    var t = Conversation()
    t.handshake()
    t.s([], at: 1, ack: 1, window: 0)
    t.c(.fin, at: 1, ack: 1) { $0.checksum = 0x1234 }
    let out = t.finish()
    #expect(out.histories == ["ShAawC"])
    #expect(out.states == ["S1"])
    #expect(out.flows[0].toServer.packets == 2)
    #expect(out.count(.tcpBadChecksum) == 1)
  }

  @Test("FIN with RST is inconsistent, SYN with FIN is a multi-flag packet")
  func oddFlags() {
    var t = Conversation()
    t.c([.syn, .fin])
    t.c([.fin, .rst], at: 2)
    #expect(t.finish().histories == ["QI"])
  }

  @Test("A SYN-ACK first from a likely server port turns client and server about")
  func flip() {
    var t = Conversation()
    t.serverPort = 443
    t.s(.syn, ack: 1)
    t.c([], at: 1, ack: 1)
    let out = t.finish()
    #expect(out.histories == ["^hA"])
    #expect(out.flows[0].destinationPort == 443)
    #expect(out.flows[0].sourceIP.description == Conversation.client)
    #expect(out.count(.tcpSynackWithoutSyn) == 1)
  }

  @Test("Payload is counted by sequence number: once each, gaps included, SYN and FIN not")
  func payload() {
    var t = Conversation()
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "0123456789")
    t.c(.psh, at: 1, ack: 1, "0123456789")
    t.c(.psh, at: 31, ack: 1, "after the gap")
    t.s([], at: 1, ack: 44)
    t.goodbye(client: 44, server: 1)
    let out = t.finish()
    #expect(out.flows[0].toServer.payload == 43)
    #expect(out.flows[0].toServer.missed == 20)
    #expect(out.flows[0].toClient.payload == 0)
  }

  @Test("Sequence numbers that wrap around are one stream")
  func wrap() {
    var t = Conversation()
    t.clientStart = 0xFFFF_FFF0
    t.handshake()
    t.c(.psh, at: 1, ack: 1, "before and ")
    t.c(.psh, at: 12, ack: 1, "after the wrap")
    t.s([], at: 1, ack: 26)
    t.goodbye(client: 26, server: 1)
    let out = t.finish()
    #expect(out.toServer() == "before and after the wrap")
    #expect(out.flows[0].toServer.payload == 25)
    #expect(out.states == ["SF"])
    #expect(out.anomalies.isEmpty)
  }

  @Test("A new SYN after the session closed is a new flow; the same SYN again is not")
  func reuse() {
    var t = Conversation()
    t.handshake()
    t.goodbye()
    t.clientStart = 9000
    t.serverStart = 12000
    t.handshake()
    let out = t.finish()
    #expect(out.states == ["SF", "S1"])
    #expect(out.count(.tcpReuseEarly) == 1)
    var again = Conversation()
    again.c(.syn)
    again.wait(seconds: 1)
    again.c(.syn)
    #expect(again.finish().states == ["S0"])
  }

  @Test("A SYN within an open session opens a new one only when it is answered")
  func reuseWithin() {
    var t = Conversation()
    t.handshake()
    t.clientStart = 700_000
    t.c(.syn)
    t.clientStart = 1000
    t.c(.psh, at: 1, ack: 1, "still the old one")
    let kept = t.finish()
    #expect(kept.states == ["S1"])
    #expect(kept.toServer() == "still the old one")
    #expect(kept.count(.tcpReuseEarly) == 1)

    var u = Conversation()
    u.handshake()
    u.wait(seconds: 100)
    u.clientStart = 700_000
    u.serverStart = 800_000
    u.handshake()
    u.c(.psh, at: 1, ack: 1, "the new one")
    let parted = u.finish()
    #expect(parted.states == ["S1", "S1"])
    #expect(parted.flows.map(\.toServer.packets) == [2, 3])
    #expect(parted.toServer() == "the new one")
  }
}
