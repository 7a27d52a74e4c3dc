/// What sources emit and `evidence.submit` takes: typed and immutable once accepted (interfaces.md, "Evidence").

/// One observation of any kind.
public enum Observation: Sendable {
  case persona(PersonaObservation)
  case personaChange(PersonaChangeObservation)
  case outreach(OutreachObservation)
  case process(ProcessObservation)
  case connection(ConnectionObservation)
  case asset(AssetObservation)

  /// What all kinds share.
  public var head: ObservationHead {
    get {
      switch self {
      case .persona(let o): o.head
      case .personaChange(let o): o.head
      case .outreach(let o): o.head
      case .process(let o): o.head
      case .connection(let o): o.head
      case .asset(let o): o.head
      }
    }
    set {
      switch self {
      case .persona(var o):
        o.head = newValue
        self = .persona(o)
      case .personaChange(var o):
        o.head = newValue
        self = .personaChange(o)
      case .outreach(var o):
        o.head = newValue
        self = .outreach(o)
      case .process(var o):
        o.head = newValue
        self = .process(o)
      case .connection(var o):
        o.head = newValue
        self = .connection(o)
      case .asset(var o):
        o.head = newValue
        self = .asset(o)
      }
    }
  }

  public var id: String { head.id }
  public var time: Timestamp { head.time }
  public var kind: ObservationKind {
    switch self {
    case .persona: .persona
    case .personaChange: .personaChange
    case .outreach: .outreach
    case .process: .process
    case .connection: .connection
    case .asset: .asset
    }
  }
}

/// The record types of the evidence section, by the names they have in JSON.
public enum ObservationKind: String, CaseIterable, Sendable {
  case persona
  case personaChange = "persona_change"
  case outreach
  case process
  case connection
  case asset
}

/// What every observation carries.
public struct ObservationHead: Sendable, Hashable {
  /// The source's id, or the SHA-256 of the record in canonical JSON (RFC 8785). Empty until it is known.
  public var id: String
  /// When it was so (event time).
  public var time: Timestamp
  /// The source instance that told it.
  public var source: String
  /// What the record had beyond the known fields: the text of a JSON object, or empty.
  public var extra: String

  public init(id: String = "", time: Timestamp, source: String = "", extra: String = "") {
    self.id = id
    self.time = time
    self.source = source
    self.extra = extra
  }
}
