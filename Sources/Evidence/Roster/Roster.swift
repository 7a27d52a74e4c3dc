/// Who belongs to the organisation, what machines it has, and whom it deals with (interfaces.md, "Roster").

public struct Organisation: Sendable {
  public var names: [String] = []
  public var domains: [String] = []
  public var handles: [String] = []
  public var departments: [String] = []
  public init() {}
}

public enum Sensitivity: String, Sendable, CaseIterable { case low, normal, high }

public struct RosterAccount: Sendable, Hashable {
  public var platform: String
  public var accountID: String?
  public var handle: String?
  public init(platform: String, accountID: String? = nil, handle: String? = nil) {
    self.platform = platform
    self.accountID = accountID
    self.handle = handle
  }
}

public struct Person: Sendable {
  public var id: String
  public var name: String
  public var aliases: [String] = []
  public var title: String?
  public var department: String?
  public var emails: [String] = []
  public var accounts: [RosterAccount] = []
  public var hosts: [String] = []
  public var pictures = PersonPictures()
  public var sensitivity: Sensitivity = .normal
  public var active = true
  public var start: Timestamp?
  public var end: Timestamp?
  public init(id: String, name: String) {
    self.id = id
    self.name = name
  }
}

public struct RosterAsset: Sendable {
  public var host: String
  public var ips: [IPAddress] = []
  public var names: [String] = []
  public var owner: String?
  public init(host: String) { self.host = host }
}

/// A party whose outreach is expected.
public struct Relation: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case recruiter, vendor, partner, marketing, press, alumni, other
  }
  public var kind: Kind
  public var name: String
  public var domains: [String] = []
  public var accounts: [RosterAccount] = []
  public var until: Timestamp?
  public var approvedBy: String?
  public init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }
}

public struct Roster: Sendable {
  public var organisation = Organisation()
  public var people: [Person] = []
  public var assets: [RosterAsset] = []
  public var relations: [Relation] = []
  public init() {}
}
