// Where a frame begins: one case a link type. A new link type is a file with its decoder and a case here.

import Catalog

extension PacketDecoder {
  /// Decodes the whole of a frame by its link type; nothing of an unsupported one.
  @inline(never)
  func decodeLink(_ linkType: LinkType, _ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    switch linkType.rawValue {
    case 1: decodeTaggedEthernet(bytes, region, into: &packet)
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
    case 51: decodePPPoE(bytes, region, isSession: true, into: &packet)
    // A byte that says which way it went, then PPP.
    case 166: decodePPPFrame(bytes, region.dropping(1), into: &packet)
    case 219: decodeMPLS(bytes, region, into: &packet)
    case 105: decodeWireless(bytes, region, into: &packet)
    case 119: decodePrism(bytes, region, into: &packet)
    case 127: decodeRadiotap(bytes, region, into: &packet)
    case 163: decodeAVS(bytes, region, into: &packet)
    case 192: decodePerPacketInformation(bytes, region, into: &packet)
    default: break
    }
  }

  /// Decodes what an EtherType announces; `unknown` is raised for one without a decoder.
  @inline(never)
  func decodeEtherType(
    _ type: UInt16, _ bytes: WireBytes, _ region: Region, unknown: AnomalyKind = .ethernetUnknownEthertype,
    into packet: inout Packet
  ) {
    packet.etherType = type
    switch type {
    case 0x0800: decodeIPv4(bytes, region, into: &packet)
    case 0x86DD: decodeIPv6(bytes, region, into: &packet)
    case 0x0806, 0x8035: decodeARP(bytes, region, into: &packet)
    // 802.1Q, 802.1ad, and the two numbers that were used for stacked tags before it.
    case 0x8100, 0x88A8, 0x9100, 0x9200: decodeVLAN(bytes, region, into: &packet)
    case 0x8847, 0x8848: decodeMPLS(bytes, region, into: &packet)
    case 0x8863: decodePPPoE(bytes, region, isSession: false, into: &packet)
    case 0x8864: decodePPPoE(bytes, region, isSession: true, into: &packet)
    case 0x880B: decodePPPFrame(bytes, region, into: &packet)
    case 0x88E7: decodeProviderBackbone(bytes, region, into: &packet)
    case 0x8926: decodeVNTag(bytes, region, into: &packet)
    case 0x893F: decodeETag(bytes, region, into: &packet)
    case 0x8903: decodeFabricPath(bytes, region, into: &packet)
    case 0x892F: decodeRedundancyTag(bytes, region, into: &packet)
    case 0x894F: decodeServiceHeader(bytes, region, into: &packet)
    // Supervision frames of PRP and HSR carry no packet (IEC 62439-3).
    case 0x88FB: break
    // Below 0x600 it is the length of an 802.3 frame (IEEE 802.3 clause 3.2.6).
    case 0..<0x0600: decodeLLC(bytes, type == 0 ? region : region.prefix(Int(type)), into: &packet)
    default: packet.raise(unknown, at: region.offset &- 2)
    }
  }

  /// Whether `decodeEtherType` has a decoder for it. Lengths of 802.3 frames count as such.
  static func hasDecoder(etherType: UInt16) -> Bool {
    switch etherType {
    case 0..<0x0600, 0x0800, 0x86DD, 0x0806, 0x8035, 0x8100, 0x88A8, 0x9100, 0x9200, 0x8847, 0x8848, 0x8863, 0x8864,
      0x880B, 0x88E7, 0x8926, 0x893F, 0x8903, 0x892F, 0x894F, 0x88FB:
      true
    default: false
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
