// The IPv6 header (RFC 8200 §3).

import Catalog

extension PacketDecoder {
  func decodeIPv6(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 40 else { return packet.raiseMissing(.ipv6TruncatedHeader, at: start) }
    guard bytes.u8(start) >> 4 == 6 else { return packet.raise(.ipv6WrongVersion, at: start) }
    let payloadLength = Int(bytes.u16(start &+ 4))
    let next = bytes.u8(start &+ 6)
    var total = 40 &+ payloadLength
    // Zero stands for a jumbogram (RFC 2675), and for what was captured before segmentation offloading. Up to six bytes
    // more can be Ethernet's padding.
    if payloadLength == 0, next != 59, region.wireCount > 46 {
      total = region.wireCount
    } else if total > region.count {
      packet.anomalies.append(.ipv6TruncatedPacket, offset: start &+ 4, captured: total <= region.wireCount)
    }
    packet.version = 6
    packet.networkOffset = UInt32(truncatingIfNeeded: start)
    packet.networkHeaderLength = 40
    packet.announcedLength = UInt32(truncatingIfNeeded: 40 &+ payloadLength)
    packet.networkLength = UInt32(truncatingIfNeeded: total)
    packet.trafficClass = UInt8(truncatingIfNeeded: bytes.u16(start) >> 4)
    packet.timeToLive = bytes.u8(start &+ 7)
    packet.source = bytes.ipv6Address(start &+ 8)
    packet.destination = bytes.ipv6Address(start &+ 24)
    packet.checksumSource = packet.source
    packet.checksumDestination = packet.destination
    packet.ipProtocol = next
    let payload = region.prefix(total).dropping(40)
    switch next {
    case 6, 17, 58: decodeTransport(bytes, payload, into: &packet)
    default: decodeIPv6Extensions(bytes, payload, into: &packet)
    }
  }
}
