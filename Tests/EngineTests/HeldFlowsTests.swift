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
}
