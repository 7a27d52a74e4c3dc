/// Reads an observation from JSON: required fields present, every type right, the rest kept under `extra`.

import JSON
import Pictures

/// Why a record was refused.
public struct ObservationError: Error, Sendable, CustomStringConvertible {
  /// The field, or empty when the record as a whole is meant.
  public var field: String
  public var text: String
  public var description: String { field.isEmpty ? text : "\(field): \(text)" }
}

extension Observation {
  /// Reads one record of the evidence section of interfaces.md. Its id is its own `id`, or the SHA-256 of its canonical
  /// JSON without `id`.
  public init(_ node: JSONNode, source: String) throws(ObservationError) {
    var budget = PictureBudget(pixels: Self.mostPicturePixels)
    try self.init(node, source: source, pictures: &budget)
  }

  /// The most pixels of the pictures of one request that are decoded.
  public static let mostPicturePixels = 10_000_000

  /// One of several that come together; `pictures` is the work that is left for the pictures among them.
  public init(
    _ node: JSONNode, source: String, pictures: inout PictureBudget
  ) throws(ObservationError) {
    guard node.kind == .object else { throw ObservationError(field: "", text: "expected an object") }
    var fields = RecordFields(node)
    let type = try fields.required("type", fields.text("type"))
    guard let kind = ObservationKind(rawValue: type) else {
      let known = ObservationKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ObservationError(field: "type", text: "'\(type)'; known are \(known)")
    }
    let id = try fields.text("id")
    let head = ObservationHead(time: try fields.required("time", fields.time("time")), source: source)
    switch kind {
    case .persona: self = .persona(try fields.persona(head, &pictures))
    case .personaChange: self = .personaChange(try fields.personaChange(head))
    case .outreach: self = .outreach(try fields.outreach(head))
    case .process: self = .process(try fields.process(head))
    case .connection: self = .connection(try fields.connection(head))
    case .asset: self = .asset(try fields.asset(head))
    }
    self.head.extra = fields.rest()
    if let id, !id.isEmpty {
      self.head.id = id
    } else if let canonical = try? CanonicalJSON.bytes(of: node, leavingOut: "id") {
      self.head.id = SHA256.hex(canonical)
    } else {
      throw ObservationError(
        field: "", text: "a name occurs twice in one object, so that the record has no canonical form")
    }
  }
}

/// The members of one record, and which of them were asked for.
private struct RecordFields {
  private let node: JSONNode
  /// What stands before a field's name in errors: the member that this object is.
  private var prefix = ""
  private var known: [String] = ["type", "id", "source", "extra"]
  /// What is added to `extra`.
  private var additions: [(name: String, text: String)] = []

  init(_ node: JSONNode) { self.node = node }

  func required<T>(_ name: String, _ value: T?) throws(ObservationError) -> T {
    guard let value else { throw ObservationError(field: name, text: "is required") }
    return value
  }

  private mutating func member(_ name: String) -> JSONNode? {
    known.append(name)
    guard let value = node[name], !value.isNull else { return nil }
    return value
  }

  private func wrong(_ name: String, _ expected: String, _ found: JSONNode) -> ObservationError {
    ObservationError(field: prefix + name, text: "expected \(expected), found \(found.kind)")
  }

  mutating func text(_ name: String) throws(ObservationError) -> String? {
    guard let value = member(name) else { return nil }
    guard let text = value.string else { throw wrong(name, "text", value) }
    return text
  }

  mutating func texts(_ name: String) throws(ObservationError) -> [String] {
    guard let value = member(name) else { return [] }
    guard value.kind == .array else { throw wrong(name, "a list of texts", value) }
    var all: [String] = []
    for element in value.elements {
      guard let text = element.string else { throw wrong(name, "a list of texts", element) }
      all.append(text)
    }
    return all
  }

  mutating func int(_ name: String) throws(ObservationError) -> Int64? {
    guard let value = member(name) else { return nil }
    guard let number = value.int64 else { throw wrong(name, "a whole number", value) }
    return number
  }

  mutating func port(_ name: String) throws(ObservationError) -> UInt16? {
    guard let number = try int(name) else { return nil }
    guard let port = UInt16(exactly: number) else {
      throw ObservationError(field: name, text: "\(number) is no port")
    }
    return port
  }

