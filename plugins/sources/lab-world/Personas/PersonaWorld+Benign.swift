/// Everybody who means no harm, however alike some look to those who do.

extension PersonaWorld {
  /// Employees' own accounts: some listed on the roster, some not, a few promoted, some new on their first day.
  func makeEmployees() {
    for index in organisation.people.indices {
      let person = organisation.people[index]
      let platforms = ["linkedin"] + (random.chance(0.35) ? ["x"] : []) + (random.chance(0.3) ? ["mastodon"] : [])
      for platform in platforms where platform != "linkedin" || random.chance(0.92) {
        let isNew = person.start > plan.firstDay
        let isListed = random.chance(0.85)
        let isPromoted = isListed && !isNew && random.chance(0.07)
        let family =
          isNew ? "new-hire" : !isListed ? "employee-unlisted" : isPromoted ? "employee-promoted" : "employee"
        let account = profile(
          family, platform: platform, name: person.name,
          created: random.chance(0.06) ? moment(random.below(20)) : nil)
        employ(account, person.title, random.pick(organisation.names))
        if platform != "linkedin", random.chance(0.5) { account.bio = phrases.hobby(account.language) }
        // The same face and words elsewhere.
        if let first = own[person.id]?.first {
          if random.chance(0.5) { account.picture = first.picture }
          if random.chance(0.3) { account.bio = first.bio }
        }
        if random.chance(0.3) { account.links = ["https://www.\(random.pick(organisation.domains))/"] }
        own[person.id, default: []].append(account)
        if isListed { organisation.people[index].accounts.append(account.reference) }
        if isNew {
          let first = Int(person.start - plan.firstDay)
          account.employer = random.pick(Phrases.companies)
          account.bio = phrases.hobby(account.language)
          if random.chance(0.5) { look(at: account, moment(random.below(max(first, 1)))) }
          employ(account, person.title, organisation.name)
          account.changed = moment(first)
          look(at: account, moment(first) + hour)
          approachMany(
            account, colleagues(of: person, random.within(4...12)), firstDay: first, days: 6,
            words: { _ in phrases.greeting("all") }, messages: 0.1)
          continue
        }
        if random.chance(0.85) { look(at: account, moment(random.below(plan.days / 2))) }
        if isPromoted {
          account.title = "Senior \(person.title)"
          if random.chance(0.3) { account.picture = Picture(random) }
          account.changed = moment(plan.days / 2)
          look(at: account, moment(plan.days / 2 + random.below(10)))
        } else if random.chance(0.4) {
          look(at: account, moment(plan.days / 2 + random.below(plan.days / 2)))
        }
        if random.chance(0.3) {
          let colleagues = colleagues(of: person, random.within(1...3))
          approachMany(
            account, colleagues, firstDay: anyDay(), days: 10, words: { phrases.greeting($0.name.given) }, messages: 0.2
          )
        }
      }
    }
    for (index, handle) in organisation.handles.enumerated() {
      let account = profile("official", platform: ["x", "linkedin", "mastodon"][index % 3])
      account.name = index == 1 ? "\(organisation.name) Careers" : organisation.name
      account.handle = handle
      account.bio = "Official account of \(organisation.name), \(plan.house.trade) since 1961."
      account.links = ["https://www.\(organisation.domain)/"]
      account.followers = random.within(3000...20_000)
      account.verified = index == 0
      look(at: account, moment(anyDay()))
      for target in some(2) {
        approach(account, target, "mention", moment(anyDay()), text: "Well done!")
      }
    }
  }

  /// The rest of the benign world, `count` accounts, in shares.
  func makeOutsiders(_ count: Int) {
    let shares: [(Int, () -> Void)] = [
      (440, stranger), (75, vendor), (60, recruiter), (40, marketer), (28, partner), (36, namesake), (26, nearName),
      (36, newcomer), (60, alumnus), (16, staleProfile), (12, contractor), (14, intern), (14, journalist), (7, fan),
      (7, parodist), (10, renamed), (2, family),
    ]
    let whole = shares.reduce(0) { $0 + $1.0 }
    for (share, make) in shares {
      let exact = Double(count * share) / Double(whole)
      let number = Int(exact) + (random.chance(exact - exact.rounded(.down)) ? 1 : 0)
      for _ in 0..<max(number, 1) { make() }
    }
    for _ in 0..<max(1, count / 400) { salesTeam() }
  }

  /// What benign accounts say beyond what their families do: to the same few people, over all days.
  func makeChatter() {
    guard plan.chatter > 0 else { return }
    for account in profiles where !account.isMalicious {
      let whole = Int(plan.chatter * 2 * random.unit() + random.unit())
      let known = few(1, 3)
      for _ in 0..<whole {
        let isMessage = random.chance(0.3)
        let person = random.pick(known)
        approach(
          account, person, isMessage ? "direct_message" : "mention", moment(anyDay()),
          text: random.chance(0.5) ? phrases.greeting(person.name.given) : nil)
      }
    }
  }

