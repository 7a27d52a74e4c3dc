// IGMP (RFC 1112, RFC 2236, RFC 3376; RGMP: RFC 3488).

import Catalog

extension PacketDecoder {
  @inline(never)
  func decodeIGMP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    let start = region.offset
    guard region.count >= 8 else { return packet.raiseShort(.igmpMalformed, region, needs: 8) }
    packet.transport = .igmp
    packet.icmpType = bytes.u8(start)
    packet.icmpCode = bytes.u8(start &+ 1)
    packet.setPayload(region.dropping(8))
    judgePlainChecksum(bytes, region, field: start &+ 2, &packet)
    switch packet.icmpType {
    case 0x11 where region.wireCount >= 12:
      // A version 3 query counts its sources.
      let least = 12 &+ Int(bytes.u16(start &+ 10)) &* 4
      if region.count < least { packet.raiseShort(.igmpMalformed, region, needs: least) }
    case 0x22:
      var rest = region.dropping(8)
      // A record takes eight bytes or more, so that the packet bounds the loop whatever the count says.
      for _ in 0..<Int(bytes.u16(start &+ 6)) {
        let length = 8 &+ Int(bytes.u16(rest.offset &+ 2)) &* 4 &+ Int(bytes.u8(rest.offset &+ 1)) &* 4
        guard rest.count >= 8, length <= rest.count else {
          return packet.raiseShort(.igmpMalformed, rest, needs: rest.count < 8 ? 8 : length)
        }
        rest = rest.dropping(length)
      }
    default: break
    }
  }
}
