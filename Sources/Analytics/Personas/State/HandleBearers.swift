/// Who was seen with a handle of a platform.

/// All accounts that were ever seen with it, and of those the two that it is asked for. Common names are handles of hundreds:
/// looking for one among them for each of them would cost their square.
struct HandleBearers {
  private(set) var all = FewNumbers()
  /// The account with an id that bears it: the one with the smallest id when several did; −1 for none.
  private(set) var owner: Int32 = -1
  /// The account that is known by the handle only; −1 for none.
  private(set) var nameless: Int32 = -1

  /// Adds an account that is not there yet.
  mutating func insert(_ number: Int32, in accounts: [AccountState], _ texts: StringTable) {
    guard all.insert(number) else { return }
    stand(number, in: accounts, texts)
  }

  /// Takes an account out; those that are left are looked through.
  mutating func remove(_ number: Int32, in accounts: [AccountState], _ texts: StringTable) {
    all.remove(number)
    (owner, nameless) = (-1, -1)
    for left in all { stand(left, in: accounts, texts) }
  }

  private mutating func stand(_ number: Int32, in accounts: [AccountState], _ texts: StringTable) {
    if accounts[Int(number)].byHandleOnly {
      nameless = number
    } else if owner < 0 || texts.precedes(accounts[Int(number)].accountID, accounts[Int(owner)].accountID) {
      owner = number
    }
  }
}
