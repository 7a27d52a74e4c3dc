// What an IP packet carries: one case a protocol.

import Catalog

extension PacketDecoder {
  /// `packet.ipProtocol` says what `region` is. TCP and UDP are decoded in place, where IP is: nearly all traffic is that.
  @inline(__always)
  func decodeTransport(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    packet.transportOffset = UInt32(truncatingIfNeeded: region.offset)
    switch packet.ipProtocol {
    case 6: decodeTCP(bytes, region, into: &packet)
    case 17: decodeUDP(bytes, region, into: &packet)
    default: decodeOtherTransport(bytes, region, into: &packet)
    }
  }

  /// The same for callers that are not in a hurry.
  @inline(never)
  func decodeUpperLayer(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    decodeTransport(bytes, region, into: &packet)
  }

  @inline(never)
  private func decodeOtherTransport(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    switch packet.ipProtocol {
    case 1 where packet.version == 4: return decodeICMP(bytes, region, into: &packet)
    case 58 where packet.version == 6: return decodeICMPv6(bytes, region, into: &packet)
    case 2: return decodeIGMP(bytes, region, into: &packet)
    case 132: return decodeSCTP(bytes, region, into: &packet)
    case 136: return decodeUDPLite(bytes, region, into: &packet)
    case 33: return decodeDCCP(bytes, region, into: &packet)
    case 51 where packet.version == 4: return decodeAH(bytes, region, into: &packet)
    case 4, 94: noteInner(.ipv4, region, into: &packet)
    case 41: noteInner(.ipv6, region, into: &packet)
    case 47: decodeGRE(bytes, region, into: &packet)
    case 50: decodeESP(bytes, region, into: &packet)
    case 97: decodeEtherIP(bytes, region, into: &packet)
    // L2TP version 3: a session whose cookie's length only its ends know (RFC 3931 §4.1.1).
    case 115: break
    // MPLS in IP (RFC 4023).
    case 137: _ = noteInner(etherType: 0x8847, region, into: &packet)
    case 1: packet.raise(.ipv6Icmpv4Payload, at: region.offset)
    case 58: packet.raise(.ipv4Icmpv6Payload, at: region.offset)
    default: packet.raise(.ipUnknownProtocol, at: Int(packet.networkOffset))
    }
    if packet.transport == .none {
      packet.transport = .other
      packet.setPayload(region)
    }
  }

  /// RFC 4303 §2: a security parameters index and a sequence number; the rest is secret.
  private func decodeESP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    if region.count < 8 { packet.raiseShort(.ipsecMalformed, region, needs: 8) }
  }

  /// RFC 4302: what it protects is readable, so it is decoded. In IPv6 it is one of the extension headers.
  private func decodeAH(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 12 else { return packet.raiseShort(.ipsecMalformed, region, needs: 12) }
    let length = (Int(bytes.u8(region.offset &+ 1)) &+ 2) &* 4
    guard length >= 12 else { return packet.raise(.ipsecMalformed, at: region.offset &+ 1) }
    guard length <= region.count else { return packet.raiseShort(.ipsecMalformed, region, needs: length) }
    guard enterLayer(at: region.offset, &packet) else { return }
    packet.ipProtocol = bytes.u8(region.offset)
    decodeUpperLayer(bytes, region.dropping(length), into: &packet)
  }
}
