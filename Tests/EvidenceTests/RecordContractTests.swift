/// The records of `--output json` have the fields that the interface promises, with the types it promises.

import Catalog
import Evidence
import JSON
import Testing

/// What a field holds.
indirect enum Shape: Sendable {
  case text, time, address, number, bool
  /// One of these words.
  case word([String])
  case list(Shape)
  /// These members and no others; those with `?` at their end may be missing.
  case object([String: Shape])
  case anything

  /// What is wrong with a value, each with the path to it.
  func faults(_ value: JSONValue, at path: String) -> [String] {
    switch self {
    case .anything: return []
    case .text: return value.string == nil ? ["\(path) is no text"] : []
    case .bool: return value.bool == nil ? ["\(path) is no truth value"] : []
    case .number: return value.double == nil && value.int64 == nil ? ["\(path) is no number"] : []
    case .address: return value.string.flatMap { IPAddress($0) } == nil ? ["\(path) is no address"] : []
    case .word(let words): return words.contains(value.string ?? "") ? [] : ["\(path) is none of \(words)"]
    case .time:
      // RFC 3339 with nine decimals, UTC, ending in Z: 30 characters.
      guard let text = value.string, text.utf8.count == 30, text.hasSuffix("Z"), text.dropFirst(19).first == ".",
        Timestamp(rfc3339: text) != nil
      else { return ["\(path) is no time with nine decimals"] }
      return []
    case .list(let shape):
      guard let elements = value.elements else { return ["\(path) is no list"] }
      return elements.enumerated().flatMap { shape.faults($1, at: "\(path)[\($0)]") }
    case .object(let shapes):
      guard let members = value.members else { return ["\(path) is no object"] }
      var found: [String] = []
      for (key, member) in members {
        guard let shape = shapes[key] ?? shapes[key + "?"] else {
          found.append("\(path).\(key) is not promised")
          continue
        }
        found += shape.faults(member, at: "\(path).\(key)")
      }
      for key in shapes.keys where !key.hasSuffix("?") && !members.contains(where: { $0.0 == key }) {
        found.append("\(path).\(key) is missing")
      }
      return found
    }
  }
}

@Suite("Records are as the interface promises")
struct RecordContractTests {
  private static let severities = ["info", "low", "medium", "high", "critical"]
  private static let side = Shape.object([
    "packets": .number, "bytes": .number, "ip_bytes": .number, "payload": .number, "missed": .number,
  ])
  private static let process: [String: Shape] = [
    "host": .text, "pid?": .number, "guid?": .text, "image": .text, "command_line?": .text, "user?": .text,
  ]
  private static let entity = Shape.object(
    [
      "kind": .word(["persona", "process", "flow", "host", "host_pair", "employee", "campaign"]), "platform?": .text,
      "account_id?": .text, "handle?": .text, "display_name?": .text, "id?": .text, "community_id?": .text,
      "first_ip?": .address, "second_ip?": .address, "name?": .text, "host?": .text, "pid?": .number, "guid?": .text,
      "image?": .text, "command_line?": .text, "user?": .text,
    ])
  private static let gap = Shape.object([
    "kind": .text, "subject": .text, "reason": .text, "from?": .time, "to?": .time,
  ])

