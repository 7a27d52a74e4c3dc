// What flows count, from one packet to more than 32 bits hold, and what they are found by.

import Evidence
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("What flows count")
struct FlowCountingTests {
  @Test("A flow takes two cache lines")
  func size() { #expect(MemoryLayout<FlowState>.stride == 128) }

  @Test("Frames that claim four gigabytes each are counted whole, in both directions")
  func claims() throws {
    var t = Conversation()
    // 14 octets of Ethernet, 20 of IPv4, 8 of UDP, 1 of payload; the capture says that 2^32 - 1 were on the wire.
    let claimed = 4_294_967_295
    for _ in 0..<3 { t.send(FlowTests.udp(FlowTests.a, FlowTests.b, 5000, 6000), wireLength: claimed) }
    for _ in 0..<2 { t.send(FlowTests.udp(FlowTests.b, FlowTests.a, 6000, 5000), wireLength: claimed) }
    t.send(FlowTests.udp(FlowTests.a, FlowTests.b, 5000, 6000))
    let flow = try #require(t.finish().flows.first)
    #expect(flow.toServer.packets == 4 && flow.toClient.packets == 2)
    #expect(flow.toServer.bytes == 3 * UInt64(claimed) + 43)
    #expect(flow.toClient.bytes == 2 * UInt64(claimed))
    #expect(flow.toServer.ipBytes == 4 * 29 && flow.toClient.ipBytes == 2 * 29)
    #expect(flow.toServer.payload == 4 && flow.toClient.payload == 2)
  }

  @Test("Numbers that grow beyond 32 bits step by step lose nothing on the way")
  func carried() throws {
    var t = Conversation()
    // A gigabyte a frame: carried over after each second one.
    for _ in 0..<9 { t.send(FlowTests.udp(FlowTests.a, FlowTests.b, 5000, 6000), wireLength: 1 << 30) }
    let flow = try #require(t.finish().flows.first)
    #expect(flow.toServer.packets == 9)
    #expect(flow.toServer.bytes == 9 << 30)
  }

  @Test("A session that turns out to go the other way takes its large numbers along")
  func turned() throws {
    var t = Conversation()
    // The answer first: who asked shows only from the SYN behind it.
    func frame(_ from: String, _ to: String, _ tcp: TCP) -> [UInt8] { Ethernet(IPv4(from: from, to: to, tcp)).bytes }
    t.send(
      frame(
        Conversation.client, Conversation.server,
        TCP(from: 40_000, to: 8081, [.syn, .ack], sequence: 1000, acknowledgement: 5001)), wireLength: 1 << 32 - 1)
    t.send(
      frame(
        Conversation.server, Conversation.client,
        TCP(from: 8081, to: 40_000, .syn, sequence: 5000, acknowledgement: 0)))
    let flow = try #require(t.finish().flows.first)
    #expect(flow.sourceIP == IPAddress(Conversation.server))
    #expect(flow.toServer.bytes == 54)
    #expect(flow.toClient.bytes == 1 << 32 - 1)
  }

  @Test("A SYN that turned out to open the next session is counted there and not before, however large it claims to be")
  func takenBack() throws {
    // 14 octets of Ethernet, 20 of IPv4, 20 of TCP.
    for claimed in [54, 1 << 21, 4_000_000_000] {
      var t = Conversation()
      t.c(.syn)
      t.s(.syn, ack: 1)
      t.c(.ack, at: 1, ack: 1, "hello")
      let next = TCP(from: t.clientPort, to: t.serverPort, .syn, sequence: 900_000)
      t.send(
        Ethernet(IPv4(from: Conversation.client, to: Conversation.server, next)).bytes, wireLength: claimed)
      let answer = TCP(
        from: t.serverPort, to: t.clientPort, [.syn, .ack], sequence: 70_000, acknowledgement: 900_001)
      t.send(Ethernet(IPv4(from: Conversation.server, to: Conversation.client, answer)).bytes)
      let flows = t.finish().flows
      #expect(flows.count == 2)
      #expect(flows.map(\.toServer.bytes) == [54 + 59, UInt64(claimed)])
      #expect(flows.map(\.toServer.packets) == [2, 1])
    }
  }

  @Test("Packets that nobody answers are counted one by one, however large they claim to be")
  func fewPackets() {
    for claimed in [60, 4_294_967_295] {
      var t = Conversation()
      for _ in 0..<5 { t.send(FlowTests.udp(FlowTests.a, FlowTests.b, 5000, 53), wireLength: claimed) }
      let out = t.finish()
      #expect(out.flows.first?.toServer.packets == 5)
      #expect(out.anomalies.filter { $0.name.id == "flow.unidirectional" }.count == 1)
    }
  }

  @Test("Both versions of IP, and an IPv6 packet that carries IPv4's addresses, have their flows")
  func addresses() {
    var t = Conversation()
    let pairs = [
      ("192.0.2.1", "198.51.100.2"), ("2001:db8::1", "2001:db8::2"), ("::ffff:192.0.2.1", "2001:db8::2"),
    ]
    for _ in 0..<2 {
      for (a, b) in pairs {
        let there = UDP(from: 5000, to: 6000, payload: [1])
        let back = UDP(from: 6000, to: 5000, payload: [1])
        if a.contains(":") {
          t.send(Ethernet(IPv6(from: a, to: b, there)).bytes)
          t.send(Ethernet(IPv6(from: b, to: a, back)).bytes)
        } else {
          t.send(Ethernet(IPv4(from: a, to: b, there)).bytes)
          t.send(Ethernet(IPv4(from: b, to: a, back)).bytes)
        }
      }
    }
    let flows = t.finish().flows
    #expect(flows.count == 3)
    #expect(flows.allSatisfy { $0.toServer.packets == 2 && $0.toClient.packets == 2 })
    // An address that IPv6 carries for IPv4 is that of IPv4.
    #expect(flows.map(\.sourceIP.description).sorted() == ["192.0.2.1", "192.0.2.1", "2001:db8::1"])
  }
}
