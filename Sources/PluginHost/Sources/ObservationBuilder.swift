/// Builds observations from the log of a source's sink.

import Evidence
import JSON
import VedettePluginABI

/// Why a record that a plugin ended is no observation.
struct RefusedRecord: Error {
  var text: String
}

/// Reads the records of one source plugin. Its targets tell for each declared field where its value goes.
struct ObservationBuilder {
  private let records: ShapeTable
  private let source: String
  /// By record id: what it is, nil for a record that is no observation; and by field id: where a value goes, 0 into `extra`.
  private var kinds: [ObservationKind?] = []
  private var targets: [[UInt8]] = []
  private let reader = JSONReader()
  /// The fields of the record at hand.
  private var values = FlatRecord()

  init(records: ShapeTable, source: String) {
    self.records = records
    self.source = source
    for shape in records.shapes {
      let kind = shape.flatMap { ObservationKind(rawValue: $0.name) }
      kinds.append(kind)
      var byField = [UInt8](repeating: 0, count: Int(shape?.fields.map(\.id).max() ?? 0) + 1)
      if let shape, let kind {
        let known = WellKnownRecords.fields(of: kind)
        for field in shape.fields {
          byField[Int(field.id)] = known.first { $0.name == field.name }?.target.rawValue ?? 0
        }
      }
      targets.append(byField)
    }
  }

  /// The observation at log entries `begin`…`end`, with its id.
  mutating func observation(
    _ begin: Int, _ end: Int, in state: UnsafeMutablePointer<SinkState>
  ) throws(RefusedRecord) -> Observation {
    let head = state.pointee.entry(begin)
    guard let kind = kinds[Int(head.id)] else {
      throw RefusedRecord(text: "a record of type \(records.shapes[Int(head.id)]?.name ?? "?"), which no source emits")
    }
    let time = Int64(bitPattern: head.value)
    guard time != VDT_TIME_UNKNOWN else { throw RefusedRecord(text: "\(kind.rawValue): time is required") }
    values.removeAll()
    let targets = self.targets[Int(head.id)]
    var at = begin + 1
    while at < end {
      let entry = state.pointee.entry(at)
      if let target = EvidenceField(rawValue: targets[Int(entry.id)]) {
        try values.take(entry, target, in: state)
      } else if let shape = records.shapes[Int(head.id)] {
        let field = shape.fields[Int(records.positions[Int(head.id)][Int(entry.id)])]
        values.others.append((field.name, RecordReader.value(entry, in: state)))
      }
      at += 1
    }
    values.head = ObservationHead(
      id: values.id, time: Timestamp(nanoseconds: time), source: source, extra: try extra(values))
    var observation = try values.observation(kind)
    if observation.head.id.isEmpty { observation.head.id = observation.canonicalID(using: reader) }
    return observation
  }

  /// The text of the extra object, in one line; fields that this host has no name for are added to it.
  private func extra(_ values: FlatRecord) throws(RefusedRecord) -> String {
    guard !values.extra.isEmpty || !values.others.isEmpty else { return "" }
    var members: [(String, JSONValue)] = []
    var w = JSONWriter()
    w.beginObject()
    if !values.extra.isEmpty {
      guard let node = try? reader.parse(values.extra), node.kind == .object else {
        throw RefusedRecord(text: "extra: expected the text of a JSON object")
      }
      for member in node.members {
        w.key(member.key)
        w.value(member.value)
        members.append((member.key, .null))
      }
    }
    for (name, value) in values.others where !members.contains(where: { $0.0 == name }) {
      w.key(name)
      w.value(json(value))
    }
    w.endObject()
    return w.text
  }

  private func json(_ value: FieldValue) -> JSONValue {
    switch value {
    case .u64(let v): .uint(v)
    case .i64(let v): .int(v)
    case .f64(let v): .double(v)
    case .flag(let v): .bool(v)
    case .text(let v): .string(v)
    case .bytes(let v): .string(HexText.encode(v))
    case .ip(let v): .string(v.description)
    case .mac(let v): .string(v.description)
    case .time(let v): .string(v.rfc3339)
    case .list(let v): .array(v.map(json))
    }
  }
}
