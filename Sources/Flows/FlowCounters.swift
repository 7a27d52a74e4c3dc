import Evidence

/// What the engine has done and given up, since it was made.
public struct FlowCounters: Sendable, Hashable {
  public var packets: UInt64 = 0
  /// Packets that belong to no flow: no IP, broken headers, fragments that wait.
  public var packetsWithoutFlow: UInt64 = 0
  /// Packets whose checksum is wrong: reported, and kept out of their flow's state.
  public var badChecksums: UInt64 = 0
  public var flowsOpened: UInt64 = 0
  public var flowsClosed: UInt64 = 0
  /// Flows now in the table, and the most there were.
  public var flows: UInt64 = 0
  public var flowsPeak: UInt64 = 0
  /// Flows closed early because the table was full.
  public var flowsForced: UInt64 = 0
  /// How often the table was nearly full, so that time-outs were shortened, and the flows that ended by that.
  public var emergencies: UInt64 = 0
  public var flowsShortened: UInt64 = 0
  /// Segments of no session, and RST segments of none.
  public var strayPackets: UInt64 = 0
  public var strayResets: UInt64 = 0
  /// Stream bytes delivered in order, datagram bytes delivered, and stream bytes never seen.
  public var streamBytes: UInt64 = 0
  public var datagramBytes: UInt64 = 0
  public var gapBytes: UInt64 = 0
  public var gaps: UInt64 = 0
  public var retransmissions: UInt64 = 0
  public var outOfOrder: UInt64 = 0
  /// Holes given up because the bytes behind them found no room.
  public var streamBufferGivenUp: UInt64 = 0
  /// Segments with bytes of sessions of which one side alone was seen, beyond those kept until the other one shows.
  public var oneSidedNotKept: UInt64 = 0
  /// SYN segments within open sessions that could not be set aside until they are answered.
  public var spareSYNsLost: UInt64 = 0
  /// Segments not kept for comparison with retransmissions because buffers were short.
  public var retentionSkipped: UInt64 = 0
  public var fragments: UInt64 = 0
  public var datagramsReassembled: UInt64 = 0
  public var datagramsExpired: UInt64 = 0
  public var datagramsGivenUp: UInt64 = 0
  /// IPv6 datagrams discarded because their fragments overlap (RFC 8200 §4.5).
  public var datagramsRefused: UInt64 = 0
  /// ICMP errors that quote a flow in the table.
  public var icmpErrorsTied: UInt64 = 0
  /// Of these, those that the flow's record does not name: it had several others, or there was no room.
  public var icmpErrorsNotKept: UInt64 = 0
  public var anomalies: UInt64 = 0
  /// Host pairs and neighbours forgotten because their table was full.
  public var hostPairsForgotten: UInt64 = 0
  public var neighboursForgotten: UInt64 = 0
  /// Anomalies that could not be tallied with their flow because the tallies' memory was used up.
  public var talliesLost: UInt64 = 0

  public init() {}
}

/// A hard cap that was reached, or nearly (``Cap/emergency``): a visibility gap.
public struct ReachedCap: Sendable, Hashable {
  public enum Cap: String, Sendable, CaseIterable {
    case flows
    /// The flow table was nearly full, and time-outs were shortened.
    case emergency = "flows_emergency"
    case streamBuffer = "stream_buffer"
    /// One direction of a flow had as many bytes waiting as it may.
    case streamBufferPerDirection = "stream_buffer_per_direction"
    /// Buffers were short, so that retransmissions were not compared with what they repeat.
    case retransmissionsCompared = "retransmissions_compared"
    case spareSYNs = "spare_syns"
    case datagrams
    case fragmentBuffer = "fragment_buffer"
    case hostPairs = "host_pairs"
    case
      neighbours, tallies
  }
  public var cap: Cap
  public var times: UInt64
  /// Capture time, nanoseconds since 1970 UTC.
  public var first: Int64
  public var last: Int64

  /// What several engines reached, taken together: each cap once, in the order of their names.
  public static func merge(_ parts: [ReachedCap]) -> [ReachedCap] {
    var whole: [Cap: ReachedCap] = [:]
    for part in parts {
      guard var known = whole[part.cap] else {
        whole[part.cap] = part
        continue
      }
      known.times &+= part.times
      known.first = min(known.first, part.first)
      known.last = max(known.last, part.last)
      whole[part.cap] = known
    }
    return whole.values.sorted { $0.cap.rawValue < $1.cap.rawValue }
  }
}
