/// Evidence made for a test, in the words of the test.

import Evidence

/// Seconds after the moment that all tests begin at: 2026-03-02T09:00:00Z.
func at(_ seconds: Double) -> Timestamp {
  Timestamp(seconds: 1_772_442_000).advanced(by: Int64(seconds * 1e9))
}

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

let hours = 3600.0

enum Made {
  static func flow(
    _ number: UInt64, from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16,
    start: Double, end: Double? = nil, proto: TransportProtocol = .tcp, app: String = "unknown", sensor: String = "tap"
  ) -> FlowRecord {
    var flow = FlowRecord(
      id: FlowID(rawValue: number), origin: RecordOrigin(sensor: sensor, capture: "\(sensor).pcap"), start: at(start),
      end: at(end ?? start + 2),
      firstPacket: number, sourceIP: ip(source), sourcePort: sourcePort, destinationIP: ip(destination),
      destinationPort: destinationPort, proto: proto)
    flow.appProto = app
    if app != "unknown" { flow.appProtoBy = .dissector }
    return flow
  }

  /// A connection as Sysmon tells it: by guid.
  static func connection(
    _ id: String, _ host: String, guid: String? = nil, pid: Int64? = nil, image: String? = nil, from source: String?,
    _ sourcePort: UInt16?, to destination: String, _ destinationPort: UInt16, at time: Double, initiated: Bool? = true,
    proto: TransportProtocol = .tcp, source log: String = "log"
  ) -> Observation {
    var c = ConnectionObservation(
      head: ObservationHead(id: id, time: at(time), source: log), host: host, pid: pid, guid: guid, proto: proto,
      destinationIP: ip(destination), destinationPort: destinationPort)
    c.sourceIP = source.map(ip)
    c.sourcePort = sourcePort
    c.image = image
    c.initiated = initiated
    return .connection(c)
  }

  static func start(
    _ id: String, _ host: String, guid: String? = nil, pid: Int64? = nil, image: String, command: String? = nil,
    parent: ParentProcess? = nil, at time: Double, user: String? = nil
  ) -> Observation {
    var p = ProcessObservation(
      head: ObservationHead(id: id, time: at(time), source: "log"), host: host, pid: pid, guid: guid, image: image)
    p.event = .start
    p.commandLine = command
    p.parent = parent
    p.user = user
    return .process(p)
  }
}
