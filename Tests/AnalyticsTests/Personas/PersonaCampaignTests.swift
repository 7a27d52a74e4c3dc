import Analytics
import Evidence
import Testing

@Suite("What accounts have in common")
struct PersonaCampaignTests {
  private let names = ["Abel Frost", "Cora Winter", "Eli Marsh", "Ida Stone"]

  /// Four young accounts of different companies that ask two people each.
  private func four(_ more: (Int, inout PersonaObservation) -> Void) -> MadeWorld {
    var world = MadeWorld()
    for n in 0..<4 {
      world.shows("2\(n)", names[n], on: 20, created: 8) {
        $0.employer = ["Loom Works", "Bracken Systems", "Padaria Central", "Tidewater Foods"][n]
        more(n, &$0)
      }
      world.approaches("2\(n)", (2 * n)..<(2 * n + 2), from: 20 + Int64(n), message: true)
    }
    return world
  }

  private func parts(_ world: MadeWorld, _ account: String = "20") -> Set<String> {
    Set(world.signals().risk(account)?.parts.map(\.name) ?? [])
  }

  @Test("A picture that was saved anew is the same picture: up to six of 64 bits differ")
  func nearPictures() {
    let near = four { n, o in o.avatarPHash = 0xDEAD_BEEF_1234_5678 ^ [0, 0b1, 0b110, 0b111 << 20][n] }
    #expect(parts(near).contains("sharedFace"))
    let far = four { n, o in o.avatarPHash = 0xDEAD_BEEF_1234_5678 &* UInt64(2 * n + 1) }
    #expect(!parts(far).contains("sharedFace"))
  }

  @Test("A face and a biography in common raise each account above what it shows alone")
  func together() throws {
    let alone = four { _, _ in }
    let joined = four { _, o in
      o.avatarSHA256 = "one-file"
      o.bio = "Bringing people and opportunity together across borders and industries"
    }
    for n in 0..<4 { #expect(joined.risk("2\(n)") > alone.risk("2\(n)")) }
    #expect(joined.signals().names("20").contains("persona.campaign"))
  }

  @Test("The accounts of one person share a face without being a campaign")
  func onePerson() {
    var world = MadeWorld()
    for n in 0..<3 {
      world.shows("3\(n)", "Abel Frost", on: 20, created: 8) { $0.avatarSHA256 = "one-file" }
      world.approaches("3\(n)", n..<(n + 1), from: 20, message: true)
    }
    #expect(!parts(world, "30").contains("sharedFace"))
  }

  @Test("A picture that more than forty accounts show is stock and ties nobody together")
  func stock() {
    var world = four { _, o in o.avatarSHA256 = "stock" }
    for n in 0..<50 { world.shows("s\(n)", "Somebody Else\(n)", on: 3) { $0.avatarSHA256 = "stock" } }
    #expect(!parts(world).contains("sharedFace"))
  }
}
