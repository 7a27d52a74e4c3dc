/// Reads a roster from YAML, or from JSON, which is YAML too.

import Pictures
import Yams

/// Why a roster, or one entry of it, was refused.
public struct RosterError: Error, Sendable, CustomStringConvertible {
  /// 1-based line; 0 when the whole text is meant.
  public var line: Int
  public var text: String
  public var description: String { line > 0 ? "line \(line): \(text)" : text }
}

extension Roster {
  /// The largest text that is read: 64 MiB, some 200,000 people.
  public static let maximumBytes = 64 << 20

  /// Reads a roster in YAML or JSON. Entries that cannot be used (a duplicate id, a person without a name) are left out
  /// and told of in `problems`; the rest goes on.
  /// - Throws: when the text as a whole is no YAML, no mapping, or too large.
  public static func read(_ text: String) throws(RosterError) -> (roster: Roster, problems: [RosterError]) {
    let reading = try read(text, format: .yaml)
    return (reading.roster, reading.problems)
  }

  static func readYAML(_ text: String) throws(RosterError) -> RosterReading {
    let root: Node?
    do {
      // What YAML tells apart by looks is told apart here where it matters: each rule costs an expression tried on every key.
      root = try Yams.compose(yaml: text, Resolver.basic)
    } catch let error as YamlError {
      throw RosterError(yaml: error)
    } catch {
      throw RosterError(line: 0, text: "not readable as YAML: \(error)")
    }
    guard let root, let mapping = root.mapping else {
      throw RosterError(
        line: 1, text: "expected a mapping with organisation, people, assets or relations")
    }
    var reader = RosterReader()
    reader.read(mapping)
    var reading = RosterReading(format: .yaml)
    reading.roster = reader.roster
    reading.problems = reader.problems
    reading.given = reader.given
    reading.sections = reader.sections
    return reading
  }
}

extension RosterError {
  init(yaml error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(line: mark.line, text: "not readable as YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, _):
      self.init(line: 0, text: "the same key twice in one mapping: \(keys)")
    default: self.init(line: 0, text: "not readable as YAML: \(error)".replacingNewlines())
    }
  }
}

extension String {
  fileprivate func replacingNewlines() -> String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}

private struct RosterReader {
  var roster = Roster()
  var problems: [RosterError] = []
  /// What entries said, and not just left at its default.
  var given: [String: RosterReading.Given] = [:]
  var sections: Set<RosterReading.Section> = []
  private var budget = PictureBudget(pixels: Roster.mostPicturePixels)
  private var peopleSeen: Set<String> = []
  private var hostsSeen: Set<String> = []
  private var unknownKeys: Set<String> = []

  private static let personKeys: Set = [
    "id", "name", "aliases", "title", "department", "emails", "email", "accounts", "hosts", "sensitivity", "active",
    "start", "end", "avatar", "avatar_sha256", "avatar_phash",
  ]
  private static let assetKeys: Set = ["host", "ips", "ip", "names", "owner"]
  private static let relationKeys: Set = ["kind", "name", "domains", "accounts", "until", "approved_by"]

  mutating func read(_ root: Node.Mapping) {
    for (key, value) in root {
      switch key.string {
      case "organisation", "organization": sections.insert(.organisation)
      case "people": sections.insert(.people)
      case "assets": sections.insert(.assets)
      case "relations": sections.insert(.relations)
      default: break
      }
      switch key.string {
      case "organisation", "organization": readOrganisation(value)
      case "people": for (m, node) in mappings(value, "people") { readPerson(Members(m), node) }
      case "assets": for (m, node) in mappings(value, "assets") { readAsset(Members(m), node) }
      case "relations": for (m, node) in mappings(value, "relations") { readRelation(Members(m), node) }
      default: note(key, "unknown section '\(key.string ?? "?")'; known are organisation, people, assets, relations")
      }
    }
    for person in roster.people {
      for host in person.hosts where hostsSeen.insert(host.lowercased()).inserted {
        var asset = RosterAsset(host: host)
        asset.owner = person.id
        roster.assets.append(asset)
      }
    }
  }

