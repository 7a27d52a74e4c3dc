import Packets
import TestSupport
import Testing

@Suite("Link layers")
struct LinkTests {
  let segment = TCP(from: 40000, to: 443, .syn)

  @Test("An Ethernet frame gives its addresses and its type")
  func ethernet() {
    let packet = decode(Ethernet(from: "00:00:5e:00:53:0a", to: "00:00:5e:00:53:0b", fromTo(segment)).bytes)
    #expect(packet.linkSource == LinkAddress(rawValue: 0x0000_5E00_530A))
    #expect(packet.linkDestination == LinkAddress(rawValue: 0x0000_5E00_530B))
    #expect(packet.etherType == 0x0800)
    #expect(packet.version == 4 && packet.transport == .tcp)
    #expect(packet.ids == [])
  }

  @Test("Two tags are normal, a third is an anomaly and is gone through all the same")
  func tags() {
    let double = decode(Ethernet(VLAN(100, type: 0x88A8, VLAN(200, fromTo(segment)))).bytes)
    #expect(double.vlanCount == 2 && double.vlanOuter == 100 && double.vlanInner == 200)
    #expect(double.transport == .tcp && double.ids == [])
    let triple = decode(Ethernet(VLAN(1, VLAN(2, VLAN(3, fromTo(segment))))).bytes)
    #expect(triple.ids == ["vlan.too_many_tags"])
    #expect(triple.transport == .tcp)
  }

  @Test(
    "What is wrong with a frame is said by the id of its layer",
    arguments: [
      (Array(Ethernet(RawLinkPayload(etherType: 0x0800, [])).bytes[..<13]), "ethernet.truncated_header"),
      (Ethernet(RawLinkPayload(etherType: 0x88CC, [0])).bytes, "ethernet.unknown_ethertype"),
      (
        Ethernet(from: "01:00:5e:00:00:01", RawLinkPayload(etherType: 0x0806, ARP.sample.bytes)).bytes,
        "ethernet.invalid_source_address"
      ),
      (Ethernet(RawLinkPayload(etherType: 0x8100, [0, 1])).bytes, "vlan.truncated_header"),
      (Ethernet(VLAN(7, RawLinkPayload(etherType: 0x1234, []))).bytes, "vlan.unknown_inner_type"),
      (Ethernet(RawLinkPayload(etherType: 2, [0xAA, 0xAA])).bytes, "llc.truncated_header"),
      (Ethernet(RawLinkPayload(etherType: 5, [0xAA, 0xAA, 3, 0, 0])).bytes, "llc.truncated_header"),
    ])
  func broken(frame: [UInt8], id: String) {
    #expect(decode(frame).ids.first == id)
  }

  @Test("The zero addresses of a captured loopback interface are no anomaly")
  func loopbackInterface() {
    let zero = "00:00:00:00:00:00"
    let packet = decode(
      Ethernet(from: zero, to: zero, IPv4(from: "127.0.0.1", to: "127.0.0.1", TCP(from: 1024, to: 80, .syn))).bytes)
    #expect(packet.isLoopback && packet.ids == [])
  }

  @Test("SNAP leads to the EtherType that it encapsulates")
  func snap() {
    let body = [0xAA, 0xAA, 3, 0, 0, 0, 0x08, 0x00] + fromTo(segment).bytes
    let packet = decode(Ethernet(RawLinkPayload(etherType: UInt16(body.count), body)).bytes)
    #expect(packet.transport == .tcp)
  }

  @Test(
    "Headers other than Ethernet's lead to the same packet",
    arguments: [
      (LinkType.raw, []), (.rawDLT12, []), (.rawDLT14, []), (.ipv4, []),
      (.null, [2, 0, 0, 0]), (.null, [0, 0, 0, 2]), (.loop, [0, 0, 0, 2]),
      (.linuxCooked, [0, 0, 0, 1, 0, 6, 0, 0, 0x5E, 0, 0x53, 1, 0, 0, 0x08, 0]),
      (.linuxCooked2, [0x08, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0x5E, 0, 0x53, 1, 0, 0]),
    ] as [(LinkType, [UInt8])])
  func otherLinks(linkType: LinkType, header: [UInt8]) {
    let packet = decode(header + fromTo(segment).bytes, linkType: linkType)
    #expect(packet.source == ipv4("192.0.2.1") && packet.destinationPort == 443)
    #expect(packet.networkOffset == UInt32(header.count))
    #expect(packet.ids == [])
  }

