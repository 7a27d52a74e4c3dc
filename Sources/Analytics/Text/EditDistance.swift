/// How many slips of the hand lie between two words.

enum EditDistance {
  /// True when one insertion, deletion, substitution or swap of neighbours turns `a` into `b`; false when equal.
  static func isOne(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    if abs(a.count - b.count) > 1 || a == b { return false }
    var i = 0
    while i < min(a.count, b.count), a[i] == b[i] { i += 1 }
    if a.count == b.count {
      if a[(i + 1)...] == b[(i + 1)...] { return true }
      return i + 1 < a.count && a[i] == b[i + 1] && a[i + 1] == b[i] && a[(i + 2)...] == b[(i + 2)...]
    }
    return a.count > b.count ? a[(i + 1)...] == b[i...] : a[i...] == b[(i + 1)...]
  }

  /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), at most `limit` + 1.
  /// Quadratic: for short words.
  static func slips(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int {
    if abs(a.count - b.count) > limit { return limit + 1 }
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before = [Int](repeating: 0, count: b.count + 1)
    var above = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], before[j - 2] + 1) }
      }
      before = above
      above = row
    }
    return min(above[b.count], limit + 1)
  }

  /// Gives a hash of the text and of each text that lacks one of its bytes: two texts at distance one share one of them.
  /// Linear: a polynomial, so that what lacks a byte is put together from what is before and behind it.
  static func eachDelete(_ text: [UInt8], _ body: (UInt64) -> Void) {
    var whole: UInt64 = 1
    for byte in text { whole = whole &* factor &+ UInt64(byte) }
    body(mixed(whole))
    var powers = [UInt64](repeating: 1, count: text.count + 1)
    for at in text.indices { powers[at + 1] = powers[at] &* factor }
    var before: UInt64 = 1
    var behind = whole &- powers[text.count]
    for (at, byte) in text.enumerated() {
      let left = text.count - at - 1
      behind = behind &- UInt64(byte) &* powers[left]
      body(mixed(before &* powers[left] &+ behind))
      before = before &* factor &+ UInt64(byte)
    }
  }

  private static let factor: UInt64 = 0x9e37_79b9_7f4a_7c15

  private static func mixed(_ x: UInt64) -> UInt64 {
    let y = (x ^ x >> 32) &* 0xd6e8_feb8_6659_fd93
    return y ^ y >> 32
  }
}
