// Each fragment id of the catalog, raised by what its definition names and not by what comes close.

import Catalog
import Packets
import TestSupport
import Testing

@testable import Flows

@Suite("Fragment anomalies")
struct FragmentAnomalyTests {
  /// Zeros of that length.
  static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  static func fragment(
    _ bytes: [UInt8], at offset: Int, more: Bool, id: UInt16 = 7, proto: UInt8 = 17, from: String = FragmentTests.a
  ) -> [UInt8] { FragmentTests.fragment(bytes, at: offset, more: more, id: id, proto: proto, from: from) }

  /// A sound datagram in two fragments.
  static let sound: [[UInt8]] = {
    let whole = FragmentTests.datagram(FragmentTests.payload)
    return [
      fragment(Array(whole[..<400]), at: 0, more: true), fragment(Array(whole[400...]), at: 400, more: false),
    ]
  }()

  static let cases: [AnomalyCase] = [
    AnomalyCase(
      .fragmentOverlap, "bytes that came before come again",
      play: { t in
        t.send(sound[0])
        t.send(sound[0])
        t.send(sound[1])
      }, not: "fragments that touch", { t in for frame in sound { t.send(frame) } }),
    AnomalyCase(
      .fragmentInconsistentData, "they differ",
      play: { t in
        t.send(fragment(zeros(80), at: 0, more: true))
        t.send(fragment([UInt8](repeating: 1, count: 80), at: 40, more: true))
      }, not: "they are the same",
      { t in
        t.send(fragment(zeros(80), at: 0, more: true))
        t.send(fragment(zeros(80), at: 40, more: true))
      }),
    AnomalyCase(
      // RFC 791 §3.1: the total length is a 16-bit field, header included.
      .fragmentTooLarge, "it would end at 65,536 bytes",
      play: { $0.send(fragment(zeros(20), at: 65_496, more: false)) }, not: "it ends at 65,535",
      { $0.send(fragment(zeros(19), at: 65_496, more: false)) }),
    AnomalyCase(
      .fragmentTooSmall, "not the last, and smaller than any link makes one",
      play: { $0.send(fragment(zeros(56), at: 0, more: true)) }, not: "the last one may be small",
      { t in
        t.send(fragment(zeros(64), at: 0, more: true))
        t.send(fragment(zeros(1), at: 64, more: false))
      }),
    AnomalyCase(
      .fragmentInvalidLength, "not the last, and no multiple of eight bytes (RFC 791 §3.2)",
      play: { $0.send(fragment(zeros(81), at: 0, more: true)) }, not: "the last one is none",
      { $0.send(fragment(zeros(81), at: 80, more: false)) }),
    AnomalyCase(
      .fragmentInvalidLength, "two last ones that end elsewhere",
      play: { t in
        t.send(fragment(zeros(80), at: 80, more: false))
        t.send(fragment(zeros(80), at: 160, more: false))
      }, not: "the last one twice",
      { t in
        t.send(fragment(zeros(80), at: 80, more: false))
        t.send(fragment(zeros(80), at: 80, more: false))
      }),
    AnomalyCase(
      .fragmentInvalidLength, "bytes behind the end",
      play: { t in
        t.send(fragment(zeros(80), at: 80, more: false))
        t.send(fragment(zeros(80), at: 160, more: true))
      }, not: "bytes up to the end",
      { t in
        t.send(fragment(zeros(80), at: 160, more: false))
        t.send(fragment(zeros(80), at: 80, more: true))
      }),
    AnomalyCase(
      .fragmentProtocolMismatch, "the same identity, another protocol",
      play: { t in
        t.send(fragment(zeros(80), at: 0, more: true))
        t.send(fragment(zeros(80), at: 80, more: false, proto: 6))
      }, not: "another identity",
      { t in
        t.send(fragment(zeros(80), at: 0, more: true))
        t.send(fragment(zeros(80), at: 80, more: false, id: 8, proto: 6))
      }),
    AnomalyCase(
      .fragmentWithDontFragment, "a fragment with the DF bit",
      play: { t in t.send(whole(dontFragment: true, moreFragments: true)) }, not: "a whole packet with the DF bit",
      { t in t.send(whole(dontFragment: true, moreFragments: false)) }),
    AnomalyCase(
      .fragmentIncomplete, "not whole in time",
      play: { t in
        t.send(sound[0])
        t.wait(seconds: 61)
        t.echo()
      }, not: "whole just in time",
      { t in
        t.send(sound[0])
        t.wait(seconds: 59)
        t.send(sound[1])
      }),
    AnomalyCase(
      .fragmentIncomplete, "cut by the capture",
      play: { t in t.send(Array(sound[0].dropLast(100)), wireLength: sound[0].count) }, not: "all there",
      { t in for frame in sound { t.send(frame) } }),
    AnomalyCase(
      .fragmentFlood, "one more of a source than it may have", set: AnomalyCase.limit(\.limits.datagramsPerSource, 8),
      play: { t in for id in 0..<9 { t.send(fragment(zeros(80), at: 0, more: true, id: UInt16(id))) } },
      not: "as many as it may, and those of another source",
      { t in
        for id in 0..<8 {
          t.send(fragment(zeros(80), at: 0, more: true, id: UInt16(id)))
          t.send(fragment(zeros(80), at: 0, more: true, id: UInt16(id), from: "203.0.113.9"))
        }
      }),
    AnomalyCase(
      .fragmentFlood, "one more than the table has room for", set: AnomalyCase.limit(\.limits.datagrams, 8),
      play: { t in for id in 0..<9 { t.send(fragment(zeros(80), at: 0, more: true, id: UInt16(id))) } },
      not: "finished ones make room",
      { t in
        for id in 0..<40 {
          t.send(fragment(zeros(80), at: 0, more: true, id: UInt16(id)))
          t.send(fragment(zeros(80), at: 80, more: false, id: UInt16(id)))
        }
      }),
  ]

  static func whole(dontFragment: Bool, moreFragments: Bool) -> [UInt8] {
    Ethernet(
      IPv4(from: FragmentTests.a, to: FragmentTests.b, RawNetworkPayload(ipProtocol: 17, zeros(80))) {
        $0.dontFragment = dontFragment
        $0.moreFragments = moreFragments
      }
    ).bytes
  }

  @Test("An id is raised by what its definition names", arguments: cases)
  func raised(_ c: AnomalyCase) {
    var t = Conversation(c.set)
    c.play(&t)
    let out = t.finish()
    #expect(out.count(c.kind) == c.times, "\(out.kinds.sorted())")
  }

  @Test("An id is not raised by what comes close to its definition and is none of it", arguments: cases)
  func notRaised(_ c: AnomalyCase) {
    var t = Conversation(c.set)
    c.not(&t)
    let out = t.finish()
    #expect(out.count(c.kind) == 0, "\(c.notWhat): \(out.kinds.sorted())")
  }
}
