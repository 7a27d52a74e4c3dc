/// The observations of the world, as the evidence records of the interfaces have them.

/// One record of evidence.
public enum LabObservation: Sendable, Equatable {
  case persona(LabPersona)
  case outreach(LabOutreach)
  case process(LabProcess)
  case connection(LabConnection)
  case asset(LabAsset)

  /// When it was so, nanoseconds since 1970 UTC.
  public var time: Int64 {
    switch self {
    case .persona(let record): record.time
    case .outreach(let record): record.time
    case .process(let record): record.time
    case .connection(let record): record.time
    case .asset(let record): record.time
    }
  }
}

/// A snapshot of an account. Times in nanoseconds since 1970 UTC; nil where the platform does not tell.
public struct LabPersona: Sendable, Equatable {
  public var time: Int64
  public var platform: String
  public var accountID: String
  public var handle: String
  public var displayName: String
  public var createdAt: Int64?
  public var changedAt: Int64?
  public var bio: String?
  public var employer: String?
  public var title: String?
  public var location: String?
  public var url: String?
  public var links: [String] = []
  public var languages: [String] = []
  public var verified: Bool?
  public var followers: UInt64?
  public var following: UInt64?
  public var posts: UInt64?
  public var avatarSHA256: String?
  public var avatarPHash: String?
}

/// A party of an approach, by whatever is known of it.
public struct LabParty: Sendable, Equatable {
  public var accountID: String?
  public var handle: String?
  public var email: String?
  public var employee: String?
}

/// An approach of one account to one person.
public struct LabOutreach: Sendable, Equatable {
  public var time: Int64
  public var platform: String
  public var kind: String
  public var from: LabParty
  public var to: LabParty
  public var text: String?
  public var links: [String] = []
  public var outcome: String?
  public var reportedBy: String?
}

/// A process that started or ended, by its host's clock.
public struct LabProcess: Sendable, Equatable {
  public var time: Int64
  public var host: String
  public var pid: UInt64
  public var guid: String?
  public var image: String
  public var commandLine: String?
  public var cwd: String?
  public var user: String?
  public var logon: String?
  public var parentPID: UInt64?
  public var parentGUID: String?
  public var parentImage: String?
  public var parentCommandLine: String?
  public var end: Int64?
  public var sha256: String?
  /// `start` or `end`.
  public var event: String
}

/// A connection, by its host's clock; the source is missing where the host's log has none.
public struct LabConnection: Sendable, Equatable {
  public var time: Int64
  public var host: String
  public var pid: UInt64
  public var guid: String?
  public var image: String?
  public var proto: String
  public var destination: LabAddress
  public var destinationPort: UInt16
  public var source: LabAddress?
  public var sourcePort: UInt16?
  public var initiated: Bool?
  public var destinationName: String?
}

/// A machine.
public struct LabAsset: Sendable, Equatable {
  public var time: Int64
  public var host: String
  public var ips: [LabAddress]
  public var macs: [LabMAC]
  public var names: [String]
  public var owner: String?
}
