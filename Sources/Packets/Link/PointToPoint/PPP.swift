// PPP (RFC 1661), alone and in HDLC-like framing (RFC 1662).

import Catalog

extension PacketDecoder {
  /// LINKTYPE_PPP and LINKTYPE_PPP_HDLC: perhaps with address and control bytes before the protocol.
  func decodePPPFrame(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    decodePPP(
      bytes, region.count >= 2 && bytes.u16(region.offset) == 0xFF03 ? region.dropping(2) : region, into: &packet)
  }

  func decodePPP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 1 else { return packet.raiseShort(.pppTruncatedHeader, region, needs: 1) }
    // A protocol whose first byte is odd is one byte long (RFC 1661 §6.5).
    let length = bytes.u8(start) & 1 == 1 ? 1 : 2
    guard region.count >= length else { return packet.raiseShort(.pppTruncatedHeader, region, needs: length) }
    let type = length == 1 ? UInt16(bytes.u8(start)) : bytes.u16(start)
    let payload = region.dropping(length)
    switch type {
    case 0x0021:
      guard payload.count >= 20 else { return packet.raiseShort(.pppTruncatedHeader, payload, needs: 20) }
      packet.etherType = 0x0800
      decodeIPv4(bytes, payload, into: &packet)
    case 0x0057:
      guard payload.count >= 40 else { return packet.raiseShort(.pppTruncatedHeader, payload, needs: 40) }
      packet.etherType = 0x86DD
      decodeIPv6(bytes, payload, into: &packet)
    case 0x0281, 0x0283: decodeMPLS(bytes, payload, into: &packet)
    case 0x002F:
      // Van Jacobson's uncompressed TCP: an IPv4 header whose protocol is a connection's number (RFC 1144 §3.2.3), so
      // that it can neither be judged nor followed by itself.
      if payload.count < 20 { packet.raiseShort(.pppTruncatedHeader, payload, needs: 20) }
    case 0x8000...0xBFFF where type & 1 == 1, 0xC000...0xFFFF where type & 1 == 1:
      // Control protocols (LCP, PAP, CHAP, IPCP, …): a code, an identifier and a length (RFC 1661 §5).
      if payload.count < 4 { packet.raiseShort(.pppTruncatedHeader, payload, needs: 4) }
    default: packet.raise(.pppUnknownProtocol, at: start)
    }
  }
}
