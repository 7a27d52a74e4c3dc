/// Whether an account bears the name, the face or the words of a person on the roster.

import Evidence

extension PersonaExamination {
  func likeness(_ account: AccountState, _ me: Int?, _ f: inout PersonaFindings) {
    guard me == nil else { return }
    var seen: Set<Int32> = []
    for s in account.snapshots where seen.insert(s.name).inserted {
      guard let text = world.texts[s.name] else { continue }
      let (match, people) = index.match(PersonName(text))
      if match > f.match || match != .none && f.match == .none {
        f.match = match
        f.matched = people
      }
    }
    if f.match != .none {
      f[f.match == .exact || f.match == .ends ? .namePlain : .nameTricked] = 1
      if f.matched.contains(where: { index.roster.people[$0].sensitivity == .high }) { f[.nameSensitive] = 1 }
      for person in f.matched {
        guard let title = index.roster.people[person].title.map({ Words.of($0) }), !title.isEmpty else { continue }
        for s in account.snapshots {
          let told = words(s.title) + words(s.bio) + words(s.name)
          if Words.find(title, in: told) != nil { f[.nameWithTitle] = 1 }
        }
      }
    }
    for s in account.snapshots {
      if s.avatar >= 0, let people = rosterAvatars[s.avatar], !isStock(world.byAvatar[s.avatar]),
        !officialAvatars.contains(s.avatar)
      {
        f[.faceCopied] = people.contains { f.matched.contains($0) } ? 1 : max(f[.faceCopied], 0.6)
        f.copiedFrom = f.copiedFrom ?? people.min()
      }
      if let hash = s.pHash {
        let people = rosterPictures.people(near: hash, limit: 8)
        if !people.isEmpty {
          f[.faceCopied] = people.contains { f.matched.contains($0) } ? 1 : max(f[.faceCopied], 0.6)
          f.copiedFrom = f.copiedFrom ?? people[0]
        }
      }
      if s.bio >= 0, let people = rosterBios[s.bio], (world.texts[s.bio] ?? "").utf8.count >= 16 {
        // A line that several show, or that any member of the house could write, is nobody's own.
        let isOwn = (world.byBio[s.bio]?.accounts.count ?? 0) <= 4 && index.organisation.mention(words(s.bio)) == .none
        if isOwn, people.contains(where: { f.matched.contains($0) }) { f[.bioCopied] = 1 }
      }
    }
  }

  func isStock(_ sharing: Sharing?) -> Bool { (sharing?.accounts.count ?? 0) > 8 }
}
