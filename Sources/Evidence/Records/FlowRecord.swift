/// A bidirectional flow as it is recorded when it ends (interfaces.md, `flow`).

import Catalog

/// Why a flow record was written.
public enum FlowEndReason: UInt8, Sendable {
  case timeout, closed, shutdown, forced
  public var name: String {
    switch self {
    case .timeout: "timeout"
    case .closed: "closed"
    case .shutdown: "shutdown"
    case .forced: "forced"
    }
  }
}

/// How `app_proto` was found out.
public enum ProtocolEvidence: UInt8, Sendable {
  case dissector, port, guess
  public var name: String {
    switch self {
    case .dissector: "dissector"
    case .port: "port"
    case .guess: "guess"
    }
  }
}

/// What one side of a flow sent.
public struct FlowSide: Hashable, Sendable {
  public var packets: UInt64 = 0
  /// Whole frames as they were on the wire, link header included.
  public var bytes: UInt64 = 0
  /// From the IP header on.
  public var ipBytes: UInt64 = 0
  /// Datagram bytes; for TCP by sequence number, once each, gaps included (Zeek's orig_bytes).
  public var payload: UInt64 = 0
  /// Of the payload, what was never seen.
  public var missed: UInt64 = 0
  public init() {}
}

/// What is known of a flow's TCP session.
public struct TCPSummary: Hashable, Sendable {
  /// As Zeek's conn.log defines it: S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH.
  public var connState = "OTH"
  /// Where the connection stood when the flow ended, in a word: what `connState` says with its directions left out.
  public var state: String {
    switch connState {
    case "S0", "SH": "syn_sent"
    case "SHR": "syn_received"
    case "S1": "established"
    case "S2", "S3": "closing"
    case "SF": "closed"
    case "REJ": "rejected"
    case "RSTO", "RSTR", "RSTOS0", "RSTRH": "reset"
    default: "unknown"
    }
  }
  /// As Zeek's conn.log defines it.
  public var history = ""
  /// All flags seen towards the server, in the order FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
  public var flagsToServer: UInt8 = 0
  public var flagsToClient: UInt8 = 0
  /// The first segment seen was of a running session.
  public var midstream = false
  /// Segments were lost on the capture side; what follows from that is muted.
  public var lossy = false
  public init() {}
}

/// ICMP errors of one kind and sender that quote packets of a flow: why it failed, or who says so.
public struct ICMPError: Hashable, Sendable {
  /// The router or host that sent them.
  public var from: IPAddress
  /// As in the message, of ICMPv4 or ICMPv6 after the flow's own addresses.
  public var type: UInt8
  public var code: UInt8
  public var count: UInt64
  public var first: Timestamp
  public var last: Timestamp

  public init(from: IPAddress, type: UInt8, code: UInt8, count: UInt64, first: Timestamp, last: Timestamp) {
    self.from = from
    self.type = type
    self.code = code
    self.count = count
    self.first = first
    self.last = last
  }
}

/// A process that took part in a flow, as found by attribution.
public struct FlowProcess: Hashable, Sendable {
  public enum Role: UInt8, Sendable {
    case client, server
    public var name: String { self == .client ? "client" : "server" }
  }
  public var host: String
  public var role: Role
  public var pid: Int64?
  public var guid: String?
  public var image: String?
  public var commandLine: String?
  public var user: String?
  /// 0…1: how sure the join is.
  public var confidence: Double
  /// The observation (`connection`) that the join rests on, and the `process` one when it is known.
  public var evidence: [String]

  public init(
    host: String, role: Role, pid: Int64? = nil, guid: String? = nil, image: String? = nil, commandLine: String? = nil,
    user: String? = nil, confidence: Double = 1, evidence: [String] = []
  ) {
    self.host = host
    self.role = role
    self.pid = pid
    self.guid = guid
    self.image = image
    self.commandLine = commandLine
    self.user = user
    self.confidence = confidence
    self.evidence = evidence
  }
}

/// One bidirectional flow. `source` is the side that opened it.
public struct FlowRecord: Sendable {
  public var id: FlowID
  /// The sensor, and the capture that the flow began in.
  public var origin: RecordOrigin
  public var start: Timestamp
  public var end: Timestamp
  /// Number (1-based, within the capture) of the first packet: the order of output.
  public var firstPacket: UInt64
  public var sourceIP: IPAddress
  /// Port, or Community ID's mapping of ICMP type and code; nil for protocols without ports.
  public var sourcePort: UInt16?
  public var destinationIP: IPAddress
  public var destinationPort: UInt16?
  public var proto: TransportProtocol
  /// ICMP whose type no other answers, so that its endpoints keep their places in the Community ID.
  public var isOneWay = false
  public var toServer = FlowSide()
  public var toClient = FlowSide()
  public var tcp: TCPSummary?
  public var reason: FlowEndReason = .timeout

