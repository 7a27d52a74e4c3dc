/// What was read of a roster's file, in whatever format.

import Pictures

/// The formats that people are exported in.
public enum RosterFormat: String, CaseIterable, Sendable {
  /// Ours, JSON included (interfaces.md, "Roster").
  case yaml
  /// RFC 4180, with a first line of names.
  case csv
  /// Versions 3 and 4 (RFC 2426, RFC 6350).
  case vcard
  /// RFC 2849, with the attributes of inetOrgPerson and Active Directory.
  case ldif
  /// System for Cross-domain Identity Management 2.0 (RFC 7643), as JSON.
  case scim

  /// The format of a text, by its first lines; the file's name decides only where they do not.
  public init(sniffing text: String, name: String = "") {
    let start = text.utf8.prefix(16_384)
    let lines = String(decoding: start, as: UTF8.self).split(maxSplits: 64, whereSeparator: \.isNewline)
      .map { $0.drop { $0.isWhitespace || $0 == "\u{feff}" } }
    let first = lines.first { !$0.isEmpty && !$0.hasPrefix("#") } ?? ""
    let folded = first.lowercased()
    let ending = name.lowercased().split(separator: ".").last.map(String.init) ?? ""
    if folded.hasPrefix("begin:vcard") {
      self = .vcard
    } else if folded.hasPrefix("version: 1") || folded.hasPrefix("version:1") || folded.hasPrefix("dn:") {
      self = .ldif
    } else if first.hasPrefix("{") || first.hasPrefix("[") {
      self = lines.contains { $0.contains("urn:ietf:params:scim:") } ? .scim : .yaml
    } else if ending == "csv" || ending == "tsv" || RosterTable.isHeader(String(first)) {
      self = .csv
    } else if ending == "vcf" {
      self = .vcard
    } else if ending == "ldif" {
      self = .ldif
    } else {
      self = .yaml
    }
  }
}

/// A roster with what an import has to know beyond it: what was said, and not just left at its default.
public struct RosterReading: Sendable {
  /// What an entry said of a person.
  public struct Given: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let active = Given(rawValue: 1)
    public static let sensitivity = Given(rawValue: 2)
  }

  /// The parts of a roster that the text had.
  public enum Section: Sendable { case organisation, people, assets, relations }

  public var format: RosterFormat
  public var roster = Roster()
  /// By person id. Who is missing said neither.
  public var given: [String: Given] = [:]
  public var sections: Set<Section> = [.people]
  public var problems: [RosterError] = []
  /// Entries that are no people (groups, computers), by kind: no problem, but said.
  public var skipped: [String: Int] = [:]

  public init(format: RosterFormat) { self.format = format }
}

extension Roster {
  /// Reads a roster in any of the formats; nil finds out which. Entries that cannot be used are left out and told of in
  /// `problems`; the rest goes on.
  /// - Throws: when the text as a whole is not of the format, or larger than `maximumBytes`.
  public static func read(
    _ text: String, format: RosterFormat?, name: String = ""
  ) throws(RosterError) -> RosterReading {
    guard text.utf8.count <= maximumBytes else {
      throw RosterError(line: 0, text: "the roster has \(text.utf8.count) bytes, the limit is \(maximumBytes)")
    }
    switch format ?? RosterFormat(sniffing: text, name: name) {
    case .yaml: return try readYAML(text)
    case .csv: return try RosterTable.read(text)
    case .vcard: return try RosterCards.read(text)
    case .ldif: return try RosterDirectory.read(text)
    case .scim: return try RosterUsers.read(text)
    }
  }
}

/// Collects the people of an import.
struct PersonCollector {
  private var reading: RosterReading
  /// Pictures that are left out, by why: how many, and the line of the first.
  private var pictures: [(words: String, count: Int, line: Int)] = []
  private var budget = PictureBudget(pixels: Roster.mostPicturePixels)
  private var seen: Set<String> = []
  /// A hostile text is not echoed without bound.
  private static let mostProblems = 1000

  init(_ format: RosterFormat) { reading = RosterReading(format: format) }

  mutating func note(_ line: Int, _ text: String) {
    if reading.problems.count < Self.mostProblems { reading.problems.append(RosterError(line: line, text: text)) }
  }

  /// Takes a person's picture; one that cannot be read is told of once for all that lack the same.
  mutating func picture(of person: inout Person, line: Int, _ read: () throws(PictureProblem) -> PictureHashes) {
    do {
      let hashes = try budget.read(read)
      person.pictures.add(hashes)
      if let problem = hashes.problem { note(picture: problem, line) }
    } catch {
      note(picture: error, line)
    }
  }

  private mutating func note(picture problem: PictureProblem, _ line: Int) {
    if let at = pictures.firstIndex(where: { $0.words == problem.words }) {
      pictures[at].count += 1
    } else if pictures.count < 64 {
      pictures.append((problem.words, 1, line))
    }
  }

  /// All that was read.
  mutating func finished() -> RosterReading {
    for (words, count, line) in pictures {
      note(line, "a person's picture is left out: \(words)\(count > 1 ? "; so are \(count - 1) others" : "")")
    }
    pictures = []
    return reading
  }

  mutating func skip(_ kind: String) {
    let known = reading.skipped[kind] != nil || reading.skipped.count < 64
    reading.skipped[known ? kind : "others", default: 0] += 1
  }

  /// Adds a person. Without an id the first e-mail address is it; without a name, or with neither, the entry is left out.
  mutating func add(_ person: Person, _ given: RosterReading.Given, line: Int) {
    var person = person
    person.emails = Self.unique(person.emails.map { $0.lowercased() }.filter { $0.contains("@") })
    person.aliases = Self.unique(person.aliases.filter { !$0.isEmpty && $0 != person.name })
    if person.id.isEmpty { person.id = person.emails.first ?? "" }
    guard !person.id.isEmpty else { return note(line, "a person with neither id nor e-mail address") }
    guard !person.name.isEmpty else { return note(line, "person '\(person.id)' without a name") }
    guard seen.insert(person.id).inserted else {
      return note(line, "person id '\(person.id)' a second time; the first one stays")
    }
    reading.roster.people.append(person)
    if !given.isEmpty { reading.given[person.id] = given }
  }

  static func unique(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
  }
}