  private func few(_ low: Int, _ high: Int) -> [Employee] { some(random.within(low...high)) }

  private func stranger() {
    let account = profile("stranger")
    if random.chance(0.6) {
      employ(account, random.pick(Phrases.trades), random.pick(Phrases.companies))
    } else {
      account.bio = random.chance(0.8) ? phrases.hobby(account.language) : nil
    }
    if random.chance(0.9) { look(at: account, moment(anyDay())) }
    if random.chance(0.2) { look(at: account, moment(anyDay())) }
    if random.chance(0.5) {
      approachMany(
        account, few(1, 2), firstDay: anyDay(), days: 1, words: { self.phrases.greeting($0.name.given) }, messages: 0.25
      )
    }
  }

  /// Someone of a company on record; a third of the kind are of companies that are not.
  private func related(_ kind: String, _ family: String, _ titles: [String], known: Double) -> (Profile, String) {
    let relations = organisation.relations.indices.filter { organisation.relations[$0].kind == kind }
    let account = profile(family, platform: random.chance(0.8) ? "linkedin" : nil)
    if random.chance(known), !relations.isEmpty {
      let index = random.pick(relations)
      let relation = organisation.relations[index]
      employ(account, random.pick(titles), relation.name)
      account.links = random.chance(0.5) ? ["https://\(relation.domain)/"] : []
      if random.chance(0.35) { organisation.relations[index].accounts.append(account.reference) }
      return (account, relation.name)
    }
    let company =
      "\(random.pick(["Alder", "Beacon", "Cobalt", "Drift", "Elm", "Fathom", "Gable", "Hearth"])) \(random.pick(["Partners", "Group", "Supply", "Systems", "Associates", "Works"]))"
    employ(account, random.pick(titles), company)
    return (account, company)
  }

  private func recruiter() {
    let (account, company) = related(
      "recruiter", "recruiter", ["Technical Recruiter", "Talent Partner", "Headhunter"], known: 0.65)
    let first = anyDay()
    if random.chance(0.9) { look(at: account, moment(max(0, first - 1))) }
    approachMany(
      account, few(3, 14), firstDay: first, days: 12, words: { self.phrases.recruiting($0.name.given, company) },
      messages: 0.5, links: random.chance(0.3) ? account.links : [])
  }

  private func vendor() {
    let (account, company) = related(
      "vendor", "vendor", ["Account Executive", "Key Account Manager", "Field Engineer"], known: 0.6)
    let first = anyDay()
    if random.chance(0.85) { look(at: account, moment(max(0, first - 1))) }
    approachMany(
      account, few(1, 6), firstDay: first, days: 15, words: { self.phrases.selling($0.name.given, company) },
      messages: 0.5,
      links: random.chance(0.4) ? account.links : [])
  }

  private func marketer() {
    let (account, company) = related("marketing", "marketing", ["Copywriter", "Campaign Manager"], known: 0.5)
    look(at: account, moment(anyDay()))
    approachMany(
      account, few(2, 7), firstDay: anyDay(), days: 10, words: { self.phrases.selling($0.name.given, company) })
  }

  private func partner() {
    let (account, _) = related("partner", "partner", ["Research Fellow", "Programme Lead"], known: 0.8)
    if random.chance(0.4) { account.bio = "Joint projects with \(organisation.name) on \(plan.house.trade)." }
    look(at: account, moment(anyDay()))
    approachMany(account, few(1, 4), firstDay: anyDay(), days: 20, words: { self.phrases.greeting($0.name.given) })
  }

  private func journalist() {
    let (account, _) = related("press", "press", ["Reporter", "Editor"], known: 0.5)
    if random.chance(0.3) { account.bio = "I write about industry. Now: \(organisation.name) and its neighbours." }
    look(at: account, moment(anyDay()))
    approachMany(
      account, few(1, 3), firstDay: anyDay(), days: 4, words: { _ in "May I ask two questions for a piece?" },
      messages: 0.7)
  }

  /// One template, one week, one link: loud, and harmless.
  private func salesTeam() {
    let company = "Lumen Dispatch"
    let first = anyDay()
    let link = "https://lumendispatch.example/spring"
    for _ in 0..<5 {
      let account = profile("sales-team", platform: "linkedin")
      employ(account, "Sales Development Representative", company)
      look(at: account, moment(max(0, first - 2)))
      approachMany(
        account, few(4, 9), firstDay: first, days: 5,
        words: { "Hi \($0.name.given), teams like yours ship 20 % faster with \(company). Worth a look?" },
        messages: 0.8,
        links: [link])
    }
  }

  private func alumnus() {
    let account = profile("alumnus")
    employ(account, random.pick(Phrases.trades), random.pick(Phrases.companies))
    if random.chance(0.5) { account.bio = "Formerly \(organisation.name). \(phrases.hobby(account.language))" }
    look(at: account, moment(anyDay()))
    if random.chance(0.5) {
      approachMany(account, few(1, 4), firstDay: anyDay(), days: 30, words: { self.phrases.greeting($0.name.given) })
    }
  }

