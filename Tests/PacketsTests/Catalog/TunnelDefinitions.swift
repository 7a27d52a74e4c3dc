// The network layer of the catalog: packets in packets.

import Packets
import TestSupport

enum TunnelDefinitions {
  private static func gre(_ flags: UInt16, _ type: UInt16, _ rest: [UInt8]) -> Sample {
    .four(47, [UInt8(flags >> 8), UInt8(flags & 0xFF), UInt8(type >> 8), UInt8(type & 0xFF)] + rest)
  }
  private static let sequence: [UInt8] = [0, 0, 0, 1]

  static let gre = [
    Definition(
      "erspan.malformed",
      raising: [
        gre(0x1000, 0x88BE, sequence + [0x10, 0, 0, 0, 0, 0, 0]),
        gre(0x1000, 0x88BE, sequence + [0x20, 0] + Part.zeros),
        gre(0x1000, 0x22EB, sequence + [0x20, 0] + Part.zeros[..<9]),
        gre(0x1000, 0x22EB, sequence + [0x10, 0] + Part.zeros),
        gre(0x1000, 0x22EB, sequence + [0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9]), tagged(0x1005),
      ],
      innocent: [
        gre(0, 0x88BE, Part.frame), gre(0x1000, 0x88BE, sequence + [0x10, 5, 0, 0, 0, 0, 0, 0] + Part.frame),
        gre(0x1000, 0x22EB, sequence + [0x20, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + Part.frame), tagged(0x1000),
      ]),
    Definition(
      "gre.truncated_header",
      raising: [.four(47, [0, 0, 8]), gre(0x8000, 0x0800, [0, 0, 0]), gre(0x3000, 0x0800, [0, 0, 0, 0])],
      innocent: [gre(0x3000, 0x0800, Part.zeros[..<8] + Part.packet4)]),
    Definition(
      "gre.unknown_version", raising: [gre(2, 0x0800, Part.zeros), gre(7, 0x0800, [])],
      innocent: [gre(0, 0x0800, Part.packet4)]),
    Definition(
      "gre.invalid_flags",
      raising: [
        gre(0x0100, 0x0800, Part.packet4), gre(0x0080, 0x0800, Part.packet4), gre(0xA001, 0x880B, Part.zeros),
        gre(0x6001, 0x880B, Part.zeros),
        gre(0x0001, 0x880B, Part.zeros), gre(0x2101, 0x880B, Part.zeros), gre(0x2801, 0x880B, Part.zeros),
        gre(0x2009, 0x880B, Part.zeros),
      ],
      innocent: [gre(0xB000, 0x0800, Part.zeros[..<12] + Part.packet4), gre(0x3081, 0x880B, Part.zeros)]),
    Definition(
      "gre.invalid_protocol", raising: [gre(0x2001, 0x0800, Part.zeros)],
      innocent: [gre(0x2001, 0x880B, [0, 0, 0, 0]), gre(0, 0x0800, Part.packet4)]),
    Definition(
      "gre.malformed_source_route",
      raising: [gre(0x4000, 0x0800, [0, 0, 0, 0, 0, 2, 0, 9, 1, 2, 3]), gre(0x4000, 0x0800, [0, 0, 0, 0, 0, 2, 0])],
      innocent: [gre(0x4000, 0x0800, [0, 0, 0, 0, 0, 2, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0] + Part.packet4)]),
  ]

  /// ERSPAN type II in a frame of two tags.
  private static func tagged(_ first: UInt16) -> Sample {
    let content =
      [0x10, 0, 0x88, 0xBE] + sequence + [UInt8(first >> 8), UInt8(first & 0xFF), 0, 0, 0, 0, 0, 0] + Part.frame
    return Sample(VLAN(1, VLAN(2, fromTo(RawNetworkPayload(ipProtocol: 47, content)))))
  }

  private static let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 42, 0]
  private static let bubble = fromTo6(RawNetworkPayload(ipProtocol: 59, [])).bytes
  private static func gtp(_ flags: UInt8, _ type: UInt8, length: Int? = nil, _ rest: [UInt8]) -> Sample {
    let length = length ?? rest.count
    return .datagram(to: 2152, [flags, type, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 0, 1] + rest)
  }

