import Testing

@testable import Evidence

@Suite("A packed flow gives back the record that was packed")
struct PackedFlowTests {
  private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

  private static func flow(
    from source: IPAddress = IPAddress(ipv4: 0xC000_0201), to destination: IPAddress = IPAddress(ipv4: 0xFFFF_FFFF)
  ) -> FlowRecord {
    var flow = FlowRecord(
      id: FlowID(rawValue: 0), origin: RecordOrigin(sensor: "tap", capture: "tap.pcap"), start: start,
      end: start.advanced(by: 90_000_000_000), firstPacket: 7, sourceIP: source, sourcePort: 0,
      destinationIP: destination, destinationPort: 65_535, proto: .tcp)
    var tcp = TCPSummary()
    tcp.connState = "RSTOS0"
    tcp.history = "ShADadFfRr"
    (tcp.flagsToServer, tcp.flagsToClient, tcp.midstream, tcp.lossy) = (255, 18, true, true)
    flow.tcp = tcp
    flow.toServer = side(1)
    flow.toClient = side(100)
    flow.reason = .forced
    flow.appProto = "http"
    flow.appProtoBy = .dissector
    return flow
  }

  private static func side(_ n: UInt64) -> FlowSide {
    var side = FlowSide()
    (side.packets, side.bytes, side.ipBytes, side.payload, side.missed) = (n, n + 1, n + 2, n + 3, n + 4)
    return side
  }

  private static func changed(_ change: (inout FlowRecord) -> Void) -> FlowRecord {
    var flow = flow()
    change(&flow)
    return flow
  }

  private static let v6 = IPAddress(high: 0x2001_0db8_0000_0000, low: 1)

  static let flows: [FlowRecord] =
    [
      flow(), flow(from: v6, to: IPAddress(high: 0, low: 0xC000_0201)), flow(from: v6),
      flow(to: IPAddress(high: 0, low: 1)),
      changed { $0.tcp = nil }, changed { $0.tcp = TCPSummary() }, changed { $0.appProtoBy = nil },
      changed { ($0.sourcePort, $0.destinationPort, $0.proto) = (nil, nil, TransportProtocol(rawValue: 255)) },
      changed { ($0.proto, $0.isOneWay) = (.icmp, true) },
      changed { $0.facts.serverName = "www.example" },
      changed { $0.vlan = [1, 4094] },
      // What does not fit, one by one.
      changed { $0.toServer.packets = 1 << 32 }, changed { $0.toServer.bytes = .max },
      changed { $0.toClient.ipBytes = .max }, changed { $0.toClient.payload = .max },
      changed { $0.toClient.missed = 1 << 32 }, changed { $0.firstPacket = .max },
      changed { $0.end = $0.start.advanced(by: -1) }, changed { $0.end = $0.start.advanced(by: 1 << 48) },
      changed { ($0.start, $0.end) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)) },
      changed { $0.tcp?.history = String(repeating: "Q", count: 65) },
      // The last that fits.
      changed { $0.toServer.packets = 1 << 32 - 1 }, changed { $0.end = $0.start.advanced(by: 1 << 48 - 1) },
      changed { $0.end = $0.start },
    ] + [FlowEndReason.timeout, .closed, .shutdown, .forced].map { reason in changed { $0.reason = reason } }
    + [ProtocolEvidence.dissector, .port, .guess].map { by in changed { $0.appProtoBy = by } }

  private func expectSame(_ a: FlowRecord, _ b: FlowRecord) {
    #expect(a.id == b.id && a.origin === b.origin && a.start == b.start && a.end == b.end)
    #expect(a.firstPacket == b.firstPacket && a.sourceIP == b.sourceIP && a.destinationIP == b.destinationIP)
    #expect(a.sourcePort == b.sourcePort && a.destinationPort == b.destinationPort && a.proto == b.proto)
    #expect(a.isOneWay == b.isOneWay && a.toServer == b.toServer && a.toClient == b.toClient && a.tcp == b.tcp)
    #expect(a.reason == b.reason && a.appProto == b.appProto && a.appProtoBy == b.appProtoBy)
    #expect(a.box === b.box)
  }

  @Test("Whatever a record has", arguments: flows.indices)
  func same(_ at: Int) {
    var words = FlowWords()
    let packed = PackedFlow(Self.flows[at], &words)
    expectSame(packed.record(words), Self.flows[at])
  }

  @Test("Also where there are more texts than have numbers")
  func manyTexts() {
    var words = FlowWords()
    let flows = (0..<20_000).map { n in
      Self.changed {
        $0.tcp?.history = "S\(n)"
        $0.tcp?.connState = "S\(n % 300)"
        $0.appProto = "p\(n % 5_000)"
      }
    }
    let packed = flows.map { PackedFlow($0, &words) }
    #expect(zip(packed, flows).allSatisfy { $0.record(words).tcp == $1.tcp })
    #expect(zip(packed, flows).allSatisfy { $0.record(words).appProto == $1.appProto })
  }

  @Test("It takes less than half of the memory")
  func size() { #expect(MemoryLayout<PackedFlow>.stride * 2 < MemoryLayout<FlowRecord>.stride) }
}
