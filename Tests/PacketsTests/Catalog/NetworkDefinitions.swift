// The network layer of the catalog: IPv4 and IPv6.

import Packets
import TestSupport

enum NetworkDefinitions {
  private static func four(_ set: (inout IPv4) -> Void) -> Sample { .four(Part.datagram, set: set) }
  private static func options(_ options: [UInt8]) -> Sample { four { $0.options = options } }

  static let ipv4 = [
    Definition(
      "ip.unknown_version", raising: [Sample([0x50], .raw), Sample([], .raw)],
      innocent: [Sample(Part.packet4, .raw), Sample(Part.packet6, .raw)]),
    Definition(
      "ip.unknown_protocol", raising: [.four(253, [1]), .six(253, [1]), .four(143, [])],
      innocent: [
        .four(Part.segment), .four(136, Part.zeros), .four(33, Part.zeros), .four(97, [0x30, 0] + Part.frame),
        .four(115, Part.zeros), .four(50, Part.zeros),
      ]),
    Definition(
      "ipv4.truncated_header", raising: [.ether(0x0800, Array(Part.packet4[..<19]))], innocent: [.four(Part.segment)]),
    Definition(
      "ipv4.header_length_invalid", raising: [four { $0.headerWords = 4 }, four { $0.headerWords = 15 }],
      innocent: [four { $0.headerWords = 5 }]),
    Definition(
      "ipv4.total_length_below_header", raising: [four { $0.totalLength = 19 }],
      innocent: [four { $0.totalLength = 20 }, four { $0.totalLength = 0 }]),
    Definition(
      "ipv4.total_length_zero", raising: [four { $0.totalLength = 0 }], innocent: [four { $0.totalLength = 20 }]),
    Definition(
      "ipv4.truncated_packet", raising: [four { $0.totalLength = 32 }], innocent: [four { $0.totalLength = 31 }]),
    Definition(
      "ipv4.wrong_version", raising: [four { $0.version = 6 }, .ether(0x0800, Part.packet6)],
      innocent: [four { $0.version = 4 }]),
    Definition(
      "ipv4.option_invalid",
      raising: [
        options([0x94, 9, 0, 0, 0, 0, 0, 0]), options([0x94, 1, 0, 0]), options([7, 6, 4, 0, 0, 0]),
        options([7, 7, 3, 0, 0, 0, 0]),
        options([0x44, 8, 4, 0]), options([0x44, 8, 5, 2, 0, 0, 0, 0]), options([0x88, 3, 0]),
        options([0x86, 5, 0, 0, 0]),
      ],
      innocent: [
        options([0x94, 4, 0, 0]), options([7, 7, 4, 0, 0, 0, 0]), options([0x44, 8, 5, 3, 0, 0, 0, 0]),
        options([0x86, 10, 0, 0, 0, 1, 1, 4, 0, 0]),
      ]),
    Definition(
      "ipv4.option_duplicate", raising: [options([0x94, 4, 0, 0, 0x94, 4, 0, 0])],
      innocent: [options([0x94, 4, 0, 0, 1, 1, 1, 1])]),
    Definition(
      "ipv4.option_unknown", raising: [options([0x1F, 4, 0, 0])],
      innocent: [options([0x94, 4, 0, 0]), options([1, 1, 1, 0])]),
    Definition(
      "ipv4.option_padding", raising: [options([1, 1, 1, 1, 1, 1, 1, 0x94]), options([0x94, 4, 0, 0])],
      innocent: [options([0x94, 4, 0, 0, 0, 0, 0, 0])]),
    Definition(
      "ipv4.source_route", raising: [options([0x83, 7, 4, 1, 2, 3, 4]), options([0x89, 7, 4, 1, 2, 3, 4])],
      innocent: [options([7, 7, 4, 1, 2, 3, 4])]),
    Definition(
      "ipv4.bad_checksum", raising: [four { $0.checksum = 0xDEAD }, four { $0.checksum = 0 }], innocent: [four { _ in }]
    ),
    Definition(
      "ipv4.icmpv6_payload", raising: [.four(58, Part.zeros)], innocent: [.four(1, Part.zeros), .six(58, Part.zeros)]),
    Definition(
      "ipv4.land", raising: [Sample(IPv4(from: "192.0.2.1", to: "192.0.2.1", TCP(from: 80, to: 80, .syn)))],
      innocent: [
        Sample(IPv4(from: "192.0.2.1", to: "192.0.2.1", TCP(from: 81, to: 80, .syn))),
        Sample([2, 0, 0, 0] + IPv4(from: "127.0.0.1", to: "127.0.0.1", TCP(from: 80, to: 80, .syn)).bytes, .null),
      ]),
    Definition(
      "ipv4.invalid_source",
      raising: ["224.0.0.9", "255.255.255.255", "127.0.0.1", "0.0.0.0"].map { source in four { $0.source = source } },
      innocent: [
        Sample(IPv4(from: "0.0.0.0", to: "255.255.255.255", UDP(from: 68, to: 67))), four { $0.source = "240.0.0.1" },
        Sample([2, 0, 0, 0] + IPv4(from: "127.0.0.1", to: "127.0.0.1", Part.datagram).bytes, .null),
      ]),
    Definition("ipv4.ttl_zero", raising: [four { $0.timeToLive = 0 }], innocent: [four { $0.timeToLive = 1 }]),
  ]