  static let datagrams = [
    Definition(
      "geneve.malformed",
      raising: [
        .datagram(to: 6081, [0, 0, 0x65, 0x58, 0, 0, 42, 0]),
        .datagram(to: 6081, [0x40, 0, 0x65, 0x58, 0, 0, 42, 0] + Part.frame),
        .datagram(to: 6081, [0, 0, 0x12, 0x34, 0, 0, 42, 0, 1]), .datagram(to: 6081, [0, 0, 0x65]),
      ],
      innocent: [
        .datagram(to: 6081, [0, 0, 0x65, 0x58, 0, 0, 42, 0] + Part.frame),
        .datagram(to: 6081, [1, 0, 8, 0, 0, 0, 42, 0, 1, 2, 3, 0] + Part.packet4),
      ]),
    Definition(
      "vxlan.malformed",
      raising: [
        .datagram(to: 4789, vxlan), .datagram(to: 4789, vxlan + Ethernet(RawLinkPayload(etherType: 0x1234, [])).bytes),
        .datagram(to: 4790, [0x0C, 0, 0, 99, 0, 0, 42, 0] + Part.packet4),
        .datagram(to: 4790, [0x0C, 0, 0, 1, 0, 0, 42, 0]),
      ],
      innocent: [
        .datagram(to: 4789, vxlan + Part.frame), .datagram(to: 4790, [0x0C, 0, 0, 1, 0, 0, 42, 0] + Part.packet4),
        .datagram(to: 4790, [0x0C, 0, 0, 3, 0, 0, 42, 0] + Part.frame), .datagram(to: 4789, [0, 0, 0, 0, 0, 0, 0, 0]),
      ]),
    Definition(
      "teredo.malformed",
      raising: [
        .datagram(to: 3544, [0, 1, 9, 9]), .datagram(to: 3544, [0, 0, 1, 2, 3]),
        .datagram(to: 3544, Array(Part.packet6[..<39])),
        .datagram(to: 3544, fromTo6(Part.datagram) { $0.payloadLength = 200 }.bytes),
      ],
      innocent: [
        .datagram(to: 3544, Part.packet6), .datagram(to: 3544, [0, 0, 1, 2, 3, 4, 5, 6] + bubble),
        .datagram(to: 3544, [0, 1, 0, 0] + Part.zeros[..<9] + bubble),
      ]),
    Definition(
      "teredo.bubble_with_payload",
      raising: [
        .datagram(to: 3544, fromTo6(RawNetworkPayload(ipProtocol: 59, [1])).bytes),
        .datagram(to: 3544, bubble + [0x41, 0x41, 0x41]),
      ],
      innocent: [
        .datagram(to: 3544, bubble), .datagram(to: 3544, bubble + [1, 4, 9, 9, 9, 9]),
        .datagram(to: 3544, Part.packet6),
      ]),
    Definition(
      "gtp.malformed",
      raising: [
        gtp(0x30, 255, length: 200, Part.packet4), gtp(0x32, 255, [0, 0]),
        gtp(0x34, 255, [0, 0, 0, 0xC0, 0] + Part.packet4),
        gtp(0x34, 255, [0, 0, 0, 0xC0, 99, 0, 0, 0]), gtp(0x30, 2, [99, 1]), gtp(0x30, 26, [133, 0, 9, 1]),
        gtp(0x30, 2, [14]),
      ],
      innocent: [
        gtp(0x30, 255, Part.packet4), gtp(0x32, 255, [0, 1, 0, 0] + Part.packet4),
        gtp(0x34, 255, [0, 0, 0, 0xC0, 1, 0, 0, 0] + Part.packet4),
        gtp(0x30, 2, [14, 7]), gtp(0x30, 26, [16, 0, 0, 0, 1, 133, 0, 4, 192, 0, 2, 1]),
        gtp(0x30, 31, [141, 2, 0xC0, 0x85]), gtp(0x50, 1, [99]),
        .four(UDP(from: 53, to: 2152, payload: [0x30, 2, 0, 1, 0, 0, 0, 0, 99])),
      ]),
  ]

  /// IP in IP so many times.
  private static func nested(_ count: Int) -> Sample {
    Sample((0..<count).reduce(fromTo(Part.segment)) { packet, _ in fromTo(Tunnelled(packet)) })
  }

  static let depth = [
    Definition("tunnel.too_deep", raising: [nested(5)], innocent: [nested(4)]),
    Definition(
      "tunnel.invalid_inner_packet",
      raising: [
        .four(4, [0x45, 0]), .six(41, Array(Part.packet6[..<39])), .four(4, Part.packet4 + [0]),
        .four(4, fromTo(Part.datagram) { $0.totalLength = 40 }.bytes),
        .four(97, [0x30, 0] + Part.frame[..<13]),
        .datagram(to: 1701, [0x40, 2, 0, 99, 0, 1, 0, 1, 0, 0x21] + Part.packet4),
      ],
      innocent: [
        .four(4, Part.packet4), .six(41, Part.packet6), .four(97, [0x30, 0] + Part.frame),
        .datagram(to: 1701, [0, 2, 0, 1, 0, 1, 0, 0x21] + Part.packet4),
        .datagram(to: 1701, [0xC8, 2, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0]),
      ]),
    Definition(
      "tunnel.inner_version_mismatch",
      raising: [
        .four(4, Part.packet6), .six(41, Part.packet4 + Part.zeros), gre(0, 0x86DD, Part.packet4 + Part.zeros),
      ],
      innocent: [.four(4, Part.packet4), .four(41, Part.packet6), gre(0, 0x0800, Part.packet4)]),
  ]
}