  static let flow = Shape.object([
    "type": .word(["flow"]), "id": .text, "time": .time, "sensor": .text, "capture": .text, "start": .time,
    "end": .time,
    "src_ip": .address, "src_port?": .number, "dest_ip": .address, "dest_port?": .number, "proto": .text,
    "vlan?": .list(.number), "community_id": .text, "app_proto": .text, "app_protos?": .list(.text),
    "app_proto_by?": .word(["dissector", "port", "guess"]), "to_server": side, "to_client": side,
    "tcp?": .object([
      "state": .text, "conn_state": .text, "history": .text, "flags_to_server": .number, "flags_to_client": .number,
      "midstream": .bool, "lossy": .bool,
    ]),
    "icmp_errors?": .list(
      .object([
        "src_ip": .address, "type": .number, "code": .number, "count": .number, "first": .time, "last": .time,
      ])),
    "reason": .word(["timeout", "closed", "shutdown", "forced"]), "server_name?": .text, "ja3?": .text, "ja3s?": .text,
    "ja4?": .text, "hassh?": .text, "hassh_server?": .text, "host?": .text,
    "process?": .list(
      .object(
        process.merging(["role": .word(["client", "server"]), "confidence": .number, "evidence?": .list(.text)]) { $1 })
    ),
  ])
  static let transaction = Shape.object([
    "type": .word(["transaction"]), "id": .text, "time": .time, "sensor": .text, "capture": .text, "flow": .text,
    "app_proto": .text, "record": .text, "fields": .anything,
  ])
  static let anomaly = Shape.object([
    "type": .word(["anomaly"]), "id": .text, "time": .time, "sensor": .text, "capture": .text, "anomaly": .text,
    "layer": .word(["link", "network", "transport", "stream", "application"]), "severity": .word(severities),
    "packet?": .number, "flow?": .text, "offset?": .number, "src_ip?": .address, "src_port?": .number,
    "dest_ip?": .address, "dest_port?": .number, "proto?": .text, "captured?": .bool, "count": .number, "first?": .time,
    "last?": .time, "detail?": .anything,
  ])
  private static let observed: [String: Shape] = ["id?": .text, "source?": .text, "time": .time, "extra?": .anything]
  private static func observation(_ type: String, _ fields: [String: Shape]) -> Shape {
    .object(observed.merging(fields) { $1 }.merging(["type": .word([type])]) { $1 })
  }
  static let persona = observation(
    "persona",
    [
      "platform": .text, "account_id": .text, "handle": .text, "display_name": .text, "created_at?": .time,
      "changed_at?": .time, "bio?": .text, "employer?": .text, "title?": .text, "location?": .text, "url?": .text,
      "links?": .list(.text), "languages?": .list(.text), "verified?": .bool, "followers?": .number,
      "following?": .number, "posts?": .number, "avatar_sha256?": .text, "avatar_phash?": .text,
    ])
  static let personaChange = observation(
    "persona_change", ["platform": .text, "account_id": .text, "field": .text, "from?": .text, "to?": .text])
  private static let party = Shape.object([
    "account_id?": .text, "handle?": .text, "email?": .text, "employee?": .text,
  ])
  static let outreach = observation(
    "outreach",
    [
      "platform": .text,
      "kind": .word([
        "connection_request", "follow", "direct_message", "mention", "reply", "invite", "email", "call",
      ]), "from": party, "to": party, "text?": .text, "links?": .list(.text),
      "outcome?": .word(["pending", "accepted", "ignored", "declined", "reported"]), "reported_by?": .text,
    ])
  static let processShape = observation(
    "process",
    process.merging([
      "cwd?": .text, "logon?": .text,
      "parent?": .object(["pid?": .number, "guid?": .text, "image?": .text, "command_line?": .text]), "end?": .time,
      "sha256?": .text, "signer?": .text, "event?": .word(["start", "end", "snapshot"]),
    ]) { $1 })
  static let connection = observation(
    "connection",
    [
      "host": .text, "pid?": .number, "guid?": .text, "image?": .text, "proto": .text, "dest_ip": .address,
      "dest_port": .number, "src_ip?": .address, "src_port?": .number, "initiated?": .bool, "dest_name?": .text,
    ])
  static let asset = observation(
    "asset",
    [
      "host": .text, "ips?": .list(.address), "macs?": .list(.text), "names?": .list(.text), "owner?": .text,
      "since?": .time, "until?": .time,
    ])
  static let signal = Shape.object([
    "type": .word(["signal"]), "id": .text, "time": .time, "analytic": .text, "score": .number, "entity": entity,
    "reason": .text, "evidence?": .list(.text), "attack?": .list(.text), "parts?": .anything, "related?": .list(entity),
    "suppressed?": .object(["id": .text, "by": .text, "reason": .text, "until?": .time]),
  ])
  static let caseShape = Shape.object([
    "type": .word(["case"]), "id": .text, "time": .time, "end": .time, "severity": .word(severities), "score": .number,
    "status": .word(["new", "triaged", "assigned", "escalated", "closed"]), "title": .text,
    "entities": .object([
      "personas": .list(
        .object(["platform": .text, "account_id": .text, "handle": .text, "display_name": .text])),
      "employees": .list(.object(["id": .text, "name": .text])),
      "hosts": .list(.object(["host": .text, "ips?": .list(.address)])), "processes": .list(.object(process)),
      "flows": .list(
        .object([
          "id": .text, "community_id": .text, "start": .time, "src_ip": .address, "src_port?": .number,
          "dest_ip": .address, "dest_port?": .number, "proto": .text, "app_proto": .text, "server_name?": .text,
        ])), "indicators": .list(.text),
    ]), "signals": .list(.text),
    "links": .list(.object(["from": entity, "to": entity, "reason": .text, "confidence": .number])),
    "gaps": .list(gap), "attack": .list(.text),
    "timeline": .list(.object(["time": .time, "stream": .text, "text": .text, "evidence?": .list(.text)])),
  ])

