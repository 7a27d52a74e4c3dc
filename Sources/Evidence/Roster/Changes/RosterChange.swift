/// What became of the roster: who joined, who left, and what is different.

import JSON

/// One difference between a roster and the one that follows it.
public struct RosterChange: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// On the roster for the first time.
    case joined
    case left
    /// Had left, and is active again.
    case returned
    /// A field has another value.
    case changed
  }

  /// When the roster changed, which is not when the person did.
  public var time: Timestamp
  public var person: String
  public var name: String
  public var kind: Kind
  /// With `changed`: the field's name in the roster. Its values as text, lists with commas.
  public var field: String?
  public var from: String?
  public var to: String?
  /// Who brought the change about.
  public var by = ""

  public init(
    time: Timestamp, person: String, name: String, kind: Kind, field: String? = nil, from: String? = nil,
    to: String? = nil
  ) {
    self.time = time
    self.person = person
    self.name = name
    self.kind = kind
    self.field = field
    self.from = from
    self.to = to
  }

  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("time", time)
    w.member("person", person)
    w.member("name", name)
    w.member("kind", kind.rawValue)
    w.member("field", field)
    w.member("from", from)
    w.member("to", to)
    if !by.isEmpty { w.member("by", by) }
    w.endObject()
  }
}

extension Roster {
  /// What is different in the people of a later roster.
  public func changes(to later: Roster, at time: Timestamp) -> [RosterChange] {
    let before = Dictionary(people.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var out: [RosterChange] = []
    var there: Set<String> = []
    for person in later.people {
      there.insert(person.id)
      guard let old = before[person.id] else {
        out.append(RosterChange(time: time, person: person.id, name: person.name, kind: .joined))
        if !person.active { out.append(RosterChange(time: time, person: person.id, name: person.name, kind: .left)) }
        continue
      }
      if old.active != person.active {
        out.append(
          RosterChange(time: time, person: person.id, name: person.name, kind: person.active ? .returned : .left))
      }
      for ((field, from), (_, to)) in zip(old.described, person.described) where from != to {
        out.append(
          RosterChange(
            time: time, person: person.id, name: person.name, kind: .changed, field: field,
            from: from.isEmpty ? nil : from, to: to.isEmpty ? nil : to))
      }
    }
    // Who is not on it any more has left too, without a trace there.
    for person in people where !there.contains(person.id) && person.active {
      out.append(RosterChange(time: time, person: person.id, name: person.name, kind: .left))
    }
    return out
  }
}

extension Person {
  /// The fields whose changes are told, as text.
  fileprivate var described: [(field: String, text: String)] {
    [
      ("name", name), ("aliases", aliases.joined(separator: ", ")), ("title", title ?? ""),
      ("department", department ?? ""), ("emails", emails.joined(separator: ", ")),
      ("accounts", accounts.map { "\($0.platform):\($0.handle ?? $0.accountID ?? "")" }.joined(separator: ", ")),
      ("hosts", hosts.joined(separator: ", ")), ("avatar_sha256", pictures.sha256.joined(separator: ", ")),
      ("avatar_phash", pictures.perceptualDigits.joined(separator: ", ")), ("sensitivity", sensitivity.rawValue),
      ("start", start?.rfc3339 ?? ""), ("end", end?.rfc3339 ?? ""),
    ]
  }
}
