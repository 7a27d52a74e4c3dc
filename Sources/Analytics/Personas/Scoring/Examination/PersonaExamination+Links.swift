/// Where its links lead: home, away, or to what imitates the organisation.

import Evidence

extension PersonaExamination {
  /// What an account says it belongs to, as it would stand in a domain: its page's label, its employer, the words of both.
  func companyLabels(_ account: AccountState) -> Set<String> {
    var company: Set<String> = []
    var done: Set<Int32> = []
    for s in account.snapshots {
      if s.url >= 0, done.insert(s.url).inserted, let host = world.texts[s.url].flatMap(Domains.host(of:)) {
        company.insert(Domains.squashed(Domains.registeredLabel(host)))
      }
      for text in [s.employer, s.bio] where text >= 0 && done.insert(text).inserted {
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
    if index.organisation.owns(host: host) { return true }
    let label = Domains.squashed(Domains.registeredLabel(host))
    return company.contains(label)
      || company.contains { $0.utf8.count >= 4 && label.hasPrefix($0) || label.utf8.count >= 6 && $0.hasPrefix(label) }
  }

  /// The accounts that share something, each once, those known by handle only under the account that bears it.
  func members(_ sharing: Sharing?) -> Set<Int32> {
    guard let accounts = sharing?.accounts, accounts.count <= PersonaWorld.stockLimit else { return [] }
    return Set(accounts.map(world.resolved))
  }

  /// A link that belongs to the company of one of those who send it.
  func isCompanys(_ link: Int32, _ host: String) -> Bool {
    if let known = companyOfLink[link] { return known }
    let members = members(world.byLink[link])
    let answer = members.count >= 2 && members.contains { isOwn(host, companyLabels(world.accounts[Int($0)])) }
    companyOfLink[link] = answer
    return answer
  }

  func links(_ account: AccountState, _ f: inout PersonaFindings) {
    guard f.approaches.contains(where: { !$0.links.isEmpty }) else { return }
    let company = companyLabels(account)
    var kinds: [Int32: Int] = [:]
    func kind(_ link: Int32) -> Int {
      if let known = kinds[link] { return known }
      var kind = 0
      if let host = world.texts[link].flatMap(Domains.host(of:)) {
        let own = isOwn(host, company)
        let imitates = index.organisation.isImitated(by: host) { genericWords.contains($0) }
        if imitates, f[.similarCompany] == 0 || !own {
          kind = 3
          f.lureHost = f.lureHost.map { min($0, host) } ?? host
        } else {
          kind = own || isCompanys(link, host) ? 1 : 2
        }
      }
      kinds[link] = kind
      return kind
    }
    var own = 0
    var lure = 0
    var foreign: [Approach] = []
    for approach in f.approaches where !approach.links.isEmpty {
      let most = approach.links.map(kind).max() ?? 0
      if most == 1 { own += 1 }
      if most >= 2 { foreign.append(approach) }
      if most == 3 { lure += 1 }
    }
    f.linkedApproaches = foreign.count
    guard !f.approaches.isEmpty else { return }
    let total = Double(f.approaches.count)
    f[.lureDomain] = lure == 0 ? 0 : 1
    f[.lureLinks] = Double(foreign.count) / total * min(1, log2(Double(1 + foreign.count)) / 3)
    f[.ownLinks] = Double(own) / total
    guard let start = foreign.first?.time else { return }
    let dense = densest(foreign, within: 2 * PersonaExamination.day)
    f[.linkBurst] = Double(dense) / Double(foreign.count) * log2(Double(dense)) / 4
    // The same face as before: known for a week or more, or in touch without links, then a burst of them.
    let quietBefore = f.approaches.contains { $0.time < start - PersonaExamination.day }
    let knownBefore = account.snapshots.first.map { $0.time < start - 7 * PersonaExamination.day } ?? false
    if dense >= 2, dense * 10 >= foreign.count * 8, quietBefore || knownBefore, f[.young] == 0 {
      f[.takeover] = min(1, log2(Double(1 + dense)) / 3) * (quietBefore ? 1 : 0.8)
    }
  }
}