  // From inspection.
  /// interfaces.md's name, or "unknown".
  public var appProto = "unknown"
  public var appProtoBy: ProtocolEvidence?
  /// What few flows have: most records are copied without it.
  var box: Box?

  public init(
    id: FlowID, origin: RecordOrigin, start: Timestamp, end: Timestamp, firstPacket: UInt64,
    sourceIP: IPAddress, sourcePort: UInt16?, destinationIP: IPAddress, destinationPort: UInt16?,
    proto: TransportProtocol
  ) {
    self.id = id
    self.origin = origin
    self.start = start
    self.end = end
    self.firstPacket = firstPacket
    self.sourceIP = sourceIP
    self.sourcePort = sourcePort
    self.destinationIP = destinationIP
    self.destinationPort = destinationPort
    self.proto = proto
  }

  public var sensor: String { origin.sensor }
  public var capture: String { origin.capture }

  public var endpoints: CommunityID.Endpoints {
    CommunityID.Endpoints(
      source: sourceIP, sourcePort: sourcePort, destination: destinationIP, destinationPort: destinationPort,
      proto: proto, isOneWay: isOneWay)
  }

  /// Community ID v1, seed 0. Made anew at each call: most flows are never asked.
  public var communityID: String { endpoints.text }

  /// All protocols recognised, in order; empty where none was.
  public var appProtos: [String] {
    severalProtos.isEmpty ? appProto == "unknown" ? [] : [appProto] : severalProtos
  }
}

extension FlowRecord {
  /// What dissectors tell of a flow as a whole (interfaces.md).
  public struct Facts: Hashable, Sendable {
    public var serverName: String?
    public var ja3: String?
    public var ja3s: String?
    public var ja4: String?
    public var hassh: String?
    public var hasshServer: String?
    public var host: String?
    public init() {}
  }

  fileprivate struct Rare {
    var facts = Facts()
    var vlan: [UInt16] = []
    var severalProtos: [String] = []
    var processes: [FlowProcess] = []
    var icmpErrors: [ICMPError] = []
  }

  /// What is in it never changes, so that copies of a record may share it.
  final class Box: Sendable {
    fileprivate let rare: Rare
    fileprivate init(_ rare: Rare) { self.rare = rare }
  }

  private mutating func change(_ body: (inout Rare) -> Void) {
    var rare = box?.rare ?? Rare()
    body(&rare)
    box = Box(rare)
  }

  public var facts: Facts {
    get { box?.rare.facts ?? Facts() }
    set { change { $0.facts = newValue } }
  }

  /// Outer to inner 802.1Q ids.
  public var vlan: [UInt16] {
    get { box?.rare.vlan ?? [] }
    set { if !newValue.isEmpty || box != nil { change { $0.vlan = newValue } } }
  }

  /// All protocols recognised, in order, where there were several; otherwise empty.
  public var severalProtos: [String] {
    get { box?.rare.severalProtos ?? [] }
    set { if !newValue.isEmpty || box != nil { change { $0.severalProtos = newValue } } }
  }

  /// The processes that took part, as attribution found them.
  public var processes: [FlowProcess] {
    get { box?.rare.processes ?? [] }
    set { if !newValue.isEmpty || box != nil { change { $0.processes = newValue } } }
  }

  /// ICMP errors that quote packets of it, in the order in which the first of each came.
  public var icmpErrors: [ICMPError] {
    get { box?.rare.icmpErrors ?? [] }
    set { if !newValue.isEmpty || box != nil { change { $0.icmpErrors = newValue } } }
  }

  public var serverName: String? { box?.rare.facts.serverName }
  public var ja3: String? { box?.rare.facts.ja3 }
  public var ja3s: String? { box?.rare.facts.ja3s }
  public var ja4: String? { box?.rare.facts.ja4 }
  public var hassh: String? { box?.rare.facts.hassh }
  public var hasshServer: String? { box?.rare.facts.hasshServer }
  public var host: String? { box?.rare.facts.host }
}
