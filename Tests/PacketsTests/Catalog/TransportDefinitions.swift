// The transport layer of the catalog.

import Packets
import TestSupport

enum TransportDefinitions {
  /// Ports 1 and 2, a tag, a checksum that nobody looks at.
  private static func sctp(tag: UInt8, _ chunks: [UInt8]) -> Sample {
    .four(132, [0, 1, 0, 2, 0, 0, 0, tag, 0, 0, 0, 0] + chunks)
  }
  private static func many(_ count: Int) -> [UInt8] { Array(repeating: [6, 0, 0, 4], count: count).flatMap { $0 } }
  private static func udp(_ length: UInt16) -> Sample {
    .four(UDP(from: 1024, to: 53, payload: [1, 2, 3], length: length))
  }

  /// UDP-Lite from 1024 to 53 with three bytes, its checksum made over the first `coverage` bytes.
  private static func lite(coverage: UInt8, over count: Int = 11, checksum: UInt16? = nil) -> Sample {
    var bytes: [UInt8] = [4, 0, 0, 53, 0, coverage, 0, 0, 1, 2, 3]
    // The pseudo-header has the length of all, whatever is covered.
    let words = addressBytes("192.0.2.1") + addressBytes("198.51.100.1") + [0, 136, 0, 11]
    let sum = checksum ?? plainChecksum(words + bytes[..<count])
    bytes[6] = UInt8(sum >> 8)
    bytes[7] = UInt8(sum & 0xFF)
    return .four(136, bytes)
  }

  static let datagrams = [
    Definition(
      "sctp.truncated",
      raising: [
        .four(132, Array(Part.zeros[..<11])), sctp(tag: 9, [0, 3, 0, 60]), sctp(tag: 9, [0, 3, 0, 3]),
        sctp(tag: 9, [3, 0]),
      ],
      innocent: [sctp(tag: 9, []), sctp(tag: 9, [0, 3, 0, 6, 1, 2, 0, 0]), sctp(tag: 9, [0, 3, 0, 5, 1])]),
    Definition(
      "sctp.invalid_init", raising: [sctp(tag: 5, [1, 0, 0, 4]), sctp(tag: 0, [1, 0, 0, 4, 6, 0, 0, 4])],
      innocent: [sctp(tag: 0, [1, 0, 0, 4]), sctp(tag: 5, [2, 0, 0, 4])]),
    Definition("sctp.zero_tag_data", raising: [sctp(tag: 0, [0, 3, 0, 4])], innocent: [sctp(tag: 1, [0, 3, 0, 4])]),
    Definition("sctp.too_many_chunks", raising: [sctp(tag: 9, many(65))], innocent: [sctp(tag: 9, many(64))]),
    Definition(
      "udp.truncated", raising: [.four(17, [4, 0, 0, 53, 0, 8, 0]), .four(136, [4, 0, 0, 53])],
      innocent: [.four(UDP(from: 1, to: 2))]),
    Definition(
      "udp.length_invalid", raising: [udp(7), udp(10), udp(12), udp(0), lite(coverage: 7), lite(coverage: 12)],
      innocent: [udp(11), lite(coverage: 0), lite(coverage: 8, over: 8)]),
    Definition(
      "udp.bad_checksum",
      raising: [
        .four(UDP(from: 1024, to: 53, checksum: 0xDEAD)), .six(UDP(from: 1024, to: 53, checksum: 0xDEAD)),
        .six(UDP(from: 1024, to: 53, checksum: 0)),
        lite(coverage: 8, over: 11), lite(coverage: 0, checksum: 0xDEAD),
      ],
      innocent: [
        .four(UDP(from: 1024, to: 53, payload: [1])), .six(UDP(from: 1024, to: 53, payload: [1])),
        .four(UDP(from: 1024, to: 53, checksum: 0)),
        .six(UDP(from: 1024, to: 4789, checksum: 0)), lite(coverage: 8, over: 8), lite(coverage: 0),
      ]),
    Definition(
      "udp.port_zero", raising: [.four(UDP(from: 0, to: 53)), .four(UDP(from: 53, to: 0))],
      innocent: [.four(UDP(from: 1, to: 1))]),
  ]

