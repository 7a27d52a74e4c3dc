// The IPv6 header (RFC 8200 §3).

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeIPv6(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard let header = bytes.header(region, 40) else {
      return packet.raiseShort(.ipv6TruncatedHeader, region, needs: 40)
    }
    let first = header.u32(0)
    guard first >> 28 == 6 else { return packet.raise(.ipv6WrongVersion, at: start) }
    let payloadLength = Int(header.u16(4))
    let next = header.u8(6)
    var total = 40 &+ payloadLength
    if payloadLength == 0, next != 59, region.wireCount > 46 {
      // Zero stands for a jumbogram (RFC 2675), and for what was captured before segmentation offloading. Up to six bytes
      // more can be Ethernet's padding.
      total = region.wireCount
    } else if total > region.count {
      packet.isIncomplete = total > region.wireCount
      packet.anomalies.append(.ipv6TruncatedPacket, offset: start &+ 4, captured: !packet.isIncomplete)
    }
    packet.version = 6
    packet.networkOffset = UInt32(truncatingIfNeeded: start)
    packet.networkHeaderLength = 40
    packet.announcedLength = UInt32(truncatingIfNeeded: 40 &+ payloadLength)
    packet.networkLength = UInt32(truncatingIfNeeded: total)
    packet.trafficClass = UInt8(truncatingIfNeeded: first >> 20)
    packet.timeToLive = header.u8(7)
    packet.source = header.ipv6Address(8)
    packet.destination = header.ipv6Address(24)
    packet.ipProtocol = next
    let payload = region.prefix(total).dropping(40)
    switch next {
    case 6, 17, 58: decodeTransport(bytes, payload, into: &packet)
    default: decodeIPv6Extensions(bytes, payload, into: &packet)
    }
  }
}
