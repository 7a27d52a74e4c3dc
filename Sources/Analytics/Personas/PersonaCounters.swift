/// What persona analytics has seen, and what it had to let go.
public struct PersonaCounters: Sendable, Equatable {
  public var snapshots: UInt64 = 0
  public var changes: UInt64 = 0
  public var approaches: UInt64 = 0
  /// Records whose id was seen before.
  public var doubled: UInt64 = 0
  /// Accounts known, those never looked up included.
  public var accounts: UInt64 = 0
  /// Dropped at `PersonaConfiguration.maximumAccounts`.
  public var accountsDropped: UInt64 = 0
  /// Dropped at `PersonaConfiguration.maximumSnapshots` or `maximumApproaches`.
  public var recordsDropped: UInt64 = 0
  public init() {}
}
