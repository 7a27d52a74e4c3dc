// Frames that begin with IP, or with an address family and then IP.

import Catalog

extension PacketDecoder {
  /// LINKTYPE_RAW: the first nibble says which IP it is.
  func decodeRawIP(_ bytes: WireBytes, _ region: Region, into packet: inout Packet) {
    guard region.count >= 1 else { return packet.raiseShort(.ipUnknownVersion, region, needs: 1) }
    switch bytes.u8(region.offset) >> 4 {
    case 4: decodeIPv4(bytes, region, into: &packet)
    case 6: decodeIPv6(bytes, region, into: &packet)
    default: packet.raise(.ipUnknownVersion, at: region.offset)
    }
  }

  /// LINKTYPE_NULL has the address family in the byte order of the machine that captured, LINKTYPE_LOOP in network order.
  func decodeLoopback(_ bytes: WireBytes, _ region: Region, networkOrder: Bool, into packet: inout Packet) {
    guard enterLayer(at: region.offset, &packet) else { return }
    guard region.count >= 4 else { return packet.raiseShort(.nullTruncatedHeader, region, needs: 4) }
    packet.isLoopback = true
    switch Self.ipVersion(ofFamily: bytes.u32(region.offset), networkOrder: networkOrder) {
    case 4: decodeIPv4(bytes, region.dropping(4), into: &packet)
    case 6: decodeIPv6(bytes, region.dropping(4), into: &packet)
    default: packet.raise(.nullUnknownFamily, at: region.offset)
    }
  }

  /// The version of IP that the address family before a loopback frame stands for; nil for all others.
  /// - Parameter family: the first four bytes as a number in network order.
  public static func ipVersion(ofFamily family: UInt32, networkOrder: Bool) -> UInt8? {
    // Families are small numbers: what is large was written in the other order.
    switch !networkOrder && family > 0xFFFF ? family.byteSwapped : family {
    case 2: 4
    // AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS, 10 on Linux, 23 on Windows.
    case 10, 23, 24, 28, 30: 6
    default: nil
    }
  }
}
