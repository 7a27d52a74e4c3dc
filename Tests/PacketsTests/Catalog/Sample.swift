// A frame of the tables of this folder: bytes, and what a capture says of them.

import Catalog
import Packets
import TestSupport

struct Sample: Sendable {
  var bytes: [UInt8]
  var linkType = LinkType.ethernet
  var wireLength: Int?
  var time: Int64 = 1_700_000_000_000_000_000

  init(_ bytes: [UInt8], _ linkType: LinkType = .ethernet, wireLength: Int? = nil, time: Int64 = 1) {
    self.bytes = bytes
    self.linkType = linkType
    self.wireLength = wireLength
    self.time = time
  }

  /// A packet in Ethernet.
  init(_ packet: any LinkPayload) { self.init(Ethernet(packet).bytes) }

  /// Bytes under an EtherType, or under the length of an 802.3 frame.
  static func ether(_ type: UInt16, _ content: [UInt8], source: String = "00:00:5e:00:53:01") -> Sample {
    Sample(Ethernet(from: source, RawLinkPayload(etherType: type, content)).bytes)
  }

  /// A payload in IPv4, in IPv6.
  static func four(_ payload: any NetworkPayload, set: (inout IPv4) -> Void = { _ in }) -> Sample {
    Sample(fromTo(payload, set: set))
  }
  static func six(_ payload: any NetworkPayload, set: (inout IPv6) -> Void = { _ in }) -> Sample {
    Sample(fromTo6(payload, set: set))
  }

  /// Bytes under an IP protocol in IPv4, in IPv6.
  static func four(_ ipProtocol: UInt8, _ content: [UInt8]) -> Sample {
    four(RawNetworkPayload(ipProtocol: ipProtocol, content))
  }
  static func six(_ ipProtocol: UInt8, _ content: [UInt8]) -> Sample {
    six(RawNetworkPayload(ipProtocol: ipProtocol, content))
  }

  /// A UDP datagram in IPv4.
  static func datagram(to port: UInt16, _ payload: [UInt8]) -> Sample {
    four(UDP(from: 40000, to: port, payload: payload))
  }

  /// The same as far as its first bytes; on the wire it was whole.
  func cut(to length: Int) -> Sample {
    Sample(Array(bytes[..<length]), linkType, wireLength: wireLength ?? bytes.count, time: time)
  }

  /// The anomalies of the packet and of all packets inside of it.
  func findings() -> [(id: String, captured: Bool)] {
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .validate))
    var packet = Packet()
    var found: [(id: String, captured: Bool)] = []
    bytes.withUnsafeBytes { frame in
      decoder.decode(
        frame, linkType: linkType, time: time, number: 1, wireLength: wireLength ?? frame.count, into: &packet)
      repeat {
        for index in 0..<packet.anomalies.count {
          found.append((packet.anomalies[index].kind.id, packet.anomalies[index].captured))
        }
      } while decoder.decodeInner(frame, into: &packet)
    }
    return found
  }
}

/// An id of the catalog with frames that meet its definition and frames that nearly do.
struct Definition: Sendable, CustomStringConvertible {
  let id: String
  let raising: [Sample]
  let innocent: [Sample]

  init(_ id: String, raising: [Sample], innocent: [Sample]) {
    self.id = id
    self.raising = raising
    self.innocent = innocent
  }

  var description: String { id }
}

/// Parts that several tables use.
enum Part {
  static let segment = TCP(from: 40000, to: 443, .syn)
  static let datagram = UDP(from: 5000, to: 53, payload: [1, 2, 3])
  static let packet4 = fromTo(segment).bytes
  static let packet6 = fromTo6(segment).bytes
  static let frame = Ethernet(fromTo(segment)).bytes
  static let zeros = [UInt8](repeating: 0, count: 64)

  /// PPPoE with its length right.
  static func pppoe(code: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
    [0x11, code, 0, 1, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
  }

  /// One entry of a label stack.
  static func label(_ value: UInt32, bottom: Bool) -> [UInt8] {
    [UInt8(value >> 12), UInt8(value >> 4 & 0xFF), UInt8(value & 0xF) << 4 | (bottom ? 1 : 0), 64]
  }

  /// An 802.11 data frame to an access point, its body behind LLC and SNAP.
  static func wireless(flags: UInt8 = 1, _ body: [UInt8]) -> [UInt8] {
    [0x08, flags, 0, 0] + linkAddressBytes("00:00:5e:00:53:0a") + linkAddressBytes("00:00:5e:00:53:0b")
      + linkAddressBytes("00:00:5e:00:53:0c") + [0, 0] + body
  }
  static let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0]

  /// Radiotap with flags alone.
  static func radiotap(flags: UInt8 = 0) -> [UInt8] { [0, 0, 9, 0, 2, 0, 0, 0, flags] }
}
