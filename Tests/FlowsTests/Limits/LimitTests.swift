// What is given up first when memory is short, and that it is said.

import Catalog
import Evidence
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("Limits and time-outs")
struct LimitTests {
  /// A datagram of one of many clients to a port where nobody answers.
  static func datagram(_ client: Int) -> [UInt8] {
    Ethernet(
      IPv4(
        from: "10.\(client >> 16 & 255).\(client >> 8 & 255).\(client & 255)", to: "198.51.100.2",
        UDP(from: 40_000, to: 40_001, payload: [1]))
    ).bytes
  }

  @Test(
    "A table that is nearly full ends idle flows at a part of their time-outs, and says so, until it has room again")
  func emergency() {
    var t = Conversation {
      $0.limits.flows = 1000
      $0.limits.emergency = 80
      $0.limits.emergencyDivisor = 10
    }
    // 60 s of idleness end a UDP flow, in an emergency 6 s.
    for client in 0..<800 { t.send(Self.datagram(client)) }
    #expect(t.engine.counters.emergencies == 0)
    t.wait(seconds: 10)
    for client in 800..<1000 { t.send(Self.datagram(client)) }
    let counters = t.engine.counters
    #expect(counters.emergencies == 1)
    #expect(counters.flowsShortened > 0)
    #expect(counters.flowsForced == 0)
    #expect(counters.flows <= 800)
    #expect(t.engine.reachedCaps.map(\.cap) == [.emergency])
    let ended = t.engine.drainFlows()
    #expect(ended.count == Int(counters.flowsShortened))
    // The flows that were not idle are still there.
    #expect(ended.allSatisfy { $0.reason == .forced && $0.sourceIP < IPAddress(ipv4: 0x0A00_0320) })
  }

  @Test("Without idle flows a full table gives up the one nearest to its time-out")
  func full() {
    var t = Conversation {
      $0.limits.flows = 1000
      $0.limits.emergency = 80
    }
    for client in 0..<1200 { t.send(Self.datagram(client)) }
    #expect(t.engine.counters.flowsForced == 200)
    #expect(t.engine.counters.flowsShortened == 0)
    #expect(Set(t.engine.reachedCaps.map(\.cap)) == [.emergency, .flows])
  }

  struct TimeoutCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var seconds: Int64
    var path: WritableKeyPath<FlowOptions.Timeouts, Int64> & Sendable
    /// What happens before the wait; the same at the end opens the second flow.
    var play: @Sendable (inout Conversation) -> Void
    var again: @Sendable (inout Conversation) -> Void
  }

  static let timeouts: [TimeoutCase] = [
    TimeoutCase(
      testDescription: "TCP attempt", seconds: 7, path: \.attempt, play: { $0.c(.syn) }, again: { $0.c(.syn) }),
    TimeoutCase(
      testDescription: "TCP handshake", seconds: 7, path: \.handshake,
      play: { t in
        t.c(.syn)
        t.s(.syn, ack: 1)
      }, again: { $0.c([], at: 1, ack: 1) }),
    TimeoutCase(
      testDescription: "TCP established", seconds: 700, path: \.established, play: { $0.handshake() },
      again: { $0.c([], at: 1, ack: 1) }),
    TimeoutCase(
      testDescription: "TCP closed", seconds: 7, path: \.closed,
      play: { t in
        t.handshake()
        t.goodbye()
      }, again: { $0.c([], at: 2, ack: 2) }),
    TimeoutCase(
      testDescription: "UDP answered", seconds: 7, path: \.udp,
      play: { t in
        t.udp(fromClient: true)
        t.udp(fromClient: false)
      }, again: { $0.udp(fromClient: true) }),
    TimeoutCase(
      testDescription: "UDP unanswered", seconds: 7, path: \.udpUnanswered, play: { $0.udp(fromClient: true) },
      again: { $0.udp(fromClient: true) }),
    TimeoutCase(
      testDescription: "ICMP", seconds: 7, path: \.icmp, play: { $0.echo() }, again: { $0.echo() }),
    TimeoutCase(
      testDescription: "others", seconds: 7, path: \.other, play: { $0.other() }, again: { $0.other() }),
  ]

  @Test("Each protocol and state has a time-out of its own, by capture time", arguments: timeouts)
  func timeout(_ c: TimeoutCase) {
    for (wait, flows) in [(Double(c.seconds) - 0.1, 1), (Double(c.seconds) + 0.1, 2)] {
      var t = Conversation { $0.timeouts[keyPath: c.path] = c.seconds * 1_000_000_000 }
      c.play(&t)
      // Each packet is a millisecond later than the one before.
      t.wait(seconds: wait)
      c.again(&t)
      #expect(t.finish().flows.count == flows, "after \(wait) s")
    }
  }

  @Test("A hole that is never filled is given up when a direction has its fill, and it is said")
  func streamBuffer() {
    var t = Conversation { $0.limits.streamBufferPerDirection = 8192 }
    t.handshake()
    for i in 0..<20 { t.c(.psh, at: 101 + i * 1000, ack: 1, String(repeating: "x", count: 1000)) }
    let out = t.finish()
    #expect(out.toServer().count == 20_000)
    #expect(out.heard[0].gaps == [0..<100])
    #expect(t.engine.reachedCaps.map(\.cap) == [.streamBufferPerDirection])
    #expect(out.counters.streamBufferGivenUp == 1)
  }

  @Test("Thousands of tiny segments in the wrong order take the room of their bytes, not of a segment each")
  func tiny() {
    var t = Conversation { $0.limits.streamBufferPerDirection = 16 << 10 }
    t.handshake()
    for i in (1...5000).reversed() { t.c(.psh, at: i, ack: 1, "x") }
    let out = t.finish()
    #expect(out.toServer() == String(repeating: "x", count: 5000))
    #expect(out.heard[0].gaps.isEmpty)
  }

  @Test("Bytes of fragments beyond the cap cost the oldest datagram, and it is said")
  func fragmentBuffer() {
    var t = Conversation { $0.limits.fragmentBuffer = 1 << 18 }
    // Each takes a block of two kibibytes for its map and one for its bytes: a quarter of a mebibyte has room for 64.
    for id in 0..<80 {
      t.send(FragmentTests.fragment([UInt8](repeating: 1, count: 80), at: 0, more: true, id: UInt16(id)))
    }
    #expect(t.engine.counters.datagramsGivenUp == 16)
    #expect(t.engine.reachedCaps.map(\.cap) == [.fragmentBuffer])
    #expect(t.finish().count(.fragmentIncomplete) == 80)
  }

  @Test("A SYN within a session that cannot be set aside is counted")
  func spares() {
    var t = Conversation()
    for port in 0..<4100 {
      t.clientPort = UInt16(10_000 + port)
      t.handshake()
      t.c(.syn, at: 77_777)
    }
    #expect(t.engine.counters.spareSYNsLost == 4)
    #expect(t.engine.reachedCaps.map(\.cap) == [.spareSYNs])
  }
}
