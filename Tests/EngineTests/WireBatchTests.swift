import Evidence
import Flows
import Testing

@testable import Engine

@Suite struct WireBatchTests {
  @Test("Records that came in any order are put in that of their packets, each of them once")
  func order() {
    var batch = WireBatch()
    let origin = RecordOrigin(sensor: "s", capture: "c")
    // 389 and 1000 have no common divisor, so this is each number once; some of the cycles are long and some are one place.
    for i in 0..<1000 {
      let number = UInt64(i * 389 % 1000)
      var flow = FlowRecord(
        id: FlowID(rawValue: number), origin: origin, start: Timestamp(nanoseconds: 0), end: Timestamp(nanoseconds: 0),
        firstPacket: number, sourceIP: IPAddress(ipv4: 1), sourcePort: nil, destinationIP: IPAddress(ipv4: 2),
        destinationPort: nil, proto: .tcp)
      flow.appProto = "a protocol whose name is too long to lie within the record: \(number)"
      batch.flows.append(flow)
      var anomaly = AnomalyRecord(
        name: .plugin(id: "acme.odd", severity: .low), time: Timestamp(nanoseconds: 0), origin: origin, packet: number)
      anomaly.detail = [("number", .u64(number))]
      batch.anomalies.append(anomaly)
    }
    var sorter = WordOrder()
    batch.sort(&sorter)
    #expect(batch.flows.map(\.firstPacket) == Array(0..<1000))
    #expect(batch.flows.allSatisfy { $0.appProto.hasSuffix(": \($0.firstPacket)") })
    #expect(batch.anomalies.map(\.packet) == Array(0..<1000))
    #expect(batch.anomalies.allSatisfy { $0.detail.first?.value == .u64($0.packet) })
  }

  @Test("Anomalies of one packet and place are told by their names")
  func ties() {
    var batch = WireBatch()
    let origin = RecordOrigin(sensor: "s", capture: "c")
    for id in ["c.c", "a.a", "b.b"] {
      batch.anomalies.append(
        AnomalyRecord(
          name: .plugin(id: id, severity: .low), time: Timestamp(nanoseconds: 0), origin: origin, packet: 1))
    }
    var sorter = WordOrder()
    batch.sort(&sorter)
    #expect(batch.anomalies.map(\.name.id) == ["a.a", "b.b", "c.c"])
  }
}
