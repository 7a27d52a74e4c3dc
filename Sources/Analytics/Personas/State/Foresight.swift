/// Asks for the memory that records will be kept in before they are added: of a world that no cache holds, waiting for it is
/// half of the work.

import CPrefetch
import Evidence

/// What is known beforehand of the records of a batch, step by step. All of it is a guess by hashes alone: a wrong one costs time
/// and nothing else. Each step is taken for the whole batch at once, so that what it asks for arrives while the others are taken.
struct Foresight {
  /// Below this many texts the caches hold all that matters.
  var worthwhile = 1 << 15

  /// Of each record the platform, and three texts: the account's id, its handle, and the party's or the name's.
  fileprivate var platforms: [Int32] = []
  fileprivate var hashes: [UInt32] = []
  fileprivate var numbers: [Int32] = []
  /// The account of each record.
  fileprivate var keys: [PairKey] = []
  fileprivate var places: [Int32] = []
  /// The party of each approach, and where its text is among the numbers.
  fileprivate var parties: [PartyRecord] = []
  fileprivate var partyTexts: [Int32] = []
  fileprivate var partyPlaces: [Int32] = []

  fileprivate mutating func removeAll() {
    platforms.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    parties.removeAll(keepingCapacity: true)
    partyTexts.removeAll(keepingCapacity: true)
    partyPlaces.removeAll(keepingCapacity: true)
  }

  fileprivate mutating func note(_ o: borrowing PersonaObservation, _ platform: Int32) {
    platforms.append(platform)
    hashes.append(StringTable.hash(of: o.accountID))
    hashes.append(StringTable.hash(of: o.handle))
    hashes.append(StringTable.hash(of: o.displayName))
  }

  fileprivate mutating func note(_ o: borrowing OutreachObservation, _ platform: Int32) {
    platforms.append(platform)
    hashes.append(StringTable.hash(of: o.from.accountID ?? "@" + (o.from.handle ?? "")))
    hashes.append(o.from.handle.map { StringTable.hash(of: $0) } ?? 0)
    partyTexts.append(Int32(truncatingIfNeeded: hashes.count))
    if let id = o.to.employee {
      parties.append(PartyRecord(kind: .employee, platform: -1, text: -1))
      hashes.append(StringTable.hash(of: id))
    } else if let id = o.to.accountID {
      parties.append(PartyRecord(kind: .account, platform: platform, text: -1))
      hashes.append(StringTable.hash(of: id))
    } else if let email = o.to.email {
      parties.append(PartyRecord(kind: .email, platform: -1, text: -1))
      hashes.append(StringTable.hash(of: email))
    } else {
      parties.append(PartyRecord(kind: .handle, platform: platform, text: -1))
      hashes.append(StringTable.hash(of: o.to.handle ?? ""))
    }
  }

  /// The texts have their numbers: which account and which party they make.
  fileprivate mutating func combine() {
    for (record, platform) in platforms.enumerated() {
      let id = numbers[record * 3]
      keys.append(PairKey(raw: UInt64(UInt32(bitPattern: platform)) << 32 | UInt64(UInt32(bitPattern: id))))
    }
    for at in parties.indices { parties[at].text = numbers[Int(partyTexts[at])] }
  }
}

extension PersonaWorld {
  /// Follows each record from its texts to its account.
  func prepare(for observations: [Observation]) {
    guard texts.count >= foresight.worthwhile else { return }
    var ahead = Foresight()
    swap(&ahead, &foresight)
    defer { swap(&ahead, &foresight) }
    ahead.removeAll()
    for place in observations.indices { note(observations[place], &ahead) }
    texts.prefetchSlots(ahead.hashes)
    texts.lookAhead(ahead.hashes, into: &ahead.numbers)
    texts.prefetchTexts(ahead.numbers)
    ahead.combine()
    accountNumbers.prefetch(ahead.keys)
    partyTable.prefetch(ahead.parties)
    accountNumbers.lookAhead(ahead.keys, into: &ahead.places)
    partyTable.lookAhead(ahead.parties, into: &ahead.partyPlaces)
    let numbers = accountNumbers.rows
    for at in ahead.places.indices where ahead.places[at] >= 0 {
      ahead.places[at] = numbers[Int(ahead.places[at])] ?? -1
    }
    prefetch(ahead.places)
  }

  /// Borrowed, for a copy of a record is a count for each of its texts.
  private func note(_ observation: borrowing Observation, _ ahead: inout Foresight) {
    switch observation {
    case .persona(let o): ahead.note(o, platformNumber(o.platform))
    case .outreach(let o): ahead.note(o, platformNumber(o.platform))
    default: break
    }
  }

  private static let snapshotsAt = MemoryLayout<AccountState>.offset(of: \.snapshots) ?? 0
  private static let approachesAt = MemoryLayout<AccountState>.offset(of: \.approaches) ?? 0

  /// Asks for accounts, then for their lists, then for the ends of these.
  private func prefetch(_ numbers: [Int32]) {
    accounts.withUnsafeBufferPointer { accounts in
      guard let base = accounts.baseAddress else { return }
      for number in numbers where number >= 0 {
        // It begins in one line of the cache and ends in another.
        vedette_prefetch(base + Int(number))
        vedette_prefetch(UnsafeRawPointer(base + Int(number)) + MemoryLayout<AccountState>.size - 1)
      }
      for number in numbers where number >= 0 { PersonaWorld.prefetchLists(base + Int(number)) }
      for number in numbers where number >= 0 { PersonaWorld.prefetchEnds(base + Int(number)) }
    }
  }

  /// Asks for where an account's lists begin, which is where they have their lengths.
  ///
  /// Unsafe by need: to ask the list itself where it is would be to wait for it. An array is one pointer to where it begins.
  @inline(__always)
  private static func prefetchLists(_ account: UnsafePointer<AccountState>) {
    let account = UnsafeRawPointer(account)
    vedette_prefetch(account.load(fromByteOffset: snapshotsAt, as: UnsafeRawPointer.self))
    vedette_prefetch(account.load(fromByteOffset: approachesAt, as: UnsafeRawPointer.self))
  }

  /// Asks for the ends of an account's lists, whose beginnings are there.
  @inline(__always)
  private static func prefetchEnds(_ account: UnsafePointer<AccountState>) {
    account.pointee.approaches.withUnsafeBufferPointer {
      if let base = $0.baseAddress, $0.count > 0 { vedette_prefetch(UnsafeRawPointer(base + $0.count) - 1) }
    }
    account.pointee.snapshots.withUnsafeBufferPointer {
      if let base = $0.baseAddress, $0.count > 0 { vedette_prefetch(base + ($0.count - 1)) }
    }
  }

  /// Asks for the lists of the accounts that come next, where all are looked at one after the other.
  @inline(__always)
  func prepareLists(from number: Int) {
    accounts.withUnsafeBufferPointer {
      guard let base = $0.baseAddress, number + 12 < $0.count else { return }
      PersonaWorld.prefetchLists(base + (number + 12))
      PersonaWorld.prefetchEnds(base + (number + 8))
    }
  }

  /// The same, and for the texts that they show.
  @inline(__always)
  func prepare(forAccountsFrom number: Int) {
    prepareLists(from: number)
    guard number + 4 < accounts.count else { return }
    if let s = accounts[number + 4].snapshots.last { texts.prefetchPlaces((s.name, s.bio, s.handle)) }
    if let s = accounts[number + 2].snapshots.last {
      texts.prefetchTexts(CollectionOfOne(s.name))
      texts.prefetchTexts(CollectionOfOne(s.handle))
    }
  }
}
