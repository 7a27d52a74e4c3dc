// The link layer of the catalog.

import Packets
import TestSupport

enum LinkDefinitions {
  static let frames = [
    Definition(
      "ethernet.truncated_header",
      raising: [Sample(Array(Part.frame[..<13])), Sample([]), .ether(0x892F, [0, 4, 0, 1])],
      innocent: [Sample(Part.frame)]),
    Definition(
      "ethernet.unknown_ethertype", raising: [.ether(0x88CC, [0]), .ether(0x1234, Part.zeros)],
      innocent: [Sample(Part.frame), .ether(0x88FB, Part.zeros), Sample(ARP.sample), .ether(0x8035, ARP.sample.bytes)]),
    Definition(
      "ethernet.invalid_source_address",
      raising: [
        .ether(0x0800, Part.packet4, source: "01:00:5e:00:00:01"),
        .ether(0x0800, Part.packet4, source: "ff:ff:ff:ff:ff:ff"),
        .ether(0x0800, Part.packet4, source: "00:00:00:00:00:00"),
      ],
      innocent: [.ether(0x0800, Part.packet4, source: "02:00:00:00:00:01")]),
    Definition(
      "llc.truncated_header", raising: [.ether(2, [0xAA, 0xAA]), .ether(7, [0xAA, 0xAA, 3, 0, 0, 0, 8])],
      innocent: [.ether(3, [0x42, 0x42, 3]), .ether(8, [0xAA, 0xAA, 3, 0, 0, 0x0C, 0x20, 0])]),
    Definition(
      "vlan.truncated_header", raising: [.ether(0x8100, [0, 1, 8]), .ether(0x88A8, [])],
      innocent: [Sample(VLAN(1, fromTo(Part.segment)))]),
    Definition(
      "vlan.unknown_inner_type", raising: [Sample(VLAN(7, RawLinkPayload(etherType: 0x1234, [])))],
      innocent: [Sample(VLAN(7, ARP.sample)), .ether(0x1234, [])]),
    Definition(
      "vlan.too_many_tags", raising: [Sample(VLAN(1, VLAN(2, VLAN(3, fromTo(Part.segment)))))],
      innocent: [Sample(VLAN(1, type: 0x88A8, VLAN(2, fromTo(Part.segment))))]),
    Definition(
      "vntag.truncated_header", raising: [.ether(0x8926, [0, 0, 0, 0, 8]), .ether(0x8926, [0, 0, 0, 0, 0x12, 0x34])],
      innocent: [.ether(0x8926, [0, 0, 0, 0, 8, 0] + Part.packet4)]),
    Definition(
      "etag.truncated_header",
      raising: [.ether(0x893F, [0, 0, 0, 0, 0, 0, 8]), .ether(0x893F, [0, 0, 0, 0, 0, 0, 0x12, 0x34])],
      innocent: [.ether(0x893F, [0, 0, 0, 0, 0, 0, 8, 0] + Part.packet4)]),
    Definition(
      "pbb.truncated_header", raising: [.ether(0x88E7, [0, 0, 0, 9] + Part.frame[..<13])],
      innocent: [.ether(0x88E7, [0, 0, 0, 9] + Part.frame)]),
    Definition(
      "dce.truncated_header", raising: [.ether(0x8903, [0, 1] + Part.frame[..<13])],
      innocent: [.ether(0x8903, [0, 1] + Part.frame)]),
  ]

