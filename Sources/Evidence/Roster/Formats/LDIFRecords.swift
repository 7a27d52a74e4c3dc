/// The records of an LDAP Data Interchange Format text (RFC 2849): entries with their attributes.

import Pictures

/// One entry, or one change.
struct LDIFRecord {
  var line: Int
  var dn = ""
  /// Lower case.
  var changeType: String?
  /// By name in lower case, without options (`;lang-fr`); values in order.
  var attributes: [String: [String]] = [:]
  /// Values of attributes that are pictures (RFC 2798 §2.6, Active Directory), each with its line.
  var pictures: [(line: Int, bytes: [UInt8])] = []
  var problems: [(line: Int, text: String)] = []

  func first(_ names: String...) -> String? {
    for name in names { if let value = attributes[name]?.first(where: { !$0.isEmpty }) { return value } }
    return nil
  }

  func all(_ names: String...) -> [String] { names.flatMap { attributes[$0] ?? [] }.filter { !$0.isEmpty } }
}

/// Goes over the records: lines unfolded, comments left out, base64 undone.
struct LDIFRecords: Sequence, IteratorProtocol {
  private let lines: [Substring]
  private var at = 0
  private static let mostValues = 4096
  private static let pictureNames: Set<String> = ["jpegphoto", "thumbnailphoto", "photo"]

  init(_ text: String) {
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
  }

  mutating func next() -> LDIFRecord? {
    var record: LDIFRecord?
    var values = 0
    while let (text, number) = nextLine() {
      if text.isEmpty {
        if record != nil { break }
        continue
      }
      if text.hasPrefix("#") { continue }
      if record == nil, text.lowercased().hasPrefix("version:") { continue }
      if text == "-" { continue }
      var open = record ?? LDIFRecord(line: number)
      values += 1
      if values <= Self.mostValues { Self.take(text, number, into: &open) }
      record = open
    }
    return record
  }

  /// A line with those that continue it: they begin with one space (§2, note 2).
  private mutating func nextLine() -> (text: String, number: Int)? {
    guard at < lines.count else { return nil }
    let number = at + 1
    var text = String(lines[at])
    if number == 1, text.hasPrefix("\u{feff}") { text.removeFirst() }
    at += 1
    while at < lines.count, lines[at].first == " " {
      if text.utf8.count < 8 << 20 { text += lines[at].dropFirst() }
      at += 1
    }
    return (text, number)
  }

  private static func take(_ line: String, _ number: Int, into record: inout LDIFRecord) {
    guard let colon = line.firstIndex(of: ":") else {
      record.problems.append((number, "no attribute: expected NAME: VALUE"))
      return
    }
    let name = line[..<colon].prefix { $0 != ";" }.lowercased()
    var rest = line[line.index(after: colon)...]
    var value = ""
    switch rest.first {
    case ":":
      rest = rest.dropFirst().drop { $0 == " " }
      guard let bytes = base64(rest) else {
        record.problems.append((number, "\(name.prefix(64)): is not base64"))
        return
      }
      if pictureNames.contains(name) {
        if record.pictures.count < PersonPictures.most { record.pictures.append((number, bytes)) }
        return
      }
      // A picture or another value that is no text is none of a person's fields.
      guard let text = String(validating: bytes, as: UTF8.self) else { return }
      value = text
    case "<":
      record.problems.append((number, "\(name.prefix(64)): a value at a URL is not fetched"))
      return
    default: value = RosterWords.trimmed(rest)
    }
    switch name {
    case "dn": record.dn = value
    case "changetype": record.changeType = value.lowercased()
    default: record.attributes[name, default: []].append(value)
    }
  }

  /// Nil where the text is no whole base64 (RFC 4648 §4), padding included.
  private static func base64(_ text: Substring) -> [UInt8]? {
    guard text.utf8.count % 4 == 0 else { return nil }
    return text.isEmpty ? [] : PictureText.base64(text.utf8)
  }
}
