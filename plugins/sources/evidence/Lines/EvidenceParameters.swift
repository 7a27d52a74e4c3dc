/// How a table's columns become the fields of evidence: the parameters of the source.

import CSV
import JSON
import PersonaRecords
import PluginSupport

struct EvidenceParameters {
  enum Format: String, CaseIterable { case jsonl, csv }

  var format: Format?
  /// Which field a column goes to, by the column's folded name.
  var renames: [String: String] = [:]
  /// Fields that every record has, by name.
  var constants: [(name: String, value: String)] = []
  var separator: UInt8?
  /// What stands between the elements of a list within a cell.
  var listSeparators: [Character] = [";", "|", "\n"]
  var dateOrder: WrittenTime.Order?
  /// Seconds east of UTC, for times that name no zone.
  var zone: Int64 = 0
  var charset = "utf-8"

  /// Something is said of tables.
  var namesTable: Bool {
    format == .csv || !renames.isEmpty || !constants.isEmpty || separator != nil || dateOrder != nil || zone != 0
  }

  static let own = ["format", "map", "separator", "list", "dates", "zone", "charset"]

  /// Every field's name is a parameter too: a constant.
  static let fields: [String] = {
    var seen: Set<String> = []
    let all = RecordShape.all.flatMap { $0.shape.columns.map(\.name) }
    return (["type", "time", "id"] + all).filter { seen.insert($0).inserted }
  }()

  static let schema = """
    {"type":"object","properties":{"format":{"enum":["jsonl","csv"],"description":"Else the first byte tells."},\
    "map":{"description":"Which field a column goes to: {\\"Name\\":\\"display_name\\"}, or Name=display_name;Firm=employer."},\
    "separator":{"type":"string","description":"Between cells; else the first line tells: , ; or tab."},\
    "list":{"type":"string","description":"Between the elements of a list in a cell.","default":";|"},\
    "dates":{"enum":["dmy","mdy"],"description":"How 1/9/2026 is meant."},\
    "zone":{"type":"string","description":"Of times without one: +02:00.","default":"+00:00"},\
    "charset":{"type":"string","default":"utf-8"}},\
    "additionalProperties":{"description":"The value of a field of every record: platform, type, host, \\u2026"}}
    """

  init(_ text: UnsafeRawBufferPointer) throws(SourceFailure) {
    let given = try SourceParameters(text, known: Self.own + Self.fields)
    if let word = try given.text("format") {
      guard let known = Format(rawValue: word) else {
        throw SourceFailure("parameter `format`: '\(word)'; known are jsonl, csv")
      }
      format = known
    }
    for (column, field) in try Self.map(given["map"]) {
      guard Self.fields.contains(field) || field == "extra" || field.isEmpty else {
        throw SourceFailure(
          "parameter `map`: no field is called `\(field)`; write COLUMN=FIELD, or COLUMN= to leave it out")
      }
      renames[CSVHeader.folded(column)] = field
    }
    for name in Self.fields {
      guard let value = given[name] else { continue }
      guard let text = value.string ?? value.int64.map({ String($0) }) ?? value.bool.map({ String($0) }) else {
        throw SourceFailure("parameter `\(name)`: expected text, a number, true or false")
      }
      constants.append((name, text))
    }
    if let text = try given.text("separator") {
      let words = ["tab": "\t", "comma": ",", "semicolon": ";"]
      let sign = words[text] ?? text
      guard sign.utf8.count == 1, let byte = sign.utf8.first, byte != 0x22, byte != 0x0a else {
        throw SourceFailure("parameter `separator`: expected one character, or tab, comma, semicolon")
      }
      separator = byte
    }
    if let text = try given.text("list") { listSeparators = Array(text) }
    if let text = try given.text("dates") {
      guard let order = WrittenTime.Order(rawValue: text) else {
        throw SourceFailure("parameter `dates`: '\(text)'; known are dmy, mdy")
      }
      dateOrder = order
    }
    if let text = try given.text("zone") {
      // A time in that zone, seen as one in UTC, is off by the zone.
      guard let time = EventTime("1970-01-02T00:00:00\(text)"), time.hasZone else {
        throw SourceFailure("parameter `zone`: expected +02:00, -05:00 or Z")
      }
      zone = 86_400 - time.nanoseconds / 1_000_000_000
    }
    if let text = try given.text("charset") {
      guard Charset.isKnown(text) else { throw SourceFailure("parameter `charset`: nobody knows '\(text)'") }
      charset = text
    }
  }

  private static func map(_ value: JSONValue?) throws(SourceFailure) -> [(String, String)] {
    guard let value else { return [] }
    let failure = SourceFailure("parameter `map`: expected COLUMN=FIELD;COLUMN=FIELD, or an object")
    if let members = value.members {
      var out: [(String, String)] = []
      for (name, field) in members {
        guard let field = field.string else { throw failure }
        out.append((name, field))
      }
      return out
    }
    guard let text = value.string else { throw failure }
    var out: [(String, String)] = []
    for item in text.split(separator: ";") {
      guard let equals = item.lastIndex(of: "="), equals > item.startIndex else { throw failure }
      out.append((String(item[..<equals]), String(item[item.index(after: equals)...])))
    }
    return out
  }
}

/// A column's place in a record: a member, or a member of an object within it.
struct EvidenceColumn {
  /// `platform`, `from_account_id`.
  let name: String
  let outer: String?
  let member: Member
}

extension RecordShape {
  /// The members as columns of a table have them, those of an inner object with its name in front.
  var columns: [EvidenceColumn] {
    members.flatMap { member -> [EvidenceColumn] in
      guard case .object = member.form else {
        return [EvidenceColumn(name: member.name, outer: nil, member: member)]
      }
      return member.inner.map { EvidenceColumn(name: "\(member.name)_\($0.name)", outer: member.name, member: $0) }
    }
  }
}
