// The TCP header (RFC 9293 §3.1) and what its flags must not say together.

import Catalog

extension PacketDecoder {
  @inline(__always)
  func decodeTCP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard let header = bytes.header(region, 20) else {
      return packet.raiseShort(.tcpTruncatedHeader, region, needs: 20)
    }
    let words = header.u16(12)
    let headerLength = Int(words >> 12) &* 4
    let source = header.u16(0)
    let destination = header.u16(2)
    packet.sourcePort = source
    packet.destinationPort = destination
    guard headerLength >= 20, headerLength <= region.count else {
      let isCut = headerLength >= 20 && headerLength <= region.wireCount
      return packet.anomalies.append(.tcpHeaderLengthInvalid, offset: start &+ 12, captured: isCut)
    }
    packet.transport = .tcp
    packet.tcp.sequence = header.u32(4)
    let acknowledgement = header.u32(8)
    packet.tcp.acknowledgement = acknowledgement
    let flags = words & 0x1FF
    packet.tcp.flags = TCPFlags(rawValue: flags)
    packet.tcp.window = header.u16(14)
    packet.tcp.urgentPointer = header.u16(18)
    packet.tcp.headerLength = UInt8(truncatingIfNeeded: headerLength)
    packet.tcp.sackCount = 0
    packet.payloadOffset = UInt32(truncatingIfNeeded: start &+ headerLength)
    packet.payloadLength = UInt32(truncatingIfNeeded: region.end &- start &- headerLength)
    packet.wirePayloadLength = UInt32(truncatingIfNeeded: region.wireEnd &- start &- headerLength)
    // Timestamps behind two NOPs: what nearly every segment with options has.
    if headerLength == 20 {
      packet.tcp.options = []
    } else if headerLength == 32, bytes.u32(start &+ 20) == 0x0101_080A {
      packet.tcp.options = .timestamps
      packet.tcp.timestampValue = bytes.u32(start &+ 24)
      packet.tcp.timestampEcho = bytes.u32(start &+ 28)
    } else {
      packet.tcp.options = []
      decodeTCPOptions(bytes, start &+ 20, start &+ headerLength, into: &packet)
    }
    judgePseudoHeaderChecksum(bytes, region, field: start &+ 16, &packet)
    // What nearly every segment is: ACK, perhaps with PSH, and no more.
    if flags & ~0x08 != 0x10 { judgeTCPFlags(start, &packet) }
    if source == 0 || destination == 0 { packet.raise(.tcpPortZero, at: start) }
  }

  @inline(never)
  private func judgeTCPFlags(_ start: Int, _ packet: inout Packet) {
    let flags = packet.tcp.flags
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
