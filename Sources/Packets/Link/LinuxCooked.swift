// Linux cooked captures, as of the "any" device (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of tcpdump.org).

import Catalog

extension PacketDecoder {
  func decodeLinuxCooked(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 16 else { return packet.raiseShort(.sllTruncatedHeader, region, needs: 16) }
    let hardware = bytes.u16(region.offset &+ 2)
    if bytes.u16(region.offset &+ 4) == 6 { packet.linkSource = bytes.linkAddress(region.offset &+ 6) }
    decodeCookedPayload(hardware, bytes.u16(region.offset &+ 14), bytes, region.dropping(16), into: &packet)
  }

  func decodeLinuxCooked2(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 20 else { return packet.raiseShort(.sllTruncatedHeader, region, needs: 20) }
    let hardware = bytes.u16(region.offset &+ 8)
    if bytes.u8(region.offset &+ 11) == 6 { packet.linkSource = bytes.linkAddress(region.offset &+ 12) }
    decodeCookedPayload(hardware, bytes.u16(region.offset), bytes, region.dropping(20), into: &packet)
  }

  private func decodeCookedPayload(
    _ hardware: UInt16, _ type: UInt16, _ bytes: WireBytes, _ region: Region, into packet: inout Packet
  ) {
    // ARPHRD_LOOPBACK.
    switch hardware {
    case 772: packet.isLoopback = true
    // ARPHRD_NETLINK: the field is a netlink family.
    case 824: return
    // ARPHRD_IEEE80211, _PRISM and _RADIOTAP: the frame begins with that header.
    case 801: return decodeWireless(bytes, region, into: &packet)
    case 802: return decodePrism(bytes, region, into: &packet)
    case 803: return decodeRadiotap(bytes, region, into: &packet)
    default: break
    }
    switch type {
    // 802.3 without LLC (Novell) and frames of other kinds: nothing that is decoded here.
    case 0x0001, 0x0003, 0x000C: break
    // 802.2 LLC.
    case 0x0004: decodeLLC(bytes, region, into: &packet)
    case 0x0600...: decodeEtherType(type, bytes, region, into: &packet)
    default: packet.raise(.ethernetUnknownEthertype, at: region.offset &- 2)
    }
  }
}
