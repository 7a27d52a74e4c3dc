/// What attribution found: which process took part in which flow, and which connections met none.

import Evidence

/// A process as attribution knows it, from connection and process observations put together.
public struct KnownProcess: Sendable, Hashable {
  public var entity: ProcessEntity
  public var parent: ParentProcess?
  /// When it started, by the corrected clock of its host.
  public var start: Timestamp?
  /// Who vouches for the image, where the source tells.
  public var signer: String?
  /// Ids of the process observations that told of it: at most the first `mostEvidence`.
  public var evidence: [String]

  /// A process that is listed every minute is told of without end, and each of its connections stands on all of it.
  public static let mostEvidence = 64

  mutating func note(_ more: [String]) {
    evidence += more.prefix(max(0, KnownProcess.mostEvidence - evidence.count))
  }

  public init(
    entity: ProcessEntity, parent: ParentProcess? = nil, start: Timestamp? = nil, signer: String? = nil,
    evidence: [String] = []
  ) {
    self.entity = entity
    self.parent = parent
    self.start = start
    self.signer = signer
    self.evidence = evidence
  }
}

/// One connection of a process, with the flow it was on the wire, if a capture saw it.
public struct ProcessConnection: Sendable, Hashable {
  public var process: KnownProcess
  /// Whether the process opened the connection or accepted it.
  public var role: FlowProcess.Role
  /// When it was opened, by the corrected clock of its host.
  public var time: Timestamp
  public var proto: TransportProtocol
  /// The two ends, the client's first. A nil client is one that the source did not tell.
  public var clientIP: IPAddress?
  public var clientPort: UInt16?
  public var serverIP: IPAddress
  public var serverPort: UInt16
  /// The name the host knew the destination by.
  public var serverName: String?
  /// The flow as each sensor saw it; empty when no capture did.
  public var flows: [FlowID] = []
  public var communityID: String?
  /// The protocol that the flow was seen to speak; nil when no flow is known or its protocol is not.
  public var appProto: String?
  /// 0…1: how sure the join to the flow is; 1 when there is no flow to join.
  public var confidence: Double
  /// Ids of the connection observations.
  public var evidence: [String]

  public init(
    process: KnownProcess, role: FlowProcess.Role, time: Timestamp, proto: TransportProtocol, clientIP: IPAddress?,
    clientPort: UInt16?, serverIP: IPAddress, serverPort: UInt16, confidence: Double = 1, evidence: [String] = []
  ) {
    self.process = process
    self.role = role
    self.time = time
    self.proto = proto
    self.clientIP = clientIP
    self.clientPort = clientPort
    self.serverIP = serverIP
    self.serverPort = serverPort
    self.confidence = confidence
    self.evidence = evidence
  }
}

/// By how much a host's log is off the capture's clock.
public struct ClockOffset: Sendable, Hashable {
  /// The host as its log names it.
  public var host: String
  /// The source instance whose records it concerns.
  public var source: String
  /// Records that name the process by guid (Sysmon) and records that do not (the Security log) are written with
  /// clocks of their own.
  public var byGUID: Bool
  /// What to add to a time in the log to get the capture's, in nanoseconds.
  public var correction: Int64
  /// How many connections agreed on it.
  public var samples: Int
}

/// The outcome of `Attribution.resolve()`. Everything is in a stable order.
public struct Resolution: Sendable {
  /// The processes of each flow that has any: clients first, at most one a host and role unless the source leaves
  /// several candidates (then each carries a lower confidence).
  public var processes: [FlowID: [FlowProcess]] = [:]
  /// Every connection, joined or not, in order of time.
  public var connections: [ProcessConnection] = []
  /// Every process of the table, in order of host and start.
  public var known: [KnownProcess] = []
  public var offsets: [ClockOffset] = []
  /// Addresses that were learned for each host (short name, lower case), in order of host.
  public var hosts: [(host: String, ips: [IPAddress])] = []
  public var gaps: [VisibilityGap] = []
  /// How often two moments were compared to come to it.
  var comparisons = 0
  public init() {}
}
