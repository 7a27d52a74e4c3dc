import Evidence
import JSON
import Testing

@Suite struct WireReaderTests {
  private func text(_ write: (inout JSONWriter) -> Void) -> String {
    var w = JSONWriter()
    write(&w)
    return w.text
  }

  private func flow(_ proto: TransportProtocol) throws -> FlowRecord {
    var flow = FlowRecord(
      id: FlowID(rawValue: 0xABCD), origin: RecordOrigin(sensor: "s", capture: "c.pcap"),
      start: Timestamp(nanoseconds: 1), end: Timestamp(nanoseconds: 5), firstPacket: 7,
      sourceIP: try #require(IPAddress("192.0.2.1")), sourcePort: 3,
      destinationIP: try #require(IPAddress("2001:db8::1")), destinationPort: 4, proto: proto)
    flow.vlan = [5, 6]
    flow.toServer.packets = 1
    flow.toClient.missed = .max
    flow.reason = .forced
    return flow
  }

  @Test("A flow that is read back writes the same JSON")
  func flow() throws {
    var flow = try flow(.tcp)
    flow.tcp = TCPSummary()
    flow.tcp?.history = "ShADadFf"
    flow.tcp?.connState = "SF"
    flow.tcp?.flagsToClient = 255
    flow.appProto = "smtp"
    flow.severalProtos = ["smtp", "tls"]
    flow.appProtoBy = .dissector
    flow.facts.serverName = "mail.example"
    flow.facts.ja4 = "t13d"
    flow.icmpErrors = [
      ICMPError(
        from: try #require(IPAddress("2001:db8::9")), type: 1, code: 4, count: 2, first: Timestamp(nanoseconds: 2),
        last: Timestamp(nanoseconds: 4))
    ]
    let json = text { flow.write(to: &$0) }
    var origins = RecordOrigins()
    let again = try #require(FlowRecord(try JSONReader().parse(json), &origins))
    #expect(text { again.write(to: &$0) } == json)
  }

  @Test("ICMP keeps its Community ID, whether or not its type has an answer", arguments: [false, true])
  func oneWay(_ isOneWay: Bool) throws {
    var flow = try flow(.icmp)
    flow.isOneWay = isOneWay
    let json = text { flow.write(to: &$0) }
    var origins = RecordOrigins()
    #expect(FlowRecord(try JSONReader().parse(json), &origins)?.communityID == flow.communityID)
  }

  @Test("An anomaly that is read back has the same id, also a plugin's own")
  func anomaly() throws {
    for name in [AnomalyName.catalog(.tcpSynackWithoutSyn), .plugin(id: "acme.odd", severity: .high)] {
      var anomaly = AnomalyRecord(
        name: name, time: Timestamp(nanoseconds: 3), origin: RecordOrigin(sensor: "s", capture: "c"), packet: 9,
        flow: FlowID(rawValue: 2))
      anomaly.sourceIP = IPAddress("192.0.2.1")
      anomaly.offset = 12
      anomaly.count = 4
      anomaly.first = Timestamp(nanoseconds: 1)
      anomaly.last = Timestamp(nanoseconds: 2)
      let json = text { anomaly.write(to: &$0) }
      var origins = RecordOrigins()
      let again = try #require(AnomalyRecord(try JSONReader().parse(json), &origins))
      #expect(again.id == anomaly.id)
      #expect(text { again.write(to: &$0) } == json)
    }
  }

  @Test("What an anomaly does not say stays unsaid, and what it says stays as it was said")
  func anomalyMembers() throws {
    var anomaly = AnomalyRecord(
      name: .plugin(id: "acme.odd", severity: .high), time: Timestamp(nanoseconds: 3),
      origin: RecordOrigin(sensor: "s", capture: "c"), packet: 9)
    #expect(anomaly.flow == nil && anomaly.sourceIP == nil && anomaly.destinationIP == nil)
    #expect(anomaly.sourcePort == nil && anomaly.destinationPort == nil && anomaly.proto == nil)
    #expect(anomaly.offset == nil && anomaly.first == nil && anomaly.last == nil)
    #expect(!anomaly.captured && anomaly.count == 1 && anomaly.detail.isEmpty)

    // Zero is a value, not the lack of one.
    anomaly.flow = FlowID(rawValue: 0)
    anomaly.sourceIP = IPAddress("0.0.0.0")
    anomaly.destinationIP = IPAddress("::")
    anomaly.sourcePort = 0
    anomaly.destinationPort = .max
    anomaly.proto = TransportProtocol(rawValue: 0)
    anomaly.offset = 0
    anomaly.captured = true
    anomaly.first = Timestamp(nanoseconds: -1)
    anomaly.last = Timestamp(nanoseconds: 0)
    anomaly.detail = [("value", .u64(42))]
    #expect(anomaly.flow == FlowID(rawValue: 0))
    #expect(anomaly.sourceIP == IPAddress(ipv4: 0))
    #expect(anomaly.destinationIP == IPAddress(high: 0, low: 0))
    #expect(anomaly.sourcePort == 0 && anomaly.destinationPort == .max)
    #expect(anomaly.proto == TransportProtocol(rawValue: 0))
    #expect(anomaly.offset == 0 && anomaly.captured)
    #expect(anomaly.first == Timestamp(nanoseconds: -1) && anomaly.last == Timestamp(nanoseconds: 0))
    #expect(anomaly.name == .plugin(id: "acme.odd", severity: .high))
    #expect(anomaly.detail.first?.value == .u64(42))

    anomaly.sourceIP = nil
    anomaly.offset = nil
    #expect(anomaly.sourceIP == nil && anomaly.offset == nil)
    #expect(anomaly.destinationIP == IPAddress(high: 0, low: 0))
  }

  @Test("An anomaly record is two cache lines at most")
  func anomalySize() { #expect(MemoryLayout<AnomalyRecord>.stride <= 128) }

  @Test("What is no flow and no anomaly is nil", arguments: ["{}", "[]", #"{"id":"flow-1"}"#, "3"])
  func neither(_ json: String) throws {
    let reader = JSONReader()
    var origins = RecordOrigins()
    #expect(FlowRecord(try reader.parse(json), &origins) == nil)
    #expect(AnomalyRecord(try reader.parse(json), &origins) == nil)
  }
}
