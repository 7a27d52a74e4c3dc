/// Those who mean harm: accounts made up, made alike, broken into, or run together.

extension PersonaWorld {
  /// About `count` malicious accounts, in shares.
  func makeMalicious(_ count: Int) {
    let shares: [(Int, Int, () -> Void)] = [
      (24, 1, fabricated), (20, 1, lookalike), (18, 1, compromised), (24, 4, campaign), (12, 1, takeover),
      (8, 1, oneShot),
      (6, 1, brand),
    ]
    for (share, accounts, make) in shares {
      let exact = Double(count * share) / 112 / Double(accounts)
      let number = Int(exact) + (random.chance(exact - exact.rounded(.down)) ? 1 : 0)
      for _ in 0..<max(number, 1) { make() }
    }
  }

  /// Domains that look like the organisation's, and link shorteners.
  func lureLink() -> String {
    let host = random.pick(plan.house.imitations + ["lnk7.test", "docs-share.test"] + Self.services)
    return "http://\(host)/\(random.hex(6))"
  }

  private func many(_ low: Int, _ high: Int) -> [Employee] { some(random.within(low...high)) }

  /// Claims to be a colleague whom nobody knows.
  private func fabricated() {
    let first = random.within(3...max(4, plan.days - 12))
    let isBought = random.chance(0.35)
    let account = profile(
      "fabricated", malicious: true, platform: random.chance(0.75) ? "linkedin" : nil,
      created: isBought ? yearsBefore(1.5, 7) : start + Int64(first) * day - random.seconds(2, 45) * 86_400)
    let title = random.pick([
      "HR Coordinator", "Optical Engineer", "Procurement Lead", "IT Support Engineer", "Sales Engineer",
    ])
    employ(account, title, random.pick(organisation.names))
    account.followers = random.within(0...(isBought ? 70 : 130))
    account.following = random.within(20...500)
    account.posts = random.within(0...5)
    look(at: account, moment(max(0, first - 1)))
    let link = lureLink()
    approachMany(
      account, many(6, 20), firstDay: first,
      days: random.chance(0.75) ? random.within(2...8) : random.within(15...max(16, plan.days - first)),
      words: { self.phrases.lure($0.name.given) }, messages: 0.35, links: random.chance(0.8) ? [link] : [])
    if random.chance(0.4) { look(at: account, moment(min(plan.days - 1, first + 6))) }
  }

  /// One letter for another that looks like it.
  private static let twins: [Character: Character] = [
    "a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "i": "і", "A": "А", "B": "В", "E": "Е", "O": "О",
    "l": "I", "α": "a", "ο": "o", "а": "a", "о": "o", "і": "i",
  ]

  private func twin(of name: String) -> String {
    let places = name.indices.filter { Self.twins[name[$0]] != nil }
    guard !places.isEmpty else { return name }
    let chosen = Set(random.sample(places, random.within(1...2)))
    return String(name.indices.map { chosen.contains($0) ? Self.twins[name[$0]] ?? name[$0] : name[$0] })
  }

  /// The name itself, or one of the ways in which names are imitated.
  private func imitation(of name: LabName) -> String {
    let full = name.full
    switch random.below(20) {
    case 0..<6: return full
    case 6..<11: return twin(of: full)
    case 11..<14:
      // Two neighbours change places, or one comes twice.
      var letters = Array(full)
      let places = letters.indices.dropFirst().dropLast().filter { letters[$0].isLetter && letters[$0 + 1].isLetter }
      guard let place = places.isEmpty ? nil : random.pick(places) else { return full }
      if random.chance(0.5) { letters.swapAt(place, place + 1) } else { letters.insert(letters[place], at: place) }
      return String(letters)
    case 14..<16: return "\(name.given) \(name.family)"
    case 16: return "\(name.family) \(name.given)"
    case 17: return "\(name.given.prefix(1)). \(name.family)"
    case 18: return "\(full) (\(organisation.names[1]))"
    default: return "\(name.given) \(random.pick(["A.", "K.", "M."])) \(name.family)"
    }
  }

  /// A second account of somebody who has one.
  private func lookalike() {
    let person = random.pick(sensitive)
    let original = own[person.id]?.first
    let first = random.within(3...max(4, plan.days - 10))
    let account = profile(
      "lookalike", malicious: true, platform: random.chance(0.6) ? original?.platform : nil, name: person.name,
      created: random.chance(0.75) ? start + Int64(first) * day - random.seconds(1, 30) * 86_400 : yearsBefore(1, 5))
    account.name = imitation(of: person.name)
    employ(account, person.title, random.pick(organisation.names))
    if random.chance(0.65), let picture = original?.picture {
      account.picture = random.chance(0.5) ? picture : picture.encodedAgain(random)
    }
    if random.chance(0.5), let bio = original?.bio { account.bio = bio }
    account.followers = random.within(2...90)
    account.posts = random.within(0...4)
    look(at: account, moment(max(0, first - 1)))
    approachMany(
      account, colleagues(of: person, random.within(3...9)), firstDay: first, days: 4,
      words: { self.phrases.lure($0.name.given) }, messages: 0.5, links: random.chance(0.6) ? [lureLink()] : [])
  }

