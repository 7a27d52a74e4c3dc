/// What a dissector says of itself, as values.

/// Id of a record, field, anomaly or protocol: the plugin's own, 1…4095.
public typealias ID = UInt32

/// All that a dissector emits, and where it is to be expected.
public struct Declaration: Sendable {
  public var protocols: [DeclaredProtocol]
  public var records: [DeclaredRecord]
  public var anomalies: [DeclaredAnomaly]
  public var flowFields: [DeclaredFlowField]
  /// Bytes of a direction that need-more may ask the host to keep; nil: the usual 128 KiB.
  public var lookahead: UInt64?

  public init(
    protocols: [DeclaredProtocol], records: [DeclaredRecord], anomalies: [DeclaredAnomaly] = [],
    flowFields: [DeclaredFlowField] = [], lookahead: UInt64? = nil
  ) {
    self.protocols = protocols
    self.records = records
    self.anomalies = anomalies
    self.flowFields = flowFields
    self.lookahead = lookahead
  }
}

public struct DeclaredProtocol: Sendable {
  public var id: ID
  public var name: String
  public var transports: [Flow.Transport]
  /// Ports on which it is usual, over each of its transports.
  public var ports: [ClosedRange<UInt16>]
  public var alpn: [String]
  public var parents: [String]
  /// Bytes with which a direction begins.
  public var patterns: [(direction: Direction, offset: UInt32, bytes: [UInt8])]
  public var firstSpeaker: Direction?

  public init(
    _ id: ID, _ name: String, over transports: [Flow.Transport], ports: [ClosedRange<UInt16>] = [], alpn: [String] = [],
    parents: [String] = [], patterns: [(direction: Direction, offset: UInt32, bytes: [UInt8])] = [],
    firstSpeaker: Direction? = nil
  ) {
    self.id = id
    self.name = name
    self.transports = transports
    self.ports = ports
    self.alpn = alpn
    self.parents = parents
    self.patterns = patterns
    self.firstSpeaker = firstSpeaker
  }
}

public struct DeclaredField: Sendable {
  /// Types of fields; raw values are the ABI's.
  public enum Kind: UInt32, Sendable {
    case u64 = 1
    case i64, f64, flag, text, bytes, ip, mac, time
  }
  /// KEY: with others, tells one record from another. SENSITIVE: subject to the privacy settings. LIST: given repeatedly.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let key = Flags(rawValue: 1)
    public static let sensitive = Flags(rawValue: 2)
    public static let list = Flags(rawValue: 4)
  }

  public var id: ID
  public var name: String
  public var kind: Kind
  public var doc: String
  public var unit: String
  public var flags: Flags
  /// The name in the Elastic Common Schema, or empty.
  public var ecs: String

  public init(
    _ id: ID, _ name: String, _ kind: Kind, _ doc: String, unit: String = "", flags: Flags = [], ecs: String = ""
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.doc = doc
    self.unit = unit
    self.flags = flags
    self.ecs = ecs
  }
}

public struct DeclaredRecord: Sendable {
  public var id: ID
  public var name: String
  public var fields: [DeclaredField]

  public init(_ id: ID, _ name: String, _ fields: [DeclaredField]) {
    self.id = id
    self.name = name
    self.fields = fields
  }
}

public struct DeclaredAnomaly: Sendable {
  public enum Severity: UInt32, Sendable { case info, low, medium, high, critical }
  public var id: ID
  /// With a dot an id of Vedette's catalog; without one the plugin's own.
  public var name: String
  public var severity: Severity
  public var definition: String
  public var fields: [DeclaredField]

  public init(_ id: ID, _ name: String, _ severity: Severity, _ definition: String, fields: [DeclaredField] = []) {
    self.id = id
    self.name = name
    self.severity = severity
    self.definition = definition
    self.fields = fields
  }
}

/// A fact of the flow itself: server_name, ja3, ja3s, ja4, hassh, hassh_server, host.
public struct DeclaredFlowField: Sendable {
  public var id: ID
  public var name: String
  public var kind: DeclaredField.Kind

  public init(_ id: ID, _ name: String, _ kind: DeclaredField.Kind = .text) {
    self.id = id
    self.name = name
    self.kind = kind
  }
}
