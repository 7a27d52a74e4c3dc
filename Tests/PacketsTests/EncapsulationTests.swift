import Packets
import TestSupport
import Testing

@Suite("The same segment behind every header")
struct EncapsulationTests {
  /// A way to wrap the segment, and in how many tunnels it then is.
  struct Wrapping: Sendable, CustomStringConvertible {
    let name: String
    let sample: Sample
    var depth: UInt8 = 0
    var description: String { name }
  }

  private static let four = Part.packet4
  private static let frame = Part.frame
  private static let body = Part.snap + Part.packet4
  private static let bridged: [UInt8] = [0xAA, 0xAA, 3, 0, 0x80, 0xC2, 0, 7, 0, 0] + Part.frame

  private static func length(_ content: [UInt8]) -> Sample { .ether(UInt16(content.count), content) }
  private static func nextProtocol(_ number: UInt8, _ content: [UInt8]) -> Sample {
    .ether(0x894F, [0, 2, 1, number, 0, 0, 0, 1] + content)
  }

  static let links = [
    Wrapping(name: "VN-Tag", sample: .ether(0x8926, [0x80, 0, 0, 1, 8, 0] + four)),
    Wrapping(name: "E-Tag and a VLAN", sample: .ether(0x893F, [0, 0, 0, 1, 0, 0, 0x81, 0, 0, 5, 8, 0] + four)),
    Wrapping(name: "FabricPath", sample: .ether(0x8903, [0x04, 0x20] + frame)),
    Wrapping(name: "HSR", sample: .ether(0x892F, [0, 46, 0, 1, 8, 0] + four)),
    Wrapping(name: "PRP, whose trailer is no payload", sample: Sample(frame + [0, 1, 0xA0, 46, 0x88, 0xFB])),
    Wrapping(name: "IP over LLC", sample: length([6, 6, 3] + four)),
    Wrapping(name: "SNAP of 802.1H", sample: length([0xAA, 0xAA, 3, 0, 0, 0xF8, 8, 0] + four)),
    Wrapping(name: "bridged SNAP", sample: length(bridged)),
    Wrapping(name: "NSH", sample: nextProtocol(1, four)),
    Wrapping(name: "NSH with a frame", sample: nextProtocol(3, frame)),
    Wrapping(name: "PPP under an EtherType", sample: .ether(0x880B, [0, 0x21] + four)),
    Wrapping(name: "PPPoE alone", sample: Sample(Part.pppoe([0, 0x21] + four), .pppEther)),
    Wrapping(name: "PPP with a direction", sample: Sample([1, 0xFF, 3, 0, 0x21] + four, .pppWithDirection)),
    Wrapping(name: "labels alone", sample: Sample(Part.label(77, bottom: true) + four, .mpls)),
    Wrapping(name: "explicit null", sample: .ether(0x8847, Part.label(0, bottom: true) + four)),
  ]

  static let radio = [
    Wrapping(name: "802.11", sample: Sample(Part.wireless(body), .wireless)),
    Wrapping(name: "radiotap", sample: Sample(Part.radiotap() + Part.wireless(body), .radiotap)),
    Wrapping(
      name: "radiotap with a check sequence",
      sample: Sample(Part.radiotap(flags: 0x10) + Part.wireless(body) + [9, 9, 9, 9], .radiotap)),
    Wrapping(
      name: "radiotap with the time before the flags",
      sample: Sample(
        [0, 0, 25, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0] + Part.zeros[..<8] + [0x10] + Part.wireless(body) + [
          9, 9, 9, 9,
        ], .radiotap)),
    Wrapping(
      name: "quality of service",
      sample: Sample([0x88, 1] + Part.wireless([])[2...] + [0, 0] + body, .wireless)),
    Wrapping(
      name: "four addresses", sample: Sample(Part.wireless(flags: 3, [0, 0, 0x5E, 0, 0x53, 0x0D] + body), .wireless)),
    Wrapping(
      name: "an aggregate",
      sample: Sample(
        [0x88, 1] + Part.wireless([])[2...] + [0x80, 0] + Part.zeros[..<12] + [0, UInt8(body.count)] + body, .wireless)),
    Wrapping(
      name: "Prism", sample: Sample([0x44, 0, 0, 0, 16, 0, 0, 0] + Part.zeros[..<8] + Part.wireless(body), .prism)),
    Wrapping(name: "AVS", sample: Sample([0x80, 0x21, 0x10, 1, 0, 0, 0, 8] + Part.wireless(body), .avs)),
    Wrapping(
      name: "PPI", sample: Sample([0, 0, 8, 0, 105, 0, 0, 0] + Part.wireless(body), .perPacketInformation)),
    Wrapping(
      name: "radiotap in a cooked capture",
      sample: Sample(
        [0, 0, 3, 0x23, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4] + Part.radiotap() + Part.wireless(body), .linuxCooked)),
  ]

