// The UDP header (RFC 768).

import Catalog

extension PacketDecoder {
  @inline(__always)
  func decodeUDP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard let header = bytes.header(region, 8) else { return noteShortUDP(region, &packet) }
    let source = header.u16(0)
    let destination = header.u16(2)
    packet.transport = .udp
    packet.sourcePort = source
    packet.destinationPort = destination
    let length = Int(header.u16(4))
    let datagram =
      length == region.wireCount ? region : judgeUDPLength(length, region, &packet)
    let payload = datagram.dropping(8)
    packet.setPayload(payload)
    if source == 0 || destination == 0 { packet.raise(.udpPortZero, at: start) }
    let isTunnel = Self.isTunnelPort(destination) || Self.isTunnelPort(source)
    if isTunnel { decodeUDPTunnel(bytes, payload, into: &packet) }
    // No checksum: allowed over IPv4, and over IPv6 for tunnels (RFC 6935).
    if header.u16(6) == 0, packet.version == 4 || isTunnel { return }
    judgePseudoHeaderChecksum(bytes, datagram, field: start &+ 6, &packet)
  }

  @inline(never)
  private func noteShortUDP(_ region: Region, _ packet: inout Packet) {
    packet.raiseShort(.udpTruncated, region, needs: 8)
    if region.wireCount < 8 { packet.raise(.udpLengthInvalid, at: region.offset) }
  }

  /// What belongs to a datagram whose length is not that of the packet's payload.
  @inline(never)
  private func judgeUDPLength(_ length: Int, _ region: Region, _ packet: inout Packet) -> Region {
    // RFC 2675 §4: zero where 16 bits do not suffice; also what is captured before segmentation offloading.
    if length == 0, region.wireCount > 0xFFFF { return region }
    packet.raise(.udpLengthInvalid, at: region.offset &+ 4)
    return length >= 8 && length <= region.wireCount ? region.prefix(length) : region
  }
}
