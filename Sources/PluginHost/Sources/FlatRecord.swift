/// The flat fields of one record, collected, and the observation that they make.

import Evidence
import VedettePluginABI

/// One record's values by what they are. A value that is given twice and is no list: the last counts.
struct FlatRecord {
  var head = ObservationHead(time: Timestamp(nanoseconds: 0))
  var id = ""
  var extra = ""
  /// Fields that this host has no name for.
  var others: [(String, FieldValue)] = []

  private var texts = FieldSlots<String>()
  private var numbers = FieldSlots<UInt64>()
  private var lists = FieldSlots<[String]>()
  private var addresses = FieldSlots<IPAddress>()
  private var ips: [IPAddress] = []
  private var macs: [MACAddress] = []

  /// Empties it for the next record.
  mutating func removeAll() {
    (id, extra) = ("", "")
    others.removeAll()
    texts.removeAll()
    numbers.removeAll()
    lists.removeAll()
    addresses.removeAll()
    ips.removeAll()
    macs.removeAll()
  }

  mutating func take(
    _ entry: SinkEntry, _ target: EvidenceField, in state: UnsafeMutablePointer<SinkState>
  ) throws(RefusedRecord) {
    switch FieldType(rawValue: entry.kind) {
    case .text:
      let text = state.text(entry)
      switch target {
      case .id: id = text
      case .extra: extra = text
      case .links, .languages, .names: lists.put((lists[target] ?? []) + [text], target)
      default: texts.put(text, target)
      }
    case .ip:
      guard let address = IPAddress(bytes: state.pointee.bytes(entry)) else { return }
      if target == .ips { ips.append(address) } else { addresses.put(address, target) }
    case .mac:
      if let mac = MACAddress(bytes: state.pointee.bytes(entry)) { macs.append(mac) }
    default: numbers.put(entry.value, target)
    }
  }

  // MARK: Reading

  private func required(_ field: EvidenceField, _ name: String) throws(RefusedRecord) -> String {
    guard let text = texts[field] else { throw RefusedRecord(text: "\(name): is required") }
    return text
  }

  private func number(_ field: EvidenceField, _ name: String) throws(RefusedRecord) -> Int64? {
    guard let value = numbers[field] else { return nil }
    guard let number = Int64(exactly: value) else { throw RefusedRecord(text: "\(name): \(value) is out of range") }
    return number
  }

  private func port(_ field: EvidenceField, _ name: String) throws(RefusedRecord) -> UInt16? {
    guard let value = numbers[field] else { return nil }
    guard let port = UInt16(exactly: value) else { throw RefusedRecord(text: "\(name): \(value) is no port") }
    return port
  }

  private func time(_ field: EvidenceField) -> Timestamp? {
    numbers[field].map { Timestamp(nanoseconds: Int64(bitPattern: $0)) }
  }

  private func flag(_ field: EvidenceField) -> Bool? { numbers[field].map { $0 != 0 } }

