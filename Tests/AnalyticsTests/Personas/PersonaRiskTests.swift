import Analytics
import Evidence
import Testing

@Suite("persona.risk")
struct PersonaRiskTests {
  @Test("A new account that claims the organisation, is not on the roster and rushes at its people is flagged")
  func fabricated() throws {
    var world = MadeWorld()
    world.shows("7", "Wendell Ashgrove", on: 20, created: 5) { $0.employer = "Aurora Textiles" }
    world.approaches("7", 0..<12, from: 20)
    let signals = world.signals()
    let risk = try #require(signals.risk("7"))
    #expect(risk.score >= 0.5)
    #expect(
      signals.names("7").isSuperset(of: ["persona.affiliation_claim", "persona.new_account", "persona.outreach"]))
    #expect(risk.attack.contains("T1585.001"))
    #expect(risk.related.count == 12)
    #expect(risk.reason.contains("Aurora Textiles") && risk.reason.contains("usually"))
    #expect(!risk.evidence.isEmpty && risk.evidence.count <= PersonaConfiguration().maximumEvidence)
  }

  @Test("The people on the roster may claim it, change and make friends")
  func employee() {
    var world = MadeWorld()
    world.shows("1003", "Guilherme Barroso", on: 10, created: -3000) {
      $0.employer = "Aurora Textiles"
      $0.title = "Senior Finance Director"
    }
    world.approaches("1003", 4..<10, from: 11, every: 600, outcome: .accepted)
    #expect(world.risk("1003") < 0.5)
  }

  @Test(
    "A lookalike of a person in a sensitive role who writes to others is flagged, by whatever means it looks alike",
    arguments: [
      "Guilherme Barroso",  // the name itself
      "GuiIherme Barroso",  // a capital I for an l
      "Guіlherme Bаrroso",  // Cyrillic і and а
      "Ｇｕｉｌｈｅｒｍｅ Ｂａｒｒｏｓｏ",  // full-width
      "Barroso Guilherme",  // the other order
      "Гуилхерме Барросо",  // in other letters
      "Guilehrme Barroso",  // two letters swapped
      "Guilherme J. Barroso",  // an initial between
      "Guilherme Barroso (CFO)",
    ])
  func lookalike(name: String) throws {
    var world = MadeWorld()
    world.shows("8", name, on: 20, created: 1) { $0.bio = "Finance Director at Aurora Textiles" }
    world.approaches("8", 0..<6, from: 20, every: 120, message: true)
    let signals = world.signals()
    #expect(try #require(signals.risk("8")).score >= 0.5)
    #expect(signals.names("8").contains("persona.lookalike"))
  }

  @Test("A copied face weighs by its hash and by its perceptual hash", arguments: [true, false])
  func copiedFace(exact: Bool) throws {
    var world = MadeWorld()
    world.shows("8", "Guilherme Barroso", on: 20, created: 1) {
      if exact { $0.avatarSHA256 = "face-of-3" } else { $0.avatarPHash = (0x0123_4567_89AB_CDEF &* 4) ^ 0b1011 }
    }
    world.approaches("8", 0..<3, from: 20, message: true)
    let lookalike = try #require(world.signals().of("8").first { $0.analytic == "persona.lookalike" })
    #expect(lookalike.parts.contains { $0.name == "faceCopied" })
    #expect(lookalike.reason.contains("shows the picture of Guilherme Barroso"))
  }

  /// What the directory has of Guilherme Barroso (e3), who has no account that is known.
  private func worldWithPortraits(
    of people: Range<Int> = 3..<4, _ portrait: (inout PersonPictures) -> Void
  ) -> MadeWorld {
    var roster = house()
    for number in people { portrait(&roster.people[number].pictures) }
    return MadeWorld(roster)
  }

  private static let portrait: UInt64 = 0xE6F6_14D0_C49C_D98B

  @Test("A copied portrait of the directory is told, by its file and by how it looks", arguments: [true, false])
  func copiedPortrait(exact: Bool) throws {
    let digest = String(repeating: "0a", count: 32)
    var world = worldWithPortraits {
      $0.add(sha256: digest)
      $0.add(perceptual: "e6f614d0c49cd98b")
    }
    world.shows("8", "Quentin Blythe", on: 20, created: 1) {
      $0.employer = "Aurora Textiles"
      if exact { $0.avatarSHA256 = digest } else { $0.avatarPHash = Self.portrait ^ 0b1001_0000_0110 }
    }
    world.approaches("8", 0..<6, from: 20, message: true)
    world.shows("9", "Quentin Blythe", on: 20, created: 1) {
      $0.employer = "Aurora Textiles"
      $0.avatarPHash = Self.portrait ^ 0xFFFF
    }
    world.approaches("9", 0..<6, from: 20, message: true)
    let signals = world.signals()
    let lookalike = try #require(signals.of("8").first { $0.analytic == "persona.lookalike" })
    #expect(lookalike.parts.contains { $0.name == "faceCopied" })
    #expect(lookalike.reason.contains("shows the picture of Guilherme Barroso"))
    #expect(signals.of("9").count > 1)
    #expect(!signals.of("9").contains { $0.reason.contains("shows the picture") })
  }

  @Test("A silhouette that the directory has of many is nobody's face")
  func silhouette() {
    var world = worldWithPortraits(of: 2..<6) { $0.add(perceptual: "e6f614d0c49cd98b") }
    world.shows("8", "Quentin Blythe", on: 20, created: 1) {
      $0.employer = "Aurora Textiles"
      $0.avatarPHash = Self.portrait
    }
    world.approaches("8", 0..<6, from: 20, message: true)
    let signals = world.signals().of("8")
    #expect(signals.count > 1)
    #expect(!signals.contains { $0.reason.contains("shows the picture") })
  }

  @Test("A picture that a platform gives to all who have none is nobody's face")
  func platformPicture() {
    var world = worldWithPortraits { $0.add(perceptual: "e6f614d0c49cd98b") }
    for n in 0..<41 {
      world.shows("s\(n)", "Somebody Else\(n)", on: 3) {
        $0.employer = "Aurora Textiles"
        $0.avatarPHash = Self.portrait
      }
    }
    world.approaches("s5", 0..<6, from: 20, message: true)
    let signals = world.signals().of("s5")
    #expect(signals.count > 1)
    #expect(!signals.contains { $0.reason.contains("shows the picture") })
  }

  @Test("A namesake with a face, an employer and a story of his own stays quiet")
  func namesake() {
    var world = MadeWorld()
    world.shows("9", "Guilherme Barroso", on: 15, created: -2500) {
      $0.employer = "Padaria Central"
      $0.bio = "Bread, mostly"
      $0.avatarSHA256 = "another-face"
    }
    world.approaches("9", 4..<6, from: 16, every: 3000)
    #expect(world.risk("9") < 0.5)
  }

  @Test("A recruiter on record who writes to many over weeks, with links of his own house, stays quiet")
  func recruiter() {
    var world = MadeWorld()
    world.shows("10", "Percival Thorne", on: 5, created: -2000) {
      $0.employer = "Harbour Search"
      $0.bio = "Hiring for our clients. Harbour Search"
    }
    world.approaches("10", 0..<12, from: 5, every: 1500, link: "https://harbour-search.example/jobs", outcome: .ignored)
    #expect(world.risk("10") < 0.5)
  }

  @Test(
    "Who says that he was, studies for, laughs at or works for another of a like name stays quiet",
    arguments: [
      ("Formerly Aurora Textiles", "Padaria Central"), ("Бывший инженер Aurora Textiles", "Мельница"),
      ("Student. Hope to join Aurora Textiles", "University"), ("Parody of Aurora Textiles", nil),
      ("I work there", "Aurora Textiles Museum"),
      ("Proud partner of Aurora Textiles", "Loom Works"),
    ] as [(String, String?)])
  func disclaimed(bio: String, employer: String?) {
    var world = MadeWorld()
    world.shows("11", "Ophelia Brandt", on: 5, created: -1500) {
      $0.bio = bio
      $0.employer = employer
    }
    world.approaches("11", 4..<7, from: 6, every: 1800, outcome: .accepted)
    #expect(world.risk("11") < 0.5)
  }

  @Test(
    "An old account that takes another name, face and employer and then turns to the organisation is told as compromised"
  )
  func compromised() throws {
    var world = MadeWorld()
    world.shows("12", "Lucinda Farrow", on: 1, created: -2200) {
      $0.employer = "Padaria Central"
      $0.avatarSHA256 = "before"
    }
    world.shows("12", "Dietmar Klose", on: 20, created: -2200) {
      $0.employer = "Aurora Textiles"
      $0.avatarSHA256 = "after"
    }
    world.approaches("12", 0..<12, from: 21)
    let signals = world.signals()
    let changed = try #require(signals.of("12").first { $0.analytic == "persona.changed" })
    #expect(changed.attack == ["T1586.001"])
    #expect(changed.reason.contains("from Lucinda Farrow to Dietmar Klose"))
    #expect(try #require(signals.risk("12")).score >= 0.5)
  }

  @Test("An account of years that claims to belong, never changed and rushes at nobody is likely a colleague's")
  func settled() throws {
    func part(created: Int64, changed: Bool = false, rush: Bool = false) throws -> Double {
      var world = MadeWorld()
      if changed { world.shows("30", "Lucinda Farrow", on: 10, created: created) }
      world.shows("30", "Greta Halvorsen", on: 20, created: created) { $0.employer = "Aurora Textiles" }
      world.approaches("30", 0..<3, from: 20, every: rush ? 5 : 2_000)
      let risk = try #require(world.signals().risk("30"))
      return risk.parts.first { $0.name == "claimSettled" }?.weight ?? 0
    }
    let quiet = try part(created: -2200)
    #expect(quiet < 0)
    #expect(try part(created: 5) == 0)
    #expect(try part(created: -2200, changed: true) == 0)
    #expect(try part(created: -2200, rush: true) > quiet)
  }

  @Test("A change that only the platform tells counts as one that two snapshots show")
  func toldChange() {
    var world = MadeWorld()
    world.shows("12", "Dietmar Klose", on: 20, created: -2200)
    world.approaches("12", 0..<8, from: 21)
    let before = world.risk("12")
    var change = PersonaChangeObservation(
      head: ObservationHead(id: "told", time: noon(19), source: "made"), platform: "linkedin", accountID: "12",
      field: "employer")
    change.from = "Padaria Central"
    change.to = "Aurora Textiles"
    world.observations.append(.personaChange(change))
    #expect(world.risk("12") > before)
  }

  @Test("The same face that suddenly sends links in messages is told as taken over")
  func takenOver() throws {
    var world = MadeWorld()
    world.shows("13", "Lucinda Farrow", on: 1, created: -2200) { $0.employer = "Padaria Central" }
    world.approaches("13", 0..<3, from: 2, every: 900, outcome: .accepted)
    world.approaches("13", 0..<12, from: 30, every: 15, message: true, link: "https://lnk.example/a")
    let signals = world.signals()
    #expect(signals.names("13").contains("persona.takeover"))
    #expect(try #require(signals.risk("13")).score >= 0.5)
  }

  @Test(
    "Links to a domain that imitates the organisation's are named, in punycode too",
    arguments: [
      "https://aurora-benefits.example/x", "https://auroratextiles.login.example/x",
      "https://xn--urortextiles-7dbe.example/x",
      "https://auroratextile.example/x",
    ])
  func lure(link: String) throws {
    var world = MadeWorld()
    world.shows("14", "Lucinda Farrow", on: 1, created: -20)
    world.approaches("14", 0..<6, from: 2, message: true, link: link)
    let lure = try #require(world.signals().of("14").first { $0.analytic == "persona.lure" })
    #expect(lure.reason.contains("imitates Aurora Textiles"))
    #expect(lure.attack == ["T1566.003"])
  }

  @Test("The organisation's own domain is no lure")
  func ownDomain() {
    var world = MadeWorld()
    world.shows("14", "Lucinda Farrow", on: 1, created: -20)
    world.approaches("14", 0..<6, from: 2, message: true, link: "https://www.auroratextiles.example/x")
    #expect(!world.signals().names("14").contains("persona.lure"))
  }

  @Test("New accounts that share a link and ask little each are flagged together")
  func campaign() throws {
    var world = MadeWorld()
    for n in 0..<5 {
      world.shows(
        "2\(n)", ["Abel Frost", "Cora Winter", "Eli Marsh", "Ida Stone", "Otis Field"][n], on: 20, created: 8
      ) { $0.posts = 1 }
      world.approaches(
        "2\(n)", (2 * n)..<(2 * n + 2), from: 20 + Int64(n), message: true, link: "https://lnk.example/same")
    }
    let signals = world.signals()
    for n in 0..<5 {
      #expect(try #require(signals.risk("2\(n)")).score >= 0.5)
      #expect(signals.names("2\(n)").contains("persona.campaign"))
    }
  }

  @Test("A sales team that shares its company's link is no campaign")
  func salesTeam() {
    var world = MadeWorld()
    for n in 0..<5 {
      world.shows(
        "2\(n)", ["Abel Frost", "Cora Winter", "Eli Marsh", "Ida Stone", "Otis Field"][n], on: 20, created: 8
      ) { $0.employer = "Bracken Systems" }
      world.approaches(
        "2\(n)", (2 * n)..<(2 * n + 2), from: 20 + Int64(n), message: true, link: "https://bracken.example/demo")
    }
    let signals = world.signals()
    for n in 0..<5 { #expect((signals.risk("2\(n)")?.score ?? 0) < 0.5) }
  }

  @Test(
    "Who bears the organisation's name is flagged unless its handle is on the roster",
    arguments: [("aurora_help", true), ("aurora_news", false)])
  func brand(handle: String, flagged: Bool) {
    var world = MadeWorld()
    world.shows("30", "Aurora Textiles Support", on: 20, created: flagged ? 12 : -900) {
      $0.handle = handle
      $0.bio = "News from Aurora Textiles"
      $0.verified = flagged ? nil : true
    }
    world.approaches("30", 0..<12, from: 20, every: flagged ? 30 : 900)
    #expect((world.risk("30") >= 0.5) == flagged)
  }

  @Test("One message to one person in a sensitive role in a chief's name is enough")
  func oneShot() {
    var world = MadeWorld()
    world.shows("31", "Margarethe Lindqvist", on: 20, created: 12) {
      $0.title = "Finance Director"
      $0.posts = 0
    }
    world.approaches("31", 3..<4, from: 20, message: true)
    #expect(world.risk("31") >= 0.5)
  }
}