  private mutating func readOrganisation(_ node: Node) {
    guard let m = node.mapping.map(Members.init) else { return note(node, "organisation: expected a mapping") }
    check(m, "organisation", ["names", "name", "domains", "handles", "departments"])
    roster.organisation.names = texts(m["names"] ?? m["name"], "organisation.names")
    roster.organisation.domains = texts(m["domains"], "organisation.domains").map { $0.lowercased() }
    roster.organisation.handles = texts(m["handles"], "organisation.handles")
    roster.organisation.departments = texts(m["departments"], "organisation.departments")
  }

  private mutating func readPerson(_ m: Members, _ node: Node) {
    guard let id = text(m["id"], "id"), !id.isEmpty else { return note(node, "a person without an id") }
    guard let name = text(m["name"], "name"), !name.isEmpty else {
      return note(node, "person '\(id)' without a name")
    }
    guard peopleSeen.insert(id).inserted else {
      return note(node, "person id '\(id)' a second time; the first one stays")
    }
    check(m, "person", Self.personKeys)
    var person = Person(id: id, name: name)
    person.aliases = texts(m["aliases"], "aliases")
    person.title = text(m["title"], "title")
    person.department = text(m["department"], "department")
    person.emails = texts(m["emails"] ?? m["email"], "emails").map { $0.lowercased() }
    person.accounts = accounts(m["accounts"])
    person.hosts = texts(m["hosts"], "hosts")
    if let s = text(m["sensitivity"], "sensitivity") {
      if let value = Sensitivity(rawValue: s) {
        person.sensitivity = value
        given[id, default: []].insert(.sensitivity)
      } else {
        note(m["sensitivity"] ?? node, "sensitivity '\(s)'; known are low, normal, high")
      }
    }
    if let a = m["active"] {
      person.active = a.bool ?? (a.string != "false")
      given[id, default: []].insert(.active)
    }
    readPictures(m, node, of: &person)
    person.start = time(m["start"], "start")
    person.end = time(m["end"], "end")
    roster.people.append(person)
  }

  private mutating func readPictures(_ m: Members, _ node: Node, of person: inout Person) {
    for text in texts(m["avatar"], "avatar").prefix(PersonPictures.most) {
      do {
        let hashes = try budget.read { () throws(PictureProblem) in try RosterWords.picture(text) }
        person.pictures.add(hashes)
        if let problem = hashes.problem { throw problem }
      } catch {
        note(m["avatar"] ?? node, "person '\(person.id)': the picture is left out: \(error)")
      }
    }
    for text in texts(m["avatar_sha256"], "avatar_sha256") where !person.pictures.add(sha256: text) {
      note(m["avatar_sha256"] ?? node, "avatar_sha256 '\(text.prefix(80))': expected 64 hexadecimal digits")
    }
    for text in texts(m["avatar_phash"], "avatar_phash") where !person.pictures.add(perceptual: text) {
      note(m["avatar_phash"] ?? node, "avatar_phash '\(text.prefix(80))': expected 16 hexadecimal digits")
    }
  }

  private mutating func readAsset(_ m: Members, _ node: Node) {
    guard let host = text(m["host"], "host"), !host.isEmpty else {
      return note(node, "an asset without a host")
    }
    guard hostsSeen.insert(host.lowercased()).inserted else {
      return note(node, "host '\(host)' a second time; the first one stays")
    }
    check(m, "asset", Self.assetKeys)
    var asset = RosterAsset(host: host)
    asset.ips = texts(m["ips"] ?? m["ip"], "ips").compactMap { text in
      let ip = IPAddress(text)
      if ip == nil { note(node, "host '\(host)': '\(text)' is no IP address") }
      return ip
    }
    asset.names = texts(m["names"], "names")
    asset.owner = text(m["owner"], "owner")
    roster.assets.append(asset)
  }

