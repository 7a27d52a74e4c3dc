/// The roster by everything that an account or a party can be known by.

import Evidence

/// How a name comes to stand for a person on the roster, from the plainest to the most contrived.
enum NameMatch: Int, Comparable, Sendable {
  case none, exact, ends, romanised, familiar, initial, slip, looks
  static func < (a: NameMatch, b: NameMatch) -> Bool { a.rawValue < b.rawValue }

  /// Says it of the people whose name it is.
  func words(_ people: String) -> String {
    switch self {
    case .none: "bears another name than \(people)"
    case .exact: "bears the name of \(people)"
    case .ends: "bears the first and the last name of \(people)"
    case .romanised: "bears the name of \(people) in other letters"
    case .familiar: "bears a familiar form of the name of \(people)"
    case .initial: "bears the name of \(people) with an initial"
    case .slip: "bears a name one letter away from \(people)"
    case .looks: "bears a name whose letters only look like those of \(people)"
    }
  }
}

/// Made once and not changed. A class, for what asks it holds one reference and not one for each of its tables.
final class RosterIndex {
  let roster: Roster
  let organisation: OrganisationMatcher
  private var byAccount: [AccountKey: Int] = [:]
  private var byHandle: [AccountKey: Int] = [:]
  private var byHandleAlone: [AccountKey: Int] = [:]
  private var byEmail: [String: Int] = [:]
  private var byID: [String: Int] = [:]
  private var byPlain: [String: [Int]] = [:]
  private var byEnds: [String: [Int]] = [:]
  private var byRoman: [String: [Int]] = [:]
  private var byLook: [String: [Int]] = [:]
  private var byDelete = DeletesIndex()
  private var byFamiliar: [String: [Int]] = [:]
  private var byInitial: [String: [Int]] = [:]
  private var byHandleForm: [String: [Int]] = [:]
  private var byShortHandle: [String: [Int]] = [:]
  private var relationDomains: [String: Relation.Kind] = [:]
  private let names: [PersonName]
  /// By person, apart from the people themselves: asked for everyone whose name an account bears, and there may be dozens.
  private let sensitive: [Bool]
  /// By person, the bits of the platforms on which the roster knows an account of theirs; the last bit is for all platforms
  /// beyond the first 63.
  private let platforms: [UInt64]
  private let platformBits: [String: UInt64]
  /// By person, the number of the department; −1 for none.
  private let departmentOf: [Int32]
  /// What stands for no department: the number of the one whose name is empty, where there is such.
  let noDepartment: Int32
  /// By person, the title among `titles`; −1 for none.
  private let titleOf: [Int32]
  /// The words of each title once; a house has few.
  private let titles: [[Word]]
  private var relations: [String: Relation.Kind] = [:]
  /// The words with which names of relations begin.
  private var relationsBegin: Set<String> = []
  private var relationAccounts: Set<AccountKey> = []

  init(_ roster: Roster) {
    self.roster = roster
    organisation = OrganisationMatcher(roster.organisation)
    names = roster.people.map { PersonName($0.name) }
    sensitive = roster.people.map { $0.sensitivity == .high }
    var bits: [String: UInt64] = [:]
    platforms = roster.people.map { person in
      person.accounts.reduce(0) { known, account in
        let bit = bits[account.platform] ?? 1 << UInt64(min(63, bits.count))
        bits[account.platform] = bit
        return known | bit
      }
    }
    platformBits = bits
    var departments: [String: Int32] = [:]
    departmentOf = roster.people.map { person in
      guard let department = person.department else { return -1 }
      let number = departments[department] ?? Int32(truncatingIfNeeded: departments.count)
      departments[department] = number
      return number
    }
    noDepartment = departments[""] ?? -1
    var titles: [[Word]] = []
    var numbers: [String: Int32] = [:]
    titleOf = roster.people.map { person in
      guard let title = person.title else { return -1 }
      if let known = numbers[title] { return known }
      let number = Int32(truncatingIfNeeded: titles.count)
      titles.append(Words.of(title))
      numbers[title] = number
      return number
    }
    self.titles = titles
    for (i, person) in roster.people.enumerated() {
      byID[person.id] = i
      for email in person.emails { byEmail[email.lowercased()] = i }
      for account in person.accounts {
        if let id = account.accountID { byAccount[AccountKey(platform: account.platform, accountID: id)] = i }
        if let handle = account.handle {
          let key = AccountKey(platform: account.platform, accountID: handle.lowercased())
          byHandle[key] = i
          if account.accountID == nil { byHandleAlone[key] = i }
        }
      }
      index(names[i], i)
      for alias in person.aliases { index(PersonName(alias), i) }
      // The local part of an address is the house's own romanisation of the name.
      for email in person.emails {
        let local = email.prefix { $0 != "@" }
        let words = local.split { $0 == "." || $0 == "_" }
        guard words.count >= 2 else { continue }
        let roman = words.map { PersonName.loosened($0.lowercased()) }.sorted().joined(separator: " ")
        byRoman[roman, default: []].append(i)
        byHandleForm[HandleName.form(words.joined()), default: []].append(i)
      }
    }
    for relation in roster.relations {
      let words = OrganisationMatcher.withoutLegalForm(Words.of(relation.name))
      relations[words.map(\.base).joined(separator: " ")] = relation.kind
      if let first = words.first { relationsBegin.insert(first.base) }
      for account in relation.accounts {
        if let id = account.accountID { relationAccounts.insert(AccountKey(platform: account.platform, accountID: id)) }
      }
      for domain in relation.domains { relationDomains[domain.lowercased()] = relation.kind }
    }
  }

