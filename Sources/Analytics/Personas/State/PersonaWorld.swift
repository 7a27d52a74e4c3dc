/// All that persona analytics keeps: accounts, parties, and what accounts share. Grows by `add`; order does not matter.

import Evidence

/// A party of an approach as it was told.
struct PartyRecord: Hashable {
  enum Kind: UInt8 { case account, handle, email, employee }
  var kind: Kind
  var platform: Int32
  var text: Int32
}

/// Accounts that show the same picture, biography or link.
struct Sharing {
  /// Account numbers, each once.
  private(set) var accounts: [Int32] = []
  mutating func add(_ account: Int32, limit: Int) {
    if accounts.last == account || accounts.count >= limit || accounts.contains(account) { return }
    accounts.append(account)
  }
}

/// A class, for examinations look at it while it grows; one owner, not thread-safe.
final class PersonaWorld {
  /// A picture, biography or link on more accounts than this is stock, and tells nothing.
  static let stockLimit = 40

  var texts = StringTable()
  private(set) var accounts: [AccountState] = []
  private(set) var parties: [PartyRecord] = []
  private(set) var plainIDs: [String] = []
  private var plainNumbers: [String: Int] = [:]
  private var accountNumbers: [UInt64: Int32] = [:]
  private var partyNumbers: [PartyRecord: Int32] = [:]
  /// Accounts by platform and handle (all that were ever seen with it).
  private var byHandle: [UInt64: [Int32]] = [:]
  private(set) var byAvatar: [Int32: Sharing] = [:]
  private(set) var byBio: [Int32: Sharing] = [:]
  private(set) var byLink: [Int32: Sharing] = [:]
  private(set) var counters = PersonaCounters()
  private(set) var dirty: [Int32] = []
  let configuration: PersonaConfiguration

  init(configuration: PersonaConfiguration) { self.configuration = configuration }

  private func key(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
  }

  // MARK: Taking records

  func add(_ o: PersonaObservation) {
    guard let number = account(platform: o.platform, id: o.accountID, handle: o.handle) else { return }
    let snapshot = Snapshot(
      time: o.head.time.nanoseconds, id: recordID(o.head.id), handle: texts.number(o.handle),
      name: texts.number(o.displayName), bio: text(o.bio), employer: text(o.employer), title: text(o.title),
      url: text(o.url), avatar: text(o.avatarSHA256), posts: small(o.posts), followers: small(o.followers),
      verified: o.verified ?? false, created: o.createdAt?.nanoseconds, changed: o.changedAt?.nanoseconds,
      pHash: o.avatarPHash)
    let at = accounts[Int(number)].snapshots.partitioning(snapshot.time, snapshot.id) { ($0.time, $0.id) }
    if at < accounts[Int(number)].snapshots.count, accounts[Int(number)].snapshots[at].id == snapshot.id {
      counters.doubled &+= 1
      return
    }
    accounts[Int(number)].snapshots.insert(snapshot, at: at)
    // The first stays, and the latest ones: what an account was is as telling as what it is.
    if accounts[Int(number)].snapshots.count > max(2, configuration.maximumSnapshots) {
      accounts[Int(number)].snapshots.remove(at: 1)
      counters.recordsDropped &+= 1
    }
    counters.snapshots &+= 1
    if snapshot.avatar >= 0 {
      byAvatar[snapshot.avatar, default: Sharing()].add(number, limit: PersonaWorld.stockLimit + 1)
    }
    if let bio = o.bio, bio.utf8.count >= 10 {
      byBio[snapshot.bio, default: Sharing()].add(number, limit: PersonaWorld.stockLimit + 1)
    }
    touch(number)
  }

  func add(_ o: PersonaChangeObservation) {
    guard let number = account(platform: o.platform, id: o.accountID, handle: nil) else { return }
    let field: ToldChange.Field =
      switch o.field {
      case "display_name", "name": .name
      case "employer": .employer
      case "bio": .bio
      case "title": .title
      case "avatar", "avatar_sha256", "picture": .avatar
      case "handle": .handle
      default: .other
      }
    let change = ToldChange(
      time: o.head.time.nanoseconds, id: recordID(o.head.id), field: field, from: text(o.from), to: text(o.to))
    let at = accounts[Int(number)].changes.partitioning(change.time, change.id) { ($0.time, $0.id) }
    if at < accounts[Int(number)].changes.count, accounts[Int(number)].changes[at].id == change.id {
      counters.doubled &+= 1
      return
    }
    accounts[Int(number)].changes.insert(change, at: at)
    if accounts[Int(number)].changes.count > max(1, configuration.maximumSnapshots) {
      accounts[Int(number)].changes.removeFirst()
      counters.recordsDropped &+= 1
    }
    counters.changes &+= 1
    touch(number)
  }

