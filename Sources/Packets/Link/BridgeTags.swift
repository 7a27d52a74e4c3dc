// Tags that bridges and rings put between the addresses of a frame and what it carries.

import Catalog

extension PacketDecoder {
  /// 802.1ah: a service tag of four bytes, then the customer's whole frame.
  func decodeProviderBackbone(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 18 else { return packet.raiseShort(.pbbTruncatedHeader, region, needs: 18) }
    decodeTaggedEthernet(bytes, region.dropping(4), into: &packet)
  }

  /// Cisco's VN-Tag: four bytes of interfaces, then an EtherType.
  func decodeVNTag(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 6 else { return packet.raiseShort(.vntagTruncatedHeader, region, needs: 6) }
    let type = bytes.u16(region.offset &+ 4)
    decodeEtherType(type, bytes, region.dropping(6), unknown: .vntagTruncatedHeader, into: &packet)
  }

  /// The E-Tag of 802.1BR: six bytes of channels, then an EtherType.
  func decodeETag(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 8 else { return packet.raiseShort(.etagTruncatedHeader, region, needs: 8) }
    let type = bytes.u16(region.offset &+ 6)
    decodeEtherType(type, bytes, region.dropping(8), unknown: .etagTruncatedHeader, into: &packet)
  }

  /// Cisco's DCE or FabricPath: a forwarding tag of two bytes behind the fabric's own header, then the whole frame.
  func decodeFabricPath(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 16 else { return packet.raiseShort(.dceTruncatedHeader, region, needs: 16) }
    decodeTaggedEthernet(bytes, region.dropping(2), into: &packet)
  }

  /// The tag of High-availability Seamless Redundancy (IEC 62439-3): path and size, a sequence number, an EtherType.
  /// Parallel Redundancy has a trailer instead, which lies behind what the network layer's length covers.
  ///
  /// The catalog has no id for it: where it is cut short, the EtherType of the frame is missing.
  func decodeRedundancyTag(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 6 else { return packet.raiseShort(.ethernetTruncatedHeader, region, needs: 6) }
    decodeEtherType(bytes.u16(region.offset &+ 4), bytes, region.dropping(6), into: &packet)
  }
}
