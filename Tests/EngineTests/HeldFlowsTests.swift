import Evidence
import Testing

@testable import Engine

@Suite("Flows that a case may name are held within a bound")
struct HeldFlowsTests {
  private func flow(_ id: UInt64, packets: UInt64 = 1) -> FlowRecord {
    var flow = FlowRecord(
      id: FlowID(rawValue: id), origin: RecordOrigin(sensor: "tap", capture: "tap.pcap"),
      start: Timestamp(nanoseconds: 0), end: Timestamp(nanoseconds: 1), firstPacket: id, sourceIP: IPAddress(ipv4: 1),
      sourcePort: 1, destinationIP: IPAddress(ipv4: 2), destinationPort: 2, proto: .udp)
    flow.toServer.packets = packets
    return flow
  }

  @Test("Beyond the bound the oldest makes room, and it is counted")
  func bound() {
    var held = HeldFlows(bound: 3)
    for id in 1...5 as ClosedRange<UInt64> { held.hold(flow(id)) }
    #expect((1...5).map { held[FlowID(rawValue: $0)]?.firstPacket } == [nil, nil, 3, 4, 5])
    #expect(held.letGo == 2)
  }

  @Test("A later record of a flow takes the place of the earlier one and keeps its turn")
  func replaced() {
    var held = HeldFlows(bound: 2)
    held.hold(flow(1))
    held.hold(flow(2))
    held.hold(flow(1, packets: 9))
    #expect(held[FlowID(rawValue: 1)]?.toServer.packets == 9)
    held.hold(flow(3))
    #expect(held[FlowID(rawValue: 1)] == nil)
    #expect(held.letGo == 1)
  }

  @Test("Of many that come and go, those that came last are found, and no other")
  func many() {
    var held = HeldFlows(bound: 1_500)
    // Neighbours, so that many share the beginning of their search, and strangers.
    let ids = (0..<10_000 as Range<UInt64>).map { $0 % 3 == 0 ? $0 : $0 &* 0x9e37_79b9_7f4a_7c15 }
    for (n, id) in ids.enumerated() {
      held.hold(flow(id, packets: UInt64(n)))
      // What is told again keeps its turn.
      if n >= 700, n % 5 == 0 { held.hold(flow(ids[n - 700], packets: UInt64(n - 700))) }
    }
    let found = ids.map { held[FlowID(rawValue: $0)]?.toServer.packets }
    #expect(found.prefix(8_500).allSatisfy { $0 == nil })
    #expect(found.suffix(1_500).map { $0 } == (8_500..<10_000).map { UInt64($0) })
    #expect(held.letGo == 8_500)
  }
}
