// Reassembly beside a model of a few lines: each byte is whoever's the policy says, one after the other.

import Catalog
import Packets
import TestSupport
import Testing

@testable import Flows

/// Bytes by offset, and the bounds of the segment or fragment that each is from.
struct ReassemblyModel {
  var bytes: [Int: (value: UInt8, owner: Range<Int>)] = [:]
  /// Bytes before this have been handed on, and what comes again for them is too late.
  var next = 0
  var out: [UInt8] = []

  mutating func add(_ start: Int, _ data: [UInt8], laterWins: (Range<Int>, Range<Int>) -> Bool) {
    let range = max(start, next)..<max(start + data.count, next)
    for at in range where bytes[at].map({ laterWins($0.owner, range) }) ?? true {
      bytes[at] = (data[at - start], range)
    }
    while let byte = bytes.removeValue(forKey: next) {
      out.append(byte.value)
      next += 1
    }
  }
}

@Suite("Reassembly beside its model")
struct DifferentialTests {
  /// A stream cut at random, with copies of other bounds (of other bytes, if `lies`), turned about and doubled.
  static func pieces(_ text: [UInt8], lies: Bool, random: inout SplitMix) -> [(at: Int, bytes: [UInt8])] {
    var pieces: [(at: Int, bytes: [UInt8])] = []
    var at = 0
    let longest = [3, 40, 400, 3000].randomElement(using: &random) ?? 40
    while at < text.count {
      let length = min(text.count - at, Int.random(in: 1...longest, using: &random))
      pieces.append((at, Array(text[at..<at + length])))
      if Int.random(in: 0..<3, using: &random) == 0 {
        let from = max(0, at - Int.random(in: 0...longest, using: &random))
        let to = min(text.count, at + Int.random(in: 1...longest, using: &random))
        var copy = Array(text[from..<max(to, from + 1)])
        if lies { for i in copy.indices { copy[i] ^= 0x20 } }
        pieces.append((from, copy))
      }
      at += length
    }
    let reach = [1, 8, pieces.count].randomElement(using: &random) ?? 1
    for i in pieces.indices where Int.random(in: 0..<3, using: &random) == 0 {
      pieces.swapAt(i, min(pieces.count - 1, i + Int.random(in: 0...reach, using: &random)))
    }
    return pieces
  }

  static func text(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 97...122, using: &random) }
  }

  @Test("However a stream is cut, turned about, doubled and delayed, the consumer hears its bytes", arguments: 0..<150)
  func streams(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    let text = Self.text(Int.random(in: 1...12_000, using: &random), &random)
    let pieces = Self.pieces(text, lies: false, random: &random)
    var t = Conversation {
      $0.overlap = OverlapPolicy.allCases[Int(seed) % OverlapPolicy.allCases.count]
      $0.limits.streamBufferPerDirection = 32 << 20
    }
    t.clientStart = UInt32.random(in: .min ... .max, using: &random)
    t.handshake()
    for (at, bytes) in pieces {
      if Int.random(in: 0..<50, using: &random) == 0 { t.wait(seconds: Double.random(in: 0...60, using: &random)) }
      t.c(.psh, at: 1 + at, ack: 1, String(decoding: bytes, as: UTF8.self))
    }
    t.s([], at: 1, ack: 1 + text.count)
    t.goodbye(client: 1 + text.count, server: 1)
    let out = t.finish()
    #expect(out.heard.first?.toServer == text)
    #expect(out.heard.first?.offsetsFit == true)
    #expect(out.count(.tcpOverlapDifferentData) == 0)
    #expect(out.count(.tcpSequenceGap) == 0)
    #expect(out.states == ["SF"])
  }

  @Test("Where copies differ each byte is the one that the policy of its host keeps", arguments: 0..<140)
  func lies(_ seed: UInt64) {
    let policy = OverlapPolicy.allCases[Int(seed) % OverlapPolicy.allCases.count]
    var random = SplitMix(state: seed)
    let text = Self.text(Int.random(in: 2...9000, using: &random), &random)
    let pieces = Self.pieces(text, lies: true, random: &random)
    var t = Conversation {
      $0.overlap = policy
      $0.limits.streamBufferPerDirection = 32 << 20
    }
    t.handshake()
    var model = ReassemblyModel()
    for (at, bytes) in pieces {
      model.add(at, bytes, laterWins: policy.laterSegmentWins)
      t.c(.psh, at: 1 + at, ack: 1, String(decoding: bytes, as: UTF8.self))
    }
    let out = t.finish()
    #expect(model.out.count == text.count)
    #expect(out.heard.first?.toServer == model.out)
  }

  @Test("Fragments, too: each unit is of the copy that the policy of its host keeps", arguments: 0..<140)
  func fragments(_ seed: UInt64) {
    let policy = OverlapPolicy.allCases[Int(seed) % OverlapPolicy.allCases.count]
    var random = SplitMix(state: seed)
    let units = Int.random(in: 2...300, using: &random)
    let length = units * 8 - Int.random(in: 0...7, using: &random)
    let text = Self.text(length, &random)
    let lies = seed % 3 != 0
    // Cut in units of eight bytes (RFC 791 §3.2).
    var pieces: [(at: Int, bytes: [UInt8])] = []
    var unit = 0
    while unit < units {
      let end = min(units, unit + Int.random(in: 1...40, using: &random))
      pieces.append((unit * 8, Array(text[unit * 8..<min(end * 8, length)])))
      if Int.random(in: 0..<2, using: &random) == 0 {
        let from = max(0, unit - Int.random(in: 0...20, using: &random))
        let to = max(from + 1, min(units, unit + Int.random(in: 1...20, using: &random)))
        pieces.append((from * 8, text[from * 8..<min(to * 8, length)].map { lies ? $0 ^ 0x20 : $0 }))
      }
      unit = end
    }
    for i in pieces.indices where Int.random(in: 0..<2, using: &random) == 0 {
      pieces.swapAt(i, Int.random(in: pieces.indices, using: &random))
    }
    var t = Conversation { $0.overlap = policy }
    // A datagram goes out whole; what comes after that is of another one.
    var model: [Int: (value: UInt8, owner: Range<Int>)] = [:]
    for (at, bytes) in pieces where model.count < length {
      let range = at..<at + bytes.count
      for i in range where model[i].map({ policy.laterFragmentWins(earlier: $0.owner, later: range) }) ?? true {
        model[i] = (bytes[i - at], range)
      }
      t.send(
        Ethernet(
          IPv4(from: Conversation.client, to: Conversation.server, FragmentTests.Piece(ipProtocol: 99, content: bytes))
          {
            $0.identification = 7
            $0.fragmentOffset = at
            $0.moreFragments = range.upperBound < length
          }
        ).bytes)
    }
    let out = t.finish()
    #expect(out.heard.first?.toServer == (0..<length).compactMap { model[$0]?.value })
    if !lies { #expect(out.count(.fragmentInconsistentData) == 0) }
  }
}
