// How sessions begin: segments of none, and handshakes (RFC 9293 §3.5).

import Catalog

@testable import Flows

extension AnomalyCase {
  static let opening: [AnomalyCase] = [
    AnomalyCase(
      .tcpNoSession, "a lone ACK", play: { $0.c([], at: 5, ack: 7) }, not: "a lone SYN", { $0.c(.syn) }),
    AnomalyCase(
      .tcpNoSession, "data that meets a reset",
      play: { t in
        t.c(.psh, at: 5, ack: 7, "data")
        t.s(.rst, at: 7)
      }, not: "data that meets an acknowledgement",
      { t in
        t.c(.psh, at: 5, ack: 7, "data")
        t.s([], at: 7, ack: 9)
      }),
    AnomalyCase(
      .tcpNoSession, "a stray FIN", play: { $0.c(.fin, at: 5, ack: 7) }, not: "a lone RST, which has an id of its own",
      { $0.c(.rst, at: 5, ack: 7) }),
    AnomalyCase(
      .tcpNoSession, "one side alone for longer than the grace period",
      play: { t in
        t.c([], at: 5, ack: 7)
        t.wait(seconds: 61)
        t.c([], at: 5, ack: 8)
      }, not: "the other side comes within the grace period",
      { t in
        t.c([], at: 5, ack: 7)
        t.wait(seconds: 59)
        t.s([], at: 7, ack: 5)
      }),
    AnomalyCase(
      .tcpRstNoSession, "back-scatter", play: { $0.s(.rst, at: 5, ack: 7) }, not: "a RST that answers a SYN",
      { t in
        t.c(.syn)
        t.s(.rst, at: 0, ack: 1)
      }),
    AnomalyCase(
      .tcpSynackWithoutSyn, "SYN-ACK first", play: { $0.s(.syn, ack: 1) }, not: "SYN-ACK after its SYN",
      { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
      }),
    AnomalyCase(
      .tcpMidstream, "both sides go on",
      play: { t in
        t.c([], at: 5, ack: 7)
        t.s([], at: 7, ack: 5)
      }, not: "a session from its SYN on", { $0.handshake() }),
    AnomalyCase(
      .tcpDataBeforeEstablished, "data right after the SYN",
      play: { t in
        t.c(.syn)
        t.c(.psh, at: 1, ack: 1, "early")
      }, not: "data with the handshake's last ACK",
      { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
        t.c(.psh, at: 1, ack: 1, "in time")
      }),
    AnomalyCase(
      .tcpDataBeforeEstablished, "data right after the SYN",
      play: { t in
        t.c(.syn)
        t.c(.psh, at: 1, ack: 1, "early")
      }, not: "fast open asked for it (RFC 7413 §2)",
      { t in
        t.c(.syn, "early", options: [34, 6, 1, 2, 3, 4])
        t.c(.psh, at: 6, "more")
        t.s(.syn, ack: 10, options: [34, 6, 1, 2, 3, 4])
      }),
    AnomalyCase(
      .tcpHandshakeWrongDirection, "SYN-ACK of the client",
      play: { t in
        t.c(.syn)
        t.c(.syn, ack: 1)
      }, not: "SYN-ACK of the server",
      { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
      }),
    AnomalyCase(
      .tcpHandshakeWrongDirection, "the handshake's ACK comes from the server",
      play: { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
        t.s([], at: 1, ack: 1)
      }, not: "it comes from the client", { $0.handshake() }),
    AnomalyCase(
      .tcpHandshakeWrongSeq, "SYN-ACK acknowledges another number",
      play: { t in
        t.c(.syn)
        t.s(.syn, ack: 5000)
      }, not: "SYN-ACK acknowledges the SYN",
      { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
      }),
    AnomalyCase(
      .tcpHandshakeWrongSeq, "the last ACK acknowledges another number",
      play: { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
        t.c([], at: 1, ack: 9000)
      }, not: "numbers that wrap around",
      { t in
        t.clientStart = .max
        t.serverStart = .max - 1
        t.handshake()
      }),
    AnomalyCase(
      .tcpSynResendDifferent, "SYN again with another number",
      play: { t in
        t.c(.syn)
        t.c(.syn, at: 77_777)
      }, not: "the same SYN again",
      { t in
        t.c(.syn)
        t.c(.syn)
      }),
    AnomalyCase(
      .tcpSynResendDifferent, "SYN inside a session",
      play: { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "data")
        t.c(.syn, at: 77_777)
      }, not: "SYN after the session",
      { t in
        t.handshake()
        t.goodbye()
        t.c(.syn, at: 77_777)
      }),
    AnomalyCase(
      .tcpSynackResendDifferent, "SYN-ACK again with another number",
      play: { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
        t.s(.syn, at: 5555, ack: 1)
      }, not: "the same SYN-ACK again",
      { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
        t.s(.syn, ack: 1)
      }),
    AnomalyCase(
      .tcpSynFlood, "differing SYNs beyond the limit", set: limit(\.handshakeVariantLimit, 3),
      play: { t in for i in 0..<5 { t.c(.syn, at: i * 1000) } }, not: "differing SYNs up to the limit",
      { t in for i in 0..<4 { t.c(.syn, at: i * 1000) } }),
    AnomalyCase(
      .tcpSynFlood, "differing SYN-ACKs beyond the limit", set: limit(\.handshakeVariantLimit, 3),
      play: { t in
        t.c(.syn)
        for i in 0..<5 { t.s(.syn, at: i * 1000, ack: 1) }
      }, not: "the same SYN-ACK many times",
      { t in
        t.c(.syn)
        for _ in 0..<20 { t.s(.syn, ack: 1) }
      }),
    AnomalyCase(
      .tcpSimultaneousOpen, "both send a SYN (RFC 9293 figure 7)",
      play: { t in
        t.c(.syn)
        t.s(.syn)
        t.s(.syn, ack: 1)
        t.c(.syn, ack: 1)
      }, not: "one sends a SYN", { $0.handshake() }),
    AnomalyCase(
      .tcpSimultaneousOpen, "a split handshake: the server answers a SYN with an ACK, then with a SYN of its own",
      play: { t in
        t.c(.syn)
        t.s([], at: 0, ack: 1)
        t.s(.syn)
        t.c(.syn, ack: 1)
        t.s([], at: 1, ack: 1)
      }, not: "an ACK, then a SYN-ACK",
      { t in
        t.c(.syn)
        t.s([], at: 0, ack: 1)
        t.s(.syn, ack: 1)
        t.c([], at: 1, ack: 1)
      }),
    AnomalyCase(
      .tcpReuseEarly, "the same endpoints right after the close",
      play: { t in
        t.handshake()
        t.goodbye()
        t.c(.syn, at: 50_000)
      }, not: "once the closed session was forgotten",
      { t in
        t.handshake()
        t.goodbye()
        t.wait(seconds: 6)
        t.c(.syn, at: 50_000)
      }),
    AnomalyCase(
      .flowUnidirectional, "a session of which one side is seen",
      play: { t in
        t.c(.syn)
        t.c([], at: 1, ack: 1)
        t.c(.psh, at: 1, ack: 1, "request")
      }, not: "a SYN that nobody answered", { $0.c(.syn) }),
    AnomalyCase(
      .flowUnidirectional, "requests that need an answer and have none",
      play: { t in for _ in 0..<3 { t.ask() } }, not: "too few to tell",
      { t in for _ in 0..<2 { t.ask() } }),
  ]
}
