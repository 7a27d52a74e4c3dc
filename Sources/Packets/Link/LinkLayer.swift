// Where a frame begins: one case a link type. A new link type is a file with its decoder and a case here.

import Catalog

extension PacketDecoder {
  /// Decodes the whole of a frame by its link type; nothing of an unsupported one.
  func decodeLink(_ linkType: LinkType, _ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    switch linkType.rawValue {
    case 1: decodeEthernet(bytes, region, into: &packet)
    case 113: decodeLinuxCooked(bytes, region, into: &packet)
    case 276: decodeLinuxCooked2(bytes, region, into: &packet)
    case 12, 14, 101: decodeRawIP(bytes, region, into: &packet)
    case 228: decodeIPv4(bytes, region, into: &packet)
    case 229: decodeIPv6(bytes, region, into: &packet)
    case 0: decodeLoopback(bytes, region, networkOrder: false, into: &packet)
    case 108: decodeLoopback(bytes, region, networkOrder: true, into: &packet)
    case 104: decodeCiscoHDLC(bytes, region, into: &packet)
    case 239: decodeNFLOG(bytes, region, into: &packet)
    case 9, 50: decodePPPFrame(bytes, region, into: &packet)
    default: break
    }
  }

  /// Decodes what an EtherType announces.
  func decodeEtherType(_ type: UInt16, _ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    packet.etherType = type
    switch type {
    case 0x0800: decodeIPv4(bytes, region, into: &packet)
    case 0x86DD: decodeIPv6(bytes, region, into: &packet)
    case 0x0806: decodeARP(bytes, region, into: &packet)
    // 802.1Q, 802.1ad, and the two numbers that were used for stacked tags before it.
    case 0x8100, 0x88A8, 0x9100, 0x9200: decodeVLAN(bytes, region, into: &packet)
    case 0x8847, 0x8848: decodeMPLS(bytes, region, into: &packet)
    case 0x8863: decodePPPoE(bytes, region, isSession: false, into: &packet)
    case 0x8864: decodePPPoE(bytes, region, isSession: true, into: &packet)
    case 0x88E7: decodeProviderBackbone(bytes, region, into: &packet)
    // Below 0x600 it is the length of an 802.3 frame (IEEE 802.3 clause 3.2.6).
    case 0..<0x0600: decodeLLC(bytes, type == 0 ? region : region.prefix(Int(type)), into: &packet)
    default:
      packet.raise(
        packet.vlanCount > 0 ? .vlanUnknownInnerType : .ethernetUnknownEthertype, at: region.offset &- 2)
    }
  }

  /// Counts one more header. False, with the anomaly noted, if it is one too many.
  @inline(__always)
  func enterLayer(at offset: Int, _ packet: inout Packet) -> Bool {
    guard Int(packet.layerCount) < options.depth else {
      packet.raise(.decodeTooManyLayers, at: offset)
      return false
    }
    packet.layerCount &+= 1
    return true
  }
}