  private static func gre(_ flags: UInt8, _ type: UInt16, _ rest: [UInt8]) -> Sample {
    .four(47, [flags, type == 0x880B ? 1 : 0, UInt8(type >> 8), UInt8(type & 0xFF)] + rest)
  }

  static let tunnels = [
    Wrapping(name: "ERSPAN I", sample: gre(0, 0x88BE, frame), depth: 1),
    Wrapping(name: "ERSPAN II", sample: gre(0x10, 0x88BE, [0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0] + frame), depth: 1),
    Wrapping(
      name: "ERSPAN III",
      sample: gre(0x10, 0x22EB, [0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + Part.zeros[..<8] + frame),
      depth: 1),
    Wrapping(name: "a bridge in GRE", sample: gre(0, 0x6558, frame), depth: 1),
    Wrapping(name: "labels in GRE", sample: gre(0, 0x8847, Part.label(77, bottom: true) + four), depth: 1),
    Wrapping(name: "PPTP", sample: gre(0x30, 0x880B, [0, 0, 0, 1, 0, 0, 0, 1, 0xFF, 3, 0, 0x21] + four), depth: 1),
    Wrapping(name: "Aruba", sample: gre(0, 0x8210, Part.wireless(body)), depth: 1),
    Wrapping(name: "WCCP", sample: gre(0, 0x883E, four), depth: 1),
    Wrapping(name: "WCCP 2", sample: gre(0, 0x883E, [0, 0, 0, 1] + four), depth: 1),
    Wrapping(name: "EtherIP", sample: .four(97, [0x30, 0] + frame), depth: 1),
    Wrapping(name: "labels in IP", sample: .four(137, Part.label(77, bottom: true) + four), depth: 1),
    Wrapping(
      name: "L2TP with everything",
      sample: .datagram(
        to: 1701, [0x4A, 2, 0, UInt8(16 + 2 + four.count), 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 9, 9, 0, 0x21] + four),
      depth: 1),
    Wrapping(
      name: "GTP-U with an extension header",
      sample: .datagram(
        to: 2152, [0x34, 255, 0, UInt8(8 + four.count), 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0] + four), depth: 1),
    Wrapping(name: "VXLAN-GPE", sample: .datagram(to: 4790, [0x0C, 0, 0, 1, 0, 0, 42, 0] + four), depth: 1),
    Wrapping(
      name: "NSH in VXLAN-GPE",
      sample: .datagram(to: 4790, [0x0C, 0, 0, 4, 0, 0, 42, 0, 0, 2, 1, 1, 0, 0, 0, 1] + four), depth: 1),
    Wrapping(
      name: "VXLAN at Linux's first port", sample: .datagram(to: 8472, [8, 0, 0, 0, 0, 0, 42, 0] + frame), depth: 1),
    Wrapping(
      name: "VXLAN in IP in IP",
      sample: .four(
        Tunnelled(fromTo(UDP(from: 40000, to: 4789, payload: [8, 0, 0, 0, 0, 0, 42, 0] + frame)))), depth: 2),
  ]

  @Test("It is found, without an anomaly", arguments: links + radio + tunnels)
  func found(wrapping: Wrapping) {
    let sample = wrapping.sample
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .validate))
    var packet = decode(sample.bytes, linkType: sample.linkType, with: &decoder)
    var ids = packet.ids
    while sample.bytes.withUnsafeBytes({ decoder.decodeInner($0, into: &packet) }) { ids += packet.ids }
    #expect(ids == [])
    #expect(packet.transport == .tcp && packet.destinationPort == 443 && packet.tunnelDepth == wrapping.depth)
    #expect(packet.transportChecksum == .ok && packet.payloadLength == 0)
  }

  @Test("Frames of 802.11 give source and destination wherever the way has them")
  func wirelessAddresses() {
    let way = { (flags: UInt8) in decode(Part.wireless(flags: flags, Self.body), linkType: .wireless) }
    let (a, b, c) = (
      LinkAddress(rawValue: 0x5E00_530A), LinkAddress(rawValue: 0x5E00_530B), LinkAddress(rawValue: 0x5E00_530C)
    )
    #expect(way(0).linkDestination == a && way(0).linkSource == b)
    #expect(way(1).linkDestination == c && way(1).linkSource == b)
    #expect(way(2).linkDestination == a && way(2).linkSource == c)
  }

  @Test("The tag that ERSPAN took from a mirrored frame is the frame's")
  func mirroredTag() {
    let bytes = Ethernet(
      fromTo(
        RawNetworkPayload(ipProtocol: 47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 100, 0, 0, 0, 0, 0, 0] + Part.frame))
    ).bytes
    var decoder = PacketDecoder()
    var packet = decode(bytes, with: &decoder)
    let isInner = bytes.withUnsafeBytes { decoder.decodeInner($0, into: &packet) }
    #expect(isInner && packet.vlanCount == 1 && packet.vlanOuter == 100)
  }

  @Test("A link type without a decoder is named")
  func unsupported() {
    #expect(!LinkType(rawValue: 195).isSupported && LinkType(rawValue: 195).name == "IEEE802_15_4_WITHFCS")
    #expect(LinkType(rawValue: 4711).name == "LINKTYPE 4711")
  }
}