  static let captures = [
    Definition(
      "sll.truncated_header",
      raising: [
        Sample([UInt8](repeating: 0, count: 15), .linuxCooked), Sample([UInt8](repeating: 0, count: 19), .linuxCooked2),
      ],
      innocent: [Sample([0, 0, 0, 1, 0, 6, 0, 0, 0x5E, 0, 0x53, 1, 0, 0, 8, 0] + Part.packet4, .linuxCooked)]),
    Definition(
      "null.truncated_header", raising: [Sample([2, 0, 0], .null), Sample([], .loop)],
      innocent: [Sample([2, 0, 0, 0] + Part.packet4, .null)]),
    Definition(
      "null.unknown_family", raising: [Sample([7, 0, 0, 0], .null), Sample([0, 0, 0, 99], .loop)],
      innocent: [
        Sample([30, 0, 0, 0] + Part.packet6, .null), Sample([0, 0, 0, 24] + Part.packet6, .loop),
        Sample([0, 0, 0, 2] + Part.packet4, .null),
      ]),
    Definition(
      "chdlc.truncated_header", raising: [Sample([0x0F, 0, 8], .ciscoHDLC)],
      innocent: [Sample([0x0F, 0, 8, 0] + Part.packet4, .ciscoHDLC), Sample([0x8F, 0, 0x80, 0x35], .ciscoHDLC)]),
    Definition(
      "ppp.truncated_header",
      raising: [
        Sample([0xFF, 3], .ppp), Sample([0xFF, 3, 0], .ppp), Sample([0, 0x21] + Part.packet4[..<19], .ppp),
        Sample([0, 0x57] + Part.packet6[..<39], .ppp), Sample([0, 0x2F, 0x45], .ppp), Sample([0xC0, 0x21, 1, 1], .ppp),
      ],
      innocent: [
        Sample([0, 0x21] + Part.packet4, .ppp), Sample([0x21] + Part.packet4, .ppp),
        Sample([0xC0, 0x21, 9, 1, 0, 4], .ppp),
      ]),
    Definition(
      "ppp.unknown_protocol", raising: [Sample([0, 0x23] + Part.zeros, .ppp), Sample([0, 0x2D] + Part.zeros, .ppp)],
      innocent: [Sample([0, 0x57] + Part.packet6, .ppp), Sample([0xC0, 0x23, 1, 1, 0, 4], .ppp)]),
    Definition(
      "pppoe.truncated",
      raising: [.ether(0x8864, [0x11, 0, 0, 1, 0]), .ether(0x8864, [0x11, 0, 0, 1, 0, 9, 0, 0x21])],
      innocent: [.ether(0x8864, Part.pppoe([0, 0x21] + Part.packet4))]),
    Definition(
      "pppoe.invalid_code",
      raising: [
        .ether(0x8864, Part.pppoe(code: 9, [])), .ether(0x8863, Part.pppoe(code: 0, [])),
        .ether(0x8863, Part.pppoe(code: 8, [])),
      ],
      innocent: [
        .ether(0x8864, Part.pppoe([0, 0x21] + Part.packet4)), .ether(0x8863, Part.pppoe(code: 9, [1, 1, 0, 0])),
      ]),
    Definition(
      "pppoe.malformed_tags",
      raising: [
        .ether(0x8863, Part.pppoe(code: 9, [1, 1, 0, 9])), .ether(0x8863, Part.pppoe(code: 7, [1, 1, 0, 0, 1, 2])),
      ],
      innocent: [
        .ether(0x8863, Part.pppoe(code: 9, [1, 1, 0, 0, 1, 3, 0, 2, 7, 7])), .ether(0x8863, Part.pppoe(code: 0xA7, [])),
      ]),
    Definition(
      "pppoe.trailing_data", raising: [.ether(0x8864, Part.pppoe([0, 0x21] + Part.packet4) + Part.zeros)],
      innocent: [.ether(0x8863, Part.pppoe(code: 9, [1, 1, 0, 0]) + [UInt8](repeating: 0, count: 36))]),
    Definition(
      "mpls.truncated",
      raising: [.ether(0x8847, Part.label(16, bottom: false)), .ether(0x8847, Part.label(16, bottom: true))],
      innocent: [
        .ether(0x8847, Part.label(16, bottom: true) + Part.packet4),
        Sample(Part.label(16, bottom: true) + Part.packet4, .mpls),
      ]),
    Definition(
      "mpls.reserved_label",
      raising: [1, 3, 8].map { .ether(0x8847, Part.label($0, bottom: true) + Part.packet4) },
      innocent: [
        .ether(0x8847, Part.label(0, bottom: true) + Part.packet4),
        .ether(0x8848, Part.label(2, bottom: true) + Part.packet6),
        .ether(0x8847, Part.label(1, bottom: false) + Part.label(16, bottom: true) + Part.packet4),
        .ether(0x8847, Part.label(7, bottom: false) + Part.label(16, bottom: true) + Part.packet4),
      ]),
    Definition(
      "mpls.unknown_payload", raising: [.ether(0x8847, Part.label(16, bottom: true) + [0xF0])],
      innocent: [
        .ether(0x8847, Part.label(16, bottom: true) + Part.packet6),
        .ether(0x8847, Part.label(16, bottom: true) + [0, 0, 0, 0] + Part.frame),
        .ether(0x8847, Part.label(16, bottom: true) + [0x10, 0, 0, 0]),
      ]),
    Definition(
      "nflog.malformed",
      raising: [
        Sample([2, 0, 0], .nflog), Sample([2, 1, 0, 0, 4, 0, 9, 0], .nflog), Sample([2, 0, 0, 0, 3, 0, 9, 0], .nflog),
        Sample([2, 0, 0, 0, 99, 0, 9, 0], .nflog), Sample([2, 0, 0, 0, 8, 0, 3, 0, 1, 2, 3, 4], .nflog),
      ],
      innocent: [
        Sample([2, 0, 0, 0, UInt8(Part.packet4.count + 4), 0, 9, 0] + Part.packet4, .nflog),
        Sample([10, 0, 0, 0, 0, UInt8(Part.packet6.count + 4), 0, 9] + Part.packet6, .nflog),
      ]),
    Definition(
      "radio.truncated_header",
      raising: [
        Sample([0, 0, 8, 0, 0], .radiotap), Sample([0, 0, 99, 0, 0, 0, 0, 0], .radiotap),
        Sample([0, 0, 4, 0, 0, 0, 0, 0], .radiotap),
        Sample(Part.radiotap() + Part.wireless([])[..<23], .radiotap), Sample([8], .wireless),
        Sample(Part.wireless(Array(Part.snap[..<7])), .wireless), Sample([0xD4, 0, 0, 0, 0, 0, 0, 0, 0], .wireless),
        Sample([0x88, 1] + Part.wireless([])[2...] + [0x80, 0] + Part.zeros[..<12] + [0, 99, 1], .wireless),
        Sample([0, 0, 0, 0x44, 0, 0, 0, 0x90], .prism), Sample([0x80, 0x21, 0x10, 1, 0, 0, 0, 99], .avs),
        Sample([0, 0, 4, 0, 105, 0, 0, 0], .perPacketInformation),
      ],
      innocent: [
        Sample(Part.radiotap() + Part.wireless(Part.snap + Part.packet4), .radiotap),
        Sample(Part.wireless(Part.snap + Part.packet4), .wireless),
        Sample(Part.wireless(flags: 0x41, [1]), .wireless), Sample([0xD4, 0, 0, 0, 0, 0, 0, 0, 0, 0], .wireless),
        Sample([0x48] + Part.wireless([])[1...], .wireless),
      ]),
    Definition(
      "capture.truncated_packet", raising: [Sample(Part.frame).cut(to: 40), Sample([], wireLength: 60)],
      innocent: [Sample(Part.frame), Sample(Part.frame, wireLength: 10)]),
    Definition(
      "capture.invalid_timestamp", raising: [Sample(Part.frame, time: -1)], innocent: [Sample(Part.frame, time: 0)]),
    Definition(
      "decode.too_many_layers", raising: [Sample(nested(tags: 16))], innocent: [Sample(nested(tags: 13))]),
  ]

