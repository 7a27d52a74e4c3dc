// The IPv4 header (RFC 791).

import Catalog

extension PacketDecoder {
  func decodeIPv4(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 20 else { return packet.raiseMissing(.ipv4TruncatedHeader, at: start) }
    let first = bytes.u8(start)
    guard first >> 4 == 4 else { return packet.raise(.ipv4WrongVersion, at: start) }
    let headerLength = Int(first & 0x0F) &* 4
    guard headerLength >= 20 else { return packet.raise(.ipv4HeaderLengthInvalid, at: start) }
    guard headerLength <= region.count else {
      packet.anomalies.append(.ipv4HeaderLengthInvalid, offset: start, captured: headerLength <= region.wireCount)
      return
    }
    let announced = Int(bytes.u16(start &+ 2))
    var total = announced
    if announced == 0 {
      packet.raise(.ipv4TotalLengthZero, at: start &+ 2)
      total = region.wireCount
    } else if announced < headerLength {
      return packet.raise(.ipv4TotalLengthBelowHeader, at: start &+ 2)
    } else if announced > region.count {
      packet.anomalies.append(.ipv4TruncatedPacket, offset: start &+ 2, captured: announced <= region.wireCount)
    }
    let whole = region.prefix(total)

    packet.version = 4
    packet.networkOffset = UInt32(truncatingIfNeeded: start)
    packet.networkHeaderLength = UInt32(truncatingIfNeeded: headerLength)
    packet.announcedLength = UInt32(truncatingIfNeeded: announced)
    packet.networkLength = UInt32(truncatingIfNeeded: total)
    packet.trafficClass = bytes.u8(start &+ 1)
    packet.timeToLive = bytes.u8(start &+ 8)
    packet.ipProtocol = bytes.u8(start &+ 9)
    packet.source = bytes.ipv4Address(start &+ 12)
    packet.destination = bytes.ipv4Address(start &+ 16)
    let fragment = bytes.u16(start &+ 6)
    packet.dontFragment = fragment & 0x4000 != 0
    packet.moreFragments = fragment & 0x2000 != 0
    packet.fragmentOffset = UInt32(fragment & 0x1FFF) &* 8
    packet.fragmentIdentification = UInt32(bytes.u16(start &+ 4))
    packet.isFragment = fragment & 0x3FFF != 0

    if options.checksums != .ignore { judgeIPChecksum(bytes, start, start &+ headerLength, &packet) }
    if packet.timeToLive == 0 { packet.raise(.ipv4TtlZero, at: start &+ 8) }
    if headerLength > 20 { decodeIPv4Options(bytes, start &+ 20, start &+ headerLength, into: &packet) }

    let payload = whole.dropping(headerLength)
    packet.checksumSource = packet.source
    packet.checksumDestination = packet.destination
    if packet.isFragment {
      noteFragment(payload, into: &packet)
    } else {
      decodeTransport(bytes, payload, into: &packet)
    }
    judgeIPv4Addresses(at: start, &packet)
  }

  /// Sets what is known of the bytes of a fragment; what they are is known after reassembly.
  func noteFragment(_ payload: Region, into packet: inout Packet) {
    packet.transport = .fragment
    packet.transportOffset = UInt32(truncatingIfNeeded: payload.offset)
    packet.setPayload(payload)
  }

  private func judgeIPv4Addresses(at start: Int, _ packet: inout Packet) {
    if packet.source == packet.destination {
      let samePorts =
        packet.transport != .tcp && packet.transport != .udp || packet.sourcePort == packet.destinationPort
      if samePorts, !packet.isLoopback, !packet.source.isLoopback { packet.raise(.ipv4Land, at: start &+ 12) }
    }
    let source = packet.source.ipv4
    // Multicast, reserved and broadcast; loopback, unless the destination is too: then it is a loopback capture.
    let first = source >> 24
    guard first == 0 || first == 127 || first >= 224 else { return }
    let isDHCP = packet.transport == .udp && packet.destinationPort == 67
    // RFC 3376 §4.2.13: a host that has no address yet reports its groups from 0.0.0.0.
    let mayLackAddress = isDHCP || packet.ipProtocol == 2 || packet.isFragment
    if first >> 4 == 0xE || source == .max
      || first == 127 && !packet.isLoopback && !packet.destination.isLoopback
      || source == 0 && !mayLackAddress
    {
      packet.raise(.ipv4InvalidSource, at: start &+ 12)
    }
  }
}
