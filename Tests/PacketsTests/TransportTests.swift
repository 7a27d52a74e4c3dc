import Packets
import TestSupport
import Testing

@Suite("TCP")
struct TCPTests {
  @Test("Header and options are read as they stand")
  func facts() {
    let options: [UInt8] =
      [2, 4, 0x05, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7]
    let packet = decode(fromTo(TCP(from: 40000, to: 443, .syn, sequence: 0xFFFF_FFFE, options: options)))
    #expect(packet.tcp.sequence == 0xFFFF_FFFE && packet.tcp.flags == .syn && packet.tcp.headerLength == 40)
    #expect(packet.tcp.options == [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale])
    #expect(packet.tcp.maximumSegmentSize == 1460 && packet.tcp.windowScale == 7)
    #expect(packet.tcp.timestampValue == 1 && packet.tcp.timestampEcho == 2)
    #expect(packet.transportChecksum == .ok && packet.ids == [])
  }

  @Test("Selective acknowledgements are read, none at all too")
  func sack() {
    let two: [UInt8] = [1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 9]
    let packet = decode(fromTo(TCP(from: 1024, to: 80, .ack, acknowledgement: 1, options: two)))
    #expect(packet.tcp.sackCount == 2)
    #expect(packet.tcp.sackBlocks[1] == SACKBlock(left: 5, right: 9))
    #expect(decode(fromTo(TCP(from: 1024, to: 80, .ack, options: [5, 2, 1, 1]))).ids == [])
  }

  @Test(
    "Flags that must not stand together have their ids",
    arguments: [
      ([], ["tcp.flags_null"]), ([.fin, .psh, .urg], ["tcp.flags_christmas"]), ([.syn, .rst], ["tcp.flags_syn_rst"]),
      ([.syn, .urg], ["tcp.flags_syn_urg"]), ([.fin, .rst, .ack], ["tcp.flags_fin_rst"]),
      ([.syn, .fin], ["tcp.flags_syn_fin"]),
      ([.fin, .ack], []), ([.rst], []), ([.syn, .ece, .cwr], []), ([.psh, .ack, .urg], []),
    ] as [(TCPFlags, [String])])
  func flags(flags: TCPFlags, ids: [String]) {
    #expect(decode(fromTo(TCP(from: 1024, to: 80, flags))).ids == ids)
  }

  @Test(
    "Each fault of the header has its id",
    arguments: [
      Fault("tcp.header_length_invalid", { $0.headerWords = 4 }),
      Fault("tcp.header_length_invalid", { $0.headerWords = 15 }),
      Fault("tcp.bad_checksum", { $0.checksum = 0xDEAD }), Fault("tcp.port_zero", { $0.sourcePort = 0 }),
      Fault("tcp.ack_field_without_flag", { $0.acknowledgement = 5 }), Fault("tcp.syn_with_data", { $0.payload = [1] }),
      Fault("tcp.option_invalid", { $0.options = [2, 3, 0, 0] }),
      Fault("tcp.option_invalid", { $0.options = [3, 9, 0, 0] }),
      Fault("tcp.option_invalid", { $0.options = [8, 1, 0, 0] }),
      Fault("tcp.option_duplicate", { $0.options = [4, 2, 4, 2] }),
      Fault("tcp.window_scale_invalid", { $0.options = [3, 3, 15, 0] }),
    ] as [Fault<TCP>])
  func broken(fault: Fault<TCP>) {
    #expect(decode(fromTo(TCP(from: 1024, to: 80, .syn, set: fault.apply))).ids == [fault.id])
  }

  @Test("A SYN may carry data when it asks for fast open")
  func fastOpen() {
    let packet = decode(fromTo(TCP(from: 1024, to: 80, .syn, options: [34, 6, 1, 2, 3, 4], payload: [1])))
    #expect(packet.ids == [] && packet.tcp.fastOpenCookieLength == 4)
  }

  @Test("Fewer than 20 bytes are no header")
  func short() {
    #expect(decode(fromTo(RawNetworkPayload(ipProtocol: 6, [1, 2, 3]))).ids == ["tcp.truncated_header"])
  }
}

@Suite("UDP and SCTP")
struct DatagramTests {
  @Test(
    "A length that differs from the packet's is an anomaly; the shorter one bounds the payload",
    arguments: [
      (7, 3), (9, 1), (40, 3),
    ] as [(UInt16, UInt32)])
  func length(length: UInt16, payload: UInt32) {
    let packet = decode(fromTo(UDP(from: 1024, to: 53, payload: [1, 2, 3], length: length)), checksums: .ignore)
    #expect(packet.ids == ["udp.length_invalid"] && packet.payloadLength == payload)
  }

  @Test("No checksum is allowed over IPv4, and over IPv6 for tunnels only")
  func noChecksum() {
    #expect(decode(fromTo(UDP(from: 1024, to: 53, payload: [1], checksum: 0))).transportChecksum == .absent)
    #expect(decode(fromTo6(UDP(from: 1024, to: 53, payload: [1], checksum: 0))).ids == ["udp.bad_checksum"])
    #expect(decode(fromTo6(UDP(from: 1024, to: 4789, payload: [1], checksum: 0))).transportChecksum == .absent)
  }

  @Test("Port 0 and a cut header have their ids")
  func broken() {
    #expect(decode(fromTo(UDP(from: 0, to: 53))).ids == ["udp.port_zero"])
    #expect(
      decode(fromTo(RawNetworkPayload(ipProtocol: 17, [1, 2, 3, 4]))).ids == ["udp.truncated", "udp.length_invalid"])
  }

  /// Ports 1 and 2, a tag, a checksum that nobody looks at.
  static func sctp(tag: UInt8, _ chunks: [UInt8]) -> RawNetworkPayload {
    RawNetworkPayload(ipProtocol: 132, [0, 1, 0, 2, 0, 0, 0, tag, 0, 0, 0, 0] + chunks)
  }

  @Test(
    "SCTP's common header and chunks are gone through",
    arguments: [
      (sctp(tag: 9, [0, 3, 0, 6, 1, 2, 0, 0]), []), (sctp(tag: 0, [0, 3, 0, 4]), ["sctp.zero_tag_data"]),
      (sctp(tag: 0, [1, 0, 0, 4]), []), (sctp(tag: 5, [1, 0, 0, 4]), ["sctp.invalid_init"]),
      (sctp(tag: 0, [1, 0, 0, 4, 6, 0, 0, 4]), ["sctp.invalid_init"]),
      (sctp(tag: 9, [0, 3, 0, 60]), ["sctp.truncated"]),
      (sctp(tag: 9, [0, 3, 0, 3]), ["sctp.truncated"]),
      (sctp(tag: 9, Array(repeating: [6, 0, 0, 4], count: 65).flatMap { $0 }), ["sctp.too_many_chunks"]),
      (RawNetworkPayload(ipProtocol: 132, [0, 1]), ["sctp.truncated"]),
    ] as [(RawNetworkPayload, [String])])
  func chunks(payload: RawNetworkPayload, ids: [String]) {
    #expect(decode(fromTo(payload)).ids == ids)
  }
}
