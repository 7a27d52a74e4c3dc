/// One approach of an account to a person of the roster, for whoever ties accounts to people in time.

import Evidence

public struct PersonaApproach: Sendable, Hashable {
  public var time: Timestamp
  /// The person's id on the roster.
  public var employee: String
  /// The outreach observation's id.
  public var evidence: String
  /// It carried a link.
  public var hasLink: Bool
  public init(time: Timestamp, employee: String, evidence: String, hasLink: Bool) {
    self.time = time
    self.employee = employee
    self.evidence = evidence
    self.hasLink = hasLink
  }
}