  @Test("A customer's frame is found behind a provider backbone tag")
  func providerBackbone() {
    let body = [0, 0, 0, 9] + Ethernet(fromTo(segment)).bytes
    #expect(decode(Ethernet(RawLinkPayload(etherType: 0x88E7, body)).bytes).transport == .tcp)
    #expect(decode(Ethernet(RawLinkPayload(etherType: 0x88E7, [0, 0])).bytes).ids == ["pbb.truncated_header"])
  }

  @Test("Netfilter's log and Cisco HDLC lead to the packet, or say what is wrong")
  func logged() {
    let inner = fromTo(segment).bytes
    // A mark of type 3, then the payload.
    let whole = [2, 0, 0, 1, 8, 0, 3, 0, 1, 2, 3, 4, UInt8(inner.count + 4), 0, 9, 0] + inner
    #expect(decode(whole, linkType: .nflog).destinationPort == 443)
    #expect(decode([0x0F, 0, 8, 0] + inner, linkType: .ciscoHDLC).destinationPort == 443)
    #expect(decode([2, 0, 0, 1, 3, 0, 9, 0], linkType: .nflog).ids == ["nflog.malformed"])
    #expect(decode([2, 0, 0, 1], linkType: .nflog).ids == ["nflog.malformed"])
    #expect(decode([2, 9, 0, 1, 4, 0, 9, 0], linkType: .nflog).ids == ["nflog.malformed"])
    #expect(decode([0x0F, 0, 8], linkType: .ciscoHDLC).ids == ["chdlc.truncated_header"])
  }

  @Test(
    "A short or unknown header of theirs has its own id",
    arguments: [
      (LinkType.null, [2, 0, 0], "null.truncated_header"), (.null, [99, 0, 0, 0], "null.unknown_family"),
      (.linuxCooked, [0, 0, 0], "sll.truncated_header"), (.linuxCooked2, [8, 0], "sll.truncated_header"),
      (.raw, [0x50], "ip.unknown_version"),
    ] as [(LinkType, [UInt8], String)])
  func brokenLinks(linkType: LinkType, bytes: [UInt8], id: String) {
    #expect(decode(bytes, linkType: linkType).ids == [id])
  }

  @Test("A frame that the capture cut says so, and what follows from the cut is marked")
  func cut() {
    let whole = Ethernet(fromTo(TCP(from: 40000, to: 443, .ack, payload: Array(repeating: 7, count: 1000)))).bytes
    let packet = decode(Array(whole[..<96]), wireLength: whole.count)
    #expect(packet.ids == ["capture.truncated_packet", "ipv4.truncated_packet"])
    #expect(packet.anomalies[1].captured)
    #expect(packet.payloadLength == 96 - 54 && packet.wirePayloadLength == 1000)
    #expect(packet.transportChecksum == .unknown)
  }

  @Test("More headers than the depth allows end the decoding")
  func depth() {
    var payload: any LinkPayload = fromTo(segment)
    for id in 0..<20 { payload = VLAN(UInt16(id), payload) }
    #expect(decode(Ethernet(payload).bytes, depth: 16).ids == ["vlan.too_many_tags", "decode.too_many_layers"])
  }
}

@Suite("ARP")
struct ARPTests {
  @Test("A request is read whole")
  func request() {
    let packet = decode(Ethernet(from: "00:00:5e:00:53:01", to: "ff:ff:ff:ff:ff:ff", ARP.sample).bytes)
    #expect(packet.hasARP && packet.arp.operation == 1 && packet.networkOffset == 14)
    #expect(packet.arp.senderNetwork == ipv4("192.0.2.1") && packet.arp.targetNetwork == ipv4("192.0.2.2"))
    #expect(packet.arp.senderLink == LinkAddress(rawValue: 0x0000_5E00_5301))
    #expect(packet.ids == [])
  }

  @Test("An announcement, a foreign sender, a wrong header and a short message each have their id")
  func anomalies() {
    var own = ARP.sample
    own.target.network = own.sender.network
    #expect(decode(Ethernet(own).bytes).ids == ["arp.gratuitous"])
    #expect(decode(Ethernet(from: "00:00:5e:00:53:99", ARP.sample).bytes).ids == ["arp.sender_mismatch"])
    var wrong = ARP.sample.bytes
    wrong[4] = 8
    #expect(decode(Ethernet(RawLinkPayload(etherType: 0x0806, wrong)).bytes).ids == ["arp.invalid_header"])
    #expect(
      decode(Ethernet(RawLinkPayload(etherType: 0x0806, Array(ARP.sample.bytes[..<27]))).bytes).ids == ["arp.truncated"]
    )
  }
}

extension ARP {
  static var sample: ARP {
    ARP(
      1, sender: (link: "00:00:5e:00:53:01", network: "192.0.2.1"),
      target: (link: "00:00:00:00:00:00", network: "192.0.2.2"))
  }
}
