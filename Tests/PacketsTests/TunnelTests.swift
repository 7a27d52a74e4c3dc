import Catalog
import Packets
import TestSupport
import Testing

@Suite("Packets in packets")
struct TunnelTests {
  /// All packets of a frame, from the outside in.
  private func all(_ frame: [UInt8], tunnelDepth: Int = 4) -> [Packet] {
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .validate, tunnelDepth: tunnelDepth))
    var packet = decode(frame, with: &decoder)
    var packets = [packet]
    while frame.withUnsafeBytes({ decoder.decodeInner($0, into: &packet) }) { packets.append(packet) }
    return packets
  }

  let inner = IPv4(from: "10.0.0.1", to: "10.0.0.2", TCP(from: 1024, to: 80, .syn))

  @Test("IP in IP, 6in4 and GRE give the outer packet first, then the inner")
  func nested() {
    let gre = RawNetworkPayload(ipProtocol: 47, [0, 0, 0x08, 0] + inner.bytes)
    for payload in [Tunnelled(inner), gre] as [any NetworkPayload] {
      let packets = all(Ethernet(fromTo(payload)).bytes)
      #expect(packets.count == 2)
      #expect(packets[0].source == ipv4("192.0.2.1") && packets[0].transport == .other)
      #expect(packets[1].source == ipv4("10.0.0.1") && packets[1].transport == .tcp && packets[1].tunnelDepth == 1)
      #expect(packets[1].transportChecksum == .ok)
    }
    let six = all(Ethernet(fromTo(Tunnelled(fromTo6(UDP(from: 1, to: 2))))).bytes)
    #expect(six.count == 2 && six[1].version == 6 && six[1].destinationPort == 2)
  }

  @Test("An inner packet of the other version, a short one and a deep one have their ids")
  func broken() {
    let mismatch = RawNetworkPayload(ipProtocol: 4, fromTo6(UDP(from: 1, to: 2)).bytes)
    #expect(all(Ethernet(fromTo(mismatch)).bytes).last?.ids == ["tunnel.inner_version_mismatch"])
    let short = RawNetworkPayload(ipProtocol: 4, [0x45, 0])
    #expect(all(Ethernet(fromTo(short)).bytes).last?.ids == ["tunnel.invalid_inner_packet"])
    let deep = Ethernet(fromTo(Tunnelled(fromTo(Tunnelled(inner))))).bytes
    #expect(all(deep, tunnelDepth: 1).last?.ids == ["tunnel.too_deep"])
  }

  @Test(
    "Each fault of a GRE header has its id",
    arguments: [
      ([0, 0, 8], "gre.truncated_header"), ([0, 5, 8, 0], "gre.unknown_version"),
      ([0x04, 0, 8, 0], "gre.invalid_flags"),
      ([0x20, 1, 8, 0, 0, 0, 0, 0], "gre.invalid_protocol"), ([0, 1, 0x88, 0x0B, 0, 0, 0, 0], "gre.invalid_flags"),
      ([0x80, 0, 8, 0, 0], "gre.truncated_header"),
      ([0x40, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 9], "gre.malformed_source_route"),
    ] as [([UInt8], String)])
  func gre(bytes: [UInt8], id: String) {
    #expect(decode(fromTo(RawNetworkPayload(ipProtocol: 47, bytes))).ids == [id])
  }

  /// Ethernet, then the inner packet.
  private var innerFrame: [UInt8] { Ethernet(inner).bytes }

  @Test("VXLAN, Geneve and Teredo give the outer datagram first, then the inner packet")
  func overUDP() {
    let six = fromTo6(TCP(from: 1024, to: 80, .syn)).bytes
    let datagrams = [
      UDP(from: 40000, to: 4789, payload: [8, 0, 0, 0, 0, 0, 42, 0] + innerFrame),
      UDP(from: 40000, to: 6081, payload: [0, 0, 0x65, 0x58, 0, 0, 42, 0] + innerFrame),
      UDP(from: 40000, to: 6081, payload: [1, 0, 0x08, 0, 0, 0, 42, 0, 1, 2, 3, 0] + inner.bytes),
      UDP(from: 3544, to: 40000, payload: [0, 0, 1, 2, 3, 4, 5, 6] + six),
    ]
    for datagram in datagrams {
      let packets = all(Ethernet(fromTo(datagram)).bytes)
      #expect(packets.count == 2)
      #expect(packets[0].transport == .udp && packets[0].ids == [])
      #expect(packets[1].transport == .tcp && packets[1].destinationPort == 80 && packets[1].transportChecksum == .ok)
    }
  }

  @Test(
    "Each fault of a tunnel in UDP has its id",
    arguments: [
      (UDP(from: 1, to: 4789, payload: [8, 0, 0, 0, 0, 0, 42, 0]), "vxlan.malformed"),
      (UDP(from: 1, to: 6081, payload: [0, 0, 0x65, 0x58, 0, 0, 42, 0]), "geneve.malformed"),
      (UDP(from: 1, to: 6081, payload: [0x40, 0, 0x65, 0x58, 0, 0, 42, 0, 1]), "geneve.malformed"),
      (UDP(from: 1, to: 6081, payload: [0, 0, 0x12, 0x34, 0, 0, 42, 0, 1]), "geneve.malformed"),
      (UDP(from: 1, to: 3544, payload: [0x60, 0, 0, 0, 0, 0, 59, 64]), "teredo.malformed"),
      (UDP(from: 1, to: 3544, payload: [0, 1, 9, 9]), "teredo.malformed"),
      (
        UDP(from: 1, to: 3544, payload: fromTo6(RawNetworkPayload(ipProtocol: 59, [1])).bytes),
        "teredo.bubble_with_payload"
      ),
    ])
  func brokenUDP(datagram: UDP, id: String) {
    #expect(decode(fromTo(datagram)).ids == [id])
  }
}