  /// Left long ago and never changed the page.
  private func staleProfile() {
    let account = profile("stale-profile", platform: "linkedin", created: yearsBefore(5, 12))
    employ(account, "Assembly Technician", organisation.name)
    account.posts = random.within(0...6)
    look(at: account, moment(anyDay()))
  }

  private func contractor() {
    let account = profile("contractor", platform: "linkedin")
    employ(account, "Contractor", "Self-employed")
    account.bio = "On site at \(organisation.name) until the summer."
    look(at: account, moment(anyDay()))
    approachMany(
      account, few(2, 6), firstDay: anyDay(), days: 15, words: { self.phrases.greeting($0.name.given) }, messages: 0.2)
  }

  private func intern() {
    let account = profile("intern", platform: "linkedin", created: yearsBefore(0.05, 1.5))
    employ(account, "Intern", organisation.name)
    account.followers = random.within(4...60)
    let first = anyDay()
    look(at: account, moment(first))
    approachMany(
      account, few(2, 9), firstDay: first, days: 8, words: { _ in "Hello, I have just begun my internship!" },
      messages: 0.2)
  }

  /// Bears the name of someone on the roster; that happens.
  private func namesake() {
    let person = random.pick(staff)
    let account = profile("namesake", name: person.name)
    employ(account, random.pick(Phrases.trades), random.pick(Phrases.companies))
    if random.chance(0.2) {
      account.name = "\(person.name.given) \(random.pick(["A.", "M.", "J."])) \(person.name.family)"
    }
    look(at: account, moment(anyDay()))
    if random.chance(0.25) { approachMany(account, few(1, 1), firstDay: anyDay(), days: 1, words: { _ in nil }) }
  }

  /// Works for a company that is called nearly the same.
  private func nearName() {
    let account = profile("near-name", platform: "linkedin")
    employ(
      account, random.pick(Phrases.trades),
      random.pick(plan.house.similar))
    look(at: account, moment(anyDay()))
    if random.chance(0.4) {
      approachMany(account, few(1, 3), firstDay: anyDay(), days: 9, words: { self.phrases.greeting($0.name.given) })
    }
  }

  private func newcomer() {
    let born = random.below(max(plan.days - 4, 1))
    let account = profile("newcomer", created: moment(born))
    account.followers = random.within(0...25)
    account.posts = random.within(0...4)
    account.bio = random.chance(0.5) ? phrases.hobby(account.language) : nil
    look(at: account, moment(born + random.below(4)) + day)
    if random.chance(0.6) {
      approachMany(
        account, few(1, 5), firstDay: born + 1, days: 10, words: { self.phrases.greeting($0.name.given) }, messages: 0.1
      )
    }
  }

  private func fan() {
    let account = profile("fan-club", platform: random.chance(0.5) ? "x" : "mastodon")
    account.name = "Friends of \(plan.house.shortName)"
    account.bio = "Fan page for all things \(organisation.name). Not affiliated with the company."
    look(at: account, moment(anyDay()))
    for target in few(1, 4) { approach(account, target, "follow", moment(anyDay())) }
  }

  private func parodist() {
    let account = profile("parody", platform: "x")
    account.name = "Not \(random.pick(sensitive).name.full)"
    account.bio = "Parody. Nobody at \(organisation.names[1]) says this, sadly."
    look(at: account, moment(anyDay()))
    for target in few(0, 2) { approach(account, target, "mention", moment(anyDay()), text: "We now also polish egos.") }
  }

  /// Marries, or takes another name for other reasons; all else stays.
  private func renamed() {
    let account = profile("renamed")
    employ(account, random.pick(Phrases.trades), random.pick(Phrases.companies))
    look(at: account, moment(random.below(plan.days / 3)))
    let stock = NameStock.any(random).name(random)
    account.name = "\(account.name.split(separator: " ").first.map(String.init) ?? account.name) \(stock.family)"
    account.changed = moment(plan.days / 3 + 2)
    if random.chance(0.3) { account.picture = Picture(random) }
    look(at: account, moment(plan.days / 3 + random.within(3...12)))
    if random.chance(0.5) {
      approachMany(
        account, few(1, 3), firstDay: plan.days / 2, days: 10, words: { self.phrases.greeting($0.name.given) })
    }
  }

  /// Same surname, one relative only.
  private func family() {
    let person = random.pick(staff)
    var name = NameStock.all[0].name(random)
    name.family = person.name.family
    name.full = "\(name.given) \(person.name.family)"
    let account = profile("family", platform: "x", name: name)
    account.bio = phrases.hobby(account.language)
    look(at: account, moment(anyDay()))
    approach(account, person, "mention", moment(anyDay()), text: "Look what I found in the attic!")
  }
}
