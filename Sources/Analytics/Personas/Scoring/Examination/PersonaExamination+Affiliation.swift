/// What an account says about the organisation, and how that changed.

import Evidence

extension PersonaExamination {
  // MARK: Affiliation

  /// What one snapshot says about the organisation.
  struct Claim {
    var employer = OrganisationMatcher.Mention.none
    var hasEmployer = false
    /// It shows an employer or a biography at all: what was hidden cannot be said to have changed.
    var isTold = false
    var text = OrganisationMatcher.Mention.none
    var name = OrganisationMatcher.Mention.none
    var disclaimer: Disclaimers.Kind?
    var relation = false
    var isOwn: Bool { employer == .own || text == .own }
  }

  func claim(_ s: Snapshot) -> Claim {
    var c = Claim()
    let employer = words(s.employer)
    c.hasEmployer = !employer.isEmpty
    c.employer = index.organisation.employer(employer)
    let bio = words(s.bio)
    let title = words(s.title)
    let name = words(s.name)
    c.isTold = c.hasEmployer || !bio.isEmpty
    c.text = index.organisation.mention(bio)
    if c.text == .none { c.text = index.organisation.mention(title) }
    c.name = index.organisation.mention(name)
    c.disclaimer =
      Disclaimers.kind(in: name)
      ?? (c.text == .own || c.name == .own ? Disclaimers.kind(in: bio) ?? Disclaimers.kind(in: title) : nil)
    if c.disclaimer == nil, c.name != .none, Disclaimers.kind(in: bio) != nil { c.disclaimer = .unofficial }
    c.relation = index.relation(employer) != nil || index.relationNamed(in: bio) != nil
    if c.text == .own, c.employer == .similar || similarNames.contains(where: { Words.find($0, in: bio) != nil }) {
      c.text = .similar
    }
    return c
  }

  func affiliation(_ account: AccountState, _ me: Int?, _ f: inout PersonaFindings) {
    var employer = 0.0
    var text = 0.0
    var disclaimed = 0.0
    var elsewhere = 0.0
    var similar = 0.0
    var brand = 0.0
    var own = 0.0
    for (s, c) in zip(account.snapshots, f.claims) {
      if c.relation
        || index.isRelation(
          AccountKey(platform: world.texts[account.platform] ?? "", accountID: world.texts[account.accountID] ?? ""))
      {
        f[.relation] = 1
      }
      if c.employer == .similar || c.employer == .none && c.text == .similar { similar = 1 }
      if c.disclaimer != nil, c.isOwn || c.name == .own || c.text != .none { disclaimed = 1 }
      if c.employer == .own { employer = 1 }
      if c.text == .own, c.disclaimer == nil {
        if c.hasEmployer, c.employer == .none { elsewhere = 1 } else { text = 1 }
      }
      if c.name == .own || c.name == .similar && c.employer != .similar, c.disclaimer == nil {
        brand = 1
        if s.verified || officialAvatars.contains(s.avatar) && s.avatar >= 0 { own = 1 }
        if let host = world.texts[s.url].flatMap(Domains.host(of:)), index.organisation.owns(host: host) {
          own = max(own, 0.7)
        }
      }
    }
    guard me == nil else { return }
    f[.claimEmployer] = employer
    f[.claimText] = text
    f[.disclaimed] = disclaimed
    f[.employerElsewhere] = text == 0 ? elsewhere : 0
    f[.similarCompany] = employer == 0 ? similar : 0
    f[.brand] = f[.official] > 0 ? 0 : brand
    f[.brandOwn] = brand > 0 ? own : 0
  }

  // MARK: Change

  func changes(_ account: AccountState, _ f: inout PersonaFindings) {
    func replaced(_ a: Int32, _ b: Int32) -> Double {
      guard a != b, let a = world.texts[a], let b = world.texts[b] else { return 0 }
      let overlap = PersonName(a).overlap(PersonName(b))
      return overlap == 0 ? 1 : 0
    }
    var at: Int64?
    var earlier = f.claims.first
    for (i, new) in account.snapshots.enumerated().dropFirst() {
      let old = account.snapshots[i - 1]
      let when = new.changed.map { $0 > old.time && $0 <= new.time ? $0 : old.time } ?? old.time
      var changed = false
      let name = replaced(old.name, new.name)
      if name > 0 {
        f[.nameReplaced] = 1
        changed = true
      }
      if old.avatar >= 0, new.avatar >= 0, old.avatar != new.avatar {
        f[.faceReplaced] = 1
        changed = true
      }
      let now = f.claims[i]
      if let before = earlier, before.isTold, !before.isOwn, now.isOwn, f[.rostered] == 0, now.disclaimer == nil {
        f[.claimAcquired] = 1
        changed = true
      }
      if now.isOwn || earlier?.isTold != true { earlier = now }
      if changed {
        at = max(at ?? .min, when)
        f.previous = old
      }
    }
    for change in account.changes {
      switch change.field {
      case .name:
        if replaced(change.from, change.to) > 0 {
          f[.nameReplaced] = 1
          at = max(at ?? .min, change.time)
        }
      case .avatar:
        if change.from >= 0, change.to >= 0 {
          f[.faceReplaced] = 1
          at = max(at ?? .min, change.time)
        }
      case .employer, .bio, .title:
        let was = index.organisation.mention(Words.of(world.texts[change.from] ?? ""))
        let words = Words.of(world.texts[change.to] ?? "")
        if was != .own, index.organisation.mention(words) == .own, f[.rostered] == 0, Disclaimers.kind(in: words) == nil
        {
          f[.claimAcquired] = 1
          at = max(at ?? .min, change.time)
        }
      case .handle, .other: break
      }
    }
    guard let at else { return }
    f.changedAt = at
    let after = f.approaches.filter { $0.time >= at }.count
    if f.approaches.count >= 3 {
      f[.changedThenApproached] = Double(after) / Double(f.approaches.count) * min(1, log2(Double(1 + after)) / 4)
    }
  }
}
