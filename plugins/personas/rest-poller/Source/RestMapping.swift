/// What is made of an element of a service's list: records, field by field.

import JSON
import PersonaRecords
import PluginSupport
import Polling

/// One kind of record that the elements make.
struct RestMapping: Sendable {
  struct Source: Sendable {
    var path: RestPath?
    var constant: String?
    /// What the service's words mean in ours.
    var words: [String: String] = [:]
    var isHTML = false
  }

  let record: EvidenceRecord
  private let time: RestPath?
  private let timeFormat: RestTimeFormat
  private var fields: [(field: EvidenceField, source: Source)] = []
  /// Members of an element that must have these values.
  private var conditions: [(path: RestPath, values: [String])] = []

  /// Counts change all the time: they make no new snapshot.
  private static let counts: Set<EvidenceField> = [.followers, .following, .posts]

  /// - Parameter format: how the service writes times.
  init(_ value: JSONValue, place: String, format: RestTimeFormat) throws(SourceFailure) {
    var parameters = try Parameters(value, place: place)
    let type = try parameters.required("type")
    guard let record = EvidenceRecord.allCases.first(where: { $0.name == type }) else {
      let known = EvidenceRecord.allCases.map(\.name).joined(separator: ", ")
      throw SourceFailure("parameter \(place).type: '\(type.oneLine(most: 40))'; known are \(known)")
    }
    self.record = record
    timeFormat = format
    time = try parameters.text("time").map { path throws(SourceFailure) in try Self.path(path, "\(place).time") }
    func field(_ name: String) throws(SourceFailure) -> EvidenceField {
      guard let field = record.fields.first(where: { $0.name == name }), field != .id, field != .extra else {
        throw SourceFailure("parameter \(place): a \(record.name) has no field '\(name.oneLine(most: 40))'")
      }
      return field
    }
    func text(_ value: JSONValue, _ name: String) throws(SourceFailure) -> String {
      guard let text = value.scalarText else { throw SourceFailure("parameter \(place).\(name): expected text") }
      return text
    }
    for (name, path) in try parameters.mapping("fields") {
      let path = try Self.path(try text(path, name), "\(place).fields.\(name)")
      fields.append((try field(name), Source(path: path)))
    }
    for (name, value) in try parameters.mapping("constants") {
      fields.append((try field(name), Source(constant: try text(value, name))))
    }
    for (name, words) in try parameters.mapping("values") {
      let wanted = try field(name)
      guard let at = fields.firstIndex(where: { $0.field == wanted }), let members = words.members else {
        throw SourceFailure("parameter \(place).values.\(name): expected an object for a mapped field")
      }
      for (theirs, ours) in members { fields[at].source.words[theirs] = try text(ours, name) }
    }
    for name in try parameters.texts("html") {
      let wanted = try field(name)
      guard let at = fields.firstIndex(where: { $0.field == wanted }) else {
        throw SourceFailure("parameter \(place).html: \(name) is not mapped")
      }
      fields[at].source.isHTML = true
    }
    for (path, value) in try parameters.mapping("when") {
      let values = try (value.elements ?? [value]).map { value throws(SourceFailure) in try text(value, "when") }
      conditions.append((try Self.path(path, "\(place).when"), values))
    }
    try parameters.finish()
    guard time != nil || record == .persona || record == .outreach || record == .asset else {
      throw SourceFailure("parameter \(place).time is missing: a \(record.name) needs its moment")
    }
  }

  private static func path(_ text: String, _ place: String) throws(SourceFailure) -> RestPath {
    guard let path = RestPath(text) else {
      throw SourceFailure("parameter \(place): '\(text.oneLine(most: 60))' is no path")
    }
    return path
  }

