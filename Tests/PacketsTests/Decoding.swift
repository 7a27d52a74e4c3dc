// What the tests of this folder share: a frame in, a packet out.

import Catalog
import Packets
import TestSupport

/// Decodes one frame. `wireLength` and `linkType` as the decoder takes them.
func decode(
  _ frame: [UInt8], linkType: LinkType = .ethernet, wireLength: Int? = nil, checksums: ChecksumMode = .validate,
  depth: Int = 16
) -> Packet {
  var decoder = PacketDecoder(options: DecoderOptions(checksums: checksums, depth: depth))
  return decode(frame, linkType: linkType, wireLength: wireLength, with: &decoder)
}

/// Decodes one frame with a decoder that remembers.
func decode(
  _ frame: [UInt8], linkType: LinkType = .ethernet, wireLength: Int? = nil, with decoder: inout PacketDecoder
) -> Packet {
  var packet = Packet()
  frame.withUnsafeBytes {
    decoder.decode(
      $0, linkType: linkType, time: 1_700_000_000_000_000_000, number: 1, wireLength: wireLength ?? frame.count,
      into: &packet)
  }
  return packet
}

/// Decodes the packet in an Ethernet frame.
func decode(_ packet: any LinkPayload, checksums: ChecksumMode = .validate) -> Packet {
  decode(Ethernet(packet).bytes, checksums: checksums)
}

extension Packet {
  /// The ids found, in the order in which they were found.
  var ids: [String] { (0..<anomalies.count).map { anomalies[$0].kind.id } }
}

func ipv4(_ text: String) -> NetworkAddress {
  let bytes = addressBytes(text)
  return NetworkAddress(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
}

func ipv6(_ text: String) -> NetworkAddress {
  let bytes = addressBytes(text)
  return NetworkAddress(
    high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
}

/// 192.0.2.1 to 198.51.100.1.
func fromTo(_ payload: any NetworkPayload, set: (inout IPv4) -> Void = { _ in }) -> IPv4 {
  IPv4(from: "192.0.2.1", to: "198.51.100.1", payload, set: set)
}

/// 2001:db8::1 to 2001:db8::2.
func fromTo6(_ payload: any NetworkPayload, set: (inout IPv6) -> Void = { _ in }) -> IPv6 {
  IPv6(from: "2001:db8::1", to: "2001:db8::2", payload, set: set)
}

/// One fault put into a layer, and the id that must come of it.
struct Fault<Layer>: Sendable {
  let id: String
  let apply: @Sendable (inout Layer) -> Void

  init(_ id: String, _ apply: @escaping @Sendable (inout Layer) -> Void) {
    self.id = id
    self.apply = apply
  }
}