@Suite("Labels and PPP")
struct LabelTests {
  let inner = fromTo(TCP(from: 1024, to: 80, .syn)).bytes

  @Test("MPLS, PPP and PPPoE lead to the IP packet behind them")
  func through() {
    let session: [UInt8] = [0x11, 0, 0, 1, 0, UInt8(inner.count + 2), 0, 0x21]
    let frames: [(LinkType, [UInt8])] = [
      (.ethernet, Ethernet(RawLinkPayload(etherType: 0x8847, [0, 1, 0, 64, 0, 1, 1, 64] + inner)).bytes),
      (
        .ethernet,
        Ethernet(
          RawLinkPayload(
            etherType: 0x8847, [0, 1, 1, 64, 0, 0, 0, 0] + Ethernet(fromTo(TCP(from: 1024, to: 80, .syn))).bytes)
        ).bytes
      ),
      (.ethernet, Ethernet(RawLinkPayload(etherType: 0x8864, session + inner)).bytes),
      (.ppp, [0xFF, 3, 0, 0x21] + inner), (.ppp, [0x21] + inner), (.pppSerial, [0, 0x21] + inner),
    ]
    for (link, frame) in frames {
      let packet = decode(frame, linkType: link)
      #expect(packet.ids == [] && packet.transport == .tcp && packet.destinationPort == 80)
    }
  }

  @Test(
    "Each fault has its id",
    arguments: [
      (0x8847, [0, 1, 0, 64], "mpls.truncated"), (0x8847, [0, 0, 0x31, 64, 0x45], "mpls.reserved_label"),
      (0x8847, [0, 1, 1, 64, 0xF0], "mpls.unknown_payload"), (0x8864, [0x11, 0, 0, 1], "pppoe.truncated"),
      (0x8864, [0x11, 9, 0, 1, 0, 0], "pppoe.invalid_code"), (0x8863, [0x11, 0, 0, 0, 0, 0], "pppoe.invalid_code"),
      (0x8863, [0x11, 9, 0, 0, 0, 4, 1, 1, 0, 9], "pppoe.malformed_tags"),
      (0x8864, [0x11, 0, 0, 1, 0, 2, 0, 0x23], "ppp.unknown_protocol"),
      (0x8864, [0x11, 0, 0, 1, 0, 3, 0, 0x21, 0x45], "ppp.truncated_header"),
      (0x8864, [0x11, 0, 0, 1, 0, 2, 0xC0, 0x21] + Array(repeating: 0, count: 60), "pppoe.trailing_data"),
    ] as [(UInt16, [UInt8], String)])
  func broken(type: UInt16, bytes: [UInt8], id: String) {
    #expect(decode(Ethernet(RawLinkPayload(etherType: type, bytes)).bytes).ids.first == id)
  }
}
