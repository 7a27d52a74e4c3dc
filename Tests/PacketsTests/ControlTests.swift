import Packets
import TestSupport
import Testing

@Suite("ICMP, ICMPv6 and IGMP")
struct ControlTests {
  static let quote = fromTo(UDP(from: 5000, to: 53)).bytes

  @Test("An error gives the ports and addresses of the packet that it quotes")
  func quoted() {
    let packet = decode(fromTo(ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + Self.quote)))
    #expect(packet.hasQuoted && packet.quoted.source == ipv4("192.0.2.1") && packet.quoted.ipProtocol == 17)
    #expect(packet.quoted.hasPorts && packet.quoted.sourcePort == 5000 && packet.quoted.destinationPort == 53)
    let six = fromTo6(UDP(from: 5000, to: 53)).bytes
    let packet6 = decode(fromTo6(ICMPv6(type: 1, code: 4, rest: [0, 0, 0, 0] + six)))
    #expect(packet6.hasQuoted && packet6.quoted.destination == ipv6("2001:db8::2") && packet6.quoted.sourcePort == 5000)
  }

  @Test("An echo has its identifier and sequence number")
  func echo() {
    let packet = decode(fromTo(ICMP(type: 8, rest: [0x12, 0x34, 0, 7, 1, 2])))
    #expect(packet.transport == .icmp && packet.icmpType == 8)
    #expect(packet.icmpIdentifier == 0x1234 && packet.icmpSequence == 7 && packet.payloadLength == 2)
  }

  @Test(
    "Each fault of an ICMP message has its id",
    arguments: [
      (ICMP(type: 8, code: 1), ["icmpv4.unknown_code"]), (ICMP(type: 99), ["icmpv4.unknown_type"]),
      (ICMP(type: 5, code: 1, rest: [0, 0, 0, 0] + quote), ["icmp.redirect"]),
      (ICMP(type: 3, rest: [0, 0, 0, 0, 0x45]), ["icmpv4.embedded_truncated"]),
      (ICMP(type: 3, rest: [0, 0, 0, 0, 0x65] + quote.dropFirst()), ["icmpv4.embedded_version"]),
      (ICMP(type: 8, checksum: 0xDEAD), ["icmp.bad_checksum"]),
      (RawNetworkPayload(ipProtocol: 1, [8, 0, 0]), ["icmpv4.truncated"]),
    ] as [(any NetworkPayload, [String])])
  func icmp(payload: any NetworkPayload, ids: [String]) {
    #expect(decode(fromTo(payload)).ids == ids)
  }

  static let target: [UInt8] = addressBytes("2001:db8::2")

  @Test(
    "Each fault of an ICMPv6 message has its id",
    arguments: [
      (ICMPv6(type: 128), []), (ICMPv6(type: 128, code: 1), ["icmpv6.unknown_code"]),
      (ICMPv6(type: 200), ["icmpv6.unknown_type"]),
      (ICMPv6(type: 1, rest: [0, 0, 0, 0, 0x60]), ["icmpv6.embedded_truncated"]),
      (ICMPv6(type: 135, rest: [0, 0, 0, 0] + target), []),
      (ICMPv6(type: 135, rest: [0, 0, 0, 0] + target + [1, 1, 0, 0, 0, 0, 0, 1]), []),
      (ICMPv6(type: 135, rest: [0, 0, 0, 0] + target + [1, 0, 0, 0, 0, 0, 0, 1]), ["icmpv6.nd_option_invalid"]),
      (ICMPv6(type: 135, rest: [0, 0, 0, 0] + target + [1, 2, 0, 0, 0, 0, 0, 1]), ["icmpv6.nd_option_invalid"]),
      (ICMPv6(type: 136, rest: [0, 0, 0, 0, 1]), ["icmpv6.nd_option_invalid"]),
      (ICMPv6(type: 137, rest: [0, 0, 0, 0] + target + target), ["icmp.redirect"]),
      (ICMPv6(type: 128, checksum: 0xDEAD), ["icmp.bad_checksum"]),
      (ICMPv6(type: 131, rest: [0, 0, 0, 0] + target), ["icmpv6.mld_hop_limit"]),
      (ICMPv6(type: 143, rest: [0, 0, 0, 1, 4, 0, 0, 9] + target), ["icmpv6.mld_hop_limit", "icmpv6.mld_truncated"]),
      (RawNetworkPayload(ipProtocol: 58, [128, 0]), ["icmpv6.truncated"]),
    ] as [(any NetworkPayload, [String])])
  func icmpv6(payload: any NetworkPayload, ids: [String]) {
    #expect(decode(fromTo6(payload)).ids == ids)
  }

  @Test(
    "IGMP counts of groups and sources must fit",
    arguments: [
      (IGMP(type: 0x16, rest: [224, 0, 0, 251]), []),
      (IGMP(type: 0x22, rest: [0, 0, 0, 1, 4, 0, 0, 0, 224, 0, 0, 251]), []),
      (IGMP(type: 0x22, rest: [0, 0, 0, 2, 4, 0, 0, 0, 224, 0, 0, 251]), ["igmp.malformed"]),
      (IGMP(type: 0x22, rest: [0, 0, 0, 1, 4, 0, 0, 5, 224, 0, 0, 251]), ["igmp.malformed"]),
      (IGMP(type: 0x11, rest: [0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4]), ["igmp.malformed"]),
      (IGMP(type: 0x16, rest: [224, 0, 0, 251], checksum: 0xDEAD), ["igmp.bad_checksum"]),
      (RawNetworkPayload(ipProtocol: 2, [0x16, 0]), ["igmp.malformed"]),
    ] as [(any NetworkPayload, [String])])
  func igmp(payload: any NetworkPayload, ids: [String]) {
    #expect(decode(IPv4(from: "192.0.2.1", to: "224.0.0.251", payload)).ids == ids)
  }
}
