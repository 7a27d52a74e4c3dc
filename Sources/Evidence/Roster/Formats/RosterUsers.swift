/// People from SCIM 2.0 (RFC 7643): a ListResponse of users, one user, or an array of them.

import JSON
import Pictures

enum RosterUsers {
  private static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  private static let core = "urn:ietf:params:scim:schemas:core:2.0:"

  static func read(_ text: String) throws(RosterError) -> RosterReading {
    let reader = JSONReader(maxBytes: Roster.maximumBytes)
    let root: JSONNode
    do { root = try reader.parse(text) } catch { throw RosterError(line: 0, text: "\(error)") }
    var collector = PersonCollector(.scim)
    let list = root["Resources"] ?? root["resources"]
    if let list {
      guard list.kind == .array else { throw RosterError(line: 0, text: "Resources: expected an array") }
      // RFC 7644 §3.4.2.4: a page says how many there are in all.
      if let total = root["totalResults"]?.uint64, total > UInt64(list.count) {
        collector.note(0, "the list has \(list.count) of \(total) resources: the other pages are missing")
      }
      for (index, user) in list.elements.enumerated() { take(user, "resource \(index + 1)", into: &collector) }
    } else if root.kind == .array {
      for (index, user) in root.elements.enumerated() { take(user, "resource \(index + 1)", into: &collector) }
    } else {
      guard root["userName"] != nil else {
        throw RosterError(line: 0, text: "no SCIM resource: expected a ListResponse with Resources, or a User")
      }
      take(root, "the user", into: &collector)
    }
    return collector.finished()
  }

  private static func take(_ user: JSONNode, _ what: String, into collector: inout PersonCollector) {
    guard user.kind == .object else { return collector.note(0, "\(what): expected an object") }
    let schemas = (user["schemas"]?.elements.map { $0 } ?? []).compactMap(\.string)
    if let other = schemas.first(where: { $0.hasPrefix(core) && $0 != core + "User" }) {
      return collector.skip(String(other.dropFirst(core.count).prefix(64)).lowercased())
    }
    let extra = user[enterprise]
    func text(_ node: JSONNode?) -> String? {
      node?.string.map { RosterWords.trimmed($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    let name = user["name"]
    let parts = [text(name?["givenName"]), text(name?["middleName"]), text(name?["familyName"])].compactMap { $0 }
    let composed = parts.joined(separator: " ")
    let formatted = text(name?["formatted"])
    let shown = text(user["displayName"]) ?? formatted ?? (composed.isEmpty ? text(user["userName"]) : composed)
    let id =
      text(extra?["employeeNumber"]) ?? text(user["externalId"]) ?? text(user["userName"]) ?? text(user["id"])
    var person = Person(id: id ?? "", name: shown ?? "")
    person.aliases = [formatted, composed, text(user["nickName"])].compactMap { $0 }
    person.title = text(user["title"])
    person.department = text(extra?["department"]) ?? text(extra?["division"])
    person.emails = emails(user)
    var given: RosterReading.Given = []
    if let active = user["active"]?.bool {
      person.active = active
      given.insert(.active)
    }
    if let link = text(user["profileUrl"]),
      let platform = RosterWords.platforms.first(where: { link.lowercased().contains("\($0).com/") }),
      let account = RosterWords.account(platform: RosterWords.platform(platform), link)
    {
      person.accounts = [account]
    }
    // §4.1.2: photos are addresses, among which are those that hold the picture themselves. A thumbnail is one more copy.
    for photo in (user["photos"]?.elements.map { $0 } ?? []).prefix(PersonPictures.most) {
      guard let address = text(photo["value"]) ?? text(photo) else { continue }
      collector.picture(of: &person, line: 0) { () throws(PictureProblem) in try RosterWords.picture(address) }
    }
    if person.id.isEmpty || person.name.isEmpty {
      return collector.note(0, "\(what): a user without userName")
    }
    collector.add(person, given, line: 0)
  }

  /// The primary address first (RFC 7643 §2.4).
  private static func emails(_ user: JSONNode) -> [String] {
    var out: [String] = []
    for email in user["emails"]?.elements.map({ $0 }) ?? [] {
      guard let value = email["value"]?.string ?? email.string else { continue }
      if email["primary"]?.bool == true { out.insert(value, at: 0) } else { out.append(value) }
    }
    if let name = user["userName"]?.string, name.contains("@"), !out.contains(name) { out.append(name) }
    return out
  }
}
