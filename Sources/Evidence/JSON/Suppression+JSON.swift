/// Suppressions in JSON, as the configuration, `suppression.add` and the store have them.

import JSON

/// What is wrong with a suppression that was given.
public struct SuppressionError: Error, Sendable, CustomStringConvertible {
  public var description: String
}

extension Suppression {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    writeMembers(to: &w)
    w.endObject()
  }

  /// Its members, into an object that is open.
  public func writeMembers(to w: inout JSONWriter) {
    w.member("id", id)
    w.member("analytic", scope.analytic ?? "*")
    if let account = scope.account {
      w.key("persona")
      w.beginObject()
      switch account {
      case .id(let key):
        w.member("platform", key.platform)
        w.member("account_id", key.accountID)
      case .handle(let platform, let handle):
        w.member("platform", platform)
        w.member("handle", handle)
      }
      w.endObject()
    }
    w.member("domain", scope.domain)
    w.member("employee", scope.employee)
    w.member("host", scope.host)
    w.member("image", scope.image)
    w.member("reason", reason)
    w.member("by", by)
    w.member("created", created)
    w.member("until", until)
  }

  /// What a signal says of the suppression that covers it.
  func writeMark(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", id)
    w.member("by", by)
    w.member("reason", reason)
    w.member("until", until)
    w.endObject()
  }

  /// Reads one; `by` and `created` where the value does not say.
  /// - Throws: the first thing that is wrong with it.
  public convenience init(
    _ value: JSONValue, by: String? = nil, created: Timestamp? = nil
  ) throws(SuppressionError) {
    let text = SuppressionText(value: value, of: "")
    var until: Timestamp?
    if let words = try text.optional("until") {
      guard let time = Timestamp(rfc3339: words) else {
        throw SuppressionError(description: "until: '\(words.prefix(80))' is no time of RFC 3339")
      }
      until = time
    }
    let author: String = if let by { by } else { try text.required("by") }
    self.init(
      id: try text.optional("id"), scope: try SuppressionScope(value), reason: try text.required("reason"),
      by: author, created: try text.optional("created").flatMap { Timestamp(rfc3339: $0) } ?? created, until: until)
  }
}

extension SuppressionScope {
  /// Reads analytic (or `*`), persona {platform, account_id | handle}, domain, employee, host and image.
  public init(_ value: JSONValue) throws(SuppressionError) {
    let text = SuppressionText(value: value, of: "")
    self.init()
    if let name = try text.optional("analytic"), name != "*" {
      guard SuppressionScope.isAnalytic(name) else {
        throw SuppressionError(
          description: "analytic: '\(name.prefix(80))' is none; give * or an id such as persona.risk")
      }
      analytic = name
    }
    if let persona = value["persona"], !persona.isNull {
      guard let members = persona.members else { throw SuppressionError(description: "persona: expected an object") }
      let known = ["platform", "account_id", "handle"]
      if let other = members.first(where: { !known.contains($0.0) }) {
        throw SuppressionError(
          description: "persona: no member '\(other.0.prefix(80))'; known are \(known.joined(separator: ", "))")
      }
      let inner = SuppressionText(value: persona, of: "persona.")
      let platform = try inner.required("platform")
      switch (try inner.optional("account_id"), try inner.optional("handle")) {
      case (let id?, nil): account = .id(AccountKey(platform: platform, accountID: id))
      case (nil, let handle?): account = .handle(platform: platform, SuppressionScope.handle(handle))
      default: throw SuppressionError(description: "persona: give exactly one of account_id and handle")
      }
    }
    if let name = try text.optional("domain") {
      let lower = name.lowercased()
      guard lower.utf8.count <= 253, lower.utf8.contains(UInt8(ascii: ".")), !lower.hasPrefix("."),
        !lower.hasSuffix("."), lower.unicodeScalars.allSatisfy({ !"@/: ".unicodeScalars.contains($0) })
      else { throw SuppressionError(description: "domain: '\(name.prefix(80))' is no domain such as agency.example") }
      domain = lower
    }
    employee = try text.optional("employee")
    host = try text.optional("host")
    image = try text.optional("image")
    guard account != nil || domain != nil || employee != nil || host != nil || image != nil else {
      throw SuppressionError(description: "give at least one of persona, domain, employee, host and image")
    }
  }

  /// A handle as it is compared: in lower case, without a leading `@`.
  public static func handle(_ text: String) -> String {
    let lower = text.lowercased()
    return lower.hasPrefix("@") ? String(lower.dropFirst()) : lower
  }

  /// One of the three families, a dot and a name.
  private static func isAnalytic(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, ["persona", "network", "process"].contains(String(parts[0])) else { return false }
    return !parts[1].isEmpty && name.utf8.count <= 100
      && parts[1].utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
  }
}

/// The texts of a suppression, each checked: present, of one line, not longer than need be.
private struct SuppressionText {
  let value: JSONValue
  let of: String

  func optional(_ name: String) throws(SuppressionError) -> String? {
    guard let member = value[name], !member.isNull else { return nil }
    // Accounts are numbers on many platforms, and YAML takes them for such.
    guard let text = member.string ?? (name == "account_id" ? member.int64.map(String.init) : nil) else {
      throw SuppressionError(description: "\(of)\(name): expected text")
    }
    guard !text.isEmpty else { throw SuppressionError(description: "\(of)\(name) is empty") }
    guard text.utf8.count <= 1_000 else { throw SuppressionError(description: "\(of)\(name): longer than 1000 bytes") }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && !(127...159).contains($0.value) }) else {
      throw SuppressionError(description: "\(of)\(name): control characters")
    }
    return text
  }

  func required(_ name: String) throws(SuppressionError) -> String {
    guard let text = try optional(name) else { throw SuppressionError(description: "\(of)\(name) is missing") }
    return text
  }
}
