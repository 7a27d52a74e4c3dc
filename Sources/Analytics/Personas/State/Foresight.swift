/// Asks for the memory that records will be kept in before they are added: of a world that no cache holds, waiting for it is
/// half of the work.

import CPrefetch
import Evidence

/// What is known beforehand of the records of a batch. All of it is a guess by hashes alone: a wrong one costs time and nothing
/// else.
struct Foresight {
  /// One record, as far as it was followed.
  fileprivate struct Outlook {
    var platform: Int32 = -1
    /// Hashes, and then numbers, of the account's id, its handle, and the party's or the name's text.
    var hashes: (UInt32, UInt32, UInt32) = (0, 0, 0)
    var id: Int32 = -1
    var party: PartyRecord?
    /// In the table of accounts' numbers, then among the accounts.
    var place: Int?
  }
  fileprivate var outlooks: [Outlook] = []

  /// Below this many texts the caches hold all that matters.
  fileprivate static let worthwhile = 1 << 15
}

extension PersonaWorld {
  /// Follows each record from its texts to its account, step by step for all of them, so that the memory of one step arrives
  /// while the others are taken.
  func prepare(for observations: [Observation]) {
    guard texts.count >= Foresight.worthwhile else { return }
    foresight.outlooks.removeAll(keepingCapacity: true)
    for place in observations.indices { foresight.outlooks.append(outlook(observations[place])) }
    foresight.outlooks.withUnsafeMutableBufferPointer { outlooks in
      for at in outlooks.indices { followTexts(&outlooks[at]) }
      for at in outlooks.indices { followKeys(&outlooks[at]) }
      for at in outlooks.indices {
        guard outlooks[at].id >= 0 else { continue }
        outlooks[at].place = accountNumbers.likelyPlace(key(outlooks[at].platform, outlooks[at].id))
        if let party = outlooks[at].party { _ = partyTable.likelyPlace(party) }
      }
      for at in outlooks.indices {
        guard let place = outlooks[at].place else { continue }
        outlooks[at].place = accountNumbers[place: place].map { Int($0) }
        if let number = outlooks[at].place { prefetchAccount(number) }
      }
      for at in outlooks.indices { if let number = outlooks[at].place { prefetchLists(of: number) } }
      for at in outlooks.indices { if let number = outlooks[at].place { prefetchEnds(of: number) } }
    }
  }

  private func outlook(_ observation: borrowing Observation) -> Foresight.Outlook {
    var outlook = Foresight.Outlook()
    switch observation {
    case .persona(let o):
      outlook.platform = platformNumber(o.platform)
      outlook.hashes = (texts.hash(of: o.accountID), texts.hash(of: o.handle), texts.hash(of: o.displayName))
    case .outreach(let o):
      outlook.platform = platformNumber(o.platform)
      var record = PartyRecord(kind: .employee, platform: -1, text: -1)
      let text: String
      if let id = o.to.employee {
        text = id
      } else if let id = o.to.accountID {
        record = PartyRecord(kind: .account, platform: outlook.platform, text: -1)
        text = id
      } else if let email = o.to.email {
        record.kind = .email
        text = email
      } else {
        record = PartyRecord(kind: .handle, platform: outlook.platform, text: -1)
        text = o.to.handle ?? ""
      }
      outlook.party = record
      outlook.hashes = (
        texts.hash(of: o.from.accountID ?? "@" + (o.from.handle ?? "")), texts.hash(of: o.from.handle ?? ""),
        texts.hash(of: text)
      )
    default: break
    }
    texts.prefetchSlot(outlook.hashes.0)
    texts.prefetchSlot(outlook.hashes.1)
    texts.prefetchSlot(outlook.hashes.2)
    return outlook
  }

  private func followTexts(_ outlook: inout Foresight.Outlook) {
    outlook.id = texts.likely(outlook.hashes.0)
    texts.prefetchPlace(outlook.id)
    let handle = texts.likely(outlook.hashes.1)
    texts.prefetchPlace(handle)
    let third = texts.likely(outlook.hashes.2)
    texts.prefetchPlace(third)
    outlook.party?.text = third
    // From here on the numbers stand where the hashes stood.
    outlook.hashes.1 = UInt32(bitPattern: handle)
    outlook.hashes.2 = UInt32(bitPattern: third)
  }

  private func followKeys(_ outlook: inout Foresight.Outlook) {
    texts.prefetchText(outlook.id)
    texts.prefetchText(Int32(bitPattern: outlook.hashes.1))
    texts.prefetchText(Int32(bitPattern: outlook.hashes.2))
    if outlook.id >= 0 { accountNumbers.prefetch(key(outlook.platform, outlook.id)) }
    if let party = outlook.party, party.text >= 0 { partyTable.prefetch(party) }
  }

  private func prefetchAccount(_ number: Int) {
    accounts.withUnsafeBufferPointer {
      guard let base = $0.baseAddress, number < $0.count else { return }
      // It begins in one line of the cache and ends in another.
      vedette_prefetch(base + number)
      vedette_prefetch(UnsafeRawPointer(base + number) + MemoryLayout<AccountState>.size - 1)
    }
  }

  private static let snapshotsAt = MemoryLayout<AccountState>.offset(of: \.snapshots) ?? 0
  private static let approachesAt = MemoryLayout<AccountState>.offset(of: \.approaches) ?? 0

  /// Asks for where an account's lists begin, which is where they have their lengths.
  ///
  /// Unsafe by need: to ask the list itself where it is would be to wait for it. An array is one pointer to where it begins.
  @inline(__always)
  func prefetchLists(of number: Int) {
    accounts.withUnsafeBufferPointer {
      guard let base = $0.baseAddress, number < $0.count else { return }
      let account = UnsafeRawPointer(base + number)
      vedette_prefetch(account.load(fromByteOffset: PersonaWorld.snapshotsAt, as: UnsafeRawPointer.self))
      vedette_prefetch(account.load(fromByteOffset: PersonaWorld.approachesAt, as: UnsafeRawPointer.self))
    }
  }

  /// Asks for the ends of an account's lists, whose beginnings are there.
  @inline(__always)
  func prefetchEnds(of number: Int) {
    guard number < accounts.count else { return }
    accounts[number].approaches.withUnsafeBufferPointer {
      if let base = $0.baseAddress, $0.count > 0 { vedette_prefetch(UnsafeRawPointer(base + $0.count) - 1) }
    }
    accounts[number].snapshots.withUnsafeBufferPointer {
      if let base = $0.baseAddress, $0.count > 0 { vedette_prefetch(base + ($0.count - 1)) }
    }
  }

  /// Asks for what is kept of the accounts that are looked at next, where they are looked at one after the other.
  @inline(__always)
  func prepare(forAccountsFrom number: Int) {
    prefetchLists(of: number + 12)
    prefetchEnds(of: number + 8)
    guard number + 4 < accounts.count, let latest = accounts[number + 4].snapshots.last else { return }
    texts.prefetchPlace(latest.name)
    texts.prefetchPlace(latest.bio)
    texts.prefetchPlace(latest.handle)
    guard let next = accounts[number + 2].snapshots.last else { return }
    texts.prefetchText(next.name)
    texts.prefetchText(next.bio)
    texts.prefetchText(next.handle)
  }
}
