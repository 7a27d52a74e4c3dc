/// What an account says about the organisation.

import Evidence

extension PersonaExamination {
  /// What one snapshot says about the organisation.
  struct Claim {
    var employer = OrganisationMatcher.Mention.none
    var hasEmployer = false
    /// It shows an employer or a biography at all: what was hidden cannot be said to have changed.
    var isTold = false
    var text = OrganisationMatcher.Mention.none
    var name = OrganisationMatcher.Mention.none
    /// The handle is the organisation's name with something beside it.
    var isHandle = false
    var disclaimer: Disclaimers.Kind?
    var relation = false
    var isOwn: Bool { employer == .own || text == .own }
  }

  /// What the name of a company comes to.
  struct Employer {
    var isNamed = false
    var mention = OrganisationMatcher.Mention.none
    var isRelation = false
    var disclaimer: Disclaimers.Kind?
  }

  func claim(_ s: Snapshot) -> Claim {
    var c = Claim()
    let employer = employer(s.employer)
    c.hasEmployer = employer.isNamed
    c.employer = employer.mention
    let bio = words(s.bio)
    let title = words(s.title)
    let name = words(s.name)
    c.isTold = c.hasEmployer || !bio.isEmpty
    c.text = index.organisation.mention(bio)
    if c.text == .none { c.text = index.organisation.mention(title) }
    c.name = index.organisation.mention(name)
    if let handle = world.texts[s.handle] { c.isHandle = index.organisation.isNamed(byHandle: handle) }
    // The organisation's own page is a claim too, when nothing else is said.
    if c.text == .none, !c.hasEmployer, let host = world.texts[s.url].flatMap(Domains.host(of:)),
      looks.owns(host, index)
    {
      c.text = .own
    }
    if let kind = Disclaimers.kind(in: name) {
      c.disclaimer = kind
    } else if c.text == .own || c.name == .own {
      c.disclaimer = Disclaimers.kind(in: bio) ?? Disclaimers.kind(in: title)
    } else if c.employer == .own {
      // Who has just begun, or works there for another, says so in the title.
      c.disclaimer = Disclaimers.kind(in: title) ?? employer.disclaimer
    }
    if c.disclaimer == nil, c.name != .none, Disclaimers.kind(in: bio) != nil { c.disclaimer = .unofficial }
    c.relation = employer.isRelation || index.relationNamed(in: bio) != nil
    if c.text == .own,
      c.employer == .similar || looks.similarNames.contains(where: { Words.find($0, in: bio) != nil })
    {
      c.text = .similar
    }
    return c
  }

  /// What a company's name says, found once: many work for few.
  private func employer(_ text: Int32) -> Employer {
    guard text >= 0 else { return Employer() }
    if let known = employers[text] { return known }
    let words = words(text)
    let found = Employer(
      isNamed: !words.isEmpty, mention: index.organisation.employer(words), isRelation: index.relation(words) != nil,
      disclaimer: Disclaimers.kind(in: words))
    if employers.count >= 100_000 { employers.removeAll(keepingCapacity: true) }
    employers[text] = found
    return found
  }

  func affiliation(_ account: AccountState, _ key: AccountKey, _ me: Int?, _ f: inout PersonaFindings) {
    var employer = 0.0
    var text = 0.0
    var disclaimed = 0.0
    var elsewhere = 0.0
    var similar = 0.0
    var brand = 0.0
    var own = 0.0
    if index.isRelation(key) { f[.relation] = 1 }
    for (s, c) in zip(account.snapshots, f.claims) {
      if c.relation { f[.relation] = 1 }
      if c.employer == .similar || c.employer == .none && c.text == .similar { similar = 1 }
      if c.disclaimer != nil, c.isOwn || c.name == .own || c.text != .none { disclaimed = 1 }
      if c.employer == .own { employer = 1 }
      if c.text == .own, c.disclaimer == nil {
        if c.hasEmployer, c.employer == .none { elsewhere = 1 } else { text = 1 }
      }
      let isNamed = c.name == .own || c.name == .similar && c.employer != .similar || c.isHandle && !c.hasEmployer
      if isNamed, c.disclaimer == nil {
        brand = 1
        // Anybody can copy the logo.
        if s.verified { own = 1 }
        if let host = world.texts[s.url].flatMap(Domains.host(of:)), looks.owns(host, index) {
          own = max(own, 0.7)
        }
      }
    }
    guard me == nil else { return }
    // A handle on record that is years old or known to be real is the organisation's; a new one may be squatted on
    // another platform.
    if f[.official] > 0, own >= 0.7 || f[.old] > 0 {
      f[.brandOwn] = own
      return
    }
    f[.claimEmployer] = employer
    f[.claimText] = text
    f[.disclaimed] = disclaimed
    f[.employerElsewhere] = text == 0 ? elsewhere : 0
    f[.similarCompany] = employer == 0 ? similar : 0
    f[.brand] = brand
    f[.brandOwn] = brand > 0 ? own : 0
  }
}
