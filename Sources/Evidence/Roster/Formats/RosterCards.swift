/// People from vCards, versions 3 and 4 (RFC 2426, RFC 6350); what version 2.1 adds to them is read too.

import Pictures

enum RosterCards {
  static func read(_ text: String) throws(RosterError) -> RosterReading {
    var collector = PersonCollector(.vcard)
    var lines = CardLines(text)
    var card: Card?
    var cards = 0
    while let line = lines.next() {
      guard let property = CardProperty(line.text) else {
        if card != nil, !line.text.allSatisfy(\.isWhitespace) {
          collector.note(line.number, "no property: expected NAME:VALUE")
        }
        continue
      }
      switch (property.name, property.value.uppercased()) {
      case ("BEGIN", "VCARD"):
        if let open = card { collector.note(open.line, "a card without END:VCARD") }
        card = Card(line: line.number)
        cards += 1
      case ("END", "VCARD"):
        guard let done = card else { continue }
        card = nil
        done.finish(into: &collector)
      default: card?.take(property, line.number, &collector)
      }
    }
    if let open = card { collector.note(open.line, "a card without END:VCARD") }
    guard cards > 0 else { throw RosterError(line: 0, text: "no vCard: expected BEGIN:VCARD") }
    return collector.finished()
  }

  /// One card as it is being read.
  private struct Card {
    let line: Int
    var person = Person(id: "", name: "")
    private var structured = ""
    private var kind = "individual"
    private var role: String?

    init(line: Int) { self.line = line }

    mutating func take(_ property: CardProperty, _ line: Int, _ collector: inout PersonCollector) {
      switch property.name {
      case "UID" where person.id.isEmpty: person.id = property.text
      // What personnel systems export beside it names the person better than an address book's own id.
      case "X-EMPLOYEE-ID", "X-EMPLOYEEID", "X-EMPLOYEE-NUMBER": person.id = property.text
      case "FN" where person.name.isEmpty: person.name = property.text
      case "FN": person.aliases.append(property.text)
      case "N":
        // Family; given; additional; prefix; suffix (RFC 6350 §6.2.2).
        let parts = property.components(separator: ";")
        structured = [1, 2, 0].compactMap { $0 < parts.count && !parts[$0].isEmpty ? parts[$0] : nil }
          .joined(separator: " ")
      case "NICKNAME": person.aliases += property.components(separator: ",")
      case "EMAIL":
        person.emails.append(property.text.hasPrefix("mailto:") ? String(property.text.dropFirst(7)) : property.text)
      case "TITLE" where person.title == nil: person.title = property.text
      case "ROLE" where role == nil: role = property.text
      case "ORG":
        // The organisation, then its units (§6.6.4): the innermost one is the department.
        let parts = property.components(separator: ";")
        if parts.count > 1, let unit = parts.last(where: { !$0.isEmpty }) { person.department = unit }
      case "KIND", "X-ADDRESSBOOKSERVER-KIND": kind = property.text.lowercased()
      case "PHOTO":
        collector.picture(of: &person, line: line) { () throws(PictureProblem) in try RosterWords.picture(property.text)
        }
      case "SOCIALPROFILE", "X-SOCIALPROFILE", "IMPP", "X-TWITTER", "X-LINKEDIN", "URL": account(property)
      default: break
      }
    }

    /// A profile under the platform that a parameter names (RFC 9554 §4.9), or the link's host.
    private mutating func account(_ property: CardProperty) {
      let said =
        property.parameter("SERVICE-TYPE") ?? property.parameter("X-SERVICE-TYPE")
        ?? (property.name == "X-TWITTER" ? "twitter" : property.name == "X-LINKEDIN" ? "linkedin" : nil)
        ?? (property.name == "X-SOCIALPROFILE" ? property.parameter("TYPE") : nil)
      let value = property.text
      let host = value.firstRange(of: "://").map { value[$0.upperBound...].prefix { $0 != "/" }.lowercased() } ?? ""
      let found = RosterWords.platforms.first { host == "\($0).com" || host.hasSuffix(".\($0).com") }
      guard let platform = said.map({ RosterWords.platform($0) }) ?? found.map({ RosterWords.platform($0) }),
        RosterWords.platforms.contains(platform),
        let account = RosterWords.account(platform: platform, value)
      else { return }
      if !person.accounts.contains(account) { person.accounts.append(account) }
    }

