/// What an account does: whom it approaches, how fast, with what outcome; and how old it is.

import Evidence

extension PersonaExamination {
  // MARK: Outreach

  func outreach(_ f: inout PersonaFindings) {
    guard !f.approaches.isEmpty else { return }
    var people: Set<Int> = []
    var others: Set<Int32> = []
    var messages = 0
    for approach in f.approaches {
      if let person = world.person(approach.party, in: index) {
        people.insert(person)
      } else {
        others.insert(approach.party)
      }
      if approach.kind == 2 || approach.kind >= 5 { messages += 1 }
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
    f.targets = people.sorted()
    f.distinctTargets = people.count + others.count
    f[.volume] = log2(Double(1 + f.distinctTargets)) / 5
    let most = densest(f.approaches, within: 3 * PersonaExamination.day)
    f[.burst] = log2(Double(most)) / 5
    f[.dayBurst] = log2(Double(densest(f.approaches, within: PersonaExamination.day))) / 4
    let sensitive = f.targets.filter { index.roster.people[$0].sensitivity == .high }.count
    if !f.targets.isEmpty { f[.sensitive] = Double(sensitive) / Double(f.targets.count) }
    f[.single] = f.approaches.count == 1 && messages == 1 && sensitive == 1 ? 1 : 0
    f[.accepted] = f.answered == 0 ? 0 : (Double(f.accepted) + 0.7) / (Double(f.answered) + 2) - 0.35
    f[.reported] = f.reported == 0 ? 0 : min(1, 0.6 + 0.2 * Double(f.reported))
    f[.nameDirect] = Double(messages) / Double(f.approaches.count)
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
    let created = account.snapshots.compactMap(\.created).min()
    guard let seen = f.approaches.first?.time ?? account.snapshots.first?.time else { return }
    if let created {
      let days = Double(max(0, seen - created)) / Double(PersonaExamination.day)
      f.ageDays = days
      f[.young] = days < 30 ? 1 : days < 120 ? (120 - days) / 90 : 0
      f[.old] = days > 365 ? 1 : 0
    } else if !account.snapshots.isEmpty {
      f[.ageHidden] = 1
    }
    if let posts = account.snapshots.last?.posts, posts >= 0 { f[.empty] = posts <= 5 ? 1 : posts <= 20 ? 0.4 : 0 }
  }
}
