/// Whether an account bears the name, the face or the words of a person on the roster.

import Evidence

extension PersonaExamination {
  func likeness(_ account: AccountState, _ key: AccountKey, _ me: Int?, _ f: inout PersonaFindings) {
    guard me == nil else { return }
    names(account, key, &f)
    handles(account, &f)
    for s in account.snapshots {
      picture(s, &f)
      biography(s, &f)
    }
  }

  private func names(_ account: AccountState, _ key: AccountKey, _ f: inout PersonaFindings) {
    var seen = FewNumbers()
    var expected = 0.0
    for s in account.snapshots where seen.insert(s.name) {
      guard let text = world.texts[s.name] else { continue }
      let (match, people) = index.match(PersonName(text))
      if match > f.match || match != .none && f.match == .none {
        f.match = match
        f.matched = people
        expected = world.names.expectedBearers(text)
      }
    }
    guard f.match != .none else { return }
    switch f.match {
    case .exact, .ends: f[.namePlain] = 1
    case .romanised, .familiar, .initial: f[.nameOther] = 1
    default: f[.nameTricked] = 1
    }
    f[.nameCommon] = min(1, log2(1 + expected + Double(f.matched.count - 1)) / 3)
    if f.matched.contains(where: index.isSensitive) { f[.nameSensitive] = 1 }
    // Who has an account there already has no need of another.
    if index.haveAccounts(f.matched, on: key.platform) { f[.nameSecond] = 1 }
    let told = account.snapshots.map { words($0.title) + words($0.bio) + words($0.name) }
    for title in index.titles(of: f.matched) {
      let title = index.words(ofTitle: title)
      if !title.isEmpty, told.contains(where: { Words.find(title, in: $0) != nil }) {
        f[.nameWithTitle] = 1
        return
      }
    }
  }

  /// The handle spells a person's name and nothing else is seen of the account, or its name is another.
  private func handles(_ account: AccountState, _ f: inout PersonaFindings) {
    guard f.match == .none else { return }
    for handle in account.handles {
      let (people, isWhole) = index.spelled(byHandle: world.texts[handle] ?? "")
      let isSensitive = people.contains(where: index.isSensitive)
      guard !people.isEmpty, isWhole || people.count == 1 || isSensitive else { continue }
      f[.handleAlike] = (account.snapshots.isEmpty ? 1 : 0.3) * (isWhole ? 1 : 0.5)
      f.matched = people
      if isSensitive { f[.nameSensitive] = isWhole ? 1 : 0.5 }
      return
    }
  }

  private func picture(_ s: Snapshot, _ f: inout PersonaFindings) {
    if s.avatar >= 0, let people = looks.avatars[s.avatar], !isStock(world.byAvatar[s.avatar]),
      !looks.officialAvatars.contains(s.avatar)
    {
      f[.faceCopied] = people.contains { f.matched.contains($0) } ? 1 : max(f[.faceCopied], 0.6)
      f.copiedFrom = f.copiedFrom ?? people.min()
    }
    guard s.hasPHash, !shared.isStock(picture: s.pHash) else { return }
    let distance = world.configuration.thresholds.facePictureDistance
    let people = looks.pictures.people(near: s.pHash, within: distance)
    if !people.isEmpty, looks.officialPictures.people(near: s.pHash, within: distance).isEmpty {
      f[.faceCopied] = people.contains { f.matched.contains($0) } ? 1 : max(f[.faceCopied], 0.6)
      f.copiedFrom = f.copiedFrom ?? people[0]
    }
  }

  /// A line that several show, or that any member of the house could write, is nobody's own.
  private func biography(_ s: Snapshot, _ f: inout PersonaFindings) {
    guard s.bio >= 0, !f.matched.isEmpty, let text = world.texts[s.bio], text.utf8.count >= 16,
      (world.byBio[s.bio]?.count ?? 0) <= world.configuration.thresholds.bioAccounts,
      index.organisation.mention(words(s.bio)) == .none
    else { return }
    if let people = looks.bios[s.bio], people.contains(where: { f.matched.contains($0) }) { f[.bioCopied] = 1 }
    guard f[.bioCopied] == 0, !looks.wordings.isEmpty,
      let wording = Wording(text, minimumWords: world.configuration.thresholds.wordingWords)
    else { return }
    for band in wording.bands {
      for (other, person) in looks.wordings[band] ?? []
      where other.shared(wording) >= 2 && f.matched.contains(person) { f[.bioCopied] = 0.8 }
    }
  }

  func isStock(_ accounts: FewNumbers?) -> Bool { (accounts?.count ?? 0) > world.configuration.thresholds.faceAccounts }
}
