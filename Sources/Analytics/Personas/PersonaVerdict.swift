/// What the judgement of an account comes to, in 32 bytes: enough to put a million signals in order before any is made.

import Evidence

public struct PersonaVerdict: Sendable {
  /// When the account last acted, or was last seen.
  public var time: Timestamp
  /// What the signal's id is made of (see `Signal.digest`).
  public var signal: UInt64
  /// The account's number, until more records are taken.
  var account: Int32
  /// `persona.risk` of the account, 0…1.
  public var risk: Float

  /// Whether two verdicts speak of one account.
  public func isOfSameAccount(as other: PersonaVerdict) -> Bool { account == other.account }
}
