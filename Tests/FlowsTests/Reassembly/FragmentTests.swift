// Defragmentation.

import Catalog
import Evidence
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("Fragments")
struct FragmentTests {
  static let a = "192.0.2.1"
  static let b = "198.51.100.2"

  /// The bytes of a UDP datagram with a payload of its own.
  static func datagram(_ payload: [UInt8]) -> [UInt8] {
    let whole = IPv4(from: a, to: b, UDP(from: 5000, to: 6000, payload: payload)).bytes
    return Array(whole.dropFirst(20))
  }

  struct Piece: NetworkPayload {
    var ipProtocol: UInt8 = 17
    var content: [UInt8]
    func bytes(pseudoHeader: PseudoHeader) -> [UInt8] { content }
  }

  static func fragment(
    _ bytes: [UInt8], at offset: Int, more: Bool, id: UInt16 = 7, proto: UInt8 = 17, from: String = a
  ) -> [UInt8] {
    Ethernet(
      IPv4(from: from, to: b, Piece(ipProtocol: proto, content: bytes)) {
        $0.identification = id
        $0.fragmentOffset = offset
        $0.moreFragments = more
      }
    ).bytes
  }

  static let payload = (0..<992).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  @Test("Fragments in any order are the datagram, and all their packets are the flow's")
  func anyOrder() {
    let whole = Self.datagram(Self.payload)
    var t = Conversation()
    t.send(Self.fragment(Array(whole[800...]), at: 800, more: false))
    t.send(Self.fragment(Array(whole[..<400]), at: 0, more: true))
    t.send(Self.fragment(Array(whole[400..<800]), at: 400, more: true))
    let out = t.finish()
    #expect(out.flows.count == 1)
    #expect(out.heard.first?.toServer == Self.payload)
    #expect(out.flows.first?.toServer.packets == 3)
    #expect(out.flows.first?.toServer.ipBytes == 1000 + 60)
    #expect(out.counters.datagramsReassembled == 1)
    #expect(out.anomalies.isEmpty, "\(out.kinds)")
  }

  @Test("The same bytes twice are an overlap and no inconsistency")
  func duplicate() {
    let whole = Self.datagram(Self.payload)
    var t = Conversation()
    t.send(Self.fragment(Array(whole[..<400]), at: 0, more: true))
    t.send(Self.fragment(Array(whole[..<400]), at: 0, more: true))
    t.send(Self.fragment(Array(whole[400...]), at: 400, more: false))
    let out = t.finish()
    #expect(out.heard.first?.toServer == Self.payload)
    #expect(out.kinds == ["fragment.overlap"])
  }

  @Test("What breaks the rules of fragments is told")
  func rules() {
    func kinds(_ frames: [[UInt8]]) -> Set<String> {
      var t = Conversation()
      for frame in frames { t.send(frame) }
      return t.finish().kinds
    }
    let bytes = [UInt8](repeating: 1, count: 80)
    #expect(kinds([Self.fragment(Array(bytes[..<70]), at: 0, more: true)]).contains("fragment.invalid_length"))
    #expect(kinds([Self.fragment(Array(bytes[..<16]), at: 0, more: true)]).contains("fragment.too_small"))
    #expect(kinds([Self.fragment(bytes, at: 65_520, more: false)]).contains("fragment.too_large"))
    #expect(kinds([Self.fragment(bytes, at: 0, more: true)]).contains("fragment.incomplete"))
    #expect(
      kinds([Self.fragment(bytes, at: 0, more: true), Self.fragment(bytes, at: 80, more: false, proto: 6)])
        .contains("fragment.protocol_mismatch"))
    #expect(
      kinds([Self.fragment(bytes, at: 80, more: false), Self.fragment(bytes, at: 160, more: false)])
        .contains("fragment.invalid_length"))
  }

  @Test("A datagram that is not whole in time is forgotten and told of")
  func timeout() {
    let whole = Self.datagram(Self.payload)
    var t = Conversation()
    t.send(Self.fragment(Array(whole[..<400]), at: 0, more: true))
    t.wait(seconds: 61)
    t.send(Self.fragment(Array(whole[400...]), at: 400, more: false))
    let out = t.finish()
    #expect(out.flows.isEmpty)
    #expect(out.count(.fragmentIncomplete) == 2)
    #expect(out.counters.datagramsExpired == 1)
  }

  @Test("One source cannot fill the table of datagrams")
  func flood() {
    var t = Conversation { $0.limits.datagramsPerSource = 16 }
    for id in 0..<40 { t.send(Self.fragment([UInt8](repeating: 1, count: 80), at: 0, more: true, id: UInt16(id))) }
    let out = t.finish()
    #expect(out.count(.fragmentFlood) == 24)
    #expect(t.engine.reachedCaps.map(\.cap) == [.datagrams])
  }

  /// A fragment of an IPv6 datagram from 2001:db8::1 to 2001:db8::2.
  static func fragment6(_ bytes: [UInt8], at offset: Int, more: Bool, id: UInt32 = 99) -> [UInt8] {
    Ethernet(
      IPv6(
        from: "2001:db8::1", to: "2001:db8::2",
        IPv6Fragment(offset: offset, more: more, identification: id, Piece(content: bytes)))
    ).bytes
  }

  static let datagram6 = Array(
    IPv6(from: "2001:db8::1", to: "2001:db8::2", UDP(from: 5000, to: 6000, payload: payload)).bytes.dropFirst(40))

  @Test("IPv6 fragments are put together as IPv4 ones are")
  func ipv6() {
    var t = Conversation()
    t.send(Self.fragment6(Array(Self.datagram6[504...]), at: 504, more: false))
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    let out = t.finish()
    #expect(out.heard.first?.toServer == Self.payload)
    #expect(out.anomalies.isEmpty, "\(out.kinds)")
  }

  @Test("IPv6 fragments that overlap are discarded with their datagram, even what comes after (RFC 8200 §4.5)")
  func overlapping6() {
    var t = Conversation()
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    t.send(Self.fragment6(Array(Self.datagram6[496..<800]), at: 496, more: true))
    // Without what was discarded, these two would be all of it.
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    t.send(Self.fragment6(Array(Self.datagram6[504...]), at: 504, more: false))
    let out = t.finish()
    #expect(out.flows.isEmpty)
    #expect(out.counters.datagramsRefused == 1)
    #expect(out.counters.datagramsReassembled == 0)
    #expect(out.kinds == ["fragment.overlap"])
  }

  @Test("An IPv6 fragment that comes twice is no reason to discard its datagram")
  func duplicate6() {
    var t = Conversation()
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    t.send(Self.fragment6(Array(Self.datagram6[504...]), at: 504, more: false))
    let out = t.finish()
    #expect(out.heard.first?.toServer == Self.payload)
    #expect(out.counters.datagramsRefused == 0)
  }

  @Test("Once a discarded IPv6 datagram's time is over its identification can be used again")
  func identification6() {
    var t = Conversation()
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    t.send(Self.fragment6(Array(Self.datagram6[..<496]), at: 0, more: true))
    t.wait(seconds: 61)
    t.send(Self.fragment6(Array(Self.datagram6[..<504]), at: 0, more: true))
    t.send(Self.fragment6(Array(Self.datagram6[504...]), at: 504, more: false))
    let out = t.finish()
    #expect(out.heard.first?.toServer == Self.payload)
    #expect(out.count(.fragmentIncomplete) == 0)
  }
}
