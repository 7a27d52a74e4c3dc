/// All that persona analytics keeps: accounts, parties, and what accounts share. Grows by `add`; order does not matter.

import Evidence

/// A party of an approach as it was told.
struct PartyRecord: DenseKey {
  enum Kind: UInt8 { case account, handle, email, employee }
  var kind: Kind
  var platform: Int32
  var text: Int32

  func hash(seed: UInt64) -> UInt64 {
    let texts = UInt64(UInt32(bitPattern: platform)) << 32 | UInt64(UInt32(bitPattern: text))
    return foldedProduct(texts ^ seed, 0x9e37_79b9_7f4a_7c15 &+ UInt64(kind.rawValue) << 1)
  }
}

/// A class, for examinations look at it while it grows; one owner, not thread-safe.
final class PersonaWorld {
  /// Templates kept of one account's messages.
  static let maximumWordings = 4
  /// Links kept of one approach.
  static let maximumLinks = 8
  /// From here on a number stands for a list of links and not for the one link itself.
  private static let firstList: Int32 = 1 << 30

  var texts = StringTable()
  var accounts: [AccountState] = []
  /// Parties, and the handle that each told by its account was told with, −1 for none; of several the one that sorts first.
  private(set) var partyTable = DenseTable<PartyRecord, Int32>()
  var parties: GrowingList<PartyRecord> { partyTable.keys }
  var partyHandles: GrowingList<Int32> { partyTable.rows }
  private var plainIDs: [String] = []
  private var plainNumbers: [String: Int] = [:]
  var accountNumbers = PairTable<Int32>()
  private var linkLists: [[Int32]] = []
  private var linkListNumbers: [[Int32]: Int32] = [:]
  /// Accounts by platform and handle.
  var byHandle = PairTable<HandleBearers>()
  var byAvatar: [Int32: FewNumbers] = [:]
  var byBio: [Int32: FewNumbers] = [:]
  var byLink: [Int32: FewNumbers] = [:]
  /// What the habits of a platform are made of, and how common names are.
  var habits = PlatformHabits()
  var names = NameCensus()
  var counters = PersonaCounters()
  /// By platform, how many parties each erased account had approached.
  var forgotten: [Int32: [Int32]] = [:]
  private(set) var dirty: [Int32] = []
  private var platforms: [(name: String, number: Int32)] = []
  /// Platforms whose numbers are given out without a look-up.
  var keptPlatforms: [Int32] { platforms.map(\.number) }
  var foresight = Foresight()
  let configuration: PersonaConfiguration

  init(configuration: PersonaConfiguration) { self.configuration = configuration }

  func key(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
  }

  // MARK: Taking records

  /// 146 years before and after 1970, so that no difference of two times overflows.
  private static func bounded(_ time: Timestamp) -> Int64 { max(-(1 << 62) + 1, min((1 << 62) - 1, time.nanoseconds)) }

  func add(_ o: PersonaObservation) {
    guard let number = account(platform: o.platform, id: o.accountID, handle: o.handle) else { return }
    let at = Int(number)
    func time(_ value: Timestamp?) -> Int64 { value.map(PersonaWorld.bounded) ?? Snapshot.unknown }
    let snapshot = Snapshot(
      time: PersonaWorld.bounded(o.head.time), id: recordID(o.head.id), created: time(o.createdAt),
      changed: time(o.changedAt),
      pHash: o.avatarPHash ?? 0, handle: texts.number(o.handle), name: texts.number(o.displayName),
      bio: texts.number(o.bio), employer: texts.number(o.employer), title: texts.number(o.title),
      url: texts.number(o.url ?? o.links.first), avatar: texts.number(o.avatarSHA256),
      posts: o.posts.map { Int32(clamping: max(0, $0)) } ?? -1, hasPHash: o.avatarPHash != nil,
      verified: o.verified ?? false)
    let place = accounts[at].snapshots.partitioning(snapshot.time, snapshot.id) { ($0.time, $0.id) }
    if place < accounts[at].snapshots.count, accounts[at].snapshots[place].id == snapshot.id {
      counters.doubled &+= 1
      return
    }
    if !accounts[at].snapshots.contains(where: { $0.name == snapshot.name }) { names.count(o.displayName) }
    accounts[at].snapshots.insert(snapshot, at: place)
    // The first stays, and the latest ones: what an account was is as telling as what it is.
    if accounts[at].snapshots.count > max(2, configuration.maximumSnapshots) {
      accounts[at].snapshots.remove(at: 1)
      counters.recordsDropped &+= 1
    }
    counters.snapshots &+= 1
    let limit = configuration.thresholds.stockAccounts + 1
    if snapshot.avatar >= 0 { byAvatar[snapshot.avatar, default: FewNumbers()].insert(number, limit: limit) }
    if let bio = o.bio, bio.utf8.count >= 10 { byBio[snapshot.bio, default: FewNumbers()].insert(number, limit: limit) }
    touch(number)
  }

