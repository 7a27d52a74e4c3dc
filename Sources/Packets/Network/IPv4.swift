// The IPv4 header (RFC 791).

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeIPv4(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard let header = bytes.header(region, 20) else {
      return packet.raiseShort(.ipv4TruncatedHeader, region, needs: 20)
    }
    // Version, header length, service and total length in one word.
    let first = header.u32(0)
    guard first >> 28 == 4 else { return packet.raise(.ipv4WrongVersion, at: start) }
    let headerLength = Int(first >> 24 & 0x0F) &* 4
    guard headerLength >= 20, headerLength <= region.count else {
      return packet.anomalies.append(
        .ipv4HeaderLengthInvalid, offset: start, captured: headerLength >= 20 && headerLength <= region.wireCount)
    }
    let announced = Int(first & 0xFFFF)
    var total = announced
    if announced < headerLength || announced > region.count {
      guard let judged = judgeIPv4Length(announced, headerLength, region, &packet) else { return }
      total = judged
    }
    let whole = region.prefix(total)
    let payload = whole.dropping(headerLength)

    packet.version = 4
    packet.networkOffset = UInt32(truncatingIfNeeded: start)
    packet.networkHeaderLength = UInt32(truncatingIfNeeded: headerLength)
    packet.announcedLength = UInt32(truncatingIfNeeded: announced)
    packet.networkLength = UInt32(truncatingIfNeeded: total)
    packet.trafficClass = UInt8(truncatingIfNeeded: first >> 16)
    let second = header.u32(4)
    packet.fragmentIdentification = second >> 16
    packet.dontFragment = second & 0x4000 != 0
    let timeToLive = header.u8(8)
    packet.timeToLive = timeToLive
    packet.ipProtocol = header.u8(9)
    let source = header.u32(12)
    let destination = header.u32(16)
    packet.source = NetworkAddress(ipv4: source)
    packet.destination = NetworkAddress(ipv4: destination)

    if options.checksums != .ignore { judgeIPChecksum(header, bytes, start, headerLength, &packet) }
    if timeToLive == 0 { packet.raise(.ipv4TtlZero, at: start &+ 8) }
    if headerLength > 20 { decodeIPv4Options(bytes, start &+ 20, start &+ headerLength, into: &packet) }

    if second & 0x3FFF != 0 {
      packet.isFragment = true
      packet.moreFragments = second & 0x2000 != 0
      packet.fragmentOffset = (second & 0x1FFF) &* 8
      noteFragment(payload, into: &packet)
    } else {
      decodeTransport(bytes, payload, into: &packet)
    }
    // Multicast, reserved and broadcast, this network, loopback: what a source must not be, for the most part.
    let network = source >> 24
    if source == destination || network == 0 || network == 127 || network >= 224 {
      judgeIPv4Addresses(at: start, &packet)
    }
  }

  /// The length of the packet where the total length is not between the header's and the bytes that are there; nil if it is
  /// impossible.
  @inline(never)
  private func judgeIPv4Length(
    _ announced: Int, _ headerLength: Int, _ region: Region, _ packet: inout Packet
  ) -> Int? {
    let place = region.offset &+ 2
    // Segmentation is left to the network card: the packet is what was captured of it.
    if announced == 0 {
      packet.raise(.ipv4TotalLengthZero, at: place)
      return region.wireCount
    }
    if announced < headerLength {
      packet.raise(.ipv4TotalLengthBelowHeader, at: place)
      return nil
    }
    packet.isIncomplete = announced > region.wireCount
    packet.anomalies.append(.ipv4TruncatedPacket, offset: place, captured: !packet.isIncomplete)
    return announced
  }

  /// Sets what is known of the bytes of a fragment; what they are is known after reassembly.
  func noteFragment(_ payload: Region, into packet: inout Packet) {
    packet.transport = .fragment
    packet.transportOffset = UInt32(truncatingIfNeeded: payload.offset)
    packet.setPayload(payload)
  }

  @inline(never)
  private func judgeIPv4Addresses(at start: Int, _ packet: inout Packet) {
    // Where the capture cut away the ports, what they may excuse is not known.
    let lacksPorts = packet.isCut && packet.transport == .none && (packet.ipProtocol == 6 || packet.ipProtocol == 17)
    if packet.source == packet.destination {
      let samePorts =
        packet.transport != .tcp && packet.transport != .udp || packet.sourcePort == packet.destinationPort
      if samePorts, !lacksPorts, !packet.isLoopback, !packet.source.isLoopback {
        packet.raise(.ipv4Land, at: start &+ 12)
      }
    }
    let source = packet.source.ipv4
    let isDHCP = packet.transport == .udp && packet.destinationPort == 67
    // RFC 3376 §4.2.13: a host that has no address yet reports its groups from 0.0.0.0.
    let mayLackAddress = isDHCP || packet.ipProtocol == 2 || packet.isFragment || lacksPorts
    // Loopback, unless the destination is too: then it is a loopback capture.
    if source >> 28 == 0xE || source == .max
      || source >> 24 == 127 && !packet.isLoopback && !packet.destination.isLoopback
      || source == 0 && !mayLackAddress
    {
      packet.raise(.ipv4InvalidSource, at: start &+ 12)
    }
  }
}
