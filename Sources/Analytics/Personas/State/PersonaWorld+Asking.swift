/// Who an account is and what it did, whatever it was called by.

import Evidence

extension PersonaWorld {
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
    guard let owner = byHandle.read(key(platform, handle), { $0.owner }), owner >= 0 else { return nil }
    return owner
  }

  /// The account that bears the handle and is known by it only.
  func nameless(platform: Int32, handle: Int32) -> Int32? {
    guard let nameless = byHandle.read(key(platform, handle), { $0.nameless }), nameless >= 0 else { return nil }
    return nameless
  }

  /// All approaches of an account in order of time, those under its handles included.
  func approaches(of number: Int32) -> [Approach] {
    let account = accounts[Int(number)]
    guard !account.byHandleOnly, account.sharesHandle else { return account.approaches }
    var all = account.approaches
    for handle in account.handles {
      guard let other = nameless(platform: account.platform, handle: handle),
        owner(platform: account.platform, handle: handle) == number
      else { continue }
      all += accounts[Int(other)].approaches
    }
    if all.count != account.approaches.count { all.sort { ($0.time, $0.id) < ($1.time, $1.id) } }
    return all
  }

  /// How an account's messages are worded, those under its handles included.
  func wordings(of number: Int32) -> [Wording] {
    let account = accounts[Int(number)]
    var all = account.wordings
    guard !account.byHandleOnly, account.sharesHandle else { return all }
    for handle in account.handles {
      guard let other = nameless(platform: account.platform, handle: handle),
        owner(platform: account.platform, handle: handle) == number
      else { continue }
      all += accounts[Int(other)].wordings
    }
    return all
  }

  /// The account that stands for this one: itself, or the bearer of the handle that is all that is known of it.
  func resolved(_ number: Int32) -> Int32 {
    let account = accounts[Int(number)]
    guard account.byHandleOnly else { return number }
    return account.handles.lazy.compactMap { self.owner(platform: account.platform, handle: $0) }.first ?? number
  }

  /// True when it is not judged by itself: it was erased, or what it did is counted with the account that bears its
  /// handle.
  func isAbsorbed(_ number: Int32) -> Bool { accounts[Int(number)].isForgotten || resolved(number) != number }

  /// The account that a party is, where it is known by one.
  func account(of party: PartyRecord) -> Int32? {
    switch party.kind {
    case .employee, .email: nil
    case .account: accountNumbers[key(party.platform, party.text)]
    case .handle: owner(platform: party.platform, handle: party.text)
    }
  }

  /// The person of the roster that a party is by what the roster says of it.
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
