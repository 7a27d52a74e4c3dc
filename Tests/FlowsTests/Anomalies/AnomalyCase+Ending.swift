// How sessions end: FIN, RST, and what comes after them (RFC 9293 §3.6, §3.10.7).

import Catalog

@testable import Flows

extension AnomalyCase {
  static let ending: [AnomalyCase] = [
    AnomalyCase(
      .tcpRstInvalidAck, "RST acknowledges bytes never sent",
      play: { t in
        t.handshake()
        t.s(.rst, at: 1, ack: 30_000)
      }, not: "RST acknowledges what was sent",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "data")
        t.s(.rst, at: 1, ack: 5)
      }),
    AnomalyCase(
      .tcpRstInjection, "the host goes on after its RST",
      play: { t in
        t.handshake()
        t.c(.rst, at: 1, ack: 1)
        t.c(.psh, at: 1, ack: 1, "still here")
      }, not: "a RST outside the window, which no host takes (RFC 9293 §3.10.7.4)",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 100)
        t.c(.rst, at: 5000, ack: 1)
        t.c(.psh, at: 1, ack: 1, "still here")
      }),
    AnomalyCase(
      .tcpRstInjection, "the host goes on after its RST",
      play: { t in
        t.handshake()
        t.s(.rst, at: 1, ack: 1)
        t.s(.psh, at: 1, ack: 1, "still here")
      }, not: "the peer had not heard of the RST yet",
      { t in
        t.handshake()
        t.c(.rst, at: 1, ack: 1)
        t.s(.psh, at: 1, ack: 1, "on its way")
      }),
    AnomalyCase(
      .tcpRstWithData, "RST with payload",
      play: { t in
        t.handshake()
        t.c(.rst, at: 1, ack: 1, "reason")
      }, not: "RST without",
      { t in
        t.handshake()
        t.c(.rst, at: 1, ack: 1)
      }),
    AnomalyCase(
      .tcpRstStorm, "as many RSTs as the limit, each within a second", set: limit(\.stormLimit, 10),
      play: { t in
        t.handshake()
        for _ in 0..<10 { t.c(.rst, at: 1, ack: 1) }
      }, not: "one less",
      { t in
        t.handshake()
        for _ in 0..<9 { t.c(.rst, at: 1, ack: 1) }
      }),
    AnomalyCase(
      .tcpFinStorm, "as many FINs as the limit, each within a second", set: limit(\.stormLimit, 10),
      play: { t in
        t.handshake()
        for _ in 0..<10 { t.c(.fin, at: 1, ack: 1) }
      }, not: "the last one is late",
      { t in
        t.handshake()
        for _ in 0..<9 { t.c(.fin, at: 1, ack: 1) }
        t.wait(seconds: 2)
        t.c(.fin, at: 1, ack: 1)
      }),
    AnomalyCase(
      .tcpFinAfterReset, "FIN after RST",
      play: { t in
        t.handshake()
        t.c(.rst, at: 1, ack: 1)
        t.c(.fin, at: 1, ack: 1)
      }, not: "RST after FIN",
      { t in
        t.handshake()
        t.c(.fin, at: 1, ack: 1)
        t.c(.rst, at: 2, ack: 1)
      }),
    AnomalyCase(
      .tcpFinWrongSeq, "FIN before bytes already sent",
      play: { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "0123456789")
        t.c(.fin, at: 4, ack: 1)
      }, not: "FIN behind them",
      { t in
        t.handshake()
        t.c(.psh, at: 1, ack: 1, "0123456789")
        t.c(.fin, at: 11, ack: 1)
      }),
    AnomalyCase(
      .tcpFinWrongSeq, "FIN out of window",
      play: { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 100)
        t.c(.fin, at: 500, ack: 1)
      }, not: "FIN at the window's edge",
      { t in
        t.handshake()
        t.s([], at: 1, ack: 1, window: 4)
        t.c(.psh, at: 1, ack: 1, "data")
        t.c(.fin, at: 5, ack: 1)
      }),
    AnomalyCase(
      .tcpCloseWrongSeq, "data behind the FIN",
      play: { t in
        t.handshake()
        t.c(.fin, at: 1, ack: 1)
        t.c(.psh, at: 2, ack: 1, "more")
      }, not: "data of the other side behind the FIN",
      { t in
        t.handshake()
        t.c(.fin, at: 1, ack: 1)
        t.s(.psh, at: 1, ack: 2, "more")
        t.c([], at: 2, ack: 5)
      }),
    AnomalyCase(
      .tcpPendingDataAtClose, "bytes still wait at the end",
      play: { t in
        t.handshake()
        t.c(.psh, at: 100, ack: 1, "late")
      }, not: "what was missing came",
      { t in
        t.handshake()
        t.c(.psh, at: 3, ack: 1, "late")
        t.c(.psh, at: 1, ack: 1, "in")
      }),
  ]
}
