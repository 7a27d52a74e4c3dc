// UDP-Lite (RFC 3828): UDP whose checksum may cover less than the datagram. Its faults have the ids of UDP.

import Catalog

extension PacketDecoder {
  func decodeUDPLite(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    packet.transport = .other
    guard let header = bytes.header(region, 8) else {
      packet.setPayload(region)
      return packet.raiseShort(.udpTruncated, region, needs: 8)
    }
    packet.sourcePort = header.u16(0)
    packet.destinationPort = header.u16(2)
    packet.setPayload(region.dropping(8))
    if packet.sourcePort == 0 || packet.destinationPort == 0 { packet.raise(.udpPortZero, at: start) }
    // RFC 3828 §3.1: zero covers all; the header is always covered; more than there is cannot be.
    let coverage = Int(header.u16(4))
    guard coverage == 0 || coverage >= 8 && coverage <= region.wireCount else {
      return packet.raise(.udpLengthInvalid, at: start &+ 4)
    }
    let covered = coverage == 0 ? region : region.prefix(coverage)
    judgePseudoHeaderChecksum(bytes, region, coverage: covered, field: start &+ 6, &packet)
  }
}