  /// An old account in new hands: another name, another face, another employer.
  private func compromised() {
    let account = profile(
      "compromised", malicious: true, platform: random.chance(0.7) ? "linkedin" : nil, created: yearsBefore(3, 12))
    employ(account, random.pick(Phrases.trades), random.pick(Phrases.companies))
    account.hidden.subtract([.employer, .picture])
    look(at: account, moment(random.below(plan.days / 4)))
    let turn = random.within(plan.days / 4 + 1...max(plan.days / 4 + 2, plan.days - 12))
    let name = NameStock.any(random).name(random)
    account.name = name.full
    if random.chance(0.5) { account.handle = name.handle(random) }
    account.picture = Picture(random)
    employ(
      account, random.pick(["Talent Partner", "Optical Engineer", "Procurement Lead"]),
      random.chance(0.55) ? organisation.name : random.pick(organisation.relations).name)
    account.changed = moment(turn)
    look(at: account, moment(turn) + hour)
    approachMany(
      account, many(4, 14), firstDay: turn + 1, days: 6, words: { self.phrases.lure($0.name.given) }, messages: 0.45,
      links: random.chance(0.7) ? [lureLink()] : [])
  }

  /// Three accounts, few requests each, one hand.
  private func campaign() {
    let link = lureLink()
    let picture = Picture(random)
    let bio = "Bridging people and \(random.pick(["precision", "talent", "opportunity"])). \(random.hex(3))"
    // One hand writes one text; only the name in it changes.
    let text = phrases.lureTemplate()
    let isSameLink = random.chance(0.7)
    let first = random.within(2...max(3, plan.days - 14))
    let claims = random.chance(0.5)
    for index in 0..<random.within(3...5) {
      let account = profile(
        "campaign", malicious: true, platform: "linkedin",
        created: start + Int64(first) * day - random.seconds(3, 200) * 86_400)
      employ(account, "Advisor", claims ? random.pick(organisation.names) : random.pick(Phrases.companies))
      account.followers = random.within(1...110)
      account.posts = random.within(0...3)
      // What they have in common is there to be seen; otherwise nobody could tell.
      account.hidden.subtract([.bio, .picture])
      let likeness = random.below(10)
      if likeness < 7 { account.bio = bio }
      if likeness > 2 { account.picture = random.chance(0.5) ? picture : picture.encodedAgain(random) }
      look(at: account, moment(max(0, first - 1)))
      approachMany(
        account, many(3, 5), firstDay: first + index, days: 6, words: { Phrases.filled(text, $0.name.given) },
        messages: 0.8, links: [isSameLink ? link : "\(link)\(index)"])
    }
  }

  /// Same face, other hands: an old contact, sometimes a colleague, who suddenly sends links.
  private func takeover() {
    let account: Profile
    let victim = random.pick(staff)
    if random.chance(0.25), let owned = own[victim.id]?.first(where: { $0.family.hasPrefix("employee") }) {
      account = owned
      account.family = "takeover"
      account.isMalicious = true
    } else {
      account = profile("takeover", malicious: true, created: yearsBefore(2, 11))
      employ(account, random.pick(Phrases.trades), random.pick(Phrases.companies))
      look(at: account, moment(random.below(plan.days / 3)))
      for friend in many(1, 2) {
        approach(
          account, friend, "reply", moment(random.below(plan.days / 3)), text: phrases.greeting(friend.name.given))
      }
    }
    let turn = random.within(plan.days / 3 + 2...max(plan.days / 3 + 3, plan.days - 4))
    let link = lureLink()
    for target in many(4, 10) {
      approach(
        account, target, "direct_message", moment(turn, from: 1, to: 5), text: phrases.lure(target.name.given),
        links: [link])
    }
  }

  /// One message, one victim, a chief's name.
  private func oneShot() {
    let chief = random.pick(organisation.people.filter { $0.department == "Executive" && $0.isActive })
    let payers = sensitive.filter { $0.department == "Finance" && $0.id != chief.id }
    guard let victim = payers.isEmpty ? sensitive.last : random.pick(payers) else { return }
    let turn = anyDay()
    let account = profile(
      "one-shot", malicious: true, platform: random.pick(["x", "mastodon", "linkedin"]), name: chief.name,
      created: start + Int64(turn) * day - random.seconds(0.2, 20) * 86_400)
    account.followers = random.within(0...12)
    account.posts = 0
    employ(account, chief.title, organisation.name)
    // Where nobody looks it up, its handle is all there is to go by, and it is made to be read.
    if random.chance(0.6) {
      look(at: account, moment(turn))
    } else {
      account.handle = "\(chief.name.given).\(chief.name.family)".lowercased()
    }
    approach(
      account, victim, "direct_message", moment(turn) + hour,
      text: phrases.urgent(random.chance(0.5) ? chief.name.full : chief.name.given, victim.name.given), always: true)
  }

  /// Speaks as the organisation itself.
  private func brand() {
    let turn = random.within(2...max(3, plan.days - 8))
    let account = profile(
      "brand", malicious: true, platform: random.pick(["x", "mastodon"]), created: start + Int64(turn) * day - 9 * day)
    account.name = "\(plan.house.shortName) \(random.pick(["Helpdesk", "Support", "HR Team", "Payroll"]))"
    let stem = random.pick(organisation.handles.map { $0.split(separator: "_").first.map(String.init) ?? $0 })
    account.handle =
      "\(random.pick(["\(stem)_help", "\(stem)I", "hr_\(stem)", "\(stem).payroll"]))\(random.within(1...99))"
    account.bio = "Official help desk of \(organisation.name)."
    account.links = [lureLink()]
    account.followers = random.within(0...40)
    look(at: account, moment(turn))
    approachMany(
      account, many(3, 10), firstDay: turn, days: 4,
      words: { _ in "Your access expires today. Please confirm your account:" },
      messages: 0.8, links: account.links)
  }
}