  /// The record of an element; nil where the mapping is not for it.
  /// - Parameters:
  ///   - key: what the service knows the element by, nil where that is not said.
  ///   - namespace: what keeps the ids of two sources apart.
  func output(
    of element: JSONValue, key: String?, namespace: String, _ place: FeedPlace, now: Int64
  ) -> (any SourceOutput)? {
    for (path, values) in conditions {
      guard let value = path.value(in: element)?.scalarText, values.contains(value) else { return nil }
    }
    var moment = now
    if let time {
      guard let value = time.value(in: element) else { return refused(key, "has no time") }
      guard let read = timeFormat.read(value) else {
        return refused(key, "\(value.description.oneLine(most: 60)) is no time of the format")
      }
      moment = read
    }
    var out = RestRecord(record: record, time: moment)
    var identity = [namespace, record.name]
    for (field, source) in fields {
      let values = source.path?.values(in: element) ?? [.string(source.constant ?? "")]
      let flat = field.isList ? values.flatMap { $0.elements ?? [$0] } : Array(values.prefix(1))
      for value in flat {
        guard let read = read(value, field, source) else {
          return refused(key, "\(field.name): \(value.description.oneLine(most: 60)) is none")
        }
        out.values.append((field, read))
        if !Self.counts.contains(field) { identity.append("\(field.name)=\(read.text)") }
      }
    }
    let isSnapshot = record == .persona || record == .asset
    if let key, !isSnapshot {
      identity = [namespace, record.name, key]
    } else if time != nil {
      identity.append("time \(moment)")
    } else if isSnapshot {
      identity.append("day \(place.day)")
    }
    out.id = StableID.of("rest", identity)
    return out
  }

  private func refused(_ key: String?, _ reason: String) -> Rejection {
    Rejection(Place(line: 0, offset: .max), "element \((key ?? "without a key").oneLine(most: 60)): \(reason)")
  }

  private func read(_ value: JSONValue, _ field: EvidenceField, _ source: Source) -> RestRecord.Value? {
    switch field.type {
    case .time: return timeFormat.read(value).map { .time($0) }
    case .flag:
      switch value.scalarText?.lowercased() {
      case "true", "1", "yes": return .flag(true)
      case "false", "0", "no": return .flag(false)
      default: return nil
      }
    case .unsigned: return (value.uint64 ?? value.string.flatMap { UInt64($0) }).map { .unsigned($0) }
    case .address: return value.string.flatMap { AddressBytes($0) }.map { .address($0) }
    case .mac:
      guard var text = value.string else { return nil }
      return text.withUTF8 { macBytes(UnsafeRawBufferPointer($0)) }.map { .mac($0) }
    case .text:
      guard let text = value.scalarText else { return nil }
      let meant = source.words[text] ?? text
      return .text(source.isHTML ? HTMLText(meant).text : meant)
    }
  }
}

/// A record of any kind, field by field.
struct RestRecord: SourceOutput {
  enum Value {
    case text(String)
    case unsigned(UInt64)
    case flag(Bool)
    case time(Int64)
    case address(AddressBytes)
    case mac([UInt8])

    /// What makes it another value.
    var text: String {
      switch self {
      case .text(let text): text
      case .unsigned(let number): "\(number)"
      case .flag(let flag): "\(flag)"
      case .time(let time): "\(time)"
      case .address(let address): address.description
      case .mac(let bytes): "\(bytes)"
      }
    }
  }

  var record: EvidenceRecord
  var time: Int64
  var id = ""
  var values: [(EvidenceField, Value)] = []

  func put(into sink: RecordSink) {
    sink.begin(record, at: time)
    for (field, value) in values {
      switch value {
      // What a field can be is bounded by the answer's size; a call has room for 8 MiB.
      case .text(let text): sink.text(field, text.utf8.count <= 256 << 10 ? text : String(text.prefix(64 << 10)))
      case .unsigned(let number): sink.unsigned(field, number)
      case .flag(let flag): sink.flag(field, flag)
      case .time(let time): sink.time(field, time)
      case .address(let address): sink.address(field, address)
      case .mac(let bytes): sink.mac(field, bytes)
      }
    }
    sink.text(.id, id)
    sink.end()
  }
}
