import Testing

@testable import Analytics

@Suite("Texts by number")
struct StringTableTests {
  @Test("A text has one number, and comes back as it was")
  func numbers() {
    var table = StringTable()
    let texts = (0..<5_000).map { "text \($0) é ж 山" } + [""]
    let numbers = texts.map { table.number($0) }
    #expect(Set(numbers).count == texts.count)
    #expect(texts.map { table.number($0) } == numbers)
    #expect(numbers.map { table[$0] } == texts)
    #expect(table.number(nil) == -1)
    #expect(table[-1] == nil)
    #expect(table[Int32(texts.count)] == nil)
  }

  @Test("An erased text is gone, and is a new one when it comes again")
  func erased() {
    var table = StringTable()
    let first = table.number("Margarethe Lindqvist")
    let other = table.number("Tomás Echeverría")
    table.erase(first)
    #expect(table[first] == "")
    #expect(table.known("Margarethe Lindqvist") == nil)
    for n in 0..<3_000 { _ = table.number("fill \(n)") }
    #expect(table.number("Margarethe Lindqvist") != first)
    #expect(table.known("Tomás Echeverría") == other)
  }

  @Test("A text longer than a piece is kept whole")
  func long() {
    var table = StringTable()
    let text = String(repeating: "long ", count: 300_000)
    let number = table.number(text)
    #expect(table[number] == text)
    #expect(table.number("short") != number)
  }
}
