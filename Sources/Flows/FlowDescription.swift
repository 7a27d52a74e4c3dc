/// A flow outside the table: what stays known of it when it is closed, and how it is told again.

import Evidence
import Packets

/// What a ``FlowReference`` says, as a value of its own, for who keeps it longer than the flow is open.
public struct FlowDescription: Sendable, Hashable {
  /// The id that the flow's ``FlowRecord`` carries.
  public var id: FlowID
  /// The side that opened the flow.
  public var client: IPAddress
  public var clientPort: UInt16
  public var server: IPAddress
  public var serverPort: UInt16
  /// IP protocol number: 6 TCP, 17 UDP, …
  public var proto: UInt8
  /// Capture time of the first packet, nanoseconds since 1970 UTC.
  public var start: Int64
  /// The first segment seen was of a running session.
  public var midstream: Bool
  /// No packet was seen of one of its directions.
  public var isOneSided: Bool

  public init(
    id: FlowID, client: IPAddress, clientPort: UInt16, server: IPAddress, serverPort: UInt16, proto: UInt8,
    start: Int64 = 0, midstream: Bool = false, isOneSided: Bool = false
  ) {
    self.id = id
    self.client = client
    self.clientPort = clientPort
    self.server = server
    self.serverPort = serverPort
    self.proto = proto
    self.start = start
    self.midstream = midstream
    self.isOneSided = isOneSided
  }

  public init(_ flow: FlowReference) {
    self.init(
      id: flow.id, client: flow.client, clientPort: flow.clientPort, server: flow.server, serverPort: flow.serverPort,
      proto: flow.proto, start: flow.start, midstream: flow.midstream, isOneSided: flow.isOneSided)
  }
}

extension NetworkAddress {
  /// The address as packets carry it.
  public init(_ address: IPAddress) {
    self =
      address.isIPv4
      ? NetworkAddress(ipv4: UInt32(truncatingIfNeeded: address.low))
      : NetworkAddress(high: address.high, low: address.low)
  }
}

/// A flow that no engine tracks, so that what was kept of one can be told again to a ``FlowConsumer``.
///
///     let flow = DescribedFlow(description)
///     let token = consumer.open(flow.reference)
public final class DescribedFlow {
  private let state: UnsafeMutablePointer<FlowState>
  private let addresses: UnsafeMutablePointer<LongAddresses>

  public init(_ description: FlowDescription) {
    var clientIsLow = false
    let key = FlowKey(
      source: NetworkAddress(description.client), sourcePort: description.clientPort,
      destination: NetworkAddress(description.server), destinationPort: description.serverPort,
      proto: description.proto, vlan: 0, innerVLAN: 0, sourceIsLow: &clientIsLow)
    addresses = .allocate(capacity: 1)
    addresses.initialize(to: LongAddresses(low: key.low, high: key.high))
    state = .allocate(capacity: 1)
    state.initialize(
      to: FlowState(
        key: key, long: key.isShort ? nil : UnsafePointer(addresses), id: description.id.rawValue,
        time: description.start, number: 1))
    if clientIsLow { state.pointee.marks.insert(.clientIsLow) }
    state.pointee.toServer.packets = 1
    state.pointee.toClient.packets = description.isOneSided ? 0 : 1
    if description.midstream { state.pointee.marks.insert(.midstream) }
  }

  deinit {
    state.deallocate()
    addresses.deallocate()
  }

  /// Its latest packet is this one from now on.
  public func saw(_ packet: PacketMark) {
    state.pointee.last = packet.time
    state.pointee.lastPacket = packet.number
  }

  /// Valid as long as this object.
  public var reference: FlowReference { FlowReference(state) }
}
