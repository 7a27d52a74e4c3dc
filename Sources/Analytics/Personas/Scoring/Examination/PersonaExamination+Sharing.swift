/// What it shares with other accounts, and what the parts say together.

import Evidence

/// A picture, a biography or a link, by its number among texts.
struct SharedThing: Hashable {
  enum Kind { case avatar, bio, link }
  var kind: Kind
  var number: Int32
}

extension PersonaExamination {
  // MARK: Campaign

  func sharing(_ account: AccountState, _ number: Int32, _ f: inout PersonaFindings) {
    func strength(_ kind: SharedThing.Kind, _ number: Int32, _ f: inout PersonaFindings) -> Double {
      let found = oneHand(SharedThing(kind: kind, number: number))
      if found.strength > 0 { f.sharedWith = max(f.sharedWith, found.others) }
      return found.strength
    }
    for s in account.snapshots {
      if s.avatar >= 0 { f[.sharedFace] = max(f[.sharedFace], strength(.avatar, s.avatar, &f)) }
      if s.bio >= 0 { f[.sharedBio] = max(f[.sharedBio], strength(.bio, s.bio, &f)) }
    }
    guard f[.ownLinks] == 0 else { return }
    var done: Set<Int32> = []
    for approach in f.approaches {
      for link in approach.links where done.insert(link).inserted {
        if let host = world.texts[link].flatMap(Domains.host(of:)), isCompanys(link, host) { continue }
        f[.sharedLink] = max(f[.sharedLink], strength(.link, link, &f))
      }
    }
  }

  /// How far the accounts that share something look like one hand's: most of them young or unknown, and not one
  /// company's staff. Found once for all of them.
  private func oneHand(_ thing: SharedThing) -> (strength: Double, others: Int) {
    if let known = handOf[thing] { return known }
    let found = seekHand(thing)
    handOf[thing] = found
    return found
  }

  private func seekHand(_ thing: SharedThing) -> (strength: Double, others: Int) {
    let sharing: Sharing? =
      switch thing.kind {
      case .avatar: world.byAvatar[thing.number]
      case .bio: world.byBio[thing.number]
      case .link: world.byLink[thing.number]
      }
    let members = members(sharing)
    guard members.count >= 2 else { return (0, 0) }
    var young = 0
    var known = 0
    for member in members {
      if index.person(account: world.key(of: member)) != nil { return (0, 0) }
      let other = world.accounts[Int(member)]
      guard let seen = world.approaches(of: member).first?.time ?? other.snapshots.first?.time,
        let created = other.snapshots.compactMap(\.created).min()
      else { continue }
      known += 1
      if seen - created < 60 * PersonaExamination.day { young += 1 }
    }
    guard young > 0, young * 2 >= known else { return (0, 0) }
    return (min(1, log2(Double(members.count)) / 2) * Double(young) / Double(known), members.count - 1)
  }

  // MARK: Together

  func combine(_ f: inout PersonaFindings) {
    let claims = max(f[.claimAcquired], max(f[.claimEmployer], f[.claimText], f[.brand]) * (1 - 0.7 * f[.disclaimed]))
    let name = max(f[.namePlain], f[.nameTricked])
    f[.claimUnlisted] = claims
    // Whose account is of years, shows what it always showed and sends no links of others is likely a colleague whom the
    // roster lacks, or lacks the account of.
    let isUnchanged = f[.nameReplaced] == 0 && f[.faceReplaced] == 0 && f[.claimAcquired] == 0
    if isUnchanged, f[.brand] == 0, f[.faceCopied] == 0, f[.bioCopied] == 0, f[.nameTricked] == 0,
      f.linkedApproaches == 0, f.reported == 0
    {
      f[.claimSettled] = claims * f[.old] * max(0, 1 - f[.dayBurst])
    }
    f[.nameWithClaim] = name * claims
    f[.nameAccepted] = name * max(0, f[.accepted])
    if claims == 0, let s = f.latest, s.employer >= 0, !(world.texts[s.employer] ?? "").isEmpty {
      f[.nameElsewhere] = name
    }
    f[.claimYoung] = claims * f[.young]
    f[.claimVolume] = claims * f[.burst]
    f[.youngVolume] = f[.young] * f[.burst]
    f[.relationYoung] = f[.relation] * f[.young]
    f[.nameDirect] *= name
  }
}
