/// What changed of an account, when, how far from what it was; and whether it slept before.

import Evidence

extension PersonaExamination {
  /// 1 when no word of a name is in the other.
  private func replaced(_ a: Int32, _ b: Int32) -> Double {
    guard a != b, let a = world.texts[a], let b = world.texts[b] else { return 0 }
    return PersonName(a).overlap(PersonName(b)) == 0 ? 1 : 0
  }

  func changes(_ account: AccountState, _ f: inout PersonaFindings) {
    var at: Int64?
    var earlier = f.claims.first
    var employerReplaced = false
    var handleReplaced = false
    for (i, new) in account.snapshots.enumerated().dropFirst() {
      let old = account.snapshots[i - 1]
      let when = new.changed > old.time && new.changed <= new.time ? new.changed : old.time
      var changed = false
      if replaced(old.name, new.name) > 0 {
        f[.nameReplaced] = 1
        changed = true
      }
      if old.avatar >= 0, new.avatar >= 0, old.avatar != new.avatar, !isSamePicture(old, new) {
        f[.faceReplaced] = 1
        changed = true
      }
      if old.employer >= 0, new.employer >= 0, old.employer != new.employer { employerReplaced = true }
      if old.handle != new.handle { handleReplaced = true }
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
    for change in account.changes { take(change, &at, &employerReplaced, &handleReplaced, &f) }
    dormancy(account, &f)
    guard let at else { return }
    f.changedAt = at
    // People marry, move and take new pictures; one who is another by name and by what else there is is another.
    if f[.nameReplaced] > 0 {
      f[.identityReplaced] =
        (f[.faceReplaced] > 0 ? 0.5 : 0) + (employerReplaced ? 0.3 : 0) + (handleReplaced ? 0.2 : 0)
    }
    let after = f.approaches.filter { $0.time >= at }.count
    if after >= 2, f[.nameReplaced] > 0 || f[.claimAcquired] > 0 {
      f[.changedThenApproached] = Double(after) / Double(f.approaches.count) * min(1, log2(Double(1 + after)) / 4)
    }
  }

  private func isSamePicture(_ a: Snapshot, _ b: Snapshot) -> Bool {
    a.hasPHash && b.hasPHash && (a.pHash ^ b.pHash).nonzeroBitCount <= world.configuration.thresholds.pictureDistance
  }

  private func take(
    _ change: ToldChange, _ at: inout Int64?, _ employerReplaced: inout Bool, _ handleReplaced: inout Bool,
    _ f: inout PersonaFindings
  ) {
    switch change.field {
    case .name:
      guard replaced(change.from, change.to) > 0 else { return }
      f[.nameReplaced] = 1
    case .avatar:
      guard change.from >= 0, change.to >= 0 else { return }
      f[.faceReplaced] = 1
    case .employer, .bio, .title:
      if change.field == .employer, change.from >= 0 { employerReplaced = true }
      let was = index.organisation.mention(words(change.from))
      let now = words(change.to)
      guard was != .own, index.organisation.mention(now) == .own, f[.rostered] == 0, Disclaimers.kind(in: now) == nil
      else { return }
      f[.claimAcquired] = 1
    case .handle:
      handleReplaced = true
      return
    case .other: return
    }
    at = max(at ?? .min, change.time)
  }

  /// An account that did nothing for long, or nearly nothing in all its years, and then turns to many at once.
  private func dormancy(_ account: AccountState, _ f: inout PersonaFindings) {
    guard f.approaches.count >= 3 else { return }
    let bounds = world.configuration.thresholds
    let dense = densest(f.approaches, within: PersonaExamination.days(bounds.burstDays))
    guard dense >= 3 else { return }
    var gap: Int64 = 0
    for (a, b) in zip(f.approaches, f.approaches.dropFirst()) { gap = max(gap, b.time - a.time) }
    if gap >= PersonaExamination.days(bounds.dormantDays) { f.dormantDays = Int(gap / PersonaExamination.day) }
    if f[.old] > 0, let created = account.created, let posts = account.snapshots.last?.posts, posts >= 0,
      posts <= bounds.fewPosts,
      let first = f.approaches.first?.time
    {
      f.dormantDays = max(f.dormantDays, Int(max(0, first - created) / PersonaExamination.day))
    }
    f[.dormant] = f.dormantDays == 0 ? 0 : min(1, log2(Double(dense)) / 3)
  }
}
