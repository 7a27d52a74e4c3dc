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

  /// A hash of the text and of each text that lacks one of its bytes: two texts at distance one share one of them.
  static func deletes(_ text: [UInt8]) -> [UInt64] {
    func hash(_ skip: Int) -> UInt64 {
      var h: UInt64 = 0xcbf2_9ce4_8422_2325
      for (i, byte) in text.enumerated() where i != skip { h = (h ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      return h
    }
    return [hash(-1)] + text.indices.map(hash)
  }
}
