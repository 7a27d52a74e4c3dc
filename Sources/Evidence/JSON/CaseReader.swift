/// Reads a case back from its JSON, for those who show it.

import Catalog
import JSON

extension Case {
  /// Nil when a member that every case has is missing or of another type.
  public init?(_ value: JSONValue) {
    guard let id = value["id"]?.string, let title = value["title"]?.string,
      let time = value["time"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let end = value["end"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let severity = value["severity"]?.string.flatMap({ Severity(name: $0) }), let score = value["score"]?.double
    else { return nil }
    self.init(id: id, time: time, end: end, severity: severity, score: score, title: title)
    status = value["status"]?.string.flatMap(CaseStatus.init(rawValue:)) ?? .new
    assignee = value["assignee"]?.string
    closure = value["closure"].flatMap(CaseClosure.init)
    if let found = value["entities"] { entities = CaseEntities(found) }
    signals = value["signals"]?.texts ?? []
    attack = value["attack"]?.texts ?? []
    links = (value["links"]?.elements ?? []).compactMap(CaseLink.init)
    gaps = (value["gaps"]?.elements ?? []).compactMap(VisibilityGap.init)
    timeline = (value["timeline"]?.elements ?? []).compactMap(TimelineEntry.init)
  }
}

extension JSONValue {
  fileprivate var texts: [String] { (elements ?? []).compactMap(\.string) }
  fileprivate func time(_ name: String) -> Timestamp? { self[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
  fileprivate func address(_ name: String) -> IPAddress? { self[name]?.string.flatMap { IPAddress($0) } }
  fileprivate func port(_ name: String) -> UInt16? { self[name]?.uint64.flatMap { UInt16(exactly: $0) } }
}

extension ProcessEntity {
  fileprivate init?(_ v: JSONValue) {
    guard let host = v["host"]?.string, let image = v["image"]?.string else { return nil }
    self.init(
      host: host, pid: v["pid"]?.int64, guid: v["guid"]?.string, image: image, commandLine: v["command_line"]?.string,
      user: v["user"]?.string)
  }
}

extension CaseEntities {
  fileprivate init(_ v: JSONValue) {
    self.init()
    personas = (v["personas"]?.elements ?? []).compactMap { p in
      guard let platform = p["platform"]?.string, let account = p["account_id"]?.string else { return nil }
      return CasePersona(
        account: AccountKey(platform: platform, accountID: account), handle: p["handle"]?.string ?? "",
        displayName: p["display_name"]?.string ?? "")
    }
    employees = (v["employees"]?.elements ?? []).compactMap { e in
      e["id"]?.string.map { CaseEmployee(id: $0, name: e["name"]?.string ?? "") }
    }
    hosts = (v["hosts"]?.elements ?? []).compactMap { h in
      h["host"]?.string.map { CaseHost(host: $0, ips: (h["ips"]?.texts ?? []).compactMap { IPAddress($0) }) }
    }
    processes = (v["processes"]?.elements ?? []).compactMap(ProcessEntity.init)
    flows = (v["flows"]?.elements ?? []).compactMap(CaseFlow.init)
    indicators = v["indicators"]?.texts ?? []
  }
}

extension CaseFlow {
  fileprivate init?(_ v: JSONValue) {
    guard let id = v["id"]?.string.flatMap({ FlowID($0) }), let start = v.time("start"),
      let source = v.address("src_ip"), let destination = v.address("dest_ip"),
      let proto = v["proto"]?.string.flatMap({ TransportProtocol(name: $0) })
    else { return nil }
    var flow = FlowRecord(
      id: id, origin: RecordOrigin(sensor: "", capture: ""), start: start, end: start, firstPacket: 0, sourceIP: source,
      sourcePort: v.port("src_port"), destinationIP: destination, destinationPort: v.port("dest_port"), proto: proto)
    flow.appProto = v["app_proto"]?.string ?? "unknown"
    flow.facts.serverName = v["server_name"]?.string
    self.init(flow)
    communityID = v["community_id"]?.string ?? ""
  }
}

extension Entity {
  fileprivate init?(_ v: JSONValue) {
    switch v["kind"]?.string {
    case "persona":
      guard let platform = v["platform"]?.string, let account = v["account_id"]?.string else { return nil }
      self = .persona(
        AccountKey(platform: platform, accountID: account), handle: v["handle"]?.string,
        displayName: v["display_name"]?.string)
    case "process":
      guard let process = ProcessEntity(v) else { return nil }
      self = .process(process)
    case "flow":
      guard let id = v["id"]?.string.flatMap({ FlowID($0) }) else { return nil }
      self = .flow(id, communityID: v["community_id"]?.string ?? "")
    case "host":
      guard let host = v["host"]?.string else { return nil }
      self = .host(host)
    case "host_pair":
      guard let first = v.address("first_ip"), let second = v.address("second_ip") else { return nil }
      self = .hostPair(first: first, second: second)
    case "employee":
      guard let id = v["id"]?.string else { return nil }
      self = .employee(id: id, name: v["name"]?.string)
    case "campaign":
      guard let id = v["id"]?.string else { return nil }
      self = .campaign(id)
    default: return nil
    }
  }
}

extension CaseLink {
  fileprivate init?(_ v: JSONValue) {
    guard let from = v["from"].flatMap(Entity.init), let to = v["to"].flatMap(Entity.init) else { return nil }
    self.init(from: from, to: to, reason: v["reason"]?.string ?? "", confidence: v["confidence"]?.double ?? 0)
  }
}

extension VisibilityGap {
  fileprivate init?(_ v: JSONValue) {
    guard let kind = v["kind"]?.string, let reason = v["reason"]?.string else { return nil }
    self.init(kind: kind, subject: v["subject"]?.string ?? "", reason: reason, from: v.time("from"), to: v.time("to"))
  }
}

extension TimelineEntry {
  fileprivate init?(_ v: JSONValue) {
    guard let time = v.time("time"), let text = v["text"]?.string else { return nil }
    self.init(time: time, stream: v["stream"]?.string ?? "", text: text, evidence: v["evidence"]?.texts ?? [])
  }
}
