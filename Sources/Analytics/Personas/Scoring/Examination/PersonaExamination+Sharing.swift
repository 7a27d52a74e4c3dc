/// What it shares with other accounts, and what the parts say together.

import Evidence

extension PersonaExamination {
  // MARK: Campaign

  func sharing(_ account: AccountState, _ number: Int32, _ f: inout PersonaFindings) {
    /// How far a set of accounts looks like one hand's: most of them young or unknown, and not one company's staff.
    func strength(_ sharing: Sharing?, _ f: inout PersonaFindings) -> Double {
      let members = members(sharing)
      guard members.count >= 2 else { return 0 }
      var young = 0
      var known = 0
      var rostered = 0
      for member in members {
        let other = world.accounts[Int(member)]
        if index.person(account: world.key(of: member)) != nil { rostered += 1 }
        guard let seen = world.approaches(of: member).first?.time ?? other.snapshots.first?.time,
          let created = other.snapshots.compactMap(\.created).min()
        else { continue }
        known += 1
        if seen - created < 60 * PersonaExamination.day { young += 1 }
      }
      guard rostered == 0, known > 0, young * 2 >= known else { return 0 }
      f.sharedWith = max(f.sharedWith, members.count - 1)
      return min(1, log2(Double(members.count)) / 2) * Double(young) / Double(known)
    }
    for s in account.snapshots {
      if s.avatar >= 0 { f[.sharedFace] = max(f[.sharedFace], strength(world.byAvatar[s.avatar], &f)) }
      if s.bio >= 0 { f[.sharedBio] = max(f[.sharedBio], strength(world.byBio[s.bio], &f)) }
    }
    guard f[.ownLinks] == 0 else { return }
    var done: Set<Int32> = []
    for approach in f.approaches {
      for link in approach.links where done.insert(link).inserted {
        if let host = world.texts[link].flatMap(Domains.host(of:)), isCompanys(link, host) { continue }
        f[.sharedLink] = max(f[.sharedLink], strength(world.byLink[link], &f))
      }
    }
  }

  // MARK: Together

  func combine(_ f: inout PersonaFindings) {
    let claims = max(f[.claimAcquired], max(f[.claimEmployer], f[.claimText], f[.brand]) * (1 - 0.7 * f[.disclaimed]))
    let name = max(f[.namePlain], f[.nameTricked])
    f[.claimUnlisted] = claims
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
