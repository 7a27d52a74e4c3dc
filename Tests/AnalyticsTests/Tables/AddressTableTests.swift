import Evidence
import Testing

@testable import Analytics

@Suite("Tables of addresses hold both families under their own keys")
struct AddressTableTests {
  private func addresses(_ n: UInt32) -> [IPAddress] {
    // The same numbers in both families: none may be taken for the other.
    [IPAddress(ipv4: n), IPAddress(high: 0, low: UInt64(n)), IPAddress(high: 1 << 60, low: UInt64(n))]
  }

  @Test("Each of many pairs is found at its place with its key and its row, and no other is")
  func pairs() {
    var table = AddressTable<AddressPair, Int>()
    let partner = IPAddress(ipv4: 0)
    let pairs = (1...2_000).flatMap { addresses(UInt32($0) &* 2).map { AddressPair($0, partner) } }
    let others = (1...2_000).flatMap { addresses(UInt32($0) &* 2 &+ 1).map { AddressPair($0, partner) } }
    let places = pairs.enumerated().map { table.append($1, $0) }
    #expect(table.count == 6_000)
    #expect(places.sorted() == Array(table.places))
    #expect(pairs.map { table.place(of: $0) } == places)
    #expect(places.map { table.key($0) } == pairs)
    #expect(places.map { table[$0] } == Array(0..<6_000))
    #expect(others.allSatisfy { table.place(of: $0) == nil })
    for place in table.places { table[place] += 1 }
    #expect(places.map { table[$0] } == Array(1...6_000))
  }

  @Test("Client, server and habit all tell keys apart")
  func misplaced() {
    var table = AddressTable<MisplacedKey, Void>()
    var keys: [MisplacedKey] = []
    for client in addresses(7) {
      for server in addresses(7) + addresses(8) {
        for habit in 0..<3 as Range<UInt32> { keys.append(MisplacedKey(client: client, server: server, habit: habit)) }
      }
    }
    for key in keys {
      #expect(table.place(of: key) == nil)
      let place = table.append(key, ())
      #expect(table.place(of: key) == place)
      #expect(table.key(place) == key)
    }
    #expect(table.count == keys.count)
  }
}
