import Evidence

/// A flow as it stands in the table: what whoever reads its bytes may know of it.
///
/// It names the engine's entry instead of copying it: a copy would be most of what inspection remembers of a small flow.
///
/// Invariant: entries of the table never move, and one is not reused before its flow is closed. So it is valid from
/// ``FlowConsumer/open(_:)`` until ``FlowConsumer/close(_:reason:record:)`` has returned, and what it says does not change
/// in that time unless that is said. The consumer keeps it no longer.
public struct FlowReference: BitwiseCopyable {
  private let state: UnsafePointer<FlowState>

  init(_ state: UnsafePointer<FlowState>) { self.state = state }

  /// The id that its ``FlowRecord`` will carry.
  public var id: FlowID { FlowID(rawValue: state.pointee.id) }
  /// The side that opened the flow, as far as the first segments told.
  public var client: IPAddress { IPAddress(state.pointee.client) }
  public var server: IPAddress { IPAddress(state.pointee.server) }
  /// Port, or for ICMP the type (client) and the type or code of its counterpart (server), as Community ID maps them.
  public var clientPort: UInt16 { state.pointee.clientPort }
  public var serverPort: UInt16 { state.pointee.serverPort }
  /// IP protocol number: 6 TCP, 17 UDP, …
  public var proto: UInt8 { state.pointee.proto }
  /// Outer 802.1Q id, 0 when there is none.
  public var vlan: UInt16 { state.pointee.vlan }
  /// Capture time of the first packet, nanoseconds since 1970 UTC.
  public var start: Int64 { state.pointee.start }
  /// Its latest packet so far. It changes with each.
  public var latest: PacketMark { PacketMark(time: state.pointee.last, number: state.pointee.lastPacket) }
  /// The first segment seen was of a running session, so offset 0 is not where the stream began.
  public var midstream: Bool { state.pointee.marks.contains(.midstream) }
  /// Until now no packet was seen of one of its directions. It changes, once.
  public var isOneSided: Bool { state.pointee.toServer.packets == 0 || state.pointee.toClient.packets == 0 }
}
