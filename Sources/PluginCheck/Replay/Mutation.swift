/// Conversations that are nearly right: what a dissector must survive, and read alike however it is cut.

import Flows

extension Conversation {
  /// Octets at which parsers go wrong: bounds of signs and sizes, what ends texts and lines.
  private static let interesting: [UInt8] = [
    0, 1, 0x7F, 0x80, 0xFF, 0xFE, 0x0A, 0x0D, 0x20, 0x22, 0x2C, 0x3A, 0x30, 0x39, 0x40, 0xC0,
  ]

  /// The conversation with one to eight things changed; the same ones from the same seed.
  func mutated(_ seed: UInt64) -> Conversation {
    var random = SplitMix(seed)
    var out = self
    for _ in 0..<1 + random.below(8) { out.mutate(&random) }
    return out
  }

  private mutating func mutate(_ random: inout SplitMix) {
    guard !events.isEmpty else { return }
    let index = random.below(events.count)
    switch random.below(16) {
    case 0 where events.count > 1:
      events.remove(at: index)
      marks.remove(at: index)
    case 1 where events.count < 4096:
      events.insert(events[index], at: index)
      marks.insert(marks[index], at: index)
    case 2: lose(index, &random)
    case 3:
      if case .bytes(let direction, let bytes) = events[index] { events[index] = .bytes(direction.opposite, bytes) }
    default: change(index, &random)
    }
  }

  /// Takes bytes out of the middle, as a capture that lost packets.
  mutating func lose(_ index: Int, _ random: inout SplitMix) {
    guard case .bytes(let direction, let bytes) = events[index], !bytes.isEmpty else { return }
    let from = random.below(bytes.count)
    let length = 1 + random.below(bytes.count - from)
    let mark = marks[index]
    var parts: [Event] = []
    if from > 0 { parts.append(.bytes(direction, Array(bytes[..<from]))) }
    parts.append(.gap(direction, UInt64(length)))
    if from + length < bytes.count { parts.append(.bytes(direction, Array(bytes[(from + length)...]))) }
    events.replaceSubrange(index...index, with: parts)
    marks.replaceSubrange(index...index, with: parts.map { _ in mark })
  }

  private mutating func change(_ index: Int, _ random: inout SplitMix) {
    switch events[index] {
    case .bytes(let direction, let bytes): events[index] = .bytes(direction, Self.changed(bytes, &random))
    case .datagram(let direction, let bytes): events[index] = .datagram(direction, Self.changed(bytes, &random))
    case .gap(let direction, _): events[index] = .gap(direction, 1 + random.next() % 1_000_000)
    case .end: break
    }
  }

  static func changed(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    guard !bytes.isEmpty else { return [UInt8(truncatingIfNeeded: random.next())] }
    var out = bytes
    let at = random.below(out.count)
    switch random.below(8) {
    case 0: out[at] ^= 1 << UInt8(random.below(8))
    case 1: out[at] = interesting[random.below(interesting.count)]
    case 2: out[at] = out[at] &+ (random.below(2) == 0 ? 1 : 255)
    case 3: out.removeSubrange(at..<min(out.count, at + 1 + random.below(16)))
    case 4 where out.count < 1 << 16:
      out.insert(
        contentsOf: (0..<1 + random.below(16)).map { _ in interesting[random.below(interesting.count)] }, at: at)
    case 5 where out.count < 1 << 16:
      let end = min(out.count, at + 1 + random.below(64))
      out.insert(contentsOf: Array(out[at..<end]), at: random.below(out.count))
    case 6: out.removeSubrange(at...)
    default:
      for place in at..<min(out.count, at + 1 + random.below(4)) {
        out[place] = UInt8(truncatingIfNeeded: random.next())
      }
    }
    return out
  }
}
