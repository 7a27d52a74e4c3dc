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
    // Midstream, the server's side first: who is the client shows only from what follows.
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
    let sent = [flow.toServer.bytes, flow.toClient.bytes]
    let fromClient = flow.sourceIP == IPAddress(Conversation.client) ? sent[0] : sent[1]
    #expect(fromClient == 1 << 32 - 1)
    #expect(sent[0] + sent[1] == 1 << 32 - 1 + 54)
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
