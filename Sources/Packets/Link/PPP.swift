// PPP (RFC 1661), alone, in HDLC-like framing (RFC 1662) and over Ethernet (RFC 2516).

import Catalog

extension PacketDecoder {
  /// LINKTYPE_PPP and LINKTYPE_PPP_HDLC: perhaps with address and control bytes before the protocol.
  func decodePPPFrame(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    decodePPP(bytes, bytes.u16(region.offset) == 0xFF03 ? region.dropping(2) : region, into: &packet)
  }

  func decodePPP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    // A protocol whose first byte is odd is one byte long (RFC 1661 §6.5).
    let length = bytes.u8(start) & 1 == 1 ? 1 : 2
    guard region.count >= length else { return packet.raiseMissing(.pppTruncatedHeader, at: start) }
    let type = length == 1 ? UInt16(bytes.u8(start)) : bytes.u16(start)
    let payload = region.dropping(length)
    switch type {
    case 0x0021:
      guard payload.count >= 20 else { return packet.raiseMissing(.pppTruncatedHeader, at: start) }
      decodeIPv4(bytes, payload, into: &packet)
    case 0x0057:
      guard payload.count >= 40 else { return packet.raiseMissing(.pppTruncatedHeader, at: start) }
      decodeIPv6(bytes, payload, into: &packet)
    case 0x0281, 0x0283: decodeMPLS(bytes, payload, into: &packet)
    // Van Jacobson's compressed TCP needs the packets before; control protocols (LCP, PAP, CHAP, IPCP, …) carry no IP.
    case 0x002D, 0x002F, 0x003D, 0x00FB, 0x00FD, 0x8000...0x80FF, 0xC000...0xC2FF: break
    default: packet.raise(.pppUnknownProtocol, at: start)
    }
  }

  /// `isSession`: EtherType 0x8864; else discovery, 0x8863.
  func decodePPPoE(_ bytes: WireBytes, _ region: Region, isSession: Bool, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 6 else { return packet.raiseMissing(.pppoeTruncated, at: start) }
    let code = bytes.u8(start &+ 1)
    let length = Int(bytes.u16(start &+ 4))
    let payload = region.dropping(6)
    if length > payload.count {
      packet.anomalies.append(.pppoeTruncated, offset: start &+ 4, captured: length <= payload.wireCount)
    } else if length < payload.wireCount, packet.wireLength > 64 {
      // A shorter frame was padded by Ethernet.
      packet.raise(.pppoeTrailingData, at: payload.offset &+ length)
    }
    guard !isSession else {
      guard code == 0 else { return packet.raise(.pppoeInvalidCode, at: start &+ 1) }
      return decodePPP(bytes, payload.prefix(length), into: &packet)
    }
    // PADO, PADI, PADR, PADS, PADT.
    guard code == 0x07 || code == 0x09 || code == 0x19 || code == 0x65 || code == 0xA7 else {
      return packet.raise(.pppoeInvalidCode, at: start &+ 1)
    }
    var rest = payload.prefix(length)
    while rest.count >= 4 {
      let size = Int(bytes.u16(rest.offset &+ 2))
      guard size <= rest.wireCount &- 4 else { return packet.raise(.pppoeMalformedTags, at: rest.offset) }
      if bytes.u16(rest.offset) == 0 { return }
      rest = rest.dropping(4 &+ size)
    }
  }
}
