import Evidence

/// What is known of a flow when it opens: who reads its bytes decides by this whether it wants them.
///
/// A plain value without references: handing it over costs no allocation.
public struct FlowDescription: Sendable, Hashable, BitwiseCopyable {
  /// The flow's id, the same that its ``FlowRecord`` will carry.
  public var id: FlowID
  /// The side that opened the flow, as far as the first segments told.
  public var client: IPAddress
  public var server: IPAddress
  /// Port, or for ICMP the type (client) and the type or code of its counterpart (server), as Community ID maps them.
  public var clientPort: UInt16
  public var serverPort: UInt16
  /// IP protocol number: 6 TCP, 17 UDP, …
  public var proto: UInt8
  /// Outer 802.1Q id, 0 when there is none.
  public var vlan: UInt16
  /// Inner 802.1Q id, 0 when there is none.
  public var innerVLAN: UInt16
  /// Capture time of the first packet, nanoseconds since 1970 UTC.
  public var start: Int64
  /// Number of the first packet in its capture.
  public var firstPacket: UInt64
  /// The first segment seen was of a running session, so offset 0 is not where the stream began.
  public var midstream: Bool

  public init(
    id: FlowID, client: IPAddress, clientPort: UInt16, server: IPAddress, serverPort: UInt16, proto: UInt8,
    vlan: UInt16 = 0, innerVLAN: UInt16 = 0, start: Int64, firstPacket: UInt64, midstream: Bool = false
  ) {
    self.id = id
    self.client = client
    self.clientPort = clientPort
    self.server = server
    self.serverPort = serverPort
    self.proto = proto
    self.vlan = vlan
    self.innerVLAN = innerVLAN
    self.start = start
    self.firstPacket = firstPacket
    self.midstream = midstream
  }
}
