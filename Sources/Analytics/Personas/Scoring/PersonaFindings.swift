/// What was found about one account: the values of the parts, and what their reasons need to say.

import Evidence

struct PersonaFindings {
  var values = [Double](repeating: 0, count: PersonaPart.count)
  subscript(_ part: PersonaPart) -> Double {
    get { values[part.rawValue] }
    set { values[part.rawValue] = newValue }
  }

  /// What each snapshot says about the organisation.
  var claims: [PersonaExamination.Claim] = []
  var latest: Snapshot?
  var previous: Snapshot?
  var match = NameMatch.none
  var matched: [Int] = []
  var copiedFrom: Int?
  var approaches: [Approach] = []
  /// People of the roster who were approached, each once, in roster order.
  var targets: [Int] = []
  var distinctTargets = 0
  /// Departments of those people.
  var departments = 0
  var accepted = 0
  var answered = 0
  var reported = 0
  var ageDays: Double?
  /// How many people an account of the platform usually reaches, where enough is known.
  var usualReach: Double?
  var linkedApproaches = 0
  var lureHost: String?
  var baitedHost: String?
  var sharedWith = 0
  var sharedWhat = SharedThing.Kind.link
  var lastTime: Int64 = 0
  var changedAt: Int64?
  /// Days without a sign of life before it became active.
  var dormantDays = 0

  /// An old account in new hands, or one that was broken into: T1586.001 and not T1585.001.
  var isTaken: Bool {
    self[.takeover] > 0 || self[.identityReplaced] > 0
      || self[.old] > 0 && (self[.claimAcquired] > 0 || dormantDays > 0)
  }
}
