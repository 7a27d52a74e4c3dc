import Packets
import TestSupport
import Testing

@Suite("IPv4")
struct IPv4Tests {
  let datagram = UDP(from: 5000, to: 53, payload: [1, 2, 3])

  @Test("The header's facts are those on the wire, and padding of the link is not payload")
  func facts() {
    let frame = Ethernet(
      paddedTo: 60,
      fromTo(datagram) {
        $0.timeToLive = 9
        $0.dontFragment = true
        $0.identification = 0xBEEF
      }
    ).bytes
    let packet = decode(frame)
    #expect(packet.source == ipv4("192.0.2.1") && packet.destination == ipv4("198.51.100.1"))
    #expect(packet.timeToLive == 9 && packet.dontFragment && packet.fragmentIdentification == 0xBEEF)
    #expect(packet.networkOffset == 14 && packet.networkHeaderLength == 20)
    #expect(packet.announcedLength == 31 && packet.networkLength == 31)
    #expect(packet.payloadOffset == 42 && packet.payloadLength == 3)
    #expect(packet.ipChecksum == .ok && packet.transportChecksum == .ok)
    #expect(packet.ids == [])
  }

  @Test(
    "What is wrong with a header is said by its id",
    arguments: [
      Fault("ipv4.wrong_version", { $0.version = 5 }), Fault("ipv4.header_length_invalid", { $0.headerWords = 4 }),
      Fault("ipv4.header_length_invalid", { $0.headerWords = 15 }),
      Fault("ipv4.total_length_below_header", { $0.totalLength = 19 }),
      Fault("ipv4.truncated_packet", { $0.totalLength = 2000 }), Fault("ipv4.bad_checksum", { $0.checksum = 0xDEAD }),
      Fault("ipv4.ttl_zero", { $0.timeToLive = 0 }), Fault("ipv4.invalid_source", { $0.source = "224.0.0.9" }),
      Fault("ipv4.invalid_source", { $0.source = "255.255.255.255" }),
      Fault("ipv4.invalid_source", { $0.source = "127.0.0.1" }),
      Fault("ipv4.invalid_source", { $0.source = "0.0.0.0" }), Fault("ipv4.total_length_zero", { $0.totalLength = 0 }),
    ] as [Fault<IPv4>])
  func broken(fault: Fault<IPv4>) {
    #expect(decode(fromTo(datagram, set: fault.apply)).ids.contains(fault.id))
  }

  @Test("Fewer than 20 bytes are no header")
  func short() {
    #expect(
      decode(Ethernet(RawLinkPayload(etherType: 0x0800, [0x45, 0, 0, 20])).bytes).ids == ["ipv4.truncated_header"])
  }

  @Test("A total length of zero stands for the captured length, as before segmentation offloading")
  func offloadedLength() {
    let packet = decode(
      fromTo(TCP(from: 1024, to: 80, .ack, payload: Array(repeating: 1, count: 3000))) { $0.totalLength = 0 })
    #expect(packet.ids == ["ipv4.total_length_zero"])
    #expect(packet.announcedLength == 0 && packet.networkLength == 3040 && packet.payloadLength == 3000)
  }

  @Test("A DHCP client and a host that reports its groups may send from 0.0.0.0")
  func unspecifiedSource() {
    let discover = IPv4(from: "0.0.0.0", to: "255.255.255.255", UDP(from: 68, to: 67, payload: [1]))
    #expect(decode(discover).ids == [])
    let report = IPv4(from: "0.0.0.0", to: "224.0.0.22", IGMP(type: 0x22, rest: [0, 0, 0, 0]))
    #expect(decode(report).ids == [])
  }

  @Test("Equal ends are a land attack on a wire, and normal on loopback")
  func land() {
    let same = IPv4(from: "192.0.2.1", to: "192.0.2.1", TCP(from: 80, to: 80, .syn))
    #expect(decode(same).ids == ["ipv4.land"])
    #expect(decode([2, 0, 0, 0] + same.bytes, linkType: .null).ids == [])
    #expect(decode(IPv4(from: "192.0.2.1", to: "192.0.2.1", TCP(from: 81, to: 80, .syn))).ids == [])
  }

  @Test(
    "Options are checked each by its own rule",
    arguments: [
      ([0x83, 7, 4, 1, 2, 3, 4, 0], ["ipv4.source_route"]), ([0x89, 7, 4, 1, 2, 3, 4, 0], ["ipv4.source_route"]),
      ([0x94, 4, 0, 0, 0x94, 4, 0, 0], ["ipv4.option_duplicate"]),
      ([0x94, 9, 0, 0, 0, 0, 0, 0], ["ipv4.option_invalid"]),
      ([0x94, 1, 0, 0, 0, 0, 0, 0], ["ipv4.option_invalid"]), ([0x1F, 4, 0, 0, 0, 0, 0, 0], ["ipv4.option_unknown"]),
      ([0x44, 8, 5, 0, 0, 0, 0, 0], []), ([0x44, 8, 4, 0, 0, 0, 0, 0], ["ipv4.option_invalid"]),
      ([7, 7, 4, 0, 0, 0, 0, 0], []), ([1, 1, 1, 1, 1, 1, 1, 0x94], ["ipv4.option_padding"]),
      ([0x94, 4, 0, 0], ["ipv4.option_padding"]),
    ] as [([UInt8], [String])])
  func options(options: [UInt8], ids: [String]) {
    let packet = decode(fromTo(datagram) { $0.options = options })
    #expect(packet.ids == ids)
    #expect(packet.transport == .udp && packet.payloadLength == 3)
  }

  @Test("A fragment is not looked into; its facts lead to reassembly")
  func fragment() {
    let piece = RawNetworkPayload(ipProtocol: 17, Array(repeating: 5, count: 16))
    let packet = decode(
      fromTo(piece) {
        $0.moreFragments = true
        $0.fragmentOffset = 8
        $0.identification = 77
      })
    #expect(packet.transport == .fragment && packet.isFragment && packet.moreFragments)
    #expect(packet.fragmentOffset == 8 && packet.fragmentIdentification == 77 && packet.ipProtocol == 17)
    #expect(packet.payloadOffset == 34 && packet.payloadLength == 16)
  }

  @Test("A reassembled datagram is decoded with the addresses of its fragments")
  func defragmented() {
    let addresses = PseudoHeader(source: addressBytes("192.0.2.1"), destination: addressBytes("198.51.100.1"))
    let whole = UDP(from: 5000, to: 53, payload: Array(repeating: 9, count: 3000)).bytes(pseudoHeader: addresses)
    var packet = decode(fromTo(RawNetworkPayload(ipProtocol: 17, Array(whole[..<1480]))) { $0.moreFragments = true })
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .validate))
    whole.withUnsafeBytes { decoder.decodeDefragmented($0, into: &packet) }
    #expect(packet.transport == .udp && !packet.isFragment)
    #expect(packet.sourcePort == 5000 && packet.payloadOffset == 8 && packet.payloadLength == 3000)
    #expect(packet.transportChecksum == .ok && packet.source == ipv4("192.0.2.1"))
  }

  @Test("ICMPv6 in IPv4, and a protocol without a decoder, have their ids")
  func protocols() {
    #expect(decode(fromTo(RawNetworkPayload(ipProtocol: 58, [1, 2]))).ids == ["ipv4.icmpv6_payload"])
    let other = decode(fromTo(RawNetworkPayload(ipProtocol: 253, [1, 2])))
    #expect(other.ids == ["ip.unknown_protocol"] && other.transport == .other && other.payloadLength == 2)
  }
}
