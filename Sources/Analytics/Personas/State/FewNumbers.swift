/// A set of numbers that mostly holds one: it takes no storage of its own until a second comes.

struct FewNumbers: Sequence {
  private var first: Int32 = -1
  private var rest: [Int32] = []

  init() {}
  init(_ number: Int32) { first = number }

  var count: Int { (first < 0 ? 0 : 1) + rest.count }
  var isEmpty: Bool { first < 0 }

  func contains(_ number: Int32) -> Bool { first == number || rest.contains(number) }

  /// Adds a number that is not negative, unless it is there or `limit` are; true when it is new.
  @discardableResult
  mutating func insert(_ number: Int32, limit: Int = .max) -> Bool {
    guard number >= 0, count < limit, !contains(number) else { return false }
    if first < 0 { first = number } else { rest.append(number) }
    return true
  }

  mutating func remove(_ number: Int32) {
    if first == number { first = rest.popLast() ?? -1 } else { rest.removeAll { $0 == number } }
  }

  struct Iterator: IteratorProtocol {
    fileprivate let few: FewNumbers
    fileprivate var place = -1

    mutating func next() -> Int32? {
      place += 1
      if place == 0 { return few.first < 0 ? nil : few.first }
      return place <= few.rest.count ? few.rest[place - 1] : nil
    }
  }

  func makeIterator() -> Iterator { Iterator(few: self) }
}
