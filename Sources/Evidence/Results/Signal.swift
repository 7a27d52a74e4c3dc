/// What an analytic says: a score, the entity it speaks of, and why (interfaces.md, `signal`).

/// What a signal or a link speaks of.
public enum Entity: Hashable, Sendable {
  case persona(AccountKey, handle: String?, displayName: String?)
  case process(ProcessEntity)
  case flow(FlowID, communityID: String)
  case host(String)
  /// Packets between two addresses (unordered: `first` < `second`).
  case hostPair(first: IPAddress, second: IPAddress)
  case employee(id: String, name: String?)
  case campaign(String)

  /// The `kind` member in JSON.
  public var kind: String {
    switch self {
    case .persona: "persona"
    case .process: "process"
    case .flow: "flow"
    case .host: "host"
    case .hostPair: "host_pair"
    case .employee: "employee"
    case .campaign: "campaign"
    }
  }
}

/// A process as an entity.
public struct ProcessEntity: Hashable, Sendable {
  public var host: String
  public var pid: Int64?
  public var guid: String?
  public var image: String
  public var commandLine: String?
  public var user: String?
  public init(
    host: String, pid: Int64? = nil, guid: String? = nil, image: String, commandLine: String? = nil, user: String? = nil
  ) {
    self.host = host
    self.pid = pid
    self.guid = guid
    self.image = image
    self.commandLine = commandLine
    self.user = user
  }
}

public struct Signal: Sendable {
  /// `persona.risk`, `network.no_session`, `process.unusual_protocol`, …
  public var analytic: String
  public var time: Timestamp
  /// 0…1.
  public var score: Double
  public var entity: Entity
  /// One sentence that names what was seen and what would have been usual.
  public var reason: String
  /// Ids of the records it stands on.
  public var evidence: [String]
  /// ATT&CK ids (`T1586.001`).
  public var attack: [String]
  /// The parts of a combined score and how much each moved it; empty for a simple signal.
  public var parts: [(name: String, weight: Double)] = []
  /// The other entities it ties to its own: the employees approached, the flow of a process, …
  public var related: [Entity] = []
  /// The analyst's word that covers it: it is kept and shown, and raises no case.
  public var suppression: Suppression?

  public init(
    analytic: String, time: Timestamp, score: Double, entity: Entity, reason: String, evidence: [String] = [],
    attack: [String] = []
  ) {
    self.analytic = analytic
    self.time = time
    self.score = score
    self.entity = entity
    self.reason = reason
    self.evidence = evidence
    self.attack = attack
  }
}
