import Catalog
import Packets

/// ARP over time: who claims which address, who asks for whom. One message alone is the decoder's to judge.
extension FlowCore {
  private static let pairingWindow: Int64 = 5_000_000_000
  /// How long a binding counts as held by the one who claimed it (the usual lifetime of a neighbour cache entry).
  private static let bindingLifetime: Int64 = 60_000_000_000
  /// Requests for other addresses within a second that make a flood.
  private static let floodLimit: UInt32 = 32

  mutating func observe(_ packet: inout Packet) {
    let arp = packet.arp
    let vlan = options.vlanInKey ? packet.vlanOuter : 0
    var forgot = false
    let time = packet.time
    // A probe (RFC 5227 §2.1.1) has no sender address and claims nothing.
    if !arp.senderNetwork.isUnspecified {
      let sender = neighbours.entry(arp.senderNetwork, vlan: vlan, seed: seed, forgot: &forgot)
      if sender != .none {
        let entry = neighbours[sender]
        if entry.pointee.link != .zero, entry.pointee.link != arp.senderLink,
          time &- entry.pointee.claimed <= Self.bindingLifetime
        {
          packet.raise(.arpAddressConflict, at: Int(packet.networkOffset))
        }
        entry.pointee.link = arp.senderLink
        entry.pointee.claimed = time
        if arp.operation == 1, arp.senderNetwork != arp.targetNetwork, arp.targetNetwork != entry.pointee.lastTarget {
          entry.pointee.lastTarget = arp.targetNetwork
          if time &- entry.pointee.windowStart >= 1_000_000_000 || entry.pointee.windowStart == .min {
            entry.pointee.windowStart = time
            entry.pointee.requests = 0
          }
          entry.pointee.requests &+= 1
          if entry.pointee.requests == Self.floodLimit { packet.raise(.arpFlood, at: Int(packet.networkOffset)) }
        }
      }
    }
    if arp.operation == 1, arp.senderNetwork != arp.targetNetwork {
      let target = neighbours.entry(arp.targetNetwork, vlan: vlan, seed: seed, forgot: &forgot)
      if target != .none { neighbours[target].pointee.asked = time }
    } else if arp.operation == 2, arp.senderNetwork != arp.targetNetwork {
      let sender = neighbours.entry(arp.senderNetwork, vlan: vlan, seed: seed, forgot: &forgot)
      if sender != .none {
        let asked = neighbours[sender].pointee.asked
        if asked == .min || time &- asked > Self.pairingWindow {
          packet.raise(.arpUnsolicitedReply, at: Int(packet.networkOffset))
        }
      }
    }
    if forgot {
      counters.neighboursForgotten &+= 1
      reached(.neighbours)
    }
  }
}
