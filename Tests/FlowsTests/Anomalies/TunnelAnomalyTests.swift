// What is told of a tunnel itself, when its packets are taken to flows.

import Catalog
import TestSupport
import Testing

@testable import Flows

@Suite("Tunnel anomalies")
struct TunnelAnomalyTests {
  static func tunnel(outerChecksum: UInt16? = nil) -> [UInt8] {
    let inner = IPv4(from: "10.0.0.1", to: "10.0.0.2", UDP(from: 5000, to: 6000, payload: [1, 2, 3]))
    return Ethernet(IPv4(from: "192.0.2.1", to: "198.51.100.2", Tunnelled(inner)) { $0.checksum = outerChecksum }).bytes
  }

  @Test("A packet in a tunnel whose outer packet belongs to no flow is told of, and has a flow of its own")
  func missingOuterFlow() {
    var t = Conversation()
    t.send(Self.tunnel(outerChecksum: 1))
    let out = t.finish()
    #expect(out.count(.tunnelMissingOuterFlow) == 1, "\(out.kinds.sorted())")
    #expect(out.flows.map(\.sourcePort) == [5000])
  }

  @Test("A packet in a tunnel that has a flow is none of that")
  func outerFlow() {
    var t = Conversation()
    t.send(Self.tunnel())
    let out = t.finish()
    #expect(out.count(.tunnelMissingOuterFlow) == 0)
    #expect(out.flows.count == 2)
  }
}