  private static func six(_ set: (inout IPv6) -> Void) -> Sample { .six(Part.datagram, set: set) }
  private static func extended(_ type: UInt8, _ content: [UInt8]) -> Sample {
    .six(IPv6Extension(type, content, Part.datagram))
  }
  private static let alert: [UInt8] = [5, 2, 0, 0]
  private static let limit: [UInt8] = [4, 1, 3, 0]
  private static let home: [UInt8] = [0xC9, 16] + addressBytes("2001:db8::9")

  /// An authentication header before the datagram: reserved field, parameters index, sequence number, 12 bytes of value.
  private static func authenticated(reserved: UInt8 = 0, length: UInt8 = 4) -> RawNetworkPayload {
    RawNetworkPayload(
      ipProtocol: 51, [17, length, 0, reserved] + Part.zeros[..<20] + datagramBytes)
  }
  private static let datagramBytes = Part.datagram.bytes(
    pseudoHeader: PseudoHeader(source: addressBytes("2001:db8::1"), destination: addressBytes("2001:db8::2")))

  /// A mobility header (RFC 6275 §6.1) with its checksum right: binding refresh request, padded.
  private static func mobility(next: UInt8 = 59, type: UInt8 = 0, checksum: UInt16? = nil) -> RawNetworkPayload {
    var bytes: [UInt8] = [next, 0, type, 0, 0, 0, 0, 0]
    let sum =
      checksum
      ?? PseudoHeader(source: addressBytes("2001:db8::1"), destination: addressBytes("2001:db8::2"))
      .checksum(ipProtocol: 135, bytes)
    bytes[4] = UInt8(sum >> 8)
    bytes[5] = UInt8(sum & 0xFF)
    return RawNetworkPayload(ipProtocol: 135, bytes)
  }

  private static func fragment(offset: Int, more: Bool, reserved: UInt8 = 0) -> Sample {
    .six(44, [17, reserved, UInt8(offset >> 8), UInt8(offset & 0xFF) | (more ? 1 : 0), 0, 0, 0, 1] + Part.zeros[..<16])
  }

