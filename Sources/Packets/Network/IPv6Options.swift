// The options inside hop-by-hop and destination headers (RFC 8200 §4.2, IANA "destination options and hop-by-hop options").

import Catalog

extension PacketDecoder {
  func decodeIPv6Options(
    _ bytes: WireBytes, _ start: Int, _ end: Int, _ seen: inout SeenExtensions, into packet: inout Packet
  ) {
    var offset = start
    var others = 0
    while offset < end {
      let type = bytes.u8(offset)
      // Pad1.
      if type == 0 {
        offset &+= 1
        continue
      }
      guard end &- offset >= 2 else { return packet.raise(.ipv6ExtensionOptionInvalid, at: offset) }
      let length = Int(bytes.u8(offset &+ 1))
      guard length <= end &- offset &- 2 else { return packet.raise(.ipv6ExtensionOptionInvalid, at: offset) }
      if type != 1 { others &+= 1 }
      switch type {
      case 1:
        // PadN of no bytes is legal two bytes of padding; it is also all that a covert channel needs to look legal.
        if length == 0 { packet.raise(.ipv6ExtensionOnlyPadding, at: offset) }
      case 0x05:
        // Router alert (RFC 2711).
        if length != 2 { packet.raise(.ipv6ExtensionOptionInvalid, at: offset) }
      case 0xC2:
        // Jumbo payload (RFC 2675).
        if length != 4 { packet.raise(.ipv6ExtensionOptionInvalid, at: offset) }
      case 0xC9:
        // Home address (RFC 6275 §6.3), the source for which checksums are made.
        seen.homeAddresses &+= 1
        if length == 16 {
          packet.prepareChecksumAddresses()
          packet.checksumSource = bytes.ipv6Address(offset &+ 2)
        } else {
          packet.raise(.ipv6MobilityMalformed, at: offset)
          packet.raise(.ipv6ExtensionOptionInvalid, at: offset)
        }
        if seen.homeAddresses > 1 { packet.raise(.ipv6MobilityMalformed, at: offset) }
      case 0x04, 0x07, 0x08, 0x0F, 0x11, 0x12, 0x13, 0x23, 0x26, 0x30, 0x31, 0x63, 0x6D, 0x8B, 0x8C, 0xEE:
        // Assigned: tunnel limit, CALIPSO, SMF, PDM, APN, path MTU, RPL, MPL, ILNP, line identification, …
        break
      default:
        packet.raise(.ipv6ExtensionOptionUnknown, at: offset)
      }
      offset &+= 2 &+ length
    }
    if others == 0 { packet.raise(.ipv6ExtensionOnlyPadding, at: start) }
  }
}
