/// What is usual: how many people accounts reach, by platform and department, by the median and the spread around it.

/// A median and a median absolute deviation: a few loud accounts do not move them.
struct Usual: Sendable {
  var median: Double
  var deviation: Double
  var count: Int

  /// Sorts; nil when there are fewer values than `least`, for too little is known then.
  init?(_ values: inout [Int32], from least: Int = PersonaThresholds().usualAccounts) {
    guard values.count >= max(1, least) else { return nil }
    values.sort()
    let median = Double(values[values.count / 2])
    var off = values.map { Int32(abs(Double($0) - median)) }
    off.sort()
    self.median = median
    // 1.4826 makes of the MAD the standard deviation where values are normal; half a person is the least that means
    // anything.
    deviation = max(1.4826 * Double(off[off.count / 2]), 0.5)
    count = values.count
  }

  /// Deviations above the median; negative below.
  func distance(_ value: Int) -> Double { (Double(value) - median) / deviation }
}

struct Population {
  /// By platform: distinct parties that one account approached.
  private(set) var reach: [Int32: Usual] = [:]
  /// By the department's number: people in it whom one account approached, of accounts that approached any.
  private(set) var departments: [Int32: Usual] = [:]

  /// - Parameter departmentOf: the number of a person's department.
  init(_ world: PersonaWorld, personOfParty: [Int32], departmentOf: (Int) -> Int32?) {
    var reached: [Int32: [Int32]] = [:]
    var inside: [Int32: [Int32]] = [:]
    var parties: [Int32] = []
    var among: [Int32] = []
    for i in world.accounts.indices {
      world.prepareLists(from: i)
      guard !world.accounts[i].approaches.isEmpty, !world.accounts[i].isForgotten else { continue }
      parties.removeAll(keepingCapacity: true)
      for approach in world.accounts[i].approaches { parties.append(approach.party) }
      parties.sortAndUnite()
      reached[world.accounts[i].platform, default: []].append(Int32(clamping: parties.count))
      among.removeAll(keepingCapacity: true)
      for party in parties where personOfParty[Int(party)] >= 0 {
        if let department = departmentOf(Int(personOfParty[Int(party)])) { among.append(department) }
      }
      among.sort()
      var start = 0
      for at in among.indices where at + 1 == among.count || among[at + 1] != among[at] {
        inside[among[at], default: []].append(Int32(clamping: at + 1 - start))
        start = at + 1
      }
    }
    for (platform, counts) in world.forgotten { reached[platform, default: []] += counts }
    for (platform, var values) in reached {
      reach[platform] = Usual(&values, from: world.configuration.thresholds.usualAccounts)
    }
    for (department, var values) in inside {
      departments[department] = Usual(&values, from: world.configuration.thresholds.usualAccounts)
    }
  }
}
