/// What is taken out again: one account on request, and all that is older than it may be kept.

extension PersonaWorld {
  /// Erases all that is held of an account and of what was done under its handles; only how many parties it had approached
  /// stays, without a name, for what is usual on the platform.
  ///
  /// Texts that no other account bears are overwritten. Linear in the number of accounts: this is asked for rarely.
  func forget(_ number: Int32) {
    let whole = resolved(number)
    var gone = [whole]
    let account = accounts[Int(whole)]
    for handle in account.handles {
      if let other = nameless(platform: account.platform, handle: handle), other != whole { gone.append(other) }
    }
    var candidates: Set<Int32> = []
    var reached: Set<Int32> = []
    for one in gone {
      for approach in accounts[Int(one)].approaches { reached.insert(approach.party) }
      collect(accounts[Int(one)], into: &candidates)
      detach(one)
    }
    if !reached.isEmpty { forgotten[account.platform, default: []].append(Int32(clamping: reached.count)) }
    erase(candidates)
  }

  /// Lets go of approaches, changes and snapshots from before a moment; the latest snapshot of an account goes only with
  /// all the rest. Gives how many records went.
  func expire(before moment: Int64) -> Int {
    var count = 0
    var candidates: Set<Int32> = []
    for i in accounts.indices where !accounts[i].isForgotten {
      let account = accounts[i]
      let oldest = min(
        account.snapshots.first?.time ?? .max, account.approaches.first?.time ?? .max,
        account.changes.first?.time ?? .max)
      guard oldest < moment else { continue }
      collect(account, into: &candidates)
      let before = account.snapshots.count + account.approaches.count + account.changes.count
      accounts[i].approaches.removeAll { $0.time < moment }
      accounts[i].changes.removeAll { $0.time < moment }
      let last = account.snapshots.last
      accounts[i].snapshots.removeAll { $0.time < moment }
      let isLeft = !accounts[i].approaches.isEmpty || !accounts[i].changes.isEmpty
      if accounts[i].snapshots.isEmpty, isLeft, let last { accounts[i].snapshots = [last] }
      count += before - accounts[i].snapshots.count - accounts[i].approaches.count - accounts[i].changes.count
      if accounts[i].snapshots.isEmpty, !isLeft {
        detach(Int32(truncatingIfNeeded: i))
      } else {
        touch(Int32(truncatingIfNeeded: i))
      }
    }
    erase(candidates)
    return count
  }

  private func collect(_ account: AccountState, into texts: inout Set<Int32>) {
    texts.insert(account.accountID)
    for handle in account.handles { texts.insert(handle) }
    for s in account.snapshots { texts.formUnion([s.handle, s.name, s.bio, s.employer, s.title, s.url, s.avatar]) }
    for change in account.changes { texts.formUnion([change.from, change.to]) }
    for approach in account.approaches { texts.formUnion(links(of: approach)) }
    texts.remove(-1)
  }

  /// Empties an account and takes it out of all indices; its number stays, and stands for nobody.
  private func detach(_ number: Int32) {
    let account = accounts[Int(number)]
    accountNumbers[key(account.platform, account.accountID)] = nil
    for handle in account.handles {
      let place = key(account.platform, handle)
      guard var bearers = byHandle[place] else { continue }
      bearers.remove(number, in: accounts, texts)
      byHandle[place] = bearers.all.isEmpty ? nil : bearers
    }
    func leave(_ index: inout [Int32: FewNumbers], _ text: Int32) {
      index[text]?.remove(number)
      if index[text]?.isEmpty == true { index[text] = nil }
    }
    for s in account.snapshots {
      leave(&byAvatar, s.avatar)
      leave(&byBio, s.bio)
      forget(id: s.id)
    }
    for change in account.changes { forget(id: change.id) }
    for approach in account.approaches {
      for link in links(of: approach) { leave(&byLink, link) }
      forget(id: approach.id)
    }
    var empty = AccountState(platform: account.platform, accountID: -1, byHandleOnly: false)
    empty.isForgotten = true
    // Who asks what changed is to hear of it once.
    empty.isDirty = account.isDirty
    accounts[Int(number)] = empty
  }

  /// Overwrites those of the texts that nothing refers to any more.
  private func erase(_ texts: Set<Int32>) {
    guard !texts.isEmpty else { return }
    var free = texts
    for account in accounts where !account.isForgotten {
      var held: Set<Int32> = []
      collect(account, into: &held)
      if !free.isDisjoint(with: held) { free.subtract(held) }
      free.remove(account.platform)
    }
    for (party, handle) in zip(parties, partyHandles) {
      free.remove(party.text)
      free.remove(handle)
      free.remove(party.platform)
    }
    for number in keptPlatforms { free.remove(number) }
    for text in free { self.texts.erase(text) }
  }
}
