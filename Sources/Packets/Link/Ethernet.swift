// Ethernet II and 802.3, with 802.1Q and 802.1ad tags.

import Catalog

extension PacketDecoder {
  /// The frame that nearly every capture has: part of `decode` itself, IP without a detour.
  @inline(__always)
  func decodeEthernet(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard let header = bytes.header(region, 14) else {
      return packet.raiseShort(.ethernetTruncatedHeader, region, needs: 14)
    }
    let destination = header.u64(0) >> 16
    let source = header.u64(6) >> 16
    let type = header.u16(12)
    packet.linkDestination = LinkAddress(rawValue: destination)
    packet.linkSource = LinkAddress(rawValue: source)
    packet.hasLinkAddresses = true
    if source >> 40 & 1 == 1 || source == 0 { judgeLinkSource(at: region.offset, &packet) }
    let rest = region.dropping(14)
    switch type {
    case 0x0800:
      packet.etherType = type
      decodeIPv4(bytes, rest, into: &packet)
    case 0x86DD:
      packet.etherType = type
      decodeIPv6(bytes, rest, into: &packet)
    default: decodeEtherType(type, bytes, rest, into: &packet)
    }
  }

  /// The same for frames inside of tags and of other frames.
  @inline(never)
  func decodeTaggedEthernet(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    decodeEthernet(bytes, region, into: &packet)
  }

  @inline(never)
  private func judgeLinkSource(at start: Int, _ packet: inout Packet) {
    if packet.linkSource == .zero, packet.linkDestination == .zero {
      // What Linux gives for its loopback interface; on a wire it would reach nobody.
      packet.isLoopback = true
    } else {
      packet.raise(.ethernetInvalidSourceAddress, at: start &+ 6)
    }
  }

  /// `region` begins behind the EtherType that announced the tag.
  func decodeVLAN(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard let header = bytes.header(region, 4) else {
      return packet.raiseShort(.vlanTruncatedHeader, region, needs: 4)
    }
    let id = header.u16(0) & 0x0FFF
    switch packet.vlanCount {
    case 0: packet.vlanOuter = id
    case 1: packet.vlanInner = id
    default: packet.raise(.vlanTooManyTags, at: region.offset)
    }
    packet.vlanCount &+= 1
    decodeEtherType(header.u16(2), bytes, region.dropping(4), unknown: .vlanUnknownInnerType, into: &packet)
  }
}