  func add(_ o: OutreachObservation) {
    let sender: Int32?
    if let id = o.from.accountID {
      sender = account(platform: o.platform, id: id, handle: o.from.handle)
    } else if let handle = o.from.handle {
      sender = account(platform: o.platform, id: nil, handle: handle)
    } else {
      sender = account(platform: o.platform, id: nil, handle: o.from.email ?? o.from.employee ?? "")
    }
    guard let number = sender else { return }
    let outcome: Approach.Outcome =
      switch o.outcome {
      case nil: o.reportedBy == nil ? .unknown : .reported
      case .pending: .pending
      case .accepted: .accepted
      case .ignored: .ignored
      case .declined: .declined
      case .reported: .reported
      }
    let links = o.links.prefix(8).map { texts.number($0) }
    let approach = Approach(
      time: o.head.time.nanoseconds, id: recordID(o.head.id), party: party(o.to, platform: o.platform),
      kind: PersonaWorld.number(of: o.kind), outcome: outcome, links: Array(links))
    let at = accounts[Int(number)].approaches.partitioning(approach.time, approach.id) { ($0.time, $0.id) }
    if at < accounts[Int(number)].approaches.count, accounts[Int(number)].approaches[at].id == approach.id {
      counters.doubled &+= 1
      return
    }
    accounts[Int(number)].approaches.insert(approach, at: at)
    counters.approaches &+= 1
    if accounts[Int(number)].approaches.count > max(1, configuration.maximumApproaches) {
      accounts[Int(number)].approaches.removeFirst()
      counters.recordsDropped &+= 1
    }
    for link in links { byLink[link, default: Sharing()].add(number, limit: PersonaWorld.stockLimit + 1) }
    touch(number)
  }

  private static func number(of kind: OutreachObservation.Kind) -> UInt8 {
    switch kind {
    case .connectionRequest: 0
    case .follow: 1
    case .directMessage: 2
    case .mention: 3
    case .reply: 4
    case .invite: 5
    case .email: 6
    case .call: 7
    }
  }

  private func touch(_ number: Int32) {
    guard !accounts[Int(number)].isDirty else { return }
    accounts[Int(number)].isDirty = true
    dirty.append(number)
  }

  /// The accounts touched since the last call.
  func takeDirty() -> [Int32] {
    let taken = dirty
    dirty = []
    for number in taken { accounts[Int(number)].isDirty = false }
    return taken
  }

  func touchAll() { for i in accounts.indices { touch(Int32(truncatingIfNeeded: i)) } }
  func setScore(_ number: Int32, _ score: Double) { accounts[Int(number)].lastScore = score }

  // MARK: Numbers

  private func text(_ value: String?) -> Int32 { texts.number(value) }
  private func small(_ value: Int64?) -> Int32 { value.map { Int32(clamping: max(0, $0)) } ?? -1 }

  private func recordID(_ text: String) -> RecordID {
    if let id = RecordID(hexadecimal: text) { return id }
    if let number = plainNumbers[text] { return RecordID(number: number) }
    plainNumbers[text] = plainIDs.count
    plainIDs.append(text)
    return RecordID(number: plainIDs.count - 1)
  }

  func text(of id: RecordID) -> String {
    guard let number = id.number else { return id.hexadecimal }
    return plainIDs.indices.contains(number) ? plainIDs[number] : ""
  }

  private func account(platform: String, id: String?, handle: String?) -> Int32? {
    let platformNumber = texts.number(platform)
    let handleNumber = handle.map { texts.number($0.lowercased()) }
    let name = id ?? "@" + (handle ?? "").lowercased()
    let idNumber = texts.number(name)
    let key = self.key(platformNumber, idNumber)
    let number: Int32
    if let known = accountNumbers[key] {
      number = known
    } else {
      guard accounts.count < configuration.maximumAccounts else {
        counters.accountsDropped &+= 1
        return nil
      }
      number = Int32(truncatingIfNeeded: accounts.count)
      accounts.append(AccountState(platform: platformNumber, accountID: idNumber, byHandleOnly: id == nil))
      accountNumbers[key] = number
      counters.accounts &+= 1
    }
    if let handleNumber, !accounts[Int(number)].handles.contains(handleNumber) {
      accounts[Int(number)].handles.append(handleNumber)
      byHandle[self.key(platformNumber, handleNumber), default: []].append(number)
      // What was known by this handle only belongs to this account now.
      if id != nil { touch(number) }
    }
    return number
  }

