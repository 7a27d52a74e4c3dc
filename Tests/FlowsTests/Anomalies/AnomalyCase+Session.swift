// What an open session may carry: numbers, windows, timestamps, bytes (RFC 9293 §3.10.7.4, RFC 7323).

import Catalog

@testable import Flows

extension AnomalyCase {
  static let session: [AnomalyCase] = [
    AnomalyCase(
      .tcpInvalidAck, "acknowledges bytes beyond what its window allowed anybody to send",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1)
        t.s([], at: 1, ack: 900_000)
      }, not: "acknowledges bytes that the capture lacks and the window allowed",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1)
        t.s([], at: 1, ack: 60_000)
      }),
    AnomalyCase(
      .tcpInvalidAck, "acknowledges selectively what was never sent (RFC 2018 §3)",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1)
        t.s([], at: 1, ack: 1, options: sack(from: t.clientStart &+ 200_000, to: t.clientStart &+ 200_100))
      }, not: "acknowledges selectively what was sent behind a hole",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1)
        t.c(.psh, at: 101, ack: 1, "behind a hole")
        t.s([], at: 1, ack: 1, options: sack(from: t.clientStart &+ 101, to: t.clientStart &+ 114))
        t.c(.psh, at: 1, ack: 1, String(repeating: "x", count: 100))
        t.s([], at: 1, ack: 114)
      }),
    AnomalyCase(
      .tcpOutOfWindow, "data beyond the window that the server told of",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 100)
        t.c(.psh, at: 1, ack: 1, String(repeating: "x", count: 101))
      }, not: "data up to its edge",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 100)
        t.c(.psh, at: 1, ack: 1, String(repeating: "x", count: 100))
      }),
    AnomalyCase(
      .tcpOutOfWindow, "data into a closed window",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 0)
        t.c(.psh, at: 1, ack: 1, "xx")
      }, not: "a probe of one byte (RFC 9293 §3.8.6.1)",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 0)
        t.c(.psh, at: 1, ack: 1, "x")
      }),
    AnomalyCase(
      .tcpInvalidTimestamp, "a timestamp from the past",
      play: { t in
        t.handshake(clientOptions: timestamps(1000, 0), serverOptions: timestamps(500, 1000))
        t.c(.psh, at: 1, ack: 1, "good", options: timestamps(1010, 500))
        t.c(.psh, at: 5, ack: 1, "evil", options: timestamps(10, 500))
      }, not: "a timestamp that wraps around",
      { t in
        t.handshake(clientOptions: timestamps(.max - 1, 0), serverOptions: timestamps(500, .max - 1))
        t.c(.psh, at: 1, ack: 1, "good", options: timestamps(.max, 500))
        t.c(.psh, at: 5, ack: 1, "good", options: timestamps(3, 500))
      }),
    AnomalyCase(
      .tcpInvalidTimestamp, "a timestamp from the past",
      play: { t in
        t.handshake(clientOptions: timestamps(1000, 0), serverOptions: timestamps(500, 1000))
        t.c(.psh, at: 1, ack: 1, "good", options: timestamps(1010, 500))
        t.c(.psh, at: 5, ack: 1, "evil", options: timestamps(10, 500))
      }, not: "timestamps that the server did not agree to",
      { t in
        t.handshake(clientOptions: timestamps(1000, 0))
        t.c(.psh, at: 1, ack: 1, "good", options: timestamps(1010, 500))
        t.c(.psh, at: 5, ack: 1, "good", options: timestamps(10, 500))
      }),
    AnomalyCase(
      .tcpBadWindowUpdate, "the window takes back what it granted",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 4000)
        t.s([], at: 1, ack: 1, window: 1000)
      }, not: "the window shrinks by what came, down to zero, and opens again",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 4000)
        t.c(.psh, at: 1, ack: 1, String(repeating: "x", count: 1000))
        t.s([], at: 1, ack: 1001, window: 3000)
        for i in 1...3 { t.c(.psh, at: 1 + 1000 * i, ack: 1, String(repeating: "x", count: 1000)) }
        t.s([], at: 1, ack: 4001, window: 0)
        t.s([], at: 1, ack: 4001, window: 4000)
      }),
    AnomalyCase(
      .tcpOverlapDifferentData, "two copies differ",
      play: { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "aaaa")
        t.c(.psh, at: 1, ack: 1, "bbbb")
      }, not: "two copies are the same",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "aaaa")
        t.c(.psh, at: 1, ack: 1, "aaaa")
      }),
    AnomalyCase(
      .tcpOverlapDifferentData, "two copies of waiting bytes differ",
      play: { t in
        t.handshake()
        t.c(.psh, at: 11, ack: 1, "aaaa")
        t.c(.psh, at: 9, ack: 1, "xxab")
      }, not: "a keep-alive with a byte of its own (RFC 9293 §3.8.4)",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "aaaa")
        t.c([], at: 4, ack: 1, "b")
      }),
    AnomalyCase(
      .tcpOverlapBeforeBase, "bytes that were acknowledged come again",
      play: { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "aaaa")
        t.s([], at: 1, ack: 5)
        t.c(.psh, at: 1, ack: 1, "aaaa")
      }, not: "a keep-alive of one byte",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "aaaa")
        t.s([], at: 1, ack: 5)
        t.c([], at: 4, ack: 1, "a")
      }),
    AnomalyCase(
      .tcpRetransmissionExcess, "one more than the limit", set: limit(\.retransmissionLimit, 3),
      play: { t in
        t.handshake()
        for _ in 0..<5 { t.c(.psh, at: 1, ack: 1, "same") }
      }, not: "as many as the limit, and others that were only late",
      { t in
        t.handshake()
        for _ in 0..<4 { t.c(.psh, at: 1, ack: 1, "same") }
        for i in (5..<20).reversed() { t.c(.psh, at: i, ack: 1, "x") }
      }),
    AnomalyCase(
      .tcpSequenceGap, "acknowledged, never seen",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 500)
      }, not: "missing, but not acknowledged",
      { t in
        t.handshake()
        t.c(.psh, at: 100, ack: 1, "behind a hole")
        t.s([], at: 1, ack: 1)
      }),
    AnomalyCase(
      .tcpSequenceGap, "both sides' numbers agree on what is missing, however much",
      play: { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "head")
        t.s([], at: 1, ack: 5)
        t.c(.psh, at: 5 + 1_000_000_000, ack: 1, "tail")
        t.s([], at: 1, ack: 9 + 1_000_000_000)
      }, not: "one side acknowledges what no window allowed",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "head")
        t.s([], at: 1, ack: 5)
        for _ in 0..<8 { t.s([], at: 1, ack: 1_000_000_000) }
      }),
    AnomalyCase(
      .tcpSequenceGap, "a side goes on acknowledging what the capture has nothing of",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1)
        for i in 1...4 { t.s([], at: 1, ack: 200_000 + i * 1000) }
      }, not: "it did so once, and goes on as before",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1)
        for i in 0..<6 {
          t.s([], at: 1, ack: 200_000 + i * 1000)
          t.s([], at: 1, ack: 1)
        }
      }),
    AnomalyCase(
      .tcpDepthReached, "a stream longer than the depth", set: limit(\.depth, 2),
      play: { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "abc")
      }, not: "as long as the depth",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "ab")
      }),
    AnomalyCase(
      .tcpUrgentLimit, "more urgent bytes than the limit, both ways together", set: limit(\.urgentLimit, 3),
      play: { t in
        t.handshake()
        for i in 0..<2 { t.c([.psh, .urg], at: 1 + i, ack: 1, "u") { $0.urgentPointer = 1 } }
        for i in 0..<2 { t.s([.psh, .urg], at: 1 + i, ack: 3, "u") { $0.urgentPointer = 1 } }
      }, not: "as many as the limit, some of them sent again",
      { t in
        t.handshake()
        for i in 0..<3 {
          for _ in 0..<2 { t.c([.psh, .urg], at: 1 + i, ack: 1, "u") { $0.urgentPointer = 1 } }
        }
      }),
  ]

  /// One block of selective acknowledgement (RFC 2018 §3) behind two NOPs.
  static func sack(from left: UInt32, to right: UInt32) -> [UInt8] {
    var bytes: [UInt8] = [1, 1, 5, 10]
    for word in [left, right] {
      for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(word >> UInt32(shift) & 0xFF)) }
    }
    return bytes
  }
}
