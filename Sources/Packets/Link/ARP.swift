// Address resolution (RFC 826) for IPv4 over Ethernet, and its reverse (RFC 903).

import Catalog

extension PacketDecoder {
  func decodeARP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 8 else { return packet.raiseShort(.arpTruncated, region, needs: 8) }
    let operation = bytes.u16(start &+ 6)
    // 1-4 ARP and RARP, 5-7 DRARP, 8 and 9 inverse ARP, 10 its refusal (IANA, ARP parameters).
    guard
      bytes.u16(start) == 1, bytes.u16(start &+ 2) == 0x0800, bytes.u8(start &+ 4) == 6, bytes.u8(start &+ 5) == 4,
      (1...10).contains(operation)
    else { return packet.raise(.arpInvalidHeader, at: start) }
    guard region.count >= 28 else { return packet.raiseShort(.arpTruncated, region, needs: 28) }
    packet.hasARP = true
    packet.networkOffset = UInt32(truncatingIfNeeded: start)
    packet.arp.operation = operation
    packet.arp.senderLink = bytes.linkAddress(start &+ 8)
    packet.arp.senderNetwork = bytes.ipv4Address(start &+ 14)
    packet.arp.targetLink = bytes.linkAddress(start &+ 18)
    packet.arp.targetNetwork = bytes.ipv4Address(start &+ 24)
    guard operation <= 2 else { return }
    if packet.arp.senderNetwork == packet.arp.targetNetwork { packet.raise(.arpGratuitous, at: start &+ 14) }
    // Compared only where the link layer has given a source: cooked captures of other hardware have none.
    if packet.linkSource != .zero, packet.linkSource != packet.arp.senderLink {
      packet.raise(.arpSenderMismatch, at: start &+ 8)
    }
  }
}