    func finish(into collector: inout PersonCollector) {
      guard ["individual", ""].contains(kind) else { return collector.skip(kind) }
      var person = person
      if person.title == nil { person.title = role }
      if person.name.isEmpty {
        person.name = structured
      } else if !structured.isEmpty {
        person.aliases.append(structured)
      }
      // An address book's UUID says nothing to a person: the e-mail address does.
      if person.id.hasPrefix("urn:uuid:"), let email = person.emails.first { person.id = email.lowercased() }
      collector.add(person, [], line: line)
    }
  }
}

/// The content lines of a card, unfolded (RFC 6350 §3.2), each with the number of its first line.
struct CardLines {
  private let lines: [Substring]
  private var at = 0
  /// A photo may be long; a line without end is not kept.
  private static let longest = 8 << 20

  init(_ text: String) {
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
  }

  mutating func next() -> (text: String, number: Int)? {
    guard at < lines.count else { return nil }
    let number = at + 1
    var text = String(lines[at])
    if number == 1, text.hasPrefix("\u{feff}") { text.removeFirst() }
    at += 1
    while at < lines.count {
      let line = lines[at]
      if line.first == " " || line.first == "\t" {
        if text.utf8.count < Self.longest { text += line.dropFirst() }
      } else if text.hasSuffix("="), text.uppercased().contains("QUOTED-PRINTABLE") {
        // Version 2.1 breaks lines as quoted-printable does.
        if text.utf8.count < Self.longest {
          text.removeLast()
          text += line
        }
      } else {
        break
      }
      at += 1
    }
    return (text, number)
  }
}

/// A property: `group.NAME;PARAM=VALUE;…:VALUE`.
struct CardProperty {
  /// Upper case, without its group.
  let name: String
  /// As written.
  let value: String
  private let parameters: [(name: String, value: String)]

  init?(_ line: String) {
    var parts: [String] = []
    var part = ""
    var isQuoted = false
    var rest: Substring?
    var at = line.startIndex
    while at < line.endIndex {
      let character = line[at]
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, character == ":" {
        rest = line[line.index(after: at)...]
        break
      }
      if !isQuoted, character == ";" {
        parts.append(part)
        part = ""
      } else if character != "\"" {
        part.append(character)
      }
      // A name with its parameters is short; what goes on and on is no property.
      guard parts.count < 64, part.utf8.count < 4096 else { return nil }
      at = line.index(after: at)
    }
    guard let rest else { return nil }
    parts.append(part)
    let full = parts[0].split(separator: ".").last.map(String.init) ?? ""
    guard !full.isEmpty,
      full.utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a || $0 &- 0x30 <= 9 || $0 == 0x2d })
    else { return nil }
    name = full.uppercased()
    parameters = parts.dropFirst().map { item in
      let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      // Version 2.1 writes `HOME` where later ones write `TYPE=HOME`.
      return halves.count == 2 ? (halves[0].uppercased(), String(halves[1])) : ("TYPE", item)
    }
    let isQuotedPrintable = parameters.contains { $0.value.uppercased() == "QUOTED-PRINTABLE" }
    value = isQuotedPrintable ? Self.quotedPrintable(rest) : String(rest)
  }

  func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// The value with its escapes undone (§3.4).
  var text: String { RosterWords.trimmed(Self.unescaped(value)) }

  /// The parts between separators that are not escaped.
  func components(separator: Character) -> [String] {
    var out: [String] = []
    var part = ""
    var isEscaped = false
    for character in value {
      if !isEscaped, character == separator {
        out.append(part)
        part = ""
      } else {
        part.append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    out.append(part)
    return out.prefix(256).map { RosterWords.trimmed(Self.unescaped($0)) }
  }

  private static func unescaped(_ text: String) -> String {
    guard text.contains("\\") else { return text }
    var out = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        out.append(character == "n" || character == "N" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        out.append(character)
      }
    }
    return out
  }

  private static func quotedPrintable(_ text: Substring) -> String {
    var out: [UInt8] = []
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      if bytes[at] == 0x3d, at + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
      {
        out.append(value)
        at += 3
      } else {
        out.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