  static let ipv6 = [
    Definition(
      "ipv6.truncated_header", raising: [.ether(0x86DD, Array(Part.packet6[..<39]))], innocent: [.six(Part.segment)]),
    Definition(
      "ipv6.truncated_packet", raising: [six { $0.payloadLength = 12 }], innocent: [six { $0.payloadLength = 11 }]),
    Definition(
      "ipv6.wrong_version", raising: [six { $0.version = 4 }, .ether(0x86DD, Part.packet4 + Part.zeros)],
      innocent: [six { $0.version = 6 }]),
    Definition(
      "ipv6.truncated_extension",
      raising: [
        .six(IPv6Extension(0, alert, length: 9, Part.datagram)), .six(60, [17, 0, 1, 4]), .six(44, [17, 0, 0]),
        .six(51, [17, 4, 0, 0]),
        .six(authenticated(length: 99)), .six(IPv6Extension(60, limit, RawNetworkPayload(ipProtocol: 6, []))),
      ],
      innocent: [extended(0, alert), .six(authenticated())]),
    Definition(
      "ipv6.extension_duplicate",
      raising: [
        .six(IPv6Extension(0, alert, IPv6Extension(0, alert, Part.datagram))),
        .six(IPv6Extension(43, [2, 0], IPv6Extension(43, [2, 0], Part.datagram))),
        .six(IPv6Extension(60, limit, IPv6Extension(60, limit, IPv6Extension(60, limit, Part.datagram)))),
      ],
      innocent: [.six(IPv6Extension(60, limit, IPv6Extension(43, [2, 0], IPv6Extension(60, limit, Part.datagram))))]),
    Definition(
      "ipv6.fragment_header_useless",
      raising: [.six(IPv6Fragment(offset: 0, more: false, identification: 1, Part.datagram))],
      innocent: [fragment(offset: 0, more: true), fragment(offset: 8, more: false)]),
    Definition(
      "ipv6.fragment_reserved_set",
      raising: [fragment(offset: 8, more: false, reserved: 1), fragment(offset: 8 | 2, more: true)],
      innocent: [fragment(offset: 8, more: true)]),
    Definition(
      "ipv6.extension_option_invalid",
      raising: [
        extended(0, [5, 3, 0, 0, 0, 0]), extended(60, [4, 9, 0, 0]), extended(0, [0xC2, 3, 0, 0]),
        extended(60, [0, 0, 0, 0, 0, 4]),
      ],
      innocent: [extended(0, alert), extended(0, [0xC2, 4, 0, 1, 0, 0]), extended(60, [4, 1, 3, 1, 1, 0])]),
    Definition(
      "ipv6.extension_option_unknown", raising: [extended(0, [0x3E, 2, 0, 0]), extended(60, [0x3E, 2, 0, 0])],
      innocent: [extended(0, alert), extended(60, limit)]),
    Definition(
      "ipv6.extension_only_padding",
      raising: [
        extended(0, [1, 4, 0, 0, 0, 0]), extended(60, Array(Part.zeros[..<6])), extended(60, [4, 1, 3, 0, 1, 0]),
      ],
      innocent: [extended(0, alert), extended(60, [4, 1, 3, 1, 1, 0])]),
    Definition(
      "ipv6.ah_reserved_set", raising: [.six(authenticated(reserved: 1))], innocent: [.six(authenticated())]),
    Definition(
      "ipv6.routing_header_type0", raising: [extended(43, [0, 0, 0, 0, 0, 0])],
      innocent: [extended(43, [2, 0]), extended(43, [4, 0])]),
    Definition(
      "ipv6.data_after_no_next_header", raising: [.six(59, [1])], innocent: [.six(59, [])]),
    Definition(
      "ipv6.icmpv4_payload", raising: [.six(1, Part.zeros)], innocent: [.six(ICMPv6(type: 128)), .four(1, Part.zeros)]),
    Definition(
      "ipv6.mobility_malformed",
      raising: [
        .six(mobility(next: 17)), .six(mobility(type: 99)), .six(mobility(checksum: 0xDEAD)),
        extended(60, [0xC9, 4, 1, 2, 3, 4]),
        extended(60, [1, 2, 0, 0] + home + home),
      ],
      innocent: [.six(mobility())]),
  ]
}
