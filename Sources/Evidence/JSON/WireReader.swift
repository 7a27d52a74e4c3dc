/// Reads flows and anomalies back from their JSON, for an engine that goes on where it was.

import Catalog
import JSON

/// The origins met so far, so that records that are read share them as those of a capture do.
public struct RecordOrigins {
  private struct Key: Hashable {
    var sensor: String
    var capture: String
  }
  private var met: [Key: RecordOrigin] = [:]

  public init() {}

  mutating func origin(_ sensor: String, _ capture: String) -> RecordOrigin {
    let key = Key(sensor: sensor, capture: capture)
    if let one = met[key] { return one }
    let one = RecordOrigin(sensor: sensor, capture: capture)
    met[key] = one
    return one
  }
}

extension FlowRecord {
  /// Nil when a member that every flow has is missing or of another type. Processes are not read: attribution finds them
  /// anew. `firstPacket` is not part of the record and becomes 0.
  public init?(_ v: JSONNode, _ origins: inout RecordOrigins) {
    guard let id = v["id"]?.string.flatMap({ FlowID($0) }), let sensor = v["sensor"]?.string,
      let start = v.time("start"), let end = v.time("end"), let source = v.address("src_ip"),
      let destination = v.address("dest_ip"), let proto = v["proto"]?.string.flatMap({ TransportProtocol(name: $0) }),
      let reason = v["reason"]?.string.flatMap(FlowEndReason.init(name:))
    else { return nil }
    self.init(
      id: id, origin: origins.origin(sensor, v["capture"]?.string ?? ""), start: start, end: end, firstPacket: 0,
      sourceIP: source, sourcePort: v.port("src_port"), destinationIP: destination,
      destinationPort: v.port("dest_port"), proto: proto)
    vlan = v["vlan"]?.elements.compactMap { $0.uint64.flatMap { UInt16(exactly: $0) } } ?? []
    // The record does not say so, but its Community ID tells: the endpoints of ICMP that no other answers keep their places.
    if let stored = v["community_id"]?.string, stored != communityID { isOneWay = true }
    toServer = v["to_server"].map(FlowSide.init) ?? FlowSide()
    toClient = v["to_client"].map(FlowSide.init) ?? FlowSide()
    tcp = v["tcp"].map(TCPSummary.init)
    icmpErrors = v["icmp_errors"]?.elements.compactMap(ICMPError.init) ?? []
    self.reason = reason
    appProto = v["app_proto"]?.string ?? "unknown"
    let protos = v["app_protos"]?.elements.compactMap(\.string) ?? []
    severalProtos = protos.count > 1 ? protos : []
    appProtoBy = v["app_proto_by"]?.string.flatMap(ProtocolEvidence.init(name:))
    var told = Facts()
    told.serverName = v["server_name"]?.string
    told.ja3 = v["ja3"]?.string
    told.ja3s = v["ja3s"]?.string
    told.ja4 = v["ja4"]?.string
    told.hassh = v["hassh"]?.string
    told.hasshServer = v["hassh_server"]?.string
    told.host = v["host"]?.string
    if told != Facts() { facts = told }
  }
}

extension AnomalyRecord {
  /// Nil when a member that every anomaly has is missing or of another type. `detail`, of which JSON does not tell the
  /// declared types, is not read.
  public init?(_ v: JSONNode, _ origins: inout RecordOrigins) {
    guard let id = v["anomaly"]?.string, let time = v.time("time"), let sensor = v["sensor"]?.string,
      let severity = v["severity"]?.string.flatMap({ Severity(name: $0) })
    else { return nil }
    let name = AnomalyKind(id: id).map(AnomalyName.catalog) ?? .plugin(id: id, severity: severity)
    self.init(
      name: name, time: time, origin: origins.origin(sensor, v["capture"]?.string ?? ""),
      packet: v["packet"]?.uint64 ?? 0,
      flow: v["flow"]?.string.flatMap { FlowID($0) })
    sourceIP = v.address("src_ip")
    destinationIP = v.address("dest_ip")
    sourcePort = v.port("src_port")
    destinationPort = v.port("dest_port")
    proto = v["proto"]?.string.flatMap { TransportProtocol(name: $0) }
    offset = v["offset"]?.uint64
    captured = v["captured"]?.bool ?? false
    count = v["count"]?.uint64 ?? 1
    first = v.time("first")
    last = v.time("last")
  }
}

extension FlowSide {
  fileprivate init(_ v: JSONNode) {
    packets = v["packets"]?.uint64 ?? 0
    bytes = v["bytes"]?.uint64 ?? 0
    ipBytes = v["ip_bytes"]?.uint64 ?? 0
    payload = v["payload"]?.uint64 ?? 0
    missed = v["missed"]?.uint64 ?? 0
  }
}

extension TCPSummary {
  fileprivate init(_ v: JSONNode) {
    connState = v["conn_state"]?.string ?? "OTH"
    history = v["history"]?.string ?? ""
    flagsToServer = v["flags_to_server"]?.uint64.flatMap { UInt8(exactly: $0) } ?? 0
    flagsToClient = v["flags_to_client"]?.uint64.flatMap { UInt8(exactly: $0) } ?? 0
    midstream = v["midstream"]?.bool ?? false
    lossy = v["lossy"]?.bool ?? false
  }
}

extension ICMPError {
  fileprivate init?(_ v: JSONNode) {
    guard let from = v.address("src_ip"), let type = v["type"]?.uint64.flatMap({ UInt8(exactly: $0) }),
      let code = v["code"]?.uint64.flatMap({ UInt8(exactly: $0) }), let count = v["count"]?.uint64,
      let first = v.time("first"), let last = v.time("last")
    else { return nil }
    self.init(from: from, type: type, code: code, count: count, first: first, last: last)
  }
}

extension FlowEndReason {
  fileprivate init?(name: String) {
    guard let one = [FlowEndReason.timeout, .closed, .shutdown, .forced].first(where: { $0.name == name }) else {
      return nil
    }
    self = one
  }
}

extension ProtocolEvidence {
  fileprivate init?(name: String) {
    guard let one = [ProtocolEvidence.dissector, .port, .guess].first(where: { $0.name == name }) else { return nil }
    self = one
  }
}

extension JSONNode {
  fileprivate func time(_ name: String) -> Timestamp? { self[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
  fileprivate func address(_ name: String) -> IPAddress? { self[name]?.string.flatMap { IPAddress($0) } }
  fileprivate func port(_ name: String) -> UInt16? { self[name]?.uint64.flatMap { UInt16(exactly: $0) } }
}
