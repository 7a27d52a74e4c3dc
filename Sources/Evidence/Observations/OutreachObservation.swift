/// One approach of an account to another party.

/// A party of an approach, known by whatever the platform shows: at least one member is set.
public struct Party: Sendable, Hashable {
  public var accountID: String?
  public var handle: String?
  public var email: String?
  /// An employee id of the roster.
  public var employee: String?
  public init(accountID: String? = nil, handle: String? = nil, email: String? = nil, employee: String? = nil) {
    self.accountID = accountID
    self.handle = handle
    self.email = email
    self.employee = employee
  }
  public var isEmpty: Bool { accountID == nil && handle == nil && email == nil && employee == nil }
}

public struct OutreachObservation: Sendable, Hashable {
  public enum Kind: String, CaseIterable, Sendable {
    case connectionRequest = "connection_request"
    case follow
    case directMessage = "direct_message"
    case mention, reply, invite, email, call
  }
  public enum Outcome: String, CaseIterable, Sendable { case pending, accepted, ignored, declined, reported }

  public var head: ObservationHead
  public var platform: String
  public var kind: Kind
  public var from: Party
  public var to: Party
  public var text: String?
  public var links: [String] = []
  public var outcome: Outcome?
  public var reportedBy: String?

  public init(head: ObservationHead, platform: String, kind: Kind, from: Party, to: Party) {
    self.head = head
    self.platform = platform
    self.kind = kind
    self.from = from
    self.to = to
  }
}
