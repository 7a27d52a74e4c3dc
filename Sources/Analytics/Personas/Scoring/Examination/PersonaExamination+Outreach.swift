/// What an account does: whom it approaches, how fast, with what outcome; and how old it is.

import Evidence

extension PersonaExamination {
  func outreach(_ account: AccountState, _ f: inout PersonaFindings) {
    guard !f.approaches.isEmpty else { return }
    let bounds = world.configuration.thresholds
    var people: [Int] = []
    var others: [Int32] = []
    var messages = 0
    var odd = 0.0
    let oddness = world.habits.oddness(platform: account.platform, from: bounds.habitApproaches)
    for approach in f.approaches {
      if let person = person(of: approach.party) { people.append(person) } else { others.append(approach.party) }
      if approach.isMessage { messages += 1 }
      if let oddness { odd += oddness[PlatformHabits.hourOfDay(approach.time)] }
      switch approach.outcome {
      case .accepted:
        f.accepted += 1
        f.answered += 1
      case .ignored, .declined: f.answered += 1
      case .reported:
        f.reported += 1
        f.answered += 1
      default: break
      }
    }
    people.sortAndUnite()
    others.sortAndUnite()
    f.targets = people
    f.distinctTargets = people.count + others.count
    let total = Double(f.approaches.count)
    // Two at an odd hour may be jet lag.
    f[.oddHours] = odd < 2 ? 0 : odd / total
    f[.burst] = log2(Double(densest(f.approaches, within: PersonaExamination.days(bounds.burstDays)))) / 5
    f[.dayBurst] = log2(Double(densest(f.approaches, within: PersonaExamination.day))) / 4
    f[.drip] = min(1, accumulated(f.approaches, account.platform) / 12)
    let sensitive = f.targets.count(where: index.isSensitive)
    if !f.targets.isEmpty { f[.sensitive] = Double(sensitive) / Double(f.targets.count) }
    f[.single] = f.approaches.count == 1 && messages == 1 && sensitive == 1 ? 1 : 0
    f[.accepted] = f.answered == 0 ? 0 : (Double(f.accepted) + 0.7) / (Double(f.answered) + 2) - 0.35
    f[.reported] = f.reported == 0 ? 0 : min(1, 0.6 + 0.2 * Double(f.reported))
    // Words to people who did not ask for them and did not take them up.
    f[.nameDirect] = Double(messages) / total * (1 - Double(f.accepted) / total)
    spread(account, &f)
  }

  /// How far it reaches, held against what is usual on its platform and in each department.
  private func spread(_ account: AccountState, _ f: inout PersonaFindings) {
    var inside: [(department: Int32, count: Int)] = []
    for person in f.targets {
      let department = index.department(of: person) ?? index.noDepartment
      if let at = inside.firstIndex(where: { $0.department == department }) {
        inside[at].count += 1
      } else {
        inside.append((department, 1))
      }
    }
    f.departments = inside.count
    var distance = 0.0
    if let usual = population.reach[account.platform] {
      distance = usual.distance(f.distinctTargets)
      f.usualReach = usual.median
    }
    for (department, count) in inside where count > 2 {
      if let usual = population.departments[department] { distance = max(distance, usual.distance(count)) }
    }
    f[.reach] = min(1.5, max(0, distance) / 8)
    // Colleagues and vendors have to do with one or two departments; four people in four departments are no neighbours.
    if f.targets.count >= 4 { f[.departments] = Double(inside.count - 1) / Double(f.targets.count - 1) }
  }

  /// The highest that a cumulative sum of approaches climbs above what the platform's median account makes in the time
  /// between them (CUSUM): bursts and slow drips alike.
  private func accumulated(_ approaches: [Approach], _ platform: Int32) -> Double {
    // An account that reaches the median number of people does so in about a month; half as much again is still usual.
    let daily = 1.5 * max(1, population.reach[platform]?.median ?? 2) / 30
    var sum = 0.0
    var most = 0.0
    var last = approaches.first?.time ?? 0
    var seen = SeenNumbers()
    for approach in approaches where seen.insert(approach.party) {
      sum = max(0, sum - daily * Double(approach.time - last) / Double(PersonaExamination.day)) + 1
      last = approach.time
      most = max(most, sum)
    }
    return max(0, most - 3)
  }

  /// The most approaches in any stretch of the given length; they are in order of time.
  func densest(_ approaches: [Approach], within length: Int64) -> Int {
    var most = 0
    var first = 0
    for (last, approach) in approaches.enumerated() {
      while approach.time - approaches[first].time > length { first += 1 }
      most = max(most, last - first + 1)
    }
    return most
  }

  // MARK: Age

  func age(_ account: AccountState, _ f: inout PersonaFindings) {
    guard let seen = f.approaches.first?.time ?? account.snapshots.first?.time else { return }
    if let created = account.created {
      let days = Double(max(0, seen - created)) / Double(PersonaExamination.day)
      f.ageDays = days
      let bounds = world.configuration
      f[.young] = PersonaExamination.youth(days, bounds.youngDays, bounds.grownDays)
      f[.old] = days > bounds.oldDays ? 1 : 0
    } else if !account.snapshots.isEmpty {
      f[.ageHidden] = 1
    }
    if let posts = account.snapshots.last?.posts, posts >= 0 {
      let bounds = world.configuration.thresholds
      f[.empty] = posts <= bounds.fewPosts ? 1 : posts <= bounds.somePosts ? 0.4 : 0
    }
  }

  /// 1 for an age below the first, 0 from the second on, and between them less and less.
  static func youth(_ days: Double, _ young: Double, _ grown: Double) -> Double {
    days < young ? 1 : days < grown ? (grown - days) / (grown - young) : 0
  }
}
