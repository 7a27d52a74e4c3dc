// DCCP (RFC 4340 §5.1): the generic header, as far as the ports and the payload behind it.

import Catalog

extension PacketDecoder {
  /// The catalog has no id for its faults: a header that does not fit leaves a packet without ports.
  func decodeDCCP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    packet.transport = .other
    packet.setPayload(region)
    guard let header = bytes.header(region, 12) else { return }
    // The X bit brings sequence numbers of 48 bits instead of 24; the data offset is in words.
    let least = header.u8(8) & 1 == 1 ? 16 : 12
    let length = Int(header.u8(4)) &* 4
    guard length >= least, length <= region.count else { return }
    packet.sourcePort = header.u16(0)
    packet.destinationPort = header.u16(2)
    packet.setPayload(region.dropping(length))
  }
}
