/// Reads evidence from a table (CSV): each row is made into the JSON record that it stands for, and checked as that.

import CSV
import JSON
import PersonaRecords
import PluginSupport

/// A row waits as the text of its record, so that the checks are the same as those of JSON Lines.
private struct EvidenceRow: SourceOutput {
  let json: [UInt8]
  let place: Place
  let interpreter: EvidenceInterpreter

  func put(into sink: RecordSink) { json.withUnsafeBytes { interpreter.line($0, at: place, into: sink) } }
}

final class EvidenceTable: DocumentInterpreter {
  private let parameters: EvidenceParameters
  private var reader: CSVReader
  private var header: CSVHeader?
  private let interpreter = EvidenceInterpreter()
  /// Column by column, for each type of record that came.
  private var plans: [String: [Target]] = [:]

  /// Where a column's cell goes.
  private enum Target {
    case field(EvidenceColumn)
    case type, time, id
    /// A field of no record of this type is kept in `extra`, under the column's name.
    case extra(String)
    case nowhere
  }

  init(_ parameters: EvidenceParameters) {
    self.parameters = parameters
    reader = CSVReader(separator: parameters.separator)
  }

  func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    reader.take(bytes) { take($0, into: &queue) }
  }

  func begin(_ pictures: SourcePictures) { interpreter.begin(pictures) }
  var skipped: [(kind: String, count: UInt64)] { interpreter.skipped }
  func takeWarning() -> String? { interpreter.takeWarning() }

  func end(at place: Place, into queue: inout OutputQueue) {
    reader.end { take($0, into: &queue) }
    if header == nil { queue.reject(place, "the table is empty: its first line has to name the columns") }
  }

  private func take(_ event: CSVReader.Event, into queue: inout OutputQueue) {
    switch event {
    case .broken(let place, let reason): queue.reject(Place(place), "bad CSV: \(reason)")
    case .record(let cells, let at):
      let place = Place(at)
      var texts: [String] = []
      for (index, cell) in cells.enumerated() {
        guard let (text, isWhole) = Charset.decode(cell, parameters.charset), isWhole else {
          let remedy = "say charset=windows-1252, or save the table as UTF-8"
          return queue.reject(place, "column \(index + 1) is not \(parameters.charset): \(remedy)")
        }
        texts.append(text)
      }
      guard let header else {
        header = CSVHeader(texts)
        return
      }
      guard texts.count <= header.names.count else {
        return queue.reject(place, "\(texts.count) cells, but the first line names \(header.names.count) columns")
      }
      row(texts, header, place, into: &queue)
    }
  }

  private func row(_ cells: [String], _ header: CSVHeader, _ place: Place, into queue: inout OutputQueue) {
    guard let type = type(of: cells, header) else {
      return queue.reject(
        place, "no column `type`, and no parameter: say type=persona or type=outreach, or another record")
    }
    guard let shape = RecordShape.all.first(where: { $0.type == type })?.shape else {
      return queue.reject(place, "field `type`: expected \(RecordShape.names), found text `\(type.prefix(40))`")
    }
    let targets = plan(type, shape, header)
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.member("type", type)
    var objects: [(name: String, members: [(EvidenceColumn, String)])] = []
    var extra: [(String, String)] = []
    var given: Set<String> = []
    func put(_ target: Target, _ text: String) -> String? {
      switch target {
      case .type, .nowhere: return nil
      case .extra(let name): extra.append((name, text))
      case .id: writer.member("id", text)
      case .time:
        guard let time = time(text) else { return Self.expected("time", "a time", text) }
        writer.member("time", time)
      case .field(let column):
        // The first of two columns for a field counts; a constant fills what is empty.
        guard given.insert(column.name).inserted else { return nil }
        if let outer = column.outer {
          if let index = objects.firstIndex(where: { $0.name == outer }) {
            objects[index].members.append((column, text))
          } else {
            objects.append((outer, [(column, text)]))
          }
        } else {
          writer.key(column.member.name)
          return value(text, column, to: &writer)
        }
      }
      return nil
    }
    var hasTime = false
    for (target, cell) in zip(targets, cells) where !cell.allSatisfy(\.isWhitespace) {
      if case .time = target {
        if hasTime { continue }
        hasTime = true
      }
      if let reason = put(target, cell.trimmed) { return queue.reject(place, reason) }
    }
    for (name, constant) in parameters.constants where !(name == "time" && hasTime) {
      let target = Self.target(CSVHeader.folded(name), shape) ?? .nowhere
      if let reason = put(target, constant) { return queue.reject(place, reason) }
    }
    for (name, members) in objects {
      writer.key(name)
      writer.beginObject()
      for (column, text) in members {
        writer.key(column.member.name)
        if let reason = value(text, column, to: &writer) { return queue.reject(place, reason) }
      }
      writer.endObject()
    }
    if !extra.isEmpty {
      writer.key("extra")
      writer.beginObject()
      for (name, text) in extra { writer.member(name, text) }
      writer.endObject()
    }
    writer.endObject()
    queue.add(EvidenceRow(json: writer.bytes, place: place, interpreter: interpreter))
  }

  /// The column's word, or the constant, or what the columns can only be.
  private func type(of cells: [String], _ header: CSVHeader) -> String? {
    for (name, cell) in zip(header.names, cells) where field(of: name) == "type" {
      let word = CSVHeader.folded(cell)
      if !word.isEmpty { return word }
    }
    if let constant = parameters.constants.first(where: { $0.name == "type" }) { return constant.value }
    let fields = Set(header.names.map { field(of: $0) } + parameters.constants.map(\.name))
    if fields.contains("kind"), !fields.isDisjoint(with: ["from_account_id", "from_handle"]) { return "outreach" }
    if fields.isSuperset(of: ["account_id", "display_name"]) { return "persona" }
    return nil
  }

  private func field(of column: String) -> String {
    let folded = CSVHeader.folded(column)
    return parameters.renames[folded] ?? folded
  }

  private func plan(_ type: String, _ shape: RecordShape, _ header: CSVHeader) -> [Target] {
    if let plan = plans[type] { return plan }
    var names: Set<String> = []
    let plan = header.names.map { name -> Target in
      let field = field(of: name)
      if field.isEmpty { return .nowhere }
      if let target = Self.target(field, shape) { return target }
      return names.insert(name).inserted ? .extra(name) : .nowhere
    }
    plans[type] = plan
    return plan
  }

  private static func target(_ field: String, _ shape: RecordShape) -> Target? {
    switch field {
    case "type": .type
    case "time": .time
    case "id": .id
    default: shape.columns.first { $0.name == field }.map { .field($0) }
    }
  }

  // MARK: Cells

  /// Writes a cell as the value that its field takes; the reason where it is none.
  private func value(_ text: String, _ column: EvidenceColumn, to writer: inout JSONWriter) -> String? {
    switch column.member.form {
    case .number:
      guard let number = Digits.number(text.filter { $0 != " " && $0 != "\u{a0}" && $0 != "\u{202f}" }) else {
        return Self.expected(column.name, "a whole number", text)
      }
      writer.int(number)
    case .flag:
      guard let flag = Self.flag(text) else { return Self.expected(column.name, "true or false", text) }
      writer.bool(flag)
    case .time:
      guard let time = time(text) else { return Self.expected(column.name, "a time", text) }
      writer.string(time)
    case .oneOf: writer.string(CSVHeader.folded(text))
    case .listOfText, .listOfAddresses, .listOfMACs:
      writer.beginArray()
      for element in text.split(whereSeparator: { parameters.listSeparators.contains($0) }) {
        let element = String(element).trimmed
        if !element.isEmpty { writer.string(element) }
      }
      writer.endArray()
    case .text, .address, .digest, .picture, .pictureFile, .object: writer.string(text)
    }
    return nil
  }

  private func time(_ text: String) -> String? {
    WrittenTime.read(text, order: parameters.dateOrder, zone: parameters.zone)?.rfc3339
  }

  private static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "y", "1", "t": true
    case "false", "no", "n", "0", "f": false
    default: nil
    }
  }

  private static func expected(_ field: String, _ form: String, _ text: String) -> String {
    "field `\(field)`: expected \(form), found text `\(text.prefix(40))\(text.count > 40 ? "…" : "")`"
  }

  // MARK: Looking

  /// A table whose first line has the names of enough fields, under their own names.
  static func sniff(_ start: UnsafeRawBufferPointer, _ name: String) -> UInt32 {
    guard let first = start.firstVisible, first != UInt8(ascii: "{"), first != UInt8(ascii: "["),
      let line = wholeLines(of: start, limit: 1).first, line.count <= 16_384
    else { return 0 }
    var reader = CSVReader()
    var names: [String] = []
    func take(_ event: CSVReader.Event) {
      if case .record(let cells, _) = event {
        names = cells.map { CSVHeader.folded(String(decoding: $0, as: UTF8.self)) }
      }
    }
    reader.take(line, take)
    reader.end(take)
    let known = Set(names).intersection(EvidenceParameters.fields)
    guard names.count > 1, !known.isDisjoint(with: ["time", "type"]) else { return 0 }
    if known.isSuperset(of: ["type", "time"]) { return 90 }
    if known.isSuperset(of: ["account_id", "display_name"]) || known.contains("kind") { return 80 }
    return known.count >= 3 ? 40 : 0
  }
}

extension Place {
  init(_ place: CSVPlace) { self.init(line: place.line, offset: place.offset) }
}

extension String {
  /// Without white space at its ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