  private static func tcp(_ flags: TCPFlags = .syn, _ set: (inout TCP) -> Void = { _ in }) -> Sample {
    .four(TCP(from: 1024, to: 80, flags, set: set))
  }
  private static func options(_ options: [UInt8]) -> Sample { tcp { $0.options = options } }

  static let segments = [
    Definition("tcp.truncated_header", raising: [.four(6, Array(Part.zeros[..<19])), .six(6, [])], innocent: [tcp()]),
    Definition(
      "tcp.header_length_invalid", raising: [tcp { $0.headerWords = 4 }, tcp { $0.headerWords = 6 }],
      innocent: [tcp { $0.headerWords = 5 }]),
    Definition(
      "tcp.option_invalid",
      raising: [
        options([2, 3, 0, 0]), options([3, 2, 1, 1]), options([4, 3, 0, 0]), options([5, 9, 0, 0, 0, 0, 0, 0, 0]),
        options([8, 8, 0, 0, 0, 0, 0, 0]),
        options([19, 4, 0, 0]), options([29, 3, 0, 0]), options([30, 2, 1, 1]), options([34, 3, 1, 1]),
        options([28, 3, 0, 1]), options([8, 1, 1, 1]),
        options([1, 1, 1, 99]), options([99, 5, 1, 1]),
      ],
      innocent: [
        options([2, 4, 5, 0xB4]), options([3, 3, 7, 1]), options([4, 2]), options([5, 2, 1, 1]),
        options([34, 2, 1, 1]), options([28, 4, 0, 1]),
        options([30, 3, 0x10, 0]), options([29, 4, 1, 1]), options([19, 18] + Part.zeros[..<16]),
        options([99, 4, 1, 1]), options([0, 99, 99, 99]),
      ]),
    Definition(
      "tcp.option_duplicate", raising: [options([4, 2, 4, 2]), options([3, 3, 7, 3, 3, 7])],
      innocent: [options([4, 2, 1, 1]), options([30, 3, 0, 30, 3, 0])]),
    Definition("tcp.window_scale_invalid", raising: [options([3, 3, 15, 1])], innocent: [options([3, 3, 14, 1])]),
    Definition("tcp.bad_checksum", raising: [tcp { $0.checksum = 0xDEAD }], innocent: [tcp(), .six(Part.segment)]),
    Definition("tcp.flags_null", raising: [tcp([])], innocent: [tcp(.ack), tcp(.fin)]),
    Definition(
      "tcp.flags_christmas", raising: [tcp([.fin, .psh, .urg]), tcp([.fin, .syn, .rst, .psh, .ack, .urg])],
      innocent: [tcp([.fin, .psh, .urg, .ack]), tcp([.fin, .psh])]),
    Definition("tcp.flags_syn_rst", raising: [tcp([.syn, .rst])], innocent: [tcp(.syn), tcp(.rst)]),
    Definition(
      "tcp.flags_syn_urg", raising: [tcp([.syn, .urg])], innocent: [tcp([.urg, .ack]), tcp([.syn, .ece, .cwr])]),
    Definition(
      "tcp.flags_fin_rst", raising: [tcp([.fin, .rst]), tcp([.fin, .rst, .ack])],
      innocent: [tcp([.fin, .ack]), tcp([.rst, .ack])]),
    Definition("tcp.flags_syn_fin", raising: [tcp([.syn, .fin])], innocent: [tcp([.syn, .ack]), tcp([.fin, .ack])]),
    Definition(
      "tcp.ack_field_without_flag", raising: [tcp { $0.acknowledgement = 1 }, tcp(.rst) { $0.acknowledgement = 1 }],
      innocent: [tcp(.ack) { $0.acknowledgement = 1 }, tcp()]),
    Definition(
      "tcp.syn_with_data", raising: [tcp { $0.payload = [1] }],
      innocent: [
        tcp(), tcp(.ack) { $0.payload = [1] }, tcp { ($0.payload, $0.options) = ([1], [34, 6, 1, 2, 3, 4]) },
        tcp([.syn, .ack]) { $0.payload = [1] },
      ]),
    Definition(
      "tcp.port_zero", raising: [tcp { $0.sourcePort = 0 }, tcp { $0.destinationPort = 0 }], innocent: [tcp()]),
  ]
}
