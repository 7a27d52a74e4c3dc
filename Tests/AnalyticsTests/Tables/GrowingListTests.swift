import Testing

@testable import Analytics

@Suite("A list that grows in place is an array for whoever reads it")
struct GrowingListTests {
  /// Counts how many of them there are.
  private final class Counted {
    let number: Int
    private let living: Living
    init(_ number: Int, _ living: Living) {
      self.number = number
      self.living = living
      living.count += 1
    }
    deinit { living.count -= 1 }
  }
  private final class Living { var count = 0 }

  @Test("Elements keep their places and values as the list becomes large")
  func grows() {
    var list = GrowingList<String>()
    #expect(list.isEmpty && Array(list).isEmpty)
    // Beyond 16 bytes texts have memory of their own, and all of them more than one mapping's first size.
    let texts = (0..<100_000).map { "a text that is long, number \($0)" }
    for text in texts { list.append(text) }
    #expect(Array(list) == texts)
    list[99_999] += "!"
    list[0] = "first"
    #expect(list.first == "first" && list.last == "a text that is long, number 99999!")
  }

  @Test("Copies do not see each other's changes")
  func copies() {
    var one = GrowingList<Int>()
    let none = one
    for n in 0..<20_000 { one.append(n) }
    var other = one
    other[3] = -1
    other.append(20_000)
    one.append(-2)
    #expect(none.isEmpty)
    #expect(Array(one) == Array(0..<20_000) + [-2])
    #expect(other[3] == -1 && other.last == 20_000 && other.count == 20_001)
    #expect(one != other)
  }

  @Test("Every element is let go once, and none before")
  func ends() {
    let living = Living()
    do {
      var list = GrowingList<Counted>()
      for n in 0..<10_000 { list.append(Counted(n, living)) }
      let copy = list
      list[0] = Counted(-1, living)
      #expect(living.count == 10_001)
      #expect(copy[0].number == 0 && list[0].number == -1 && list[9_999].number == 9_999)
    }
    #expect(living.count == 0)
  }

  @Test("Elements of no size are counted")
  func void() {
    var list = GrowingList<Void>()
    for _ in 0..<100_000 { list.append(()) }
    #expect(list.count == 100_000)
  }
}