  private func index(_ name: PersonName, _ person: Int) {
    byPlain[name.plain, default: []].append(person)
    if let ends = name.ends { byEnds[ends, default: []].append(person) }
    byRoman[name.roman, default: []].append(person)
    if let ends = name.romanEnds { byRoman[ends, default: []].append(person) }
    byLook[name.look, default: []].append(person)
    byFamiliar[name.familiar, default: []].append(person)
    for initial in name.initials { byInitial[initial, default: []].append(person) }
    for form in HandleName.forms(of: name) where byHandleForm[form]?.contains(person) != true {
      byHandleForm[form, default: []].append(person)
    }
    for form in HandleName.shortForms(of: name) { byShortHandle[form, default: []].append(person) }
    let bytes = Array(name.roman.utf8)
    if bytes.count >= 8 { byDelete.add(bytes, person) }
  }

  func person(account: AccountKey) -> Int? { byAccount[account] }
  func person(platform: String, handle: String) -> Int? {
    byHandle[AccountKey(platform: platform, accountID: handle.lowercased())]
  }
  /// Whose an account is that bears a handle: only where the roster knows it by nothing better than the handle, for
  /// handles change hands.
  func member(platform: String, handle: String) -> Int? {
    byHandleAlone.isEmpty ? nil : byHandleAlone[AccountKey(platform: platform, accountID: handle.lowercased())]
  }
  func person(email: String) -> Int? { byEmail[email.lowercased()] }
  func person(id: String) -> Int? { byID[id] }

  /// The relation on record that a company's name stands for.
  func relation(_ words: [Word]) -> Relation.Kind? {
    relations.isEmpty ? nil : relations[OrganisationMatcher.withoutLegalForm(words).map(\.base).joined(separator: " ")]
  }
  /// The relation on record whose domain a host is within.
  func relation(host: String) -> Relation.Kind? {
    guard !relationDomains.isEmpty else { return nil }
    var rest = host[...]
    while true {
      if let kind = relationDomains[String(rest)] { return kind }
      guard let dot = rest.firstIndex(of: ".") else { return nil }
      rest = rest[rest.index(after: dot)...]
    }
  }
  /// The people whose first and last name a handle spells, or an initial and the last name; empty when there is none.
  func spelled(byHandle handle: String) -> (people: [Int], isWhole: Bool) {
    let readings = HandleName.readings(of: handle)
    if let people = readings.lazy.compactMap({ self.byHandleForm[$0] }).first { return (people, true) }
    return (readings.first.flatMap { byShortHandle[$0] } ?? [], false)
  }
  /// Whether the roster knows an account of each of some people on a platform.
  func haveAccounts(_ people: [Int], on platform: String) -> Bool {
    guard let bit = platformBits[platform] else { return people.isEmpty }
    return people.allSatisfy { person in
      guard platforms[person] & bit != 0 else { return false }
      return bit >> 63 == 0 || roster.people[person].accounts.contains { $0.platform == platform }
    }
  }
  /// Whether a person's role is one that is attacked first.
  func isSensitive(_ person: Int) -> Bool { sensitive[person] }
  /// The number of a person's department; nil for none.
  func department(of person: Int) -> Int32? { departmentOf[person] < 0 ? nil : departmentOf[person] }
  /// The titles of some people, each once, as numbers for ``words(ofTitle:)``.
  func titles(of people: [Int]) -> FewNumbers {
    var out = FewNumbers()
    for person in people { out.insert(titleOf[person]) }
    return out
  }
  func words(ofTitle title: Int32) -> [Word] { titles[Int(title)] }
  func isRelation(_ account: AccountKey) -> Bool { relationAccounts.contains(account) }
  /// A relation's name among the words of a text.
  func relationNamed(in words: [Word]) -> Relation.Kind? {
    guard !relations.isEmpty else { return nil }
    for start in words.indices where relationsBegin.contains(words[start].base) {
      var text = ""
      for end in start..<min(words.count, start + 5) {
        text += (end > start ? " " : "") + words[end].base
        if let kind = relations[text] { return kind }
      }
    }
    return nil
  }

  /// The people whose name this one is or imitates, by the plainest match; empty when there is none.
  func match(_ name: PersonName) -> (match: NameMatch, people: [Int]) {
    guard name.wordCount >= 2 else { return (.none, []) }
    if let people = byPlain[name.plain] { return (.exact, people) }
    if let people = byLook[name.look] { return (name.mixed ? .looks : .exact, people) }
    if let ends = name.ends, let people = byPlain[ends] { return (.ends, people) }
    if let people = byEnds[name.plain] ?? (name.ends.flatMap { byEnds[$0] }) { return (.ends, people) }
    if let people = byRoman[name.roman] ?? (name.romanEnds.flatMap { byRoman[$0] }) { return (.romanised, people) }
    if let people = byFamiliar[name.familiar] { return (.familiar, people) }
    if let people = name.withInitial.flatMap({ byInitial[$0] }) { return (.initial, people) }
    let bytes = Array(name.roman.utf8)
    guard bytes.count >= 8 else { return (.none, []) }
    var found: Set<Int> = []
    byDelete.each(near: bytes) { person in
      if EditDistance.isOne(bytes, Array(names[person].roman.utf8)) { found.insert(person) }
    }
    return found.isEmpty ? (.none, []) : (.slip, found.sorted())
  }
}
