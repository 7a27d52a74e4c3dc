/// Packets that sessions hand back: taken off a protocol that carries IP, and on their way to the flow engine.

import Evidence
import PluginHost

/// A whole IP packet out of a flow.
public struct InnerPacket: Sendable {
  public let bytes: [UInt8]
  /// Of the packet that brought the bytes of the call: nanoseconds since 1970 UTC, and its number in the capture.
  public let time: Int64
  public let number: UInt64
  /// The two ends of the flow that carried it.
  public let client: IPAddress
  public let server: IPAddress
}

extension Inspector {
  /// Packets handed back and not taken yet, at most. What one call can emit is bounded by the sink; this bounds what many
  /// sessions say when they are closed at once.
  private static var innerPacketsWaiting: Int { 4096 }

  func takeInnerPacket(_ slot: Slot, _ child: HandedBack, _ newest: ByteMark) {
    guard child.bytes.count > 0, hot.pointee.innerPackets.count < Self.innerPacketsWaiting else {
      counters.childrenNotFollowed &+= 1
      return
    }
    let flow = slot.pointee.flow
    hot.pointee.innerPackets.append(
      InnerPacket(
        bytes: Array(child.bytes), time: newest.time, number: newest.packet, client: flow.client, server: flow.server))
    hot.pointee.hasInnerPackets = true
    counters.innerPackets &+= 1
  }

  /// Whether ``takeInnerPackets()`` has some to give. Asked after each packet.
  @inline(__always) public var hasInnerPackets: Bool { hot.pointee.hasInnerPackets }

  /// The packets that sessions handed back since the last call, in that order.
  public func takeInnerPackets() -> [InnerPacket] {
    var out: [InnerPacket] = []
    swap(&out, &hot.pointee.innerPackets)
    hot.pointee.hasInnerPackets = false
    return out
  }

  /// Counts packets that were handed back and that nobody can follow.
  public func leave(_ packets: [InnerPacket]) { counters.childrenNotFollowed &+= UInt64(packets.count) }
}