  private func party(_ party: Party, platform: String) -> Int32 {
    let platformNumber = texts.number(platform)
    let record: PartyRecord
    if let id = party.employee {
      record = PartyRecord(kind: .employee, platform: -1, text: texts.number(id))
    } else if let id = party.accountID {
      record = PartyRecord(kind: .account, platform: platformNumber, text: texts.number(id))
    } else if let email = party.email {
      record = PartyRecord(kind: .email, platform: -1, text: texts.number(email.lowercased()))
    } else {
      record = PartyRecord(
        kind: .handle, platform: platformNumber, text: texts.number((party.handle ?? "").lowercased()))
    }
    if let known = partyNumbers[record] { return known }
    let number = Int32(truncatingIfNeeded: parties.count)
    parties.append(record)
    partyNumbers[record] = number
    return number
  }

  // MARK: Asking

  func key(of number: Int32) -> AccountKey {
    let account = accounts[Int(number)]
    return AccountKey(platform: texts[account.platform] ?? "", accountID: texts[account.accountID] ?? "")
  }

  func number(of key: AccountKey) -> Int32? {
    guard let platform = texts.known(key.platform), let id = texts.known(key.accountID) else { return nil }
    return accountNumbers[self.key(platform, id)]
  }

  /// The account with an id that bears a handle: the one with the smallest id when several did.
  func owner(platform: Int32, handle: Int32) -> Int32? {
    var best: Int32?
    for number in byHandle[key(platform, handle)] ?? [] where !accounts[Int(number)].byHandleOnly {
      if let b = best, (texts[accounts[Int(b)].accountID] ?? "") <= (texts[accounts[Int(number)].accountID] ?? "") {
        continue
      }
      best = number
    }
    return best
  }

  /// The account that bears the handle and is known by it only.
  func nameless(platform: Int32, handle: Int32) -> Int32? {
    (byHandle[key(platform, handle)] ?? []).first { accounts[Int($0)].byHandleOnly }
  }

  /// All approaches of an account in order of time, those under its handles included.
  func approaches(of number: Int32) -> [Approach] {
    let account = accounts[Int(number)]
    guard !account.byHandleOnly else { return account.approaches }
    var all = account.approaches
    for handle in account.handles where owner(platform: account.platform, handle: handle) == number {
      if let other = nameless(platform: account.platform, handle: handle) { all += accounts[Int(other)].approaches }
    }
    if all.count != account.approaches.count { all.sort { ($0.time, $0.id) < ($1.time, $1.id) } }
    return all
  }

  /// The account that stands for this one: itself, or the bearer of the handle that is all that is known of it.
  func resolved(_ number: Int32) -> Int32 {
    let account = accounts[Int(number)]
    guard account.byHandleOnly else { return number }
    return account.handles.lazy.compactMap { self.owner(platform: account.platform, handle: $0) }.first ?? number
  }

  /// True when what it did is counted with the account that bears its handle.
  func isAbsorbed(_ number: Int32) -> Bool {
    resolved(number) != number
  }

  /// The person of the roster that a party is.
  func person(_ party: Int32, in index: RosterIndex) -> Int? {
    let record = parties[Int(party)]
    guard let text = texts[record.text] else { return nil }
    switch record.kind {
    case .employee: return index.person(id: text)
    case .email: return index.person(email: text)
    case .account: return index.person(account: AccountKey(platform: texts[record.platform] ?? "", accountID: text))
    case .handle:
      if let person = index.person(platform: texts[record.platform] ?? "", handle: text) { return person }
      return owner(platform: record.platform, handle: record.text).flatMap { index.person(account: key(of: $0)) }
    }
  }
}

extension Array {
  /// The place of the first element not before (time, id), for insertion in order; from the end, for most come in order.
  func partitioning(_ time: Int64, _ id: RecordID, _ of: (Element) -> (Int64, RecordID)) -> Int {
    var low = 0
    var high = count
    if let last, of(last) < (time, id) { return count }
    while low < high {
      let middle = (low + high) / 2
      if of(self[middle]) < (time, id) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
