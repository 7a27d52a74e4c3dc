// The TCP header (RFC 9293 §3.1) and what its flags must not say together.

import Catalog

extension PacketDecoder {
  func decodeTCP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 20 else {
      packet.anomalies.append(.tcpTruncatedHeader, offset: start, captured: region.wireCount >= 20)
      return
    }
    let words = bytes.u16(start &+ 12)
    let headerLength = Int(words >> 12) &* 4
    packet.sourcePort = bytes.u16(start)
    packet.destinationPort = bytes.u16(start &+ 2)
    guard headerLength >= 20, headerLength <= region.count else {
      let isCut = headerLength >= 20 && headerLength <= region.wireCount
      packet.anomalies.append(.tcpHeaderLengthInvalid, offset: start &+ 12, captured: isCut)
      return
    }
    packet.transport = .tcp
    packet.tcp.sequence = bytes.u32(start &+ 4)
    packet.tcp.acknowledgement = bytes.u32(start &+ 8)
    packet.tcp.flags = TCPFlags(rawValue: words & 0x1FF)
    packet.tcp.window = bytes.u16(start &+ 14)
    packet.tcp.urgentPointer = bytes.u16(start &+ 18)
    packet.tcp.headerLength = UInt8(truncatingIfNeeded: headerLength)
    packet.tcp.options = []
    packet.tcp.sackCount = 0
    packet.setPayload(region.dropping(headerLength))
    if headerLength > 20 { decodeTCPOptions(bytes, start &+ 20, start &+ headerLength, into: &packet) }
    judgePseudoHeaderChecksum(bytes, region, field: start &+ 16, &packet)
    judgeTCPFlags(start, &packet)
    if packet.sourcePort == 0 || packet.destinationPort == 0 { packet.raise(.tcpPortZero, at: start) }
  }

  @inline(__always)
  private func judgeTCPFlags(_ start: Int, _ packet: inout Packet) {
    let flags = packet.tcp.flags
    // What nearly every segment is: ACK, perhaps with PSH, and no more.
    if flags.rawValue & ~0x08 == 0x10 { return }
    let offset = start &+ 13
    if flags.rawValue & 0x3F == 0 { packet.raise(.tcpFlagsNull, at: offset) }
    let christmas: TCPFlags = [.fin, .psh, .urg]
    if flags.isSuperset(of: christmas), !flags.contains(.ack) || flags.rawValue & 0x3F == 0x3F {
      packet.raise(.tcpFlagsChristmas, at: offset)
    }
    if flags.contains(.syn) {
      if flags.contains(.rst) { packet.raise(.tcpFlagsSynRst, at: offset) }
      if flags.contains(.urg) { packet.raise(.tcpFlagsSynUrg, at: offset) }
      if flags.contains(.fin) { packet.raise(.tcpFlagsSynFin, at: offset) }
      // A SYN-ACK with data may answer a fast open: that the flow knows, this room does not.
      if !flags.contains(.ack), packet.wirePayloadLength > 0, !packet.tcp.options.contains(.fastOpen) {
        packet.raise(.tcpSynWithData, at: Int(packet.payloadOffset))
      }
    }
    if flags.isSuperset(of: [.fin, .rst]) { packet.raise(.tcpFlagsFinRst, at: offset) }
    if !flags.contains(.ack), packet.tcp.acknowledgement != 0 { packet.raise(.tcpAckFieldWithoutFlag, at: start &+ 8) }
  }
}
