import Packets

/// Which copy stands when two segments or two fragments cover the same bytes.
///
/// After Shankar and Paxson, "Active Mapping" (2003), and Novak, "Target-Based Fragmentation Reassembly" (2005): each names
/// how a family of operating systems decides, by where the two copies begin and end.
public enum OverlapPolicy: String, Sendable, CaseIterable, BitwiseCopyable {
  /// The copy that came first.
  case first
  /// The copy that came last.
  case last
  /// The earlier copy, unless the later one begins before it.
  case bsd
  /// The later copy, unless it begins before the earlier one.
  case bsdRight = "bsd-right"
  /// The earlier copy only if it begins before the later one.
  case linux
  /// The earlier copy, unless the later one begins no later and ends after it.
  case solaris
  /// The earlier copy, unless the later one begins before it and ends after it.
  case windows

  /// Whether the later copy replaces the earlier one where both have bytes; the ranges are offsets, ends excluded.
  @inline(__always)
  func laterWins(earlier: Range<Int>, later: Range<Int>) -> Bool {
    switch self {
    case .first: false
    case .last: true
    case .bsd: later.lowerBound < earlier.lowerBound
    case .bsdRight: later.lowerBound >= earlier.lowerBound
    case .linux: later.lowerBound <= earlier.lowerBound
    case .solaris: later.lowerBound <= earlier.lowerBound && later.upperBound > earlier.upperBound
    case .windows: later.lowerBound < earlier.lowerBound && later.upperBound > earlier.upperBound
    }
  }
}

/// How the engine tracks flows. Times are nanoseconds of capture time.
public struct FlowOptions: Sendable {
  /// What to make of a session whose handshake was not seen.
  public enum Midstream: String, Sendable, BitwiseCopyable {
    /// It is recorded, and inspected once both sides went on.
    case note
    /// It is inspected from its first segment.
    case pickup
  }

  public struct Timeouts: Sendable, BitwiseCopyable {
    private static let second: Int64 = 1_000_000_000
    /// A SYN that got no answer, counted from the SYN.
    public var attempt = 5 * second
    /// A handshake that does not go on.
    public var handshake = 60 * second
    /// An open session without a segment.
    public var established = 300 * second
    /// How long a session is kept after it closed or was reset, for late segments.
    public var closed = 5 * second
    /// A session whose first segment from one side was a FIN.
    public var partialClose = 3 * second
    public var udp = 60 * second
    public var icmp = 60 * second
    public var other = 60 * second
    public var fragment = 60 * second
    /// How long a host pair's stray packets are counted together.
    public var hostPair = 60 * second
    public init() {}
  }

  /// The hard caps. Reaching one is counted in ``FlowCounters`` and listed by ``FlowEngine/reachedCaps``.
  public struct Limits: Sendable, BitwiseCopyable {
    /// Flows at once. Beyond, the flow that is nearest to its time-out is closed (`forced`).
    public var flows = 1 << 20
    /// Bytes kept of all streams. Beyond, first no bytes are kept for comparing retransmissions, then a hole before
    /// waiting bytes is given up as a gap.
    public var streamBuffer = 64 << 20
    /// Bytes that wait for earlier ones in one direction of a flow, at most 128 MiB. Beyond, the hole is given up.
    public var streamBufferPerDirection = 1 << 20
    /// Delivered bytes kept for comparison in one direction of a flow.
    public var retainedPerDirection = 16 << 10
    /// Unfinished datagrams at once. Beyond, the oldest is given up.
    public var datagrams = 4096
    /// Unfinished datagrams of one source. Beyond, its new ones are not taken.
    public var datagramsPerSource = 1024
    /// Bytes of fragments that wait. Beyond, the oldest datagram is given up.
    public var fragmentBuffer = 32 << 20
    /// Fragments of one datagram.
    public var fragmentsPerDatagram = 1024
    /// Host pairs and IPv4 neighbours remembered. Beyond, the oldest is forgotten.
    public var hostPairs = 1 << 16
    public var neighbours = 1 << 14
    public init() {}
  }

  public var sensor = ""
  public var midstream = Midstream.note
  /// Inspect a side although the other is never seen.
  public var oneside = false
  /// Whether the VLAN ids tell flows apart.
  public var vlanInKey = true
  public var overlap = OverlapPolicy.first
  public var fragmentOverlap = OverlapPolicy.first
  /// Stream bytes inspected in each direction; 0 for all.
  public var depth: UInt64 = 0
  /// Anomalies of one kind in one flow that are records of their own; what follows is one record at the flow's end.
  public var anomaliesPerKind = 5
  /// Segments with urgent data in one direction before `tcp.urgent_limit`.
  public var urgentLimit = 64
  /// Retransmitted segments in one direction before `tcp.retransmission_excess`.
  public var retransmissionLimit = 32
  /// Differing handshake segments of a session before `tcp.syn_flood`.
  public var handshakeVariantLimit = 10
  /// RST or FIN segments of one side, each within a second of its previous segment, before the storm anomalies.
  public var stormLimit = 1000
  /// How reassembled datagrams are decoded.
  public var decoder = DecoderOptions()
  public var timeouts = Timeouts()
  public var limits = Limits()

  public init() {}
}

/// The options that the packet path reads: the same, without what is counted by reference.
struct FlowRules: BitwiseCopyable {
  let midstream: FlowOptions.Midstream
  let oneside: Bool
  let vlanInKey: Bool
  let overlap: OverlapPolicy
  let fragmentOverlap: OverlapPolicy
  let depth: UInt64
  let anomaliesPerKind: Int
  let urgentLimit: Int
  let retransmissionLimit: Int
  let handshakeVariantLimit: Int
  let stormLimit: Int
  let timeouts: FlowOptions.Timeouts
  let limits: FlowOptions.Limits

  init(_ options: FlowOptions) {
    midstream = options.midstream
    oneside = options.oneside
    vlanInKey = options.vlanInKey
    overlap = options.overlap
    fragmentOverlap = options.fragmentOverlap
    depth = options.depth
    anomaliesPerKind = max(0, options.anomaliesPerKind)
    urgentLimit = options.urgentLimit
    retransmissionLimit = options.retransmissionLimit
    handshakeVariantLimit = options.handshakeVariantLimit
    stormLimit = options.stormLimit
    timeouts = options.timeouts
    limits = options.limits
  }
}
