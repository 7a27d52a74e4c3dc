import Packets
import TestSupport
import Testing

@Suite("Any bytes whatever")
struct HostileBytesTests {
  static let frames: [[UInt8]] = [
    Ethernet(
      VLAN(5, fromTo(TCP(from: 1024, to: 80, .syn, options: [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2])))
    ).bytes,
    Ethernet(
      fromTo(UDP(from: 68, to: 67, payload: [1, 2, 3])) { $0.options = [0x83, 7, 4, 1, 2, 3, 4, 0x94, 4, 0, 0] }
    ).bytes,
    Ethernet(
      fromTo6(
        IPv6Extension(
          0, [5, 2, 0, 0], IPv6Extension(43, [0, 1], IPv6Extension(60, [0xC9, 16], TCP(from: 1, to: 2, .ack)))))
    ).bytes,
    Ethernet(fromTo6(ICMPv6(type: 143, rest: [0, 0, 0, 2] + Array(repeating: 1, count: 60)))).bytes,
    Ethernet(fromTo6(ICMPv6(type: 134, rest: Array(repeating: 3, count: 60)))).bytes,
    Ethernet(fromTo(ICMP(type: 3, rest: [0, 0, 0, 0] + fromTo(UDP(from: 1, to: 2)).bytes))).bytes,
    Ethernet(fromTo(RawNetworkPayload(ipProtocol: 47, [0xF0, 0, 8, 0] + Array(repeating: 2, count: 60)))).bytes,
    Ethernet(fromTo(RawNetworkPayload(ipProtocol: 132, Array(repeating: 4, count: 60)))).bytes,
    Ethernet(fromTo(Tunnelled(fromTo6(Tunnelled(fromTo(TCP(from: 1, to: 2, .syn))))))).bytes,
    Ethernet(ARP.sample).bytes,
    Ethernet(fromTo(UDP(from: 1, to: 4789, payload: [8, 0, 0, 0, 0, 0, 1, 0] + Ethernet(ARP.sample).bytes))).bytes,
    Ethernet(fromTo(UDP(from: 1, to: 3544, payload: [0, 1, 0, 0] + Array(repeating: 0x60, count: 90)))).bytes,
    Ethernet(RawLinkPayload(etherType: 0x8863, [0x11, 9, 0, 0, 0, 40] + Array(repeating: 1, count: 40))).bytes,
    Ethernet(RawLinkPayload(etherType: 0x8847, [0, 1, 0, 9, 0, 1, 1, 9, 0x45] + Array(repeating: 1, count: 40))).bytes,
  ]
  static let links: [LinkType] = [
    .ethernet, .null, .loop, .raw, .linuxCooked, .linuxCooked2, .ipv4, .ipv6, .ppp, .pppSerial, .pppEther,
    .pppWithDirection, .nflog, .ciscoHDLC, .mpls, .wireless, .prism, .radiotap, .avs, .perPacketInformation,
  ]

  /// Decodes all packets of a frame and checks what every caller relies on.
  private func survive(_ frame: [UInt8], _ linkType: LinkType, wireLength: Int, _ decoder: inout PacketDecoder) {
    var packet = decode(frame, linkType: linkType, wireLength: wireLength, with: &decoder)
    repeat {
      #expect(Int(packet.payloadOffset) + Int(packet.payloadLength) <= frame.count)
      #expect(packet.payloadLength <= packet.wirePayloadLength || packet.transport == .none)
      #expect(Int(packet.innerOffset) + Int(packet.innerLength) <= frame.count || packet.inner == .none)
      #expect(packet.anomalies.count <= PacketAnomalies.capacity)
    } while frame.withUnsafeBytes { decoder.decodeInner($0, into: &packet) }
  }

  @Test("Frames cut at every length, under every link type, leave the payload within the frame", arguments: frames)
  func cutEverywhere(frame: [UInt8]) {
    var decoder = PacketDecoder()
    for length in 0...frame.count {
      for link in Self.links {
        survive(Array(frame[..<length]), link, wireLength: length, &decoder)
        survive(Array(frame[..<length]), link, wireLength: frame.count, &decoder)
      }
    }
  }

  @Test("So do frames with changed bytes", arguments: frames)
  func mutated(frame: [UInt8]) {
    var decoder = PacketDecoder()
    // A linear congruential generator with a fixed seed (Knuth's constants): the same bytes in each run.
    var state: UInt64 = 20_261_123
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    for _ in 0..<2000 {
      var changed = frame
      for _ in 0...next(4) { changed[next(changed.count)] = UInt8(next(256)) }
      survive(changed, Self.links[next(Self.links.count)], wireLength: changed.count + next(2) * next(100), &decoder)
      survive(changed, .ethernet, wireLength: changed.count, &decoder)
    }
  }
}
