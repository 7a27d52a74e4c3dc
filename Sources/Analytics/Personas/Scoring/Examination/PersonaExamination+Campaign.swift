/// What an account has in common with others, and what they do together: each below every threshold, together above.

import Evidence

/// How far the accounts that share something look like one hand's.
struct Hand {
  /// 0…1: how many they are, and how many of them are young.
  var strength = 0.0
  /// What the accounts show by themselves, in log-odds, by account.
  var alone: [(account: Int32, odds: Double)] = []
}

extension PersonaExamination {
  /// What an account shows by itself and what it has in common with others.
  func examineWhole(_ number: Int32) -> PersonaFindings {
    var findings = examine(number)
    sharing(number, &findings)
    return findings
  }

  /// Adds what the account shares with others, whose own scores must have been found (`AccountState.alone`).
  func sharing(_ number: Int32, _ f: inout PersonaFindings) {
    var kinds: [Int32: Set<PersonaPart>] = [:]
    let name = latestName(number)
    for thing in shared.things(of: number, world) {
      let found = hand(thing)
      guard found.strength > 0 else { continue }
      let isLink = thing.kind == .link || thing.kind == .host
      if isLink, f[.ownLinks] > 0 { continue }
      // "Title at Company" is anybody's biography who works there.
      if thing.kind == .bio || thing.kind == .bioWording, let bio = f.latest?.bio, words(bio).count <= 8,
        index.organisation.mention(words(bio)) == .own
      {
        continue
      }
      let part: PersonaPart =
        switch thing.kind {
        case .avatar, .picture: .sharedFace
        case .bio, .bioWording: .sharedBio
        case .link: .sharedLink
        case .host: .sharedHost
        case .wording: .sharedWording
        }
      var others = 0.0
      var count = 0
      for one in found.alone where one.account != number {
        // The accounts of one person show one face, and so do an impostor's and that of whom it imitates: no campaign.
        if part == .sharedFace || part == .sharedBio, name != nil, latestName(one.account) == name { continue }
        count += 1
        others += max(0, min(4, one.odds))
        kinds[one.account, default: []].insert(part == .sharedHost ? .sharedLink : part)
      }
      guard count > 0 else { continue }
      if found.strength > f[part] { f[part] = found.strength }
      let together = found.strength * min(1, others / 8)
      if together > f[.together] { f[.together] = together }
      if count > f.sharedWith {
        f.sharedWith = count
        f.sharedWhat = thing.kind
      }
    }
    // One thing in common may be chance; a face, a biography and a link in common is one hand.
    let most = kinds.values.reduce(1) { max($0, $1.count) }
    f[.sharedKinds] = min(1, Double(most - 1) / 2)
  }

  private func latestName(_ number: Int32) -> Int32? { world.accounts[Int(number)].snapshots.last?.name }

  /// Found once for all that share it.
  private func hand(_ thing: SharedThing) -> Hand {
    if let known = handOf[thing] { return known }
    let found = seek(thing)
    handOf[thing] = found
    return found
  }

  private func seek(_ thing: SharedThing) -> Hand {
    guard let members = shared.members[thing] else { return Hand() }
    if thing.kind == .link || thing.kind == .host, isCompanys(thing, members) { return Hand() }
    // The house's logo is on the pages of its own and of its fans.
    if thing.kind == .avatar, looks.officialAvatars.contains(thing.number) { return Hand() }
    var young = 0.0
    var known = 0.0
    var foreign = false
    var home = 0
    var away = 0
    var employers: Set<Int32> = []
    var hand = Hand()
    let bounds = world.configuration.thresholds
    for member in members {
      if index.person(account: world.key(of: member)) != nil { return Hand() }
      let other = world.accounts[Int(member)]
      hand.alone.append((member, Double(other.alone)))
      if let employer = other.snapshots.last?.employer, employer >= 0 { employers.insert(employer) }
      let (isHome, isForeign) = leads(of: other)
      if isHome { home += 1 }
      if isForeign {
        foreign = true
        away += 1
      }
      guard let seen = other.approaches.first?.time ?? other.snapshots.first?.time, let created = other.created
      else { continue }
      known += 1
      let days = Double(max(0, seen - created)) / Double(PersonaExamination.day)
      young += PersonaExamination.youth(days, bounds.campaignYoungDays, bounds.campaignGrownDays)
    }
    // The staff of one company write in its words, with its picture.
    let isFace = thing.kind == .avatar || thing.kind == .picture
    let isStaff =
      !isFace && !foreign && employers.count == 1
      && employers.allSatisfy { index.organisation.employer(words($0)) != .own }
    guard !isStaff, home * 2 < members.count else { return Hand() }
    // Many say the same in a greeting; those who say the same beside a link that is not theirs were told what to say.
    let told = thing.kind == .wording ? Double(away) / Double(members.count) : 1
    // Where nobody's age is known it may be either.
    let youth = (young + 0.4 * (Double(members.count) - known)) / Double(members.count)
    // A face belongs to one person, whatever the age of the accounts; the other things are shared by friends too.
    hand.strength = min(1, log2(Double(members.count)) / 2) * (isFace ? max(0.5, youth) : youth) * told
    return hand
  }

  /// Whether any of an account's links lead to its own company, and whether any lead away from it.
  private func leads(of account: AccountState) -> (home: Bool, away: Bool) {
    guard account.approaches.contains(where: \.hasLink) else { return (false, false) }
    let company = companyLabels(account)
    var (home, away) = (false, false)
    var seen = FewNumbers()
    for approach in account.approaches {
      for link in world.links(of: approach) where seen.insert(link, limit: 32) {
        guard let host = world.texts[link].flatMap(Domains.host(of:)) else { continue }
        if isOwn(host, company) { home = true } else if !shared.isService(link) { away = true }
      }
    }
    return (home, away)
  }
}
