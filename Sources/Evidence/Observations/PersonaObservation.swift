/// Accounts: a snapshot of one, and a change that the platform itself tells.

/// A platform and the account's id there: the name of a persona.
public struct AccountKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var platform: String
  public var accountID: String
  public init(platform: String, accountID: String) {
    self.platform = platform
    self.accountID = accountID
  }
  public static func < (a: AccountKey, b: AccountKey) -> Bool {
    a.platform != b.platform ? a.platform < b.platform : a.accountID < b.accountID
  }
  public var description: String { "\(platform)/\(accountID)" }
}

/// A snapshot of an account. A later one of the same account tells what changed. Nil: the platform does not show it.
public struct PersonaObservation: Sendable, Hashable {
  public var head: ObservationHead
  public var platform: String
  public var accountID: String
  public var handle: String
  public var displayName: String
  public var createdAt: Timestamp?
  public var changedAt: Timestamp?
  public var bio: String?
  public var employer: String?
  public var title: String?
  public var location: String?
  public var url: String?
  public var links: [String] = []
  public var languages: [String] = []
  public var verified: Bool?
  public var followers: Int64?
  public var following: Int64?
  public var posts: Int64?
  /// Lower-case hexadecimal.
  public var avatarSHA256: String?
  /// A 64-bit perceptual hash.
  public var avatarPHash: UInt64?

  public init(head: ObservationHead, platform: String, accountID: String, handle: String, displayName: String) {
    self.head = head
    self.platform = platform
    self.accountID = accountID
    self.handle = handle
    self.displayName = displayName
  }

  public var account: AccountKey { AccountKey(platform: platform, accountID: accountID) }
}

/// One field of an account that the platform says has changed.
public struct PersonaChangeObservation: Sendable, Hashable {
  public var head: ObservationHead
  public var platform: String
  public var accountID: String
  public var field: String
  public var from: String?
  public var to: String?

  public init(head: ObservationHead, platform: String, accountID: String, field: String) {
    self.head = head
    self.platform = platform
    self.accountID = accountID
    self.field = field
  }

  public var account: AccountKey { AccountKey(platform: platform, accountID: accountID) }
}
