// Going on from a tunnel's header to the packet inside.

import Catalog

extension PacketDecoder {
  /// Notes that a packet lies in this one, for `decodeInner`.
  func noteInner(_ kind: InnerPacket, _ region: Region, into packet: inout Packet) {
    packet.inner = kind
    packet.innerVLAN = 0
    packet.innerOffset = UInt32(truncatingIfNeeded: min(region.offset, region.end))
    packet.innerLength = UInt32(truncatingIfNeeded: region.count)
    packet.innerWireLength = UInt32(truncatingIfNeeded: region.wireCount)
  }

  /// Notes an inner packet by its EtherType; false if that has no decoder.
  func noteInner(etherType: UInt16, _ region: Region, into packet: inout Packet) -> Bool {
    switch etherType {
    case 0x0800: noteInner(.ipv4, region, into: &packet)
    case 0x86DD: noteInner(.ipv6, region, into: &packet)
    case 0x6558: noteInner(.ethernet, region, into: &packet)
    case 0x880B: noteInner(.ppp, region, into: &packet)
    case 0x0600... where Self.hasDecoder(etherType: etherType):
      noteInner(.etherType, region, into: &packet)
      packet.innerEtherType = etherType
    default: return false
    }
    return true
  }

  /// Decodes the packet that `packet.inner` tells of, which is not `none`.
  @usableFromInline @inline(never)
  mutating func enterTunnel(_ bytes: UnsafeRawBufferPointer, into packet: inout Packet) {
    let kind = packet.inner
    let offset = Int(packet.innerOffset)
    let end = max(offset, min(bytes.count, offset &+ Int(packet.innerLength)))
    let region = Region(offset: offset, end: end, wireEnd: max(end, offset &+ Int(packet.innerWireLength)))
    if packet.tunnelDepth == 0 { packet.tunnelEnds = NetworkAddress.pairName(packet.source, packet.destination) }
    packet.forgetNetwork()
    guard Int(packet.tunnelDepth) < options.tunnelDepth else { return packet.raise(.tunnelTooDeep, at: offset) }
    packet.tunnelDepth &+= 1
    let wire = WireBytes(bytes)
    switch kind {
    case .none: break
    case .ethernet:
      forgetTags(&packet)
      decodeEthernet(wire, region, into: &packet)
    case .wireless:
      forgetTags(&packet)
      decodeWireless(wire, region, into: &packet)
    case .etherType:
      decodeEtherType(packet.innerEtherType, wire, region, unknown: .tunnelInvalidInnerPacket, into: &packet)
    case .ppp: decodePPPFrame(wire, region, into: &packet)
    case .ip: decodeRawIP(wire, region, into: &packet)
    case .ipv4: decodeInnerIP(wire, region, version: 4, into: &packet)
    case .ipv6: decodeInnerIP(wire, region, version: 6, into: &packet)
    }
    settleChecksums(&packet)
  }

  /// Decodes an IP packet that a dissector took out of a flow, into `packet`, which is overwritten: it counts as one more tunnel
  /// deep.
  ///
  /// - Parameters:
  ///   - bytes: from the version nibble on; offsets in `packet` count from their start.
  ///   - outer: the ends of the flow that carried it.
  ///   - depth: tunnels that it came out of, that flow among them, from 1 to ``DecoderOptions/tunnelDepth``.
  ///   - time: of the packet that brought it, nanoseconds since 1970 UTC; `number`: that one's place in its capture.
  public mutating func decodeHandedBack(
    _ bytes: UnsafeRawBufferPointer, outer: (NetworkAddress, NetworkAddress), depth: UInt8, time: Int64, number: UInt64,
    into packet: inout Packet
  ) {
    packet.restart(time: time, number: number, interface: 0, capturedLength: bytes.count, wireLength: bytes.count)
    packet.tunnelDepth = depth
    packet.tunnelEnds = NetworkAddress.pairName(outer.0, outer.1)
    decodeRawIP(WireBytes(bytes), Region(offset: 0, end: bytes.count, wireEnd: bytes.count), into: &packet)
    settleChecksums(&packet)
  }

  /// The inner frame has tags of its own.
  private func forgetTags(_ packet: inout Packet) {
    packet.vlanCount = packet.innerVLAN == 0 ? 0 : 1
    packet.vlanOuter = packet.innerVLAN
    packet.vlanInner = 0
  }

  /// An inner packet of which the outer header says which IP it is.
  private func decodeInnerIP(_ bytes: WireBytes, _ region: Region, version: UInt8, into packet: inout Packet) {
    let minimum = version == 4 ? 20 : 40
    guard region.count >= minimum else { return packet.raiseShort(.tunnelInvalidInnerPacket, region, needs: minimum) }
    guard bytes.u8(region.offset) >> 4 == version else {
      return packet.raise(.tunnelInnerVersionMismatch, at: region.offset)
    }
    if version == 4 {
      decodeIPv4(bytes, region, into: &packet)
    } else {
      decodeIPv6(bytes, region, into: &packet)
    }
    // Its length must be that of the room it has in the outer packet.
    if packet.version != 0, Int(packet.networkLength) != region.wireCount {
      packet.raise(.tunnelInvalidInnerPacket, at: region.offset)
    }
  }
}
