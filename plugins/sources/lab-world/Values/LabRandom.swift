/// Chance that is the same everywhere: xoshiro256** (Blackman and Vigna), seeded through SplitMix64.

/// A generator with a name: parts of the world draw from generators of their own, so that a change in one part does
/// not shift all others.
final class LabRandom {
  private let seed: UInt64
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  init(seed: UInt64) {
    self.seed = seed
    var state = seed
    func mix() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
    s0 = mix()
    s1 = mix()
    s2 = mix()
    s3 = mix()
  }

  /// A generator for a part of the world.
  func part(_ name: String) -> LabRandom {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return LabRandom(seed: seed ^ hash)
  }

  func next() -> UInt64 {
    let product = s1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// 0 ..< limit.
  func below(_ limit: Int) -> Int { limit <= 1 ? 0 : Int(next() % UInt64(limit)) }

  /// Both ends are possible.
  func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.upperBound - range.lowerBound + 1) }

  /// 0 ..< 1, in steps of 2⁻⁵³.
  func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  func chance(_ probability: Double) -> Bool { unit() < probability }

  /// Nanoseconds between two numbers of seconds.
  func seconds(_ low: Double, _ high: Double) -> Int64 { Int64((low + (high - low) * unit()) * 1e9) }

  /// An element; the list is not empty.
  func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

  /// `count` elements at different places, fewer where the list is shorter, in chance order.
  func sample<T>(_ list: [T], _ count: Int) -> [T] { places(list.count, count).map { list[$0] } }

  /// Longer lists than this are not shuffled for a few of their elements.
  private static let long = 2_000

  /// `count` different numbers of 0 ..< `limit`, fewer where there are not so many, in chance order.
  func places(_ limit: Int, _ count: Int) -> [Int] {
    guard limit > LabRandom.long, count < limit / 8 else { return Array(shuffled(limit).prefix(count)) }
    var out: [Int] = []
    var taken: Set<Int> = []
    while out.count < count {
      let place = below(limit)
      if taken.insert(place).inserted { out.append(place) }
    }
    return out
  }

  private func shuffled(_ count: Int) -> [Int] {
    var list = Array(0..<max(count, 0))
    var index = list.count - 1
    while index > 0 {
      list.swapAt(index, below(index + 1))
      index -= 1
    }
    return list
  }

  func bytes(_ count: Int) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count + 8)
    while out.count < count {
      var word = next()
      for _ in 0..<8 {
        out.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    out.removeLast(out.count - count)
    return out
  }

  /// Lower-case hexadecimal digits.
  func hex(_ digits: Int) -> String { String(hexadecimal(bytes((digits + 1) / 2)).prefix(digits)) }

  /// A long-tailed count: most are near `median`, a few many times that.
  func longTail(_ median: Int) -> Int {
    var factor = 0.25 + 1.5 * unit()
    while chance(0.2), factor < 60 { factor *= 1.5 + 2 * unit() }
    return Int(Double(median) * factor)
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var out: [UInt8] = []
  for byte in bytes {
    out.append(digits[Int(byte >> 4)])
    out.append(digits[Int(byte & 15)])
  }
  return String(decoding: out, as: UTF8.self)
}
