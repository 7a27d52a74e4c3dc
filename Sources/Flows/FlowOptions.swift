import Packets

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
    // TCP
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
    /// How long a session without handshake may show one side only before its segments count as strays.
    public var midstream = 60 * second
    // Other protocols
    /// UDP of which both sides were seen, and of which one was.
    public var udp = 60 * second
    public var udpUnanswered = 60 * second
    public var icmp = 60 * second
    public var other = 60 * second
    public var fragment = 60 * second
    /// How long a host pair's stray packets are counted together.
    public var hostPair = 60 * second
    public init() {}

    /// The same, none below 0 or so long that it could run past the end of time.
    var bounded: Timeouts {
      var out = self
      for path in Self.all { out[keyPath: path] = min(max(out[keyPath: path], 0), 1000 * 86_400 * Self.second) }
      return out
    }

    private static var all: [WritableKeyPath<Timeouts, Int64>] {
      [
        \.attempt, \.handshake, \.established, \.closed, \.partialClose, \.midstream, \.udp, \.udpUnanswered, \.icmp,
        \.other, \.fragment, \.hostPair,
      ]
    }
  }

  /// The hard caps. Reaching one is counted in ``FlowCounters`` and listed by ``FlowEngine/reachedCaps``.
  public struct Limits: Sendable, BitwiseCopyable {
    /// Flows at once. Beyond, the flow that is nearest to its time-out is closed (`forced`).
    public var flows = 1 << 20
    /// The share of `flows`, in percent, from which on time-outs are shortened, and by what they are divided then. It is over
    /// once the table is a quarter below that. 100 or more: never.
    public var emergency = 90
    public var emergencyDivisor: Int64 = 10
    /// Bytes kept of all streams. When an eighth is left no more is kept for comparing retransmissions; when nothing is, the
    /// bytes that came last find no room and the hole before those that wait in their stream is given up as a gap.
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
    /// ICMP errors that quote flows, by flow, sender, type and code. Beyond, further ones are counted only.
    public var quotedErrors = 1 << 14
    public init() {}
  }

  public var sensor = ""
  public var midstream = Midstream.note
  /// Inspect a side although the other is never seen.
  public var oneside = false
  /// Whether the VLAN ids tell flows apart.
  public var vlanInKey = true
  /// Which copy of overlapping bytes stands, of fragments and of segments, at hosts that no target names.
  public var overlap = OverlapPolicy.first
  /// The networks whose hosts decide otherwise; the most specific one that has the receiver counts.
  public var overlapTargets: [OverlapTarget] = []
  /// Stream bytes inspected in each direction; 0 for all.
  public var depth: UInt64 = 0
  /// Anomalies of one kind in one flow that are records of their own; what follows is one record at the flow's end.
  public var anomaliesPerKind = 5
  /// Bytes of urgent data of a session, both ways together, before `tcp.urgent_limit`.
  public var urgentLimit = 64
  /// Segments of a session, both ways together, that bring nothing but bytes delivered before, before `tcp.retransmission_excess`.
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
    depth = options.depth
    anomaliesPerKind = max(0, options.anomaliesPerKind)
    urgentLimit = options.urgentLimit
    retransmissionLimit = options.retransmissionLimit
    handshakeVariantLimit = options.handshakeVariantLimit
    stormLimit = options.stormLimit
    timeouts = options.timeouts.bounded
    limits = options.limits
  }
}