  private mutating func readRelation(_ m: Members, _ node: Node) {
    guard let name = text(m["name"], "name"), !name.isEmpty else {
      return note(node, "a relation without a name")
    }
    check(m, "relation", Self.relationKeys)
    let word = text(m["kind"], "kind") ?? "other"
    if Relation.Kind(rawValue: word) == nil { note(node, "relation '\(name)': kind '\(word)' is read as other") }
    var relation = Relation(kind: Relation.Kind(rawValue: word) ?? .other, name: name)
    relation.domains = texts(m["domains"], "domains").map { $0.lowercased() }
    relation.accounts = accounts(m["accounts"])
    relation.until = time(m["until"], "until")
    relation.approvedBy = text(m["approved_by"], "approved_by")
    roster.relations.append(relation)
  }

  /// A key that nobody reads is most often a misspelt one; each is told of once, where it first stands.
  private mutating func check(_ m: Members, _ what: String, _ known: Set<String>) {
    for key in m.keys {
      let word = key.string ?? "?"
      guard !known.contains(word), unknownKeys.count < 100, unknownKeys.insert("\(what) \(word)").inserted else {
        continue
      }
      note(key, "\(what): unknown key '\(word)' is passed over; known are \(known.sorted().joined(separator: ", "))")
    }
  }

  // MARK: values

  private mutating func mappings(_ node: Node, _ what: String) -> [(Node.Mapping, Node)] {
    guard let items = node.sequence else {
      if node.null == nil { note(node, "\(what): expected a list") }
      return []
    }
    return items.compactMap { item in
      if let m = item.mapping { return (m, item) }
      note(item, "\(what): expected a mapping")
      return nil
    }
  }

  private mutating func text(_ node: Node?, _ what: String) -> String? {
    guard let node, node.null == nil else { return nil }
    guard let scalar = node.scalar else {
      note(node, "\(what): expected text")
      return nil
    }
    return scalar.string
  }

  /// A list of texts; a single text is a list of one.
  private mutating func texts(_ node: Node?, _ what: String) -> [String] {
    guard let node, node.null == nil else { return [] }
    if let scalar = node.scalar { return [scalar.string] }
    guard let items = node.sequence else {
      note(node, "\(what): expected a list of texts")
      return []
    }
    return items.compactMap { text($0, what) }
  }

  private mutating func time(_ node: Node?, _ what: String) -> Timestamp? {
    guard let word = text(node, what), !word.isEmpty else { return nil }
    guard let value = Timestamp(rfc3339: word) else {
      if let node { note(node, "\(what): '\(word)' is no date (RFC 3339)") }
      return nil
    }
    return value
  }

  private mutating func accounts(_ node: Node?) -> [RosterAccount] {
    guard let node, node.null == nil else { return [] }
    guard let items = node.sequence else {
      note(node, "accounts: expected a list")
      return []
    }
    return items.compactMap { item in
      guard let m = item.mapping.map(Members.init), let platform = text(m["platform"], "platform") else {
        note(item, "an account without a platform")
        return nil
      }
      let id = text(m["account_id"], "account_id")
      let handle = text(m["handle"], "handle")
      guard id != nil || handle != nil else {
        note(item, "an account with neither account_id nor handle")
        return nil
      }
      return RosterAccount(platform: platform, accountID: id, handle: handle)
    }
  }

  private mutating func note(_ node: Node, _ text: String) {
    // A hostile roster is not echoed without bound.
    if problems.count < 1000 { problems.append(RosterError(line: node.mark?.line ?? 0, text: text)) }
  }
}

/// The members of a mapping by their names as they are written. The mapping's own look-up makes a node of the name, and asks
/// what YAML would take each of both for: a dozen expressions a key.
private struct Members {
  let keys: [Node]
  private let names: [String]
  private let values: [Node]

  init(_ mapping: Node.Mapping) {
    keys = mapping.map(\.key)
    names = keys.map { $0.scalar?.string ?? "" }
    values = mapping.map(\.value)
  }

  subscript(name: String) -> Node? { names.firstIndex(of: name).map { values[$0] } }
}
