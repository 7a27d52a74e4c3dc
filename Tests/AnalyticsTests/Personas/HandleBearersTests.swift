import Evidence
import Testing

@testable import Analytics

@Suite("Bearers of a handle")
struct HandleBearersTests {
  private func world(_ ids: [String]) -> PersonaWorld {
    let world = PersonaWorld(configuration: PersonaConfiguration())
    for id in ids {
      world.add(
        PersonaObservation(
          head: ObservationHead(id: id, time: Timestamp(nanoseconds: 1)), platform: "x", accountID: id, handle: "maria",
          displayName: "Maria \(id)"))
    }
    return world
  }

  private func owner(_ world: PersonaWorld) throws -> String? {
    let platform = try #require(world.texts.known("x"))
    let handle = try #require(world.texts.known("maria"))
    return world.owner(platform: platform, handle: handle).map { world.key(of: $0).accountID }
  }

  @Test(
    "The one with the smallest id owns it, in whatever order they came",
    arguments: [["b", "a", "c"], ["c", "b", "a"], ["a", "b", "c"]])
  func smallest(ids: [String]) throws {
    #expect(try owner(world(ids)) == "a")
  }

  @Test("When the owner is forgotten the next one owns it, and nobody when all are")
  func forgotten() throws {
    let world = world(["b", "a", "c"])
    for next in ["b", "c", nil] as [String?] {
      let platform = try #require(world.texts.known("x"))
      let handle = try #require(world.texts.known("maria"))
      let number = try #require(world.owner(platform: platform, handle: handle))
      world.forget(number)
      guard next != nil else { break }
      #expect(try owner(world) == next)
    }
    #expect(world.texts.known("maria") == nil)
  }

  @Test("Looking ahead changes nothing")
  func foresight() {
    var made = MadeWorld()
    for n in 0..<40 {
      made.shows("\(n)", "Person \(n)", on: 20, created: 5)
      made.approaches("\(n)", 0..<(1 + n % 5), from: 20)
    }
    made.approaches("7", 3..<6, from: 22, byHandle: true)
    let plain = PersonaWorld(configuration: PersonaConfiguration())
    let ahead = PersonaWorld(configuration: PersonaConfiguration())
    ahead.foresight.worthwhile = 0
    for start in stride(from: 0, to: made.observations.count, by: 16) {
      let batch = Array(made.observations[start..<min(start + 16, made.observations.count)])
      ahead.prepare(for: batch)
      for observation in batch {
        for world in [plain, ahead] {
          switch observation {
          case .persona(let o): world.add(o)
          case .outreach(let o): world.add(o)
          default: break
          }
        }
      }
    }
    for number in ahead.accounts.indices { ahead.prepare(forAccountsFrom: number) }
    #expect(plain.counters == ahead.counters)
    #expect(plain.texts.count == ahead.texts.count)
    #expect(plain.accounts.map { $0.approaches.map(\.id) } == ahead.accounts.map { $0.approaches.map(\.id) })
  }
}
