/// What a source plugin says of itself.

import VedettePluginABI

/// How a source comes by its records.
public enum SourceMode: Sendable {
  /// From a file or a pipe that the host opens.
  case file
  /// From elsewhere, and they have an end.
  case stream
  /// From a file or a pipe where the host has one, from elsewhere where it has none.
  case fileOrStream
  /// It asks a service from time to time.
  case poller

  var flags: UInt32 {
    switch self {
    case .file: UInt32(VDT_SOURCE_FILE)
    case .stream: UInt32(VDT_SOURCE_STREAM)
    case .fileOrStream: UInt32(VDT_SOURCE_FILE) | UInt32(VDT_SOURCE_STREAM)
    case .poller: UInt32(VDT_SOURCE_POLLER)
    }
  }
}

/// So many requests in so many milliseconds, and of what.
public struct RequestRate: Sendable {
  public var requests: UInt64
  public var milliseconds: UInt64
  public var of: String

  public init(requests: UInt64, milliseconds: UInt64, of: String) {
    self.requests = requests
    self.milliseconds = milliseconds
    self.of = of
  }
}

/// A source plugin's names and its description. Records have all of their fields; what is said of an interface is said
/// of each.
public struct SourceDeclaration: Sendable {
  public var id: String
  public var name: String
  public var version: String
  public var summary: String
  public var mode: SourceMode
  public var interfaces: [SourceInterface]
  public var records: [EvidenceRecord]
  /// JSON Schema, or empty.
  public var parameters: String
  public var rateLimits: [RequestRate]
  /// What cannot be seen this way, a sentence each.
  public var blindSpots: [String]

  public init(
    id: String, name: String, version: String, summary: String, mode: SourceMode, interfaces: [SourceInterface],
    records: [EvidenceRecord], parameters: String = "", rateLimits: [RequestRate] = [], blindSpots: [String] = []
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.summary = summary
    self.mode = mode
    self.interfaces = interfaces
    self.records = records
    self.parameters = parameters
    self.rateLimits = rateLimits
    self.blindSpots = blindSpots
  }

  func describe(to describer: inout Describer) {
    for record in records { describer.record(record) }
    for interface in interfaces {
      describer.source(
        interface, mode, parameters: parameters, rateLimits: rateLimits, blindSpots: blindSpots)
    }
  }
}
