import Evidence
import Testing

@testable import Analytics

@Suite("Protocols on ports that they do not belong to are numbered and their clients counted")
struct HabitsTests {
  private func number(_ answer: Habits.Answer) -> UInt32? {
    if case .misplaced(let number) = answer { number } else { nil }
  }

  @Test("Each protocol on each such port has a number, the same whenever it is asked, and keeps its name")
  func numbers() {
    var habits = Habits()
    // No protocol's home, and 16 apart, so that they push each other out of what was asked last.
    let ports = (0..<300).map { UInt16(20_000 + $0 * 16) }
    for _ in 0..<2 {
      for (n, port) in ports.enumerated() {
        #expect(number(habits.answer("dns", port, limit: 1_000)) == UInt32(n * 2))
        #expect(number(habits.answer("tls", port, limit: 1_000)) == UInt32(n * 2 + 1))
      }
    }
    #expect(habits.count == 600)
    #expect(habits[598] == Habit(proto: "dns", port: ports[299]))
    #expect(habits[599] == Habit(proto: "tls", port: ports[299]))
  }

  @Test("A protocol at home, and one of which nothing is known, are unremarkable")
  func unremarkable() {
    var habits = Habits()
    for (proto, port) in [("dns", 53), ("tls", 443), ("http", 8080), ("unheard of", 9)] as [(String, UInt16)] {
      guard case .unremarkable = habits.answer(proto, port, limit: 10) else {
        Issue.record("\(proto) on \(port)")
        continue
      }
    }
    #expect(habits.count == 0)
  }

  @Test("Beyond the bound no more are numbered; those that are known still are")
  func bound() {
    var habits = Habits()
    for port in 20_000..<20_003 as Range<UInt16> { _ = habits.answer("ssh", port, limit: 2) }
    #expect(habits.count == 2)
    guard case .full = habits.answer("ssh", 20_002, limit: 2) else {
      Issue.record("a third one had room")
      return
    }
    #expect(number(habits.answer("ssh", 20_001, limit: 2)) == 1)
  }

  @Test("Clients are counted once each, up to 64; port 22 is SSH's")
  func clients() throws {
    var habits = Habits()
    let one = try #require(number(habits.answer("http", 22, limit: 9)))
    #expect(habits.clients(one) == 0)
    for n in 0..<10 as Range<UInt32> { habits.add(IPAddress(ipv4: n % 3), to: one) }
    #expect(habits.clients(one) == 3)
    for n in 0..<200 as Range<UInt32> { habits.add(IPAddress(ipv4: n), to: one) }
    #expect(habits.clients(one) == 64)
    #expect(habits.owner(one) == "ssh")
    let other = try #require(number(habits.answer("http", 20_000, limit: 9)))
    #expect(habits.owner(other) == nil)
  }
}
