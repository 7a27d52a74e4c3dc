/// What of persona analytics a configuration can set.

/// Limits, thresholds and weights of persona analytics.
public struct PersonaConfiguration: Sendable {
  /// The parts of an account are signals of their own from this `persona.risk` on (0…1).
  public var partsFrom = 0.1
  /// An account younger than this many days is wholly new; from `grownDays` on it is not new any more, and between the two
  /// less and less so.
  public var youngDays = 30.0
  public var grownDays = 120.0
  /// An account of more days than this is old.
  public var oldDays = 365.0
  /// Accounts kept; records of further ones are counted in `PersonaCounters.accountsDropped`.
  public var maximumAccounts = 2_000_000
  /// Snapshots kept of one account: the first, and the latest of the rest.
  public var maximumSnapshots = 64
  /// Approaches kept of one account: the latest.
  public var maximumApproaches = 4_096
  /// Ids of evidence that a signal names, at most.
  public var maximumEvidence = 32
  /// What is many, near and long.
  public var thresholds = PersonaThresholds()
  /// Analytics whose parts do not count.
  public var disabled: Set<PersonaAnalytic> = []
  /// The weights of the parts of `persona.risk`.
  public var weights = PersonaWeights()

  public init() {}
}