  // MARK: -

  private let moment = Timestamp(nanoseconds: 1_788_220_800_123_456_789)
  private func head() -> ObservationHead { ObservationHead(id: "o", time: moment, source: "s", extra: #"{"x":1}"#) }
  private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  private func check(_ shape: Shape, _ keys: Int, _ write: (inout JSONWriter) -> Void) throws {
    var w = JSONWriter()
    write(&w)
    let value = try JSONValue(parsing: String(decoding: w.bytes, as: UTF8.self))
    #expect(shape.faults(value, at: "record") == [])
    // Every field was given, so every field must be there.
    #expect(value.members?.count == keys)
  }

  private let origin = RecordOrigin(sensor: "s", capture: "c")

  private func wholeFlow() throws -> FlowRecord {
    var f = FlowRecord(
      id: FlowID(rawValue: 7), origin: origin, start: moment, end: moment, firstPacket: 1,
      sourceIP: try ip("192.0.2.1"), sourcePort: 1, destinationIP: try ip("2001:db8::1"), destinationPort: 2,
      proto: .tcp)
    f.vlan = [7]
    f.tcp = TCPSummary()
    f.appProto = "tls"
    f.appProtoBy = .dissector
    var facts = FlowRecord.Facts()
    facts.serverName = "a"
    facts.ja3 = "a"
    facts.ja3s = "a"
    facts.ja4 = "a"
    facts.hassh = "a"
    facts.hasshServer = "a"
    facts.host = "a"
    f.facts = facts
    f.icmpErrors = [ICMPError(from: try ip("192.0.2.3"), type: 3, code: 1, count: 1, first: moment, last: moment)]
    f.processes = [
      FlowProcess(
        host: "h", role: .client, pid: 1, guid: "g", image: "i", commandLine: "c", user: "u", confidence: 0.5,
        evidence: ["e"])
    ]
    return f
  }

  @Test("flow") func flow() throws {
    let f = try wholeFlow()
    guard case .object(let shapes) = Self.flow else { return }
    try check(Self.flow, shapes.count) { f.write(to: &$0) }
  }

  @Test(
    "A flow's state in a word follows from Zeek's",
    arguments: [
      ("S0", "syn_sent"), ("S1", "established"), ("SF", "closed"), ("REJ", "rejected"), ("S2", "closing"),
      ("S3", "closing"), ("RSTO", "reset"), ("RSTR", "reset"), ("RSTOS0", "reset"), ("RSTRH", "reset"),
      ("SH", "syn_sent"), ("SHR", "syn_received"), ("OTH", "unknown"),
    ])
  func states(_ zeek: String, _ word: String) {
    var tcp = TCPSummary()
    tcp.connState = zeek
    #expect(tcp.state == word)
  }

  @Test("transaction and anomaly") func wire() throws {
    let t = TransactionRecord(
      flow: FlowID(rawValue: 1), origin: origin, time: moment, appProto: "dns", record: "dns",
      fields: [("query", .text("a"))], ordinal: 0)
    try check(Self.transaction, 9) { t.write(to: &$0) }
    var a = AnomalyRecord(
      name: .plugin(id: "x.y", severity: .low), time: moment, origin: origin, packet: 3,
      flow: FlowID(rawValue: 1))
    a.sourceIP = try ip("192.0.2.1")
    a.destinationIP = try ip("192.0.2.2")
    a.sourcePort = 1
    a.destinationPort = 2
    a.proto = .udp
    a.offset = 0
    a.captured = true
    a.first = moment
    a.last = moment
    a.detail = [("n", .u64(1))]
    try check(Self.anomaly, 21) { a.write(to: &$0) }
  }

  @Test("persona, persona_change and outreach") func people() throws {
    var p = PersonaObservation(head: head(), platform: "x", accountID: "1", handle: "h", displayName: "d")
    p.createdAt = moment
    p.changedAt = moment
    p.bio = "b"
    p.employer = "e"
    p.title = "t"
    p.location = "l"
    p.url = "u"
    p.links = ["l"]
    p.languages = ["de"]
    p.verified = false
    p.followers = 1
    p.following = 2
    p.posts = 3
    p.avatarSHA256 = "a"
    p.avatarPHash = 0x12
    try check(Self.persona, 24) { Observation.persona(p).write(to: &$0) }
    var c = PersonaChangeObservation(head: head(), platform: "x", accountID: "1", field: "bio")
    c.from = "a"
    c.to = "b"
    try check(Self.personaChange, 10) { Observation.personaChange(c).write(to: &$0) }
    let party = Party(accountID: "1", handle: "h", email: "e", employee: "p")
    var o = OutreachObservation(head: head(), platform: "x", kind: .directMessage, from: party, to: party)
    o.text = "t"
    o.links = ["l"]
    o.outcome = .pending
    o.reportedBy = "r"
    try check(Self.outreach, 13) { Observation.outreach(o).write(to: &$0) }
  }

  @Test("process, connection and asset") func hosts() throws {
    var p = ProcessObservation(head: head(), host: "h", pid: 1, guid: "g", image: "i")
    p.commandLine = "c"
    p.cwd = "d"
    p.user = "u"
    p.logon = "l"
    p.parent = ParentProcess(pid: 1, guid: "g", image: "i", commandLine: "c")
    p.end = moment
    p.sha256 = "s"
    p.signer = "s"
    p.event = .start
    try check(Self.processShape, 18) { Observation.process(p).write(to: &$0) }
    var c = ConnectionObservation(
      head: head(), host: "h", pid: 1, guid: "g", proto: .tcp, destinationIP: try ip("192.0.2.1"), destinationPort: 2)
    c.image = "i"
    c.sourceIP = try ip("::1")
    c.sourcePort = 3
    c.initiated = true
    c.destinationName = "n"
    try check(Self.connection, 16) { Observation.connection(c).write(to: &$0) }
    var a = AssetObservation(head: head(), host: "h")
    a.ips = [try ip("192.0.2.1")]
    a.names = ["n"]
    a.owner = "o"
    a.since = moment
    a.until = moment
    try check(Self.asset, 11) { Observation.asset(a).write(to: &$0) }
  }

  @Test("signal and case") func results() throws {
    let entities: [Entity] = [
      .persona(AccountKey(platform: "x", accountID: "1"), handle: "h", displayName: "d"),
      .process(ProcessEntity(host: "h", pid: 1, guid: "g", image: "i", commandLine: "c", user: "u")),
      .flow(FlowID(rawValue: 1), communityID: "1:x"), .host("h"),
      .hostPair(first: try ip("192.0.2.1"), second: try ip("192.0.2.2")), .employee(id: "e", name: "n"), .campaign("k"),
    ]
    var s = Signal(
      analytic: "persona.risk", time: moment, score: 0.5, entity: entities[0], reason: "r", evidence: ["e"],
      attack: ["T1"])
    s.parts = [("a", 0.5)]
    s.related = entities
    s.suppression = Suppression(scope: SuppressionScope(host: "h"), reason: "r", by: "b", until: moment)
    try check(Self.signal, 12) { s.write(to: &$0) }
    var c = Case(id: "c", time: moment, end: moment, severity: .high, score: 0.5, title: "t")
    c.entities.personas = [
      CasePersona(account: AccountKey(platform: "x", accountID: "1"), handle: "h", displayName: "d")
    ]
    c.entities.employees = [CaseEmployee(id: "e", name: "n")]
    c.entities.hosts = [CaseHost(host: "h", ips: [try ip("192.0.2.1")])]
    c.entities.processes = [ProcessEntity(host: "h", image: "i")]
    c.entities.flows = [CaseFlow(try wholeFlow())]
    c.entities.indicators = ["i"]
    c.signals = [s.id]
    c.links = [CaseLink(from: entities[0], to: entities[3], reason: "r", confidence: 0.5)]
    c.gaps = [VisibilityGap(kind: "k", subject: "s", reason: "r", from: moment, to: moment)]
    c.attack = ["T1"]
    c.timeline = [TimelineEntry(time: moment, stream: "case", text: "t", evidence: ["e"])]
    try check(Self.caseShape, 14) { c.write(to: &$0) }
  }
}
