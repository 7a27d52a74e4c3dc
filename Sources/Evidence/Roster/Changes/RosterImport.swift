/// An import of people into a roster that there is already.

/// What an import means for those who are not in it.
public enum RosterImportMode: String, Sendable, CaseIterable {
  /// They stay as they are: the import is a part, or news.
  case merge
  /// They have left: the import is everybody.
  case replace
}

extension Roster {
  /// This roster with what was read put into it.
  ///
  /// A person is found by id, or else by an e-mail address that only one person has; what the import says replaces what
  /// was known, what it leaves out stays. A name that changed remains as an alias, for those who pretend to be somebody
  /// use old names too. Who is new has joined today unless the import says when, except where the roster was empty. Who
  /// is on nobody's list any more is not deleted but inactive, so that the past can still be read.
  public func importing(_ reading: RosterReading, mode: RosterImportMode, at now: Timestamp) -> Roster {
    importing(reading, mode: mode, at: now, isNews: !people.isEmpty)
  }

  /// This roster and another part of it: what is new in the part has not joined for that.
  public func adding(_ reading: RosterReading) -> Roster {
    importing(reading, mode: .merge, at: .now(), isNews: false)
  }

  private func importing(
    _ reading: RosterReading, mode: RosterImportMode, at now: Timestamp, isNews: Bool
  ) -> Roster {
    var result = self
    var indices = Dictionary(people.indices.map { (people[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    let byEmail = Self.ownersOfEmails(people)
    var present: Set<String> = []

    for person in reading.roster.people {
      let given = reading.given[person.id] ?? []
      let known = indices[person.id] ?? person.emails.lazy.compactMap { byEmail[$0] ?? nil }.first
      if let index = known {
        result.people[index].take(person, given, at: now)
        present.insert(result.people[index].id)
      } else {
        var joiner = person
        if joiner.start == nil, isNews, joiner.active { joiner.start = now }
        if !joiner.active, joiner.end == nil, isNews { joiner.end = now }
        indices[joiner.id] = result.people.count
        present.insert(joiner.id)
        result.people.append(joiner)
      }
    }
    if mode == .replace, reading.sections.contains(.people) {
      for index in result.people.indices where result.people[index].active && !present.contains(result.people[index].id)
      {
        result.people[index].active = false
        if result.people[index].end == nil { result.people[index].end = now }
      }
    }
    result.takeRest(of: reading, mode)
    result.addHosts(of: reading.roster.people)
    return result
  }

  /// The index of the one person who has an address; nil where several have it.
  private static func ownersOfEmails(_ people: [Person]) -> [String: Int?] {
    var out: [String: Int?] = [:]
    for (index, person) in people.enumerated() {
      for email in person.emails { out[email] = out[email] == nil ? .some(index) : .some(nil) }
    }
    return out
  }

  /// Organisation, assets and relations, where the import has them.
  private mutating func takeRest(of reading: RosterReading, _ mode: RosterImportMode) {
    let other = reading.roster
    if reading.sections.contains(.organisation) {
      organisation.names = Self.joined(organisation.names, other.organisation.names, mode)
      organisation.domains = Self.joined(organisation.domains, other.organisation.domains, mode)
      organisation.handles = Self.joined(organisation.handles, other.organisation.handles, mode)
      organisation.departments = Self.joined(organisation.departments, other.organisation.departments, mode)
    }
    if reading.sections.contains(.assets) {
      let replaced = Set(other.assets.map { $0.host.lowercased() })
      assets = (mode == .replace ? [] : assets.filter { !replaced.contains($0.host.lowercased()) }) + other.assets
    }
    if reading.sections.contains(.relations) {
      let replaced = Set(other.relations.map { "\($0.kind) \($0.name)" })
      relations =
        (mode == .replace ? [] : relations.filter { !replaced.contains("\($0.kind) \($0.name)") }) + other.relations
    }
  }

  /// A person's machines are assets of theirs.
  private mutating func addHosts(of people: [Person]) {
    var known = Set(assets.map { $0.host.lowercased() })
    for person in people {
      for host in person.hosts where known.insert(host.lowercased()).inserted {
        var asset = RosterAsset(host: host)
        asset.owner = person.id
        assets.append(asset)
      }
    }
  }

  private static func joined(_ old: [String], _ new: [String], _ mode: RosterImportMode) -> [String] {
    if mode == .replace { return new }
    var seen: Set<String> = []
    return (old + new).filter { seen.insert($0).inserted }
  }
}

extension Person {
  /// What a newer entry says of the same person.
  fileprivate mutating func take(_ newer: Person, _ given: RosterReading.Given, at now: Timestamp) {
    if newer.name != name {
      if !aliases.contains(name) { aliases.append(name) }
      name = newer.name
    }
    for alias in newer.aliases where alias != name && !aliases.contains(alias) { aliases.append(alias) }
    aliases.removeAll { $0 == name }
    title = newer.title ?? title
    department = newer.department ?? department
    if !newer.emails.isEmpty { emails = newer.emails }
    for account in newer.accounts where !accounts.contains(account) { accounts.append(account) }
    if !newer.hosts.isEmpty { hosts = newer.hosts }
    pictures.add(newer.pictures)
    if given.contains(.sensitivity) { sensitivity = newer.sensitivity }
    start = newer.start ?? start
    end = newer.end ?? end
    // To be on the list is to be there, unless the list itself says otherwise.
    let isActive = given.contains(.active) ? newer.active : newer.end.map { $0 > now } ?? true
    if isActive, !active {
      active = true
      if newer.end == nil { end = nil }
    } else if !isActive, active {
      active = false
      if end == nil { end = now }
    }
  }
}
