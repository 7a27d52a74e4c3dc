// Ethernet II and 802.3, with 802.1Q and 802.1ad tags.

import Catalog

extension PacketDecoder {
  func decodeEthernet(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 14 else { return packet.raiseMissing(.ethernetTruncatedHeader, at: region.offset) }
    let destination = bytes.linkAddress(region.offset)
    let source = bytes.linkAddress(region.offset &+ 6)
    packet.linkDestination = destination
    packet.linkSource = source
    packet.hasLinkAddresses = true
    if source == .zero, destination == .zero {
      // What Linux gives for its loopback interface; on a wire it would reach nobody.
      packet.isLoopback = true
    } else if source.isGroup || source == .zero {
      packet.raise(.ethernetInvalidSourceAddress, at: region.offset &+ 6)
    }
    decodeEtherType(bytes.u16(region.offset &+ 12), bytes, region.dropping(14), into: &packet)
  }

  /// `region` begins behind the EtherType that announced the tag.
  func decodeVLAN(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 4 else { return packet.raiseMissing(.vlanTruncatedHeader, at: region.offset) }
    let id = bytes.u16(region.offset) & 0x0FFF
    switch packet.vlanCount {
    case 0: packet.vlanOuter = id
    case 1: packet.vlanInner = id
    default: packet.raise(.vlanTooManyTags, at: region.offset)
    }
    packet.vlanCount &+= 1
    decodeEtherType(bytes.u16(region.offset &+ 2), bytes, region.dropping(4), into: &packet)
  }

  /// 802.1ah: a tag of four bytes, then the customer's whole frame.
  func decodeProviderBackbone(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 18 else { return packet.raiseMissing(.pbbTruncatedHeader, at: region.offset) }
    decodeEthernet(bytes, region.dropping(4), into: &packet)
  }

  /// 802.2 LLC, and SNAP behind it (IEEE 802.2; RFC 1042).
  func decodeLLC(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 3 else { return packet.raiseMissing(.llcTruncatedHeader, at: region.offset) }
    let services = bytes.u16(region.offset)
    guard services == 0xAAAA, bytes.u8(region.offset &+ 2) == 0x03 else { return }
    guard region.count >= 8 else { return packet.raiseMissing(.llcTruncatedHeader, at: region.offset) }
    // Other organisations' numbers (CDP, for example) are not EtherTypes.
    guard bytes.u32(region.offset &+ 2) & 0x00FF_FFFF == 0 else { return }
    let type = bytes.u16(region.offset &+ 6)
    guard type >= 0x0600 else { return }
    decodeEtherType(type, bytes, region.dropping(8), into: &packet)
  }
}
