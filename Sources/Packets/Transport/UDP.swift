// The UDP header (RFC 768).

import Catalog

extension PacketDecoder {
  func decodeUDP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 8 else {
      packet.anomalies.append(.udpTruncated, offset: start, captured: region.wireCount >= 8)
      if region.wireCount < 8 { packet.raise(.udpLengthInvalid, at: start) }
      return
    }
    packet.transport = .udp
    packet.sourcePort = bytes.u16(start)
    packet.destinationPort = bytes.u16(start &+ 2)
    var length = Int(bytes.u16(start &+ 4))
    // RFC 2675 §4: zero where 16 bits do not suffice; also what is captured before segmentation offloading.
    if length == 0, region.wireCount > 0xFFFF { length = region.wireCount }
    let datagram = length >= 8 && length <= region.wireCount ? region.prefix(length) : region
    if length < 8 || length != region.wireCount { packet.raise(.udpLengthInvalid, at: start &+ 4) }
    packet.setPayload(datagram.dropping(8))
    if packet.sourcePort == 0 || packet.destinationPort == 0 { packet.raise(.udpPortZero, at: start) }
    decodeUDPTunnel(bytes, datagram.dropping(8), into: &packet)
    // No checksum: allowed over IPv4, and over IPv6 for tunnels (RFC 6935).
    if bytes.u16(start &+ 6) == 0, packet.version == 4 || isTunnelPort(packet.destinationPort) { return }
    judgePseudoHeaderChecksum(bytes, datagram, field: start &+ 6, &packet)
  }

  /// LISP, VXLAN, Geneve and GTP-U.
  private func isTunnelPort(_ port: UInt16) -> Bool { port == 4341 || port == 4789 || port == 6081 || port == 2152 }
}
