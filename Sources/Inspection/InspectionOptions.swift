/// How streams are inspected, and what it may cost.

import PluginHost

public struct InspectionOptions: Sendable {
  public var sensor = ""
  /// The capture file or interface; ``Inspector/capture`` changes it for what follows.
  public var capture = ""
  /// Bytes kept of all flows of this worker for dissectors that need more. Beyond, a flow's kept bytes are dropped as
  /// over a gap.
  public var streamBuffer = 64 << 20
  /// Bytes of a direction that are shown to recognise its protocol.
  public var probeBytes = 4096
  /// First datagrams of a flow that are shown to recognise its protocol.
  public var probeDatagrams = 4
  /// Anomalies of one kind in one flow that are records of their own; what follows is one record at the flow's end.
  public var anomaliesPerKind = 5
  /// Whether anybody reads transactions; otherwise they are only counted.
  public var keepsTransactions = true
  /// Flows to come that are remembered at once. Beyond, the oldest is forgotten.
  public var expectedFlows = 1024
  /// Changes of protocol in one flow. Beyond, it is inspected no more.
  public var switchesPerFlow = 16
  /// How long sessions of a version that is not asked any more may go on (nanoseconds of capture time). Beyond, they are ended.
  public var drain: Int64 = 300_000_000_000
  /// How many flows one can be within another.
  public var depth = 8
  /// Which dissectors have processes of their own.
  public var isolation = PluginIsolation()
  public init() {}
}

/// What was done and what was dropped. All grow only.
public struct InspectionCounters: Sendable, Hashable {
  public var flows: UInt64 = 0
  /// Flows that were not looked at because there was no room to remember them.
  public var flowsNotInspected: UInt64 = 0
  public var sessions: UInt64 = 0
  public var transactions: UInt64 = 0
  public var anomalies: UInt64 = 0
  /// Anomalies that were told one by one because there was no room to count them.
  public var talliesLost: UInt64 = 0
  /// Flows whose protocol no dissector recognised.
  public var unrecognised: UInt64 = 0
  /// Bytes of a direction's end, or before a gap, that no session consumed.
  public var bytesLeftOver: UInt64 = 0
  /// Bytes skipped because a message was over the look-ahead.
  public var bytesOverLookahead: UInt64 = 0
  /// Bytes dropped because the stream buffer was full.
  public var bytesOverBuffer: UInt64 = 0
  /// Sessions ended because the plugin broke the contract or returned an error.
  public var pluginErrors: UInt64 = 0
  public var sessionsNotMine: UInt64 = 0
  /// Sessions ended because their plugin had gone, and its time to drain was over.
  public var sessionsCut: UInt64 = 0
  /// Flows about which a dissector that is throttled was not asked.
  public var flowsThrottled: UInt64 = 0
  public var switches: UInt64 = 0
  public var expectationsDropped: UInt64 = 0
  /// Packets that sessions handed back, followed or not.
  public var innerPackets: UInt64 = 0
  /// Packets, files and streams handed back that were not followed: too deep, or too many at once.
  public var childrenNotFollowed: UInt64 = 0
  public init() {}
}
