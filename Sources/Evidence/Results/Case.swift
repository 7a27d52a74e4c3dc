/// Signals of one story on the same people and machines in time (interfaces.md, `case`).

import Catalog

/// Something that could not be seen, and where.
public struct VisibilityGap: Sendable, Hashable {
  /// A short stable word: `capture_loss`, `no_process_events`, `source_skipped`, `clock_offset`, `encrypted`, …
  public var kind: String
  /// The sensor, source, host or platform it concerns.
  public var subject: String
  /// One sentence.
  public var reason: String
  public var from: Timestamp?
  public var to: Timestamp?
  public init(kind: String, subject: String, reason: String, from: Timestamp? = nil, to: Timestamp? = nil) {
    self.kind = kind
    self.subject = subject
    self.reason = reason
    self.from = from
    self.to = to
  }
}

/// Why two entities of a case belong together.
public struct CaseLink: Sendable {
  public var from: Entity
  public var to: Entity
  public var reason: String
  public var confidence: Double
  public init(from: Entity, to: Entity, reason: String, confidence: Double) {
    self.from = from
    self.to = to
    self.reason = reason
    self.confidence = confidence
  }
}

/// One line of the story.
public struct TimelineEntry: Sendable {
  public var time: Timestamp
  /// `persona`, `network`, `process`, `case`.
  public var stream: String
  public var text: String
  /// Ids of the records it tells of.
  public var evidence: [String]
  public init(time: Timestamp, stream: String, text: String, evidence: [String] = []) {
    self.time = time
    self.stream = stream
    self.text = text
    self.evidence = evidence
  }
}

public struct CaseHost: Sendable, Hashable {
  public var host: String
  public var ips: [IPAddress]
  public init(host: String, ips: [IPAddress]) {
    self.host = host
    self.ips = ips
  }
}

public struct CaseFlow: Sendable, Hashable {
  public var id: FlowID
  public var communityID: String
  public var start: Timestamp
  public var sourceIP: IPAddress
  public var sourcePort: UInt16?
  public var destinationIP: IPAddress
  public var destinationPort: UInt16?
  public var proto: TransportProtocol
  public var appProto: String
  public var serverName: String?
  public init(_ flow: FlowRecord) {
    id = flow.id
    communityID = flow.communityID
    start = flow.start
    sourceIP = flow.sourceIP
    sourcePort = flow.sourcePort
    destinationIP = flow.destinationIP
    destinationPort = flow.destinationPort
    proto = flow.proto
    appProto = flow.appProto
    serverName = flow.serverName ?? flow.host
  }
}

public struct CasePersona: Sendable, Hashable {
  public var account: AccountKey
  public var handle: String
  public var displayName: String
  public init(account: AccountKey, handle: String, displayName: String) {
    self.account = account
    self.handle = handle
    self.displayName = displayName
  }
}

public struct CaseEmployee: Sendable, Hashable {
  public var id: String
  public var name: String
  public init(id: String, name: String) {
    self.id = id
    self.name = name
  }
}

public struct CaseEntities: Sendable {
  public var personas: [CasePersona] = []
  public var employees: [CaseEmployee] = []
  public var hosts: [CaseHost] = []
  public var processes: [ProcessEntity] = []
  public var flows: [CaseFlow] = []
  /// Names, addresses and fingerprints worth looking for elsewhere.
  public var indicators: [String] = []
  public init() {}
}

public enum CaseStatus: String, CaseIterable, Sendable { case new, triaged, assigned, escalated, closed }

public struct Case: Sendable {
  public var id: String
  /// When the first thing in it happened.
  public var time: Timestamp
  /// When the last thing in it happened.
  public var end: Timestamp
  public var severity: Severity
  /// 0…1.
  public var score: Double
  public var status: CaseStatus = .new
  /// Whose it is to look into.
  public var assignee: String?
  /// How a person closed it; nil for one that is open, or that evidence did away with.
  public var closure: CaseClosure?
  public var title: String
  public var entities = CaseEntities()
  /// Ids of its signals, in order of time.
  public var signals: [String] = []
  public var links: [CaseLink] = []
  public var gaps: [VisibilityGap] = []
  public var attack: [String] = []
  public var timeline: [TimelineEntry] = []

  public init(id: String, time: Timestamp, end: Timestamp, severity: Severity, score: Double, title: String) {
    self.id = id
    self.time = time
    self.end = end
    self.severity = severity
    self.score = score
    self.title = title
  }
}
