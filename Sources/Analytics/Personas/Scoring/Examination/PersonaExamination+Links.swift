/// Where its links lead: home, away, or to what imitates the organisation.

import Evidence

extension PersonaExamination {
  /// What an account says it belongs to, as it would stand in a domain: its page's label, its employer, the words of both.
  func companyLabels(_ account: AccountState) -> Set<String> {
    var company: Set<String> = []
    var done = FewNumbers()
    for s in account.snapshots {
      if done.insert(s.url), let host = world.texts[s.url].flatMap(Domains.host(of:)) {
        company.insert(Domains.squashed(Domains.registeredLabel(host)))
      }
      for text in [s.employer, s.bio] where done.insert(text) {
        let name = OrganisationMatcher.withoutLegalForm(words(text))
        guard index.organisation.mention(name) != .own else { continue }
        let romanised = name.map { TextFolding.shared.look(TextFolding.shared.roman($0.base)) }
        if text == s.employer { company.insert(romanised.joined()) }
        for word in romanised where word.utf8.count >= 4 { company.insert(word) }
      }
    }
    return company
  }

  func isOwn(_ host: String, _ company: Set<String>) -> Bool {
    if looks.owns(host, index) || index.relation(host: host) != nil { return true }
    let label = Domains.squashed(Domains.registeredLabel(host))
    return company.contains(label)
      || company.contains { $0.utf8.count >= 4 && label.hasPrefix($0) || label.utf8.count >= 6 && $0.hasPrefix(label) }
  }

  /// A link, or a host that links lead to, that belongs to the company of one of those who send it.
  func isCompanys(_ thing: SharedThing, _ members: [Int32]) -> Bool {
    if let known = companyOf[thing] { return known }
    let host = world.texts[thing.number].flatMap(Domains.host(of:)) ?? ""
    let answer = members.contains { isOwn(host, companyLabels(world.accounts[Int($0)])) }
    companyOf[thing] = answer
    return answer
  }

  private enum Lead: Int { case nowhere, home, service, away, likeness, imitation }

  private func lead(_ link: Int32, _ company: Set<String>, _ f: inout PersonaFindings) -> Lead {
    guard let host = world.texts[link].flatMap(Domains.host(of:)) else { return .nowhere }
    let own = isOwn(host, company)
    if !looks.owns(host, index), f[.similarCompany] == 0 || !own {
      if index.organisation.isImitated(by: host, genericWord: { looks.genericWords.contains($0) }) {
        f.lureHost = f.lureHost.map { min($0, host) } ?? host
        return .imitation
      }
      // A word that many companies bear: an imitation only where it is nobody's page.
      if !own, !looks.similarPages.contains(host), index.organisation.isImitated(by: host, genericWord: { _ in false })
      {
        f.lureHost = f.lureHost ?? host
        return .likeness
      }
    }
    if own { return .home }
    let thing = SharedThing(kind: .link, number: link)
    let members = shared.members[thing] ?? []
    if members.count >= 2, isCompanys(thing, members) { return .home }
    return shared.isService(link) ? .service : .away
  }

  func links(_ account: AccountState, _ f: inout PersonaFindings) {
    guard f.approaches.contains(where: \.hasLink) else { return }
    let company = companyLabels(account)
    var leads: [Int32: Lead] = [:]
    var own = 0
    var lure = 0.0
    var baited = 0
    var services = 0
    var foreign: [Approach] = []
    for approach in f.approaches where approach.hasLink {
      var most = Lead.nowhere
      for link in world.links(of: approach) {
        let one = leads[link] ?? lead(link, company, &f)
        leads[link] = one
        if one.rawValue > most.rawValue { most = one }
      }
      if most == .home { own += 1 }
      if most == .service { services += 1 }
      if most.rawValue >= Lead.service.rawValue {
        foreign.append(approach)
        if approach.isBaited { baited += 1 }
      }
      if most == .imitation { lure = 1 }
      if most == .likeness { lure = max(lure, 0.6) }
    }
    f.linkedApproaches = foreign.count
    let total = Double(f.approaches.count)
    f[.lureDomain] = lure
    f[.bait] = baited == 0 ? 0 : 1
    func weighed(_ count: Int) -> Double { Double(count) / total * min(1, log2(Double(1 + count)) / 3) }
    f[.lureLinks] = weighed(foreign.count - services)
    f[.serviceLinks] = weighed(services)
    f[.ownLinks] = own == 0 ? 0 : Double(own) / Double(own + foreign.count)
    guard let start = foreign.first?.time else { return }
    let bounds = world.configuration.thresholds
    let dense = densest(foreign, within: PersonaExamination.days(bounds.linkBurstDays))
    f[.linkBurst] = Double(dense) / Double(foreign.count) * log2(Double(dense)) / 4
    // The same face as before: known for a week or more, or in touch without links, then a burst of them.
    let quietBefore = f.approaches.contains { $0.time < start - PersonaExamination.days(bounds.quietDays) }
    let knownBefore =
      account.snapshots.first.map { $0.time < start - PersonaExamination.days(bounds.knownDays) } ?? false
    if dense >= 2, dense * 10 >= foreign.count * 8, quietBefore || knownBefore, f[.young] == 0 {
      f[.takeover] = min(1, log2(Double(1 + dense)) / 3) * (quietBefore ? 1 : 0.8)
    }
  }
}