  private func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ field: EvidenceField, _ name: String, _: Choice.Type
  ) throws(RefusedRecord) -> Choice? {
    guard let text = texts[field] else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw RefusedRecord(text: "\(name): '\(text.prefix(40))'; known are \(known)")
    }
    return choice
  }

  private func pidOrGUID() throws(RefusedRecord) -> (Int64?, String?) {
    let pid = try number(.pid, "pid")
    guard pid != nil || texts[.guid] != nil else { throw RefusedRecord(text: "pid: pid or guid is required") }
    return (pid, texts[.guid])
  }

  func observation(_ kind: ObservationKind) throws(RefusedRecord) -> Observation {
    switch kind {
    case .persona: .persona(try persona())
    case .personaChange: .personaChange(try personaChange())
    case .outreach: .outreach(try outreach())
    case .process: .process(try process())
    case .connection: .connection(try connection())
    case .asset: .asset(try asset())
    }
  }

  private func persona() throws(RefusedRecord) -> PersonaObservation {
    var o = PersonaObservation(
      head: head, platform: try required(.platform, "platform"), accountID: try required(.accountID, "account_id"),
      handle: try required(.handle, "handle"), displayName: try required(.displayName, "display_name"))
    o.createdAt = time(.createdAt)
    o.changedAt = time(.changedAt)
    o.bio = texts[.bio]
    o.employer = texts[.employer]
    o.title = texts[.title]
    o.location = texts[.location]
    o.url = texts[.url]
    o.links = lists[.links] ?? []
    o.languages = lists[.languages] ?? []
    o.verified = flag(.verified)
    o.followers = try number(.followers, "followers")
    o.following = try number(.following, "following")
    o.posts = try number(.posts, "posts")
    o.avatarSHA256 = texts[.avatarSHA256]?.lowercased()
    if let text = texts[.avatarPHash] {
      guard text.utf8.count <= 16, let hash = UInt64(text, radix: 16) else {
        throw RefusedRecord(text: "avatar_phash: '\(text.prefix(40))' is no 64-bit hexadecimal number")
      }
      o.avatarPHash = hash
    }
    return o
  }

  private func personaChange() throws(RefusedRecord) -> PersonaChangeObservation {
    var o = PersonaChangeObservation(
      head: head, platform: try required(.platform, "platform"), accountID: try required(.accountID, "account_id"),
      field: try required(.field, "field"))
    o.from = texts[.from]
    o.to = texts[.to]
    return o
  }

  private func outreach() throws(RefusedRecord) -> OutreachObservation {
    let from = Party(accountID: texts[.fromAccountID], handle: texts[.fromHandle])
    let to = Party(
      accountID: texts[.toAccountID], handle: texts[.toHandle], email: texts[.toEmail], employee: texts[.toEmployee])
    guard !from.isEmpty else { throw RefusedRecord(text: "from: from_account_id or from_handle is required") }
    guard !to.isEmpty else {
      throw RefusedRecord(text: "to: to_account_id, to_handle, to_email or to_employee is required")
    }
    guard let kind = try choice(.kind, "kind", OutreachObservation.Kind.self) else {
      throw RefusedRecord(text: "kind: is required")
    }
    var o = OutreachObservation(
      head: head, platform: try required(.platform, "platform"), kind: kind, from: from, to: to)
    o.text = texts[.text]
    o.links = lists[.links] ?? []
    o.outcome = try choice(.outcome, "outcome", OutreachObservation.Outcome.self)
    o.reportedBy = texts[.reportedBy]
    return o
  }

  private func process() throws(RefusedRecord) -> ProcessObservation {
    let (pid, guid) = try pidOrGUID()
    var o = ProcessObservation(
      head: head, host: try required(.host, "host"), pid: pid, guid: guid, image: try required(.image, "image"))
    o.commandLine = texts[.commandLine]
    o.cwd = texts[.cwd]
    o.user = texts[.user]
    o.logon = texts[.logon]
    let parent = ParentProcess(
      pid: try number(.parentPID, "parent_pid"), guid: texts[.parentGUID], image: texts[.parentImage],
      commandLine: texts[.parentCommandLine])
    o.parent = parent == ParentProcess() ? nil : parent
    o.end = time(.end)
    o.sha256 = texts[.sha256]?.lowercased()
    o.signer = texts[.signer]
    o.event = try choice(.event, "event", ProcessObservation.Event.self)
    return o
  }

  private func connection() throws(RefusedRecord) -> ConnectionObservation {
    let (pid, guid) = try pidOrGUID()
    let name = try required(.proto, "proto")
    guard let proto = TransportProtocol(name: name) else {
      throw RefusedRecord(text: "proto: '\(name.prefix(40))' is no transport protocol")
    }
    guard let destination = addresses[.destinationIP] else { throw RefusedRecord(text: "dest_ip: is required") }
    guard let port = try port(.destinationPort, "dest_port") else {
      throw RefusedRecord(text: "dest_port: is required")
    }
    var o = ConnectionObservation(
      head: head, host: try required(.host, "host"), pid: pid, guid: guid, proto: proto, destinationIP: destination,
      destinationPort: port)
    o.image = texts[.image]
    o.sourceIP = addresses[.sourceIP]
    o.sourcePort = try self.port(.sourcePort, "src_port")
    o.initiated = flag(.initiated)
    o.destinationName = texts[.destinationName]
    return o
  }

  private func asset() throws(RefusedRecord) -> AssetObservation {
    var o = AssetObservation(head: head, host: try required(.host, "host"))
    o.ips = ips
    o.macs = macs
    o.names = lists[.names] ?? []
    o.owner = texts[.owner]
    o.since = time(.since)
    o.until = time(.until)
    return o
  }
}
