import Packets
import TestSupport
import Testing

@Suite("IPv6")
struct IPv6Tests {
  static let datagram = UDP(from: 5000, to: 53, payload: [1, 2, 3])

  @Test("The header's facts are those on the wire")
  func facts() {
    let packet = decode(fromTo6(Self.datagram) { $0.hopLimit = 3 })
    #expect(packet.version == 6 && packet.source == ipv6("2001:db8::1") && packet.destination == ipv6("2001:db8::2"))
    #expect(packet.timeToLive == 3 && packet.announcedLength == 51 && packet.networkLength == 51)
    #expect(packet.payloadOffset == 62 && packet.payloadLength == 3)
    #expect(packet.transportChecksum == .ok && packet.ids == [])
  }

  @Test(
    "What is wrong with a header is said by its id",
    arguments: [
      Fault("ipv6.wrong_version", { $0.version = 4 }), Fault("ipv6.truncated_packet", { $0.payloadLength = 500 }),
    ] as [Fault<IPv6>])
  func broken(fault: Fault<IPv6>) {
    #expect(decode(fromTo6(Self.datagram, set: fault.apply)).ids.first == fault.id)
  }

  @Test("Fewer than 40 bytes are no header")
  func short() {
    #expect(
      decode(Ethernet(RawLinkPayload(etherType: 0x86DD, [0x60, 0, 0, 0])).bytes).ids == ["ipv6.truncated_header"])
  }

  static let alert: [UInt8] = [5, 2, 0, 0]

  @Test(
    "Each fault of the extension chain has its id",
    arguments: [
      (IPv6Extension(0, alert, datagram), []),
      (IPv6Extension(0, alert, IPv6Extension(0, alert, datagram)), ["ipv6.extension_duplicate"]),
      (IPv6Extension(60, [4, 1, 3, 0], IPv6Extension(60, [4, 1, 3, 0], datagram)), []),
      (IPv6Extension(0, alert, length: 9, datagram), ["ipv6.truncated_extension"]),
      (IPv6Extension(0, [1, 4, 0, 0, 0, 0], datagram), ["ipv6.extension_only_padding"]),
      (IPv6Extension(0, [5, 3, 0, 0, 0, 0], datagram), ["ipv6.extension_option_invalid"]),
      (IPv6Extension(60, [0x3E, 2, 0, 0], datagram), ["ipv6.extension_option_unknown"]),
      (IPv6Extension(60, [0x04, 9, 0, 0], datagram), ["ipv6.extension_option_invalid"]),
      (IPv6Extension(43, [0, 0, 0, 0, 0, 0], datagram), ["ipv6.routing_header_type0"]),
      (IPv6Fragment(offset: 0, more: false, identification: 1, datagram), ["ipv6.fragment_header_useless"]),
      (RawNetworkPayload(ipProtocol: 59, [1]), ["ipv6.data_after_no_next_header"]),
      (RawNetworkPayload(ipProtocol: 59, []), []),
      (RawNetworkPayload(ipProtocol: 1, [8, 0, 0, 0, 0, 0, 0, 0]), ["ipv6.icmpv4_payload"]),
      (RawNetworkPayload(ipProtocol: 253, [1]), ["ip.unknown_protocol"]),
      (IPv6Extension(60, [4, 1, 3, 0], RawNetworkPayload(ipProtocol: 6, [])), ["ipv6.truncated_extension"]),
    ] as [(any NetworkPayload, [String])])
  func extensions(payload: any NetworkPayload, ids: [String]) {
    #expect(decode(fromTo6(payload)).ids == ids)
  }

  @Test("The transport header is found behind the extension headers")
  func behindExtensions() {
    let packet = decode(fromTo6(IPv6Extension(0, Self.alert, IPv6Extension(60, [4, 1, 3, 0], Self.datagram))))
    #expect(packet.networkHeaderLength == 56 && packet.transportOffset == 70)
    #expect(packet.ipProtocol == 17 && packet.destinationPort == 53)
  }

  @Test("A fragment's facts lead to reassembly")
  func fragment() {
    let piece = RawNetworkPayload(ipProtocol: 17, Array(repeating: 5, count: 16))
    let packet = decode(fromTo6(IPv6Fragment(offset: 1480, more: true, identification: 0xCAFE_F00D, piece)))
    #expect(packet.transport == .fragment && packet.fragmentOffset == 1480 && packet.moreFragments)
    #expect(packet.fragmentIdentification == 0xCAFE_F00D && packet.ipProtocol == 17)
    #expect(packet.payloadOffset == 62 && packet.payloadLength == 16)
  }

  @Test("A reassembled datagram has the length of header and payload")
  func defragmented() {
    let addresses = PseudoHeader(source: addressBytes("2001:db8::1"), destination: addressBytes("2001:db8::2"))
    let whole = UDP(from: 5000, to: 53, payload: Array(repeating: 9, count: 3000)).bytes(pseudoHeader: addresses)
    var packet = decode(
      fromTo6(
        IPv6Fragment(offset: 0, more: true, identification: 1, RawNetworkPayload(ipProtocol: 17, Array(whole[..<1448])))
      ))
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .validate))
    whole.withUnsafeBytes { decoder.decodeDefragmented($0, into: &packet) }
    #expect(packet.transport == .udp && packet.transportChecksum == .ok)
    #expect(packet.networkLength == 48 + 3008 && packet.payloadLength == 3000)
  }
}