@Suite("Transport protocols that are rare")
struct RareTransportTests {
  @Test("UDP-Lite and DCCP have ports and a payload")
  func ports() {
    let lite = decode(fromTo(RawNetworkPayload(ipProtocol: 136, [4, 0, 0, 53, 0, 8, 1, 1, 7, 7])), checksums: .ignore)
    #expect(lite.transport == .other && lite.hasPorts && lite.sourcePort == 1024 && lite.destinationPort == 53)
    #expect(lite.payloadLength == 2 && lite.ids == [])
    let request: [UInt8] = [4, 0, 0, 53, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    let dccp = decode(fromTo(RawNetworkPayload(ipProtocol: 33, request + [7, 7, 7])))
    #expect(dccp.hasPorts && dccp.destinationPort == 53 && dccp.payloadLength == 3 && dccp.ids == [])
    #expect(!decode(fromTo(RawNetworkPayload(ipProtocol: 33, Array(request[..<11])))).hasPorts)
  }

  @Test("Options of TCP have the names of their RFCs")
  func optionNames() {
    let options: [UInt8] = [29, 4, 1, 1, 30, 4, 0, 0, 34, 2, 1, 1, 2, 4, 5, 0xB4]
    let packet = decode(fromTo(TCP(from: 1024, to: 80, .syn, options: options)))
    #expect(packet.tcp.options.description == "MSS,TFO,TCP-AO,MPTCP")
  }

  @Test("Extension headers of IPv6 are noted, and so is an order that RFC 8200 does not have")
  func extensionOrder() {
    let limit: [UInt8] = [4, 1, 3, 0]
    let right = decode(
      fromTo6(
        IPv6Extension(0, [5, 2, 0, 0], IPv6Extension(60, limit, IPv6Extension(43, [2, 0], UDP(from: 1, to: 2))))))
    #expect(right.extensions == [.hopByHop, .destination, .routing])
    let wrong = decode(fromTo6(IPv6Extension(60, limit, IPv6Extension(0, [5, 2, 0, 0], UDP(from: 1, to: 2)))))
    #expect(wrong.extensions == [.hopByHop, .destination, .misordered])
  }
}