  /// Ethernet, tags, IP and TCP: three headers and the tags.
  private static func nested(tags count: Int) -> any LinkPayload {
    (0..<count).reduce(fromTo(Part.segment) as any LinkPayload) { VLAN(UInt16($1), $0) }
  }

  private static func arp(_ change: (inout ARP) -> Void) -> Sample {
    var message = ARP.sample
    change(&message)
    return Sample(message)
  }

  /// An ARP header with one byte set.
  private static func arp(_ value: UInt8, at place: Int) -> Sample {
    var bytes = ARP.sample.bytes
    bytes[place] = value
    return .ether(0x0806, bytes)
  }

  static let neighbours = [
    Definition(
      "arp.truncated",
      raising: [.ether(0x0806, Array(ARP.sample.bytes[..<27])), .ether(0x0806, [0, 1, 8, 0, 6, 4, 0])],
      innocent: [Sample(ARP.sample), .ether(0x0806, ARP.sample.bytes + Part.zeros[..<18])]),
    Definition(
      "arp.invalid_header",
      raising: [arp(6, at: 1), arp(9, at: 2), arp(8, at: 4), arp(16, at: 5), arp(99, at: 7), arp(0, at: 7)],
      innocent: [Sample(ARP.sample), .ether(0x8035, ARP.sample.bytes), arp(2, at: 7)]),
    Definition(
      "arp.gratuitous", raising: [arp { $0.target.network = $0.sender.network }], innocent: [Sample(ARP.sample)]),
    Definition(
      "arp.sender_mismatch", raising: [.ether(0x0806, ARP.sample.bytes, source: "00:00:5e:00:53:99")],
      innocent: [.ether(0x0806, ARP.sample.bytes, source: "00:00:5e:00:53:01")]),
  ]
}
