// What an IP packet carries: one case a protocol.

import Catalog

extension PacketDecoder {
  /// `packet.ipProtocol` says what `region` is.
  func decodeTransport(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    packet.transportOffset = UInt32(truncatingIfNeeded: region.offset)
    switch packet.ipProtocol {
    case 6: return decodeTCP(bytes, region, into: &packet)
    case 17: return decodeUDP(bytes, region, into: &packet)
    case 1 where packet.version == 4: return decodeICMP(bytes, region, into: &packet)
    case 58 where packet.version == 6: return decodeICMPv6(bytes, region, into: &packet)
    case 2: return decodeIGMP(bytes, region, into: &packet)
    case 132: return decodeSCTP(bytes, region, into: &packet)
    case 4: noteInner(.ipv4, region, into: &packet)
    case 41: noteInner(.ipv6, region, into: &packet)
    case 47: decodeGRE(bytes, region, into: &packet)
    case 50: decodeESP(bytes, region, into: &packet)
    case 51 where packet.version == 4: decodeAH(bytes, region, into: &packet)
    case 1: packet.raise(.ipv6Icmpv4Payload, at: region.offset)
    case 58: packet.raise(.ipv4Icmpv6Payload, at: region.offset)
    default: packet.raise(.ipUnknownProtocol, at: Int(packet.networkOffset))
    }
    if packet.transport == .none {
      packet.transport = .other
      packet.setPayload(region)
    }
  }

  /// Notes that a packet lies in this one, for `decodeInner`.
  func noteInner(_ kind: InnerPacket, _ region: Region, into packet: inout Packet) {
    packet.inner = kind
    packet.innerOffset = UInt32(truncatingIfNeeded: min(region.offset, region.end))
    packet.innerLength = UInt32(truncatingIfNeeded: region.count)
    packet.innerWireLength = UInt32(truncatingIfNeeded: region.wireCount)
  }

  /// RFC 4303 §2: a security parameters index and a sequence number; the rest is secret.
  private func decodeESP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    if region.count < 8 { packet.raiseMissing(.ipsecMalformed, at: region.offset) }
  }

  /// RFC 4302: what it protects is readable, so it is decoded. In IPv6 it is one of the extension headers.
  private func decodeAH(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    let length = (Int(bytes.u8(region.offset &+ 1)) &+ 2) &* 4
    guard region.count >= 12, length >= 12, length <= region.count else {
      return packet.raiseMissing(.ipsecMalformed, at: region.offset)
    }
    guard enterLayer(at: region.offset, &packet) else { return }
    packet.ipProtocol = bytes.u8(region.offset)
    decodeTransport(bytes, region.dropping(length), into: &packet)
  }
}
