/// Who exists online and what is seen of them: profiles of many families, each with its own mechanics.

/// Personas and outreach of one organisation's world.
final class PersonaWorld {
  let plan: LabPlan
  var organisation: LabOrganisation
  let random: LabRandom
  let phrases: Phrases
  private(set) var profiles: [Profile] = []
  /// Employees' own accounts, by the employee's id.
  var own: [String: [Profile]] = [:]
  private var seen: [LabObservation] = []
  let start: LabTime
  let end: LabTime
  private let staffPlaces: [String: Int]

  init(_ plan: LabPlan, _ organisation: LabOrganisation) {
    self.plan = plan
    self.organisation = organisation
    staff = organisation.people.filter(\.isActive)
    sensitive = staff.filter(\.isSensitive)
    staffPlaces = Dictionary(staff.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    random = LabRandom(seed: plan.seed).part("personas")
    phrases = Phrases(random: random, tongue: plan.house.tongue)
    start = plan.firstDay * day
    end = start + Int64(max(plan.days, 14)) * day
  }

  /// What everybody uses to share files, ask and make appointments.
  static let services = ["meet-slot.example", "kalendo.example", "bit-form.example", "papershelf.example"]

  /// Who works there, in the order of the roster; nobody joins or leaves while the world is made.
  let staff: [Employee]
  let sensitive: [Employee]

  /// Some of the staff, in chance order.
  func some(_ count: Int) -> [Employee] { random.sample(staff, count) }

  /// Some of the staff beside one of them.
  func colleagues(of person: Employee, _ count: Int) -> [Employee] {
    guard let own = staffPlaces[person.id] else { return some(count) }
    return random.places(staff.count - 1, count).map { staff[$0 < own ? $0 : $0 + 1] }
  }

  /// Days of the story at a working hour.
  func moment(_ dayOfStory: Int, from: Double = 6.5, to: Double = 19) -> LabTime {
    start + Int64(dayOfStory) * day + random.seconds(from * 3600, to * 3600)
  }

  func anyDay() -> Int { random.below(max(plan.days, 14)) }

  /// Years before the story, with a fraction.
  func yearsBefore(_ low: Double, _ high: Double) -> LabTime { start - random.seconds(low, high) * 31_557_600 }

  /// An account with everyday looks.
  func profile(
    _ family: String, malicious: Bool = false, platform: String? = nil, name: LabName? = nil, created: LabTime? = nil
  ) -> Profile {
    let name = name ?? NameStock.any(random, of: plan.house, 0.35).name(random)
    let platform = platform ?? random.pick(["linkedin", "linkedin", "linkedin", "x", "mastodon"])
    let profile = Profile(
      family, malicious: malicious, platform: platform, name: name, created: created ?? yearsBefore(0.4, 12), random,
      plan)
    profiles.append(profile)
    return profile
  }

  /// Work, said where the platform has room for it.
  func employ(_ profile: Profile, _ title: String, _ company: String) {
    profile.title = title
    profile.employer = company
    profile.bio =
      profile.platform == "linkedin" && random.chance(0.5)
      ? phrases.hobby(profile.language) : phrases.work(title, company)
  }

  // MARK: What is seen

  func look(at profile: Profile, _ time: LabTime) {
    guard time < end else { return }
    // People take new pictures.
    if !profile.isMalicious, profile.picture != nil, random.chance(0.12) { profile.picture = Picture(random) }
    seen.append(.persona(profile.snapshot(time, random)))
  }

  /// One account approaches one person. `always`: the person told about it.
  func approach(
    _ profile: Profile, _ employee: Employee, _ kind: String, _ time: LabTime, text: String? = nil,
    links: [String] = [], always: Bool = false, outcome: String? = nil
  ) {
    guard time < end, always || !random.chance(plan.unseenOutreach) else { return }
    var from = LabParty(accountID: profile.accountID, handle: profile.handle)
    if !always, random.chance(plan.partialParties * 0.6) { from.accountID = nil }
    var to = LabParty()
    if let account = own[employee.id]?.first(where: { $0.platform == profile.platform }),
      always || !random.chance(plan.partialParties)
    {
      to.accountID = account.accountID
      if random.chance(0.6) { to.handle = account.handle }
    } else {
      switch random.below(3) {
      case 0: to.email = employee.email
      default: to.employee = employee.id
      }
    }
    var outreach = LabOutreach(
      time: wholeMilliseconds(time), platform: profile.platform, kind: kind, from: from, to: to)
    outreach.text = text
    outreach.links = links
    if let outcome {
      outreach.outcome = outcome
    } else if random.chance(plan.knownOutcomes) {
      outreach.outcome =
        profile.isMalicious
        ? random.pick(["accepted", "accepted", "pending", "pending", "ignored", "ignored", "ignored", "reported"])
        : random.pick(
          [
            "accepted", "accepted", "accepted", "accepted", "accepted", "accepted", "pending", "pending", "ignored",
            "ignored", "ignored",
          ]
            // Unasked-for offers are reported too.
            + (["recruiter", "vendor", "marketing", "sales-team", "stranger"].contains(profile.family)
              ? ["reported"] : []))
      if outreach.outcome == "reported" { outreach.reportedBy = employee.id }
    }
    seen.append(.outreach(outreach))
  }

  /// Approaches many over some days, and says something to a few.
  func approachMany(
    _ profile: Profile, _ targets: [Employee], firstDay: Int, days: Int, kind: String = "connection_request",
    words: (Employee) -> String?, messages: Double = 0.3, links: [String] = []
  ) {
    // Whoever makes appointments sends the page of a service that many use.
    let slots = "https://\(random.pick(Self.services))/\(random.hex(6))"
    let links = !profile.isMalicious && links.isEmpty && random.chance(0.2) ? [slots] : links
    for target in targets {
      let time = moment(firstDay + random.below(max(days, 1)))
      approach(profile, target, profile.platform == "linkedin" ? kind : "follow", time)
      if random.chance(messages) {
        approach(
          profile, target, "direct_message", time + random.seconds(600, 90_000), text: words(target), links: links)
      }
    }
  }

  // MARK: What is handed in

  /// All that was seen, in the order in which it was handed in: mostly in order of time, some late, some twice.
  func observations() -> [LabObservation] {
    let order = LabRandom(seed: plan.seed).part("order of lines")
    var keyed: [(at: LabTime, number: Int, what: LabObservation)] = []
    for observation in seen {
      var at = observation.time
      if order.chance(plan.lateLines) { at += order.seconds(3600, 2 * 86_400) }
      keyed.append((at, keyed.count, observation))
      if order.chance(plan.doubledLines) { keyed.append((at + order.seconds(1, 7200), keyed.count, observation)) }
    }
    keyed.sort { $0.at != $1.at ? $0.at < $1.at : $0.number < $1.number }
    return keyed.map(\.what)
  }
}
