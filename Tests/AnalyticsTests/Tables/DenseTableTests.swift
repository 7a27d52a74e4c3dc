import Evidence
import Testing

@testable import Analytics

@Suite("Tables of plain keys find what was put in")
struct DenseTableTests {
  @Test("Each of many keys is found at its place, and no other is")
  func found() {
    var table = DenseTable<FlowID, Int>()
    for n in 0..<5_000 { table.append(FlowID(rawValue: UInt64(n) * 2), n) }
    let places = (0..<5_000).map { (n: Int) -> Int? in table.place(of: FlowID(rawValue: UInt64(n) * 2)) }
    #expect(places == Array(0..<5_000))
    #expect(Array(table.rows) == Array(0..<5_000))
    let others = (0..<5_000).map { (n: Int) -> Int? in table.place(of: FlowID(rawValue: UInt64(n) * 2 + 1)) }
    #expect(others.allSatisfy { $0 == nil })
  }

  @Test("Two addresses are one pair in either direction, and IPv4 is not IPv6 of the same number")
  func pairs() {
    var table = DenseTable<AddressPair, Void>()
    table.append(AddressPair(ip("10.0.0.1"), ip("10.0.0.2")), ())
    #expect(table.place(of: AddressPair(ip("10.0.0.2"), ip("10.0.0.1"))) == 0)
    #expect(table.place(of: AddressPair(IPAddress(high: 0, low: 0x0A00_0001), ip("10.0.0.2"))) == nil)
  }

  @Test("A list of few behaves as a list, but always keeps its first element")
  func few() {
    var few = Few(3)
    few.append(1)
    few.insert(1, limit: 9)
    few.insert(2, limit: 3)
    few.insert(4, limit: 3)
    #expect(Array(few) == [3, 1, 2])
    few.sort()
    #expect(Array(few) == [1, 2, 3])
    few.keep(first: 0)
    #expect(Array(few) == [1])
  }
}