  func add(_ o: PersonaChangeObservation) {
    guard let number = account(platform: o.platform, id: o.accountID, handle: nil) else { return }
    let at = Int(number)
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
      time: PersonaWorld.bounded(o.head.time), id: recordID(o.head.id), field: field, from: texts.number(o.from),
      to: texts.number(o.to))
    let place = accounts[at].changes.partitioning(change.time, change.id) { ($0.time, $0.id) }
    if place < accounts[at].changes.count, accounts[at].changes[place].id == change.id {
      counters.doubled &+= 1
      return
    }
    accounts[at].changes.insert(change, at: place)
    if accounts[at].changes.count > max(1, configuration.maximumSnapshots) {
      accounts[at].changes.removeFirst()
      counters.recordsDropped &+= 1
    }
    counters.changes &+= 1
    touch(number)
  }

  func add(_ o: OutreachObservation) {
    let sender: Int32?
    if let id = o.from.accountID {
      sender = account(platform: o.platform, id: id, handle: o.from.handle)
    } else {
      sender = account(platform: o.platform, id: nil, handle: o.from.handle ?? o.from.email ?? o.from.employee ?? "")
    }
    guard let number = sender else { return }
    let at = Int(number)
    let outcome: Approach.Outcome =
      switch o.outcome {
      case nil: o.reportedBy == nil ? .unknown : .reported
      case .pending: .pending
      case .accepted: .accepted
      case .ignored: .ignored
      case .declined: .declined
      case .reported: .reported
      }
    let links = o.links.prefix(PersonaWorld.maximumLinks).map { texts.number($0) }
    let approach = Approach(
      time: PersonaWorld.bounded(o.head.time), id: recordID(o.head.id), party: party(o.to, platform: o.platform),
      links: list(of: links), kind: PersonaWorld.number(of: o.kind), outcome: outcome,
      isBaited: o.links.prefix(PersonaWorld.maximumLinks).contains(where: Bait.isBait))
    let place = accounts[at].approaches.partitioning(approach.time, approach.id) { ($0.time, $0.id) }
    if place < accounts[at].approaches.count, accounts[at].approaches[place].id == approach.id {
      counters.doubled &+= 1
      return
    }
    accounts[at].approaches.insert(approach, at: place)
    counters.approaches &+= 1
    habits.count(platform: accounts[at].platform, time: approach.time)
    if accounts[at].approaches.count > max(1, configuration.maximumApproaches) {
      accounts[at].approaches.removeFirst()
      counters.recordsDropped &+= 1
    }
    for link in links {
      byLink[link, default: FewNumbers()].insert(number, limit: configuration.thresholds.stockAccounts + 1)
    }
    if let text = o.text, let wording = Wording(text, minimumWords: configuration.thresholds.wordingWords) {
      note(wording, at)
    }
    touch(number)
  }

  private func note(_ wording: Wording, _ at: Int) {
    guard !accounts[at].wordings.contains(wording) else { return }
    accounts[at].wordings.append(wording)
    guard accounts[at].wordings.count > PersonaWorld.maximumWordings else { return }
    accounts[at].wordings.sort { ($0.first, $0.second) < ($1.first, $1.second) }
    accounts[at].wordings.removeLast()
  }

  /// The kinds by the number that an approach keeps of its own.
  private static let kinds: [OutreachObservation.Kind] = [
    .connectionRequest, .follow, .directMessage, .mention, .reply, .invite, .email, .call,
  ]

  private static func number(of kind: OutreachObservation.Kind) -> UInt8 {
    UInt8(truncatingIfNeeded: kinds.firstIndex(of: kind) ?? 0)
  }

  static func kind(of number: UInt8) -> OutreachObservation.Kind { kinds[Int(number & 7)] }

  func touch(_ number: Int32) {
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

  // MARK: Numbers

  private func list(of links: [Int32]) -> Int32 {
    guard let first = links.first else { return -1 }
    if links.count == 1, first < PersonaWorld.firstList { return first }
    if let known = linkListNumbers[links] { return known }
    let number = PersonaWorld.firstList + Int32(truncatingIfNeeded: linkLists.count)
    linkLists.append(links)
    linkListNumbers[links] = number
    return number
  }

  /// The links of an approach, as numbers of texts.
  func links(of approach: Approach) -> [Int32] {
    guard approach.links >= 0 else { return [] }
    guard approach.links >= PersonaWorld.firstList else { return [approach.links] }
    let at = Int(approach.links - PersonaWorld.firstList)
    return linkLists.indices.contains(at) ? linkLists[at] : []
  }

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

  /// Ids that are no digest may name a person, as some platforms' do.
  func forget(id: RecordID) {
    guard let number = id.number, plainIDs.indices.contains(number) else { return }
    plainNumbers[plainIDs[number]] = nil
    plainIDs[number] = ""
  }

  /// Few platforms are all that most records are of.
  func platformNumber(_ platform: String) -> Int32 {
    for at in platforms.indices where platforms[at].name == platform { return platforms[at].number }
    let number = texts.number(platform)
    if platforms.count < 8 { platforms.append((platform, number)) }
    return number
  }

  private func account(platform: String, id: String?, handle: String?) -> Int32? {
    let platformNumber = platformNumber(platform)
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
    let at = Int(number)
    if let handleNumber, accounts[at].handles.insert(handleNumber, limit: 64) {
      var isShared = false
      // The first of them was alone until now; later ones find it told.
      var first: Int32?
      byHandle.update(self.key(platformNumber, handleNumber), default: HandleBearers()) {
        $0.insert(number, in: accounts, texts)
        isShared = $0.all.count > 1
        if $0.all.count == 2 { first = $0.all.first { _ in true } }
      }
      if isShared { accounts[at].sharesHandle = true }
      if let first { accounts[Int(first)].sharesHandle = true }
      // What was known by this handle only belongs to this account now.
      if id != nil { touch(number) }
    }
    return number
  }

  private func party(_ party: Party, platform: String) -> Int32 {
    let platformNumber = platformNumber(platform)
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
    let handle = record.kind == .account ? texts.number(party.handle?.lowercased()) : -1
    if let known = partyTable.place(of: record) {
      let before = partyTable.rows[known]
      if handle >= 0, handle != before, before < 0 || texts.precedes(handle, before) {
        partyTable.rows[known] = handle
      }
      return Int32(truncatingIfNeeded: known)
    }
    return Int32(truncatingIfNeeded: partyTable.append(record, handle))
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
