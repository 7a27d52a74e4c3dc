/// Numbers that were met: mostly a handful, and then looked through rather than hashed.

struct SeenNumbers {
  private var few: [Int32] = []
  private var many: Set<Int32> = []
  private static let most = 16

  /// True when it was not met before.
  mutating func insert(_ number: Int32) -> Bool {
    if !many.isEmpty { return many.insert(number).inserted }
    if few.contains(number) { return false }
    few.append(number)
    if few.count > SeenNumbers.most { many = Set(few) }
    return true
  }
}

extension Array where Element: Comparable {
  /// Sorts, and leaves one of equals.
  mutating func sortAndUnite() {
    guard count > 1 else { return }
    sort()
    var kept = 1
    for at in 1..<count where self[at] != self[kept - 1] {
      self[kept] = self[at]
      kept += 1
    }
    removeLast(count - kept)
  }
}
