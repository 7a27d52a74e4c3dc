// The network layer of the catalog: ICMP, ICMPv6, IGMP and IPsec.

import Packets
import TestSupport

enum ControlDefinitions {
  private static let quote = fromTo(UDP(from: 5000, to: 53)).bytes
  private static let quote6 = fromTo6(UDP(from: 5000, to: 53)).bytes
  private static let target = addressBytes("2001:db8::2")

  private static func error(_ quoted: [UInt8]) -> Sample { .four(ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + quoted)) }
  private static func error6(_ quoted: [UInt8]) -> Sample {
    .six(ICMPv6(type: 1, code: 4, rest: [0, 0, 0, 0] + quoted))
  }

  static let icmp = [
    Definition("icmpv4.truncated", raising: [.four(1, [8, 0, 0, 0, 0, 0, 0])], innocent: [.four(ICMP(type: 8))]),
    Definition(
      "icmpv4.unknown_type", raising: [1, 2, 7, 19, 44, 252].map { .four(ICMP(type: $0)) },
      innocent: [0, 8, 9, 10, 13, 14, 42, 43].map { .four(ICMP(type: $0)) }),
    Definition(
      "icmpv4.unknown_code",
      raising: [.four(ICMP(type: 8, code: 1)), .four(ICMP(type: 3, code: 16, rest: [0, 0, 0, 0] + quote))],
      innocent: [.four(ICMP(type: 3, code: 15, rest: [0, 0, 0, 0] + quote)), .four(ICMP(type: 9, code: 16))]),
    Definition(
      "icmpv4.embedded_truncated",
      raising: [error(Array(quote[..<19])), error(Array(quote[..<27])), error([0x4F] + quote.dropFirst())],
      innocent: [error(quote), error(fromTo(RawNetworkPayload(ipProtocol: 253, [1])).bytes)]),
    Definition("icmpv4.embedded_version", raising: [error([0x65] + quote.dropFirst())], innocent: [error(quote)]),
    Definition(
      "icmp.bad_checksum",
      raising: [.four(ICMP(type: 8, checksum: 0xDEAD)), .six(ICMPv6(type: 128, checksum: 0xDEAD))],
      innocent: [.four(ICMP(type: 8)), .six(ICMPv6(type: 128))]),
    Definition(
      "icmp.redirect",
      raising: [
        .four(ICMP(type: 5, code: 1, rest: [0, 0, 0, 0] + quote)),
        .six(ICMPv6(type: 137, rest: [0, 0, 0, 0] + target + target)),
      ],
      innocent: [error(quote), .six(ICMPv6(type: 136, rest: [0, 0, 0, 0] + target))]),
  ]

  private static func listener(_ message: ICMPv6, hopLimit: UInt8 = 1) -> Sample {
    .six(message) { $0.hopLimit = hopLimit }
  }
  private static func neighbour(_ options: [UInt8]) -> Sample {
    .six(ICMPv6(type: 135, rest: [0, 0, 0, 0] + target + options))
  }

  static let icmpv6 = [
    Definition("icmpv6.truncated", raising: [.six(58, [128, 0, 0, 0, 0, 0, 0])], innocent: [.six(ICMPv6(type: 128))]),
    Definition(
      "icmpv6.unknown_type", raising: [5, 100, 127, 200, 255].map { .six(ICMPv6(type: $0)) },
      innocent: [128, 129, 138, 141, 143, 155, 160].map { .six(ICMPv6(type: $0)) }),
    Definition(
      "icmpv6.unknown_code",
      raising: [
        .six(ICMPv6(type: 128, code: 1)), .six(ICMPv6(type: 1, code: 9, rest: [0, 0, 0, 0] + quote6)),
        .six(ICMPv6(type: 139, code: 3)),
        .six(ICMPv6(type: 161, code: 5)),
      ],
      innocent: [
        .six(ICMPv6(type: 1, code: 7, rest: [0, 0, 0, 0] + quote6)), .six(ICMPv6(type: 138, code: 255)),
        .six(ICMPv6(type: 161, code: 4)),
      ]),
    Definition("icmpv6.embedded_truncated", raising: [error6(Array(quote6[..<39]))], innocent: [error6(quote6)]),
    Definition("icmpv6.embedded_version", raising: [error6([0x45] + quote6.dropFirst())], innocent: [error6(quote6)]),
    Definition(
      "icmpv6.mld_hop_limit", raising: [listener(ICMPv6(type: 131, rest: [0, 0, 0, 0] + target), hopLimit: 64)],
      innocent: [listener(ICMPv6(type: 131, rest: [0, 0, 0, 0] + target)), listener(ICMPv6(type: 128), hopLimit: 64)]),
    Definition(
      "icmpv6.mld_truncated",
      raising: [
        listener(ICMPv6(type: 131, rest: [0, 0, 0, 0] + target.dropLast())),
        listener(ICMPv6(type: 130, rest: [0, 0, 0, 0] + target + [0, 0, 0, 2] + target)),
        listener(ICMPv6(type: 143, rest: [0, 0, 0, 2, 4, 0, 0, 0] + target)),
        listener(ICMPv6(type: 143, rest: [0, 0, 0, 1, 4, 0, 0, 1] + target)),
      ],
      innocent: [
        listener(ICMPv6(type: 130, rest: [0, 0, 0, 0] + target + [0, 0, 0, 1] + target)),
        listener(ICMPv6(type: 143, rest: [0, 0, 0, 1, 4, 0, 0, 1] + target + target)),
      ]),
    Definition(
      "icmpv6.nd_option_invalid",
      raising: [
        neighbour([1, 0, 0, 0, 0, 0, 0, 1]), neighbour([1, 2, 0, 0, 0, 0, 0, 1]), neighbour([1]),
        .six(ICMPv6(type: 134, rest: [0, 0, 0, 0, 1])),
      ],
      innocent: [neighbour([]), neighbour([1, 1, 0, 0, 0, 0, 0, 1])]),
  ]

  private static func groups(_ message: IGMP) -> Sample { Sample(IPv4(from: "192.0.2.1", to: "224.0.0.251", message)) }
  private static let group: [UInt8] = [224, 0, 0, 251]

  static let others = [
    Definition(
      "igmp.malformed",
      raising: [
        .four(2, [0x16, 0, 0, 0, 0, 0, 0]), groups(IGMP(type: 0x22, rest: [0, 0, 0, 2, 4, 0, 0, 0] + group)),
        groups(IGMP(type: 0x22, rest: [0, 0, 0, 1, 4, 0, 0, 2] + group + group)),
        groups(IGMP(type: 0x11, rest: group + [0, 0, 0, 3] + group)),
      ],
      innocent: [
        groups(IGMP(type: 0x16, rest: group)),
        groups(IGMP(type: 0x22, rest: [0, 0, 0, 1, 4, 0, 0, 1] + group + group)),
        groups(IGMP(type: 0x11, rest: group + [0, 0, 0, 1] + group)),
      ]),
    Definition(
      "igmp.bad_checksum", raising: [groups(IGMP(type: 0x16, rest: group, checksum: 0xDEAD))],
      innocent: [groups(IGMP(type: 0x16, rest: group))]),
    Definition(
      "ipsec.malformed",
      raising: [
        .four(50, [0, 0, 0, 1, 0, 0, 0]), .six(50, [1]), .four(51, [6, 4, 0, 0]),
        .four(51, [6, 99] + Part.zeros[..<22]), .four(51, [6, 0] + Part.zeros),
      ],
      innocent: [.four(50, Part.zeros), .four(51, [59, 4] + Part.zeros[..<22])]),
  ]
}