  mutating func flag(_ name: String) throws(ObservationError) -> Bool? {
    guard let value = member(name) else { return nil }
    guard let flag = value.bool else { throw wrong(name, "true or false", value) }
    return flag
  }

  mutating func time(_ name: String) throws(ObservationError) -> Timestamp? {
    guard let text = try text(name) else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw ObservationError(field: name, text: "'\(text.prefix(40))' is no time of RFC 3339")
    }
    return time
  }

  mutating func address(_ name: String) throws(ObservationError) -> IPAddress? {
    guard let text = try text(name) else { return nil }
    guard let ip = IPAddress(text) else {
      throw ObservationError(field: name, text: "'\(text.prefix(48))' is no IP address")
    }
    return ip
  }

  mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String, _: T.Type) throws(ObservationError) -> T?
  where T.RawValue == String {
    guard let text = try text(name) else { return nil }
    guard let value = T(rawValue: text) else {
      let known = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw ObservationError(field: name, text: "'\(text.prefix(40))'; known are \(known)")
    }
    return value
  }

  mutating func party(_ name: String) throws(ObservationError) -> Party {
    guard let value = member(name) else { throw ObservationError(field: name, text: "is required") }
    guard value.kind == .object else { throw wrong(name, "an object", value) }
    var inner = RecordFields(value)
    return try inner.parsedParty(name)
  }

  private mutating func parsedParty(_ name: String) throws(ObservationError) -> Party {
    prefix = name + "."
    let party = Party(
      accountID: try text("account_id"), handle: try text("handle"), email: try text("email"),
      employee: try text("employee"))
    guard !party.isEmpty else {
      throw ObservationError(field: name, text: "needs one of account_id, handle, email, employee")
    }
    return party
  }

  /// What was not asked for, as the text of an object, joined with the record's own `extra`; empty if there is nothing.
  func rest() -> String {
    var w = JSONWriter(capacity: 256)
    w.beginObject()
    var any = false
    if let own = node["extra"], own.kind == .object {
      for member in own.members {
        w.key(member.key)
        w.value(member.value)
        any = true
      }
    }
    for member in node.members where !known.contains(where: { member.isNamed($0) }) {
      w.key(member.key)
      w.value(member.value)
      any = true
    }
    for (name, text) in additions {
      w.member(name, text)
      any = true
    }
    w.endObject()
    return any ? w.text : ""
  }

  // MARK: the records

  mutating func persona(
    _ head: ObservationHead, _ pictures: inout PictureBudget
  ) throws(ObservationError) -> PersonaObservation {
    var o = PersonaObservation(
      head: head, platform: try required("platform", text("platform")),
      accountID: try required("account_id", text("account_id")), handle: try required("handle", text("handle")),
      displayName: try required("display_name", text("display_name")))
    o.createdAt = try time("created_at")
    o.changedAt = try time("changed_at")
    o.bio = try text("bio")
    o.employer = try text("employer")
    o.title = try text("title")
    o.location = try text("location")
    o.url = try text("url")
    o.links = try texts("links")
    o.languages = try texts("languages")
    o.verified = try flag("verified")
    o.followers = try int("followers")
    o.following = try int("following")
    o.posts = try int("posts")
    o.avatarSHA256 = try text("avatar_sha256")?.lowercased()
    if let hex = try text("avatar_phash") {
      guard hex.utf8.count <= 16, let value = UInt64(hex, radix: 16) else {
        throw ObservationError(field: "avatar_phash", text: "expected 16 hexadecimal digits")
      }
      o.avatarPHash = value
    }
    picture(of: &o, &pictures)
    return o
  }

  /// The hashes of a picture that the record holds as a `data:` URI, where it does not give them itself. One that cannot be
  /// read costs the record its hashes and no more.
  private mutating func picture(of o: inout PersonaObservation, _ pictures: inout PictureBudget) {
    guard let text = node["avatar"]?.string, PictureText.isDataURI(text) else { return }
    known.append("avatar")
    var problem: String?
    do {
      let hashes = try pictures.read { () throws(PictureProblem) in try PictureHashes(dataURI: text) }
      problem = hashes.problem?.words
      if let given = o.avatarSHA256, given != hashes.sha256 {
        problem = "it is not the one whose avatar_sha256 the record gives"
      }
      o.avatarSHA256 = o.avatarSHA256 ?? hashes.sha256
      o.avatarPHash = o.avatarPHash ?? hashes.perceptual
    } catch {
      problem = error.words
    }
    if let problem { additions.append(("avatar_problem", problem)) }
  }

  mutating func personaChange(_ head: ObservationHead) throws(ObservationError) -> PersonaChangeObservation {
    var o = PersonaChangeObservation(
      head: head, platform: try required("platform", text("platform")),
      accountID: try required("account_id", text("account_id")), field: try required("field", text("field")))
    o.from = try text("from")
    o.to = try text("to")
    return o
  }

  mutating func outreach(_ head: ObservationHead) throws(ObservationError) -> OutreachObservation {
    var o = OutreachObservation(
      head: head, platform: try required("platform", text("platform")),
      kind: try required("kind", choice("kind", OutreachObservation.Kind.self)), from: try party("from"),
      to: try party("to"))
    o.text = try text("text")
    o.links = try texts("links")
    o.outcome = try choice("outcome", OutreachObservation.Outcome.self)
    o.reportedBy = try text("reported_by")
    return o
  }

  private mutating func pidOrGUID() throws(ObservationError) -> (Int64?, String?) {
    let pid = try int("pid")
    let guid = try text("guid")
    guard pid != nil || guid != nil else { throw ObservationError(field: "pid", text: "pid or guid is required") }
    return (pid, guid)
  }

  mutating func process(_ head: ObservationHead) throws(ObservationError) -> ProcessObservation {
    let host = try required("host", text("host"))
    let (pid, guid) = try pidOrGUID()
    var o = ProcessObservation(
      head: head, host: host, pid: pid, guid: guid, image: try required("image", text("image")))
    o.commandLine = try text("command_line")
    o.cwd = try text("cwd")
    o.user = try text("user")
    o.logon = try text("logon")
    if let value = member("parent") {
      guard value.kind == .object else { throw wrong("parent", "an object", value) }
      var inner = RecordFields(value)
      o.parent = ParentProcess(
        pid: try inner.int("pid"), guid: try inner.text("guid"), image: try inner.text("image"),
        commandLine: try inner.text("command_line"))
    }
    o.end = try time("end")
    o.sha256 = try text("sha256")?.lowercased()
    o.signer = try text("signer")
    o.event = try choice("event", ProcessObservation.Event.self)
    return o
  }

  mutating func connection(_ head: ObservationHead) throws(ObservationError) -> ConnectionObservation {
    let host = try required("host", text("host"))
    let (pid, guid) = try pidOrGUID()
    let name = try required("proto", text("proto"))
    guard let proto = TransportProtocol(name: name) else {
      throw ObservationError(field: "proto", text: "'\(name.prefix(40))' is no transport protocol")
    }
    var o = ConnectionObservation(
      head: head, host: host, pid: pid, guid: guid, proto: proto,
      destinationIP: try required("dest_ip", address("dest_ip")),
      destinationPort: try required("dest_port", port("dest_port")))
    o.image = try text("image")
    o.sourceIP = try address("src_ip")
    o.sourcePort = try port("src_port")
    o.initiated = try flag("initiated")
    o.destinationName = try text("dest_name")
    return o
  }

  mutating func asset(_ head: ObservationHead) throws(ObservationError) -> AssetObservation {
    var o = AssetObservation(head: head, host: try required("host", text("host")))
    for text in try texts("ips") {
      guard let ip = IPAddress(text) else { throw ObservationError(field: "ips", text: "'\(text)' is no IP address") }
      o.ips.append(ip)
    }
    for text in try texts("macs") {
      guard let mac = MACAddress(text) else {
        throw ObservationError(field: "macs", text: "'\(text)' is no MAC address")
      }
      o.macs.append(mac)
    }
    o.names = try texts("names")
    o.owner = try text("owner")
    o.since = try time("since")
    o.until = try time("until")
    return o
  }
}
