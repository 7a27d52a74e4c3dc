/// What the people on the roster show of themselves, on their known accounts and in the organisation's own directory: what
/// an impostor would copy.

import Evidence

struct RosterLooks {
  /// By the number of the picture or biography, whose they are.
  private(set) var avatars: [Int32: [Int]] = [:]
  private(set) var bios: [Int32: [Int]] = [:]
  private(set) var pictures = PictureIndex()
  /// Biographies by how they are worded.
  private(set) var wordings: [UInt64: [(wording: Wording, person: Int)]] = [:]
  /// Pictures of the organisation's own accounts, and how they look.
  private(set) var officialAvatars: Set<Int32> = []
  private(set) var officialPictures = PictureIndex()
  /// A picture that the directory has of more people is a silhouette or a logo, and nobody's face.
  private static let faceBearers = 3
  /// Hosts that so many people of the roster show as their page that they are the organisation's, be they on the roster
  /// or not.
  private(set) var ownHosts: Set<String> = []
  /// Companies whose names hold the organisation's and go on: naming them is no claim.
  private(set) var similarNames: [[Word]] = []
  /// Hosts of the pages that people of such companies show.
  private(set) var similarPages: Set<String> = []
  /// Words that many companies' names hold: they make no domain an imitation.
  private(set) var genericWords: Set<String> = []

  init(_ world: PersonaWorld, _ index: RosterIndex) {
    var holders: [String: Set<Int32>] = [:]
    var similar: [String: [Word]] = [:]
    var employers: Set<Int32> = []
    var pages: [Int32: FewNumbers] = [:]
    var pictures: [(hash: UInt64, person: Int)] = []
    var officials: [(hash: UInt64, person: Int)] = []
    notePortraits(index.roster, world, &pictures)
    for number in world.accounts.indices {
      world.prepareLists(from: number)
      let account = world.accounts[number]
      guard !account.snapshots.isEmpty else { continue }
      let person = index.person(account: world.key(of: Int32(truncatingIfNeeded: number)))
      let isOfficial = RosterLooks.isOfficial(account, world, index)
      for snapshot in account.snapshots {
        if let person {
          note(snapshot, person, world)
          if snapshot.hasPHash { pictures.append((snapshot.pHash, person)) }
          if snapshot.url >= 0 {
            pages[snapshot.url, default: FewNumbers()].insert(
              Int32(truncatingIfNeeded: person), limit: world.configuration.thresholds.pagePeople)
          }
        }
        if isOfficial, snapshot.avatar >= 0 { officialAvatars.insert(snapshot.avatar) }
        if isOfficial, snapshot.hasPHash { officials.append((snapshot.pHash, 0)) }
        if person == nil, snapshot.url >= 0, snapshot.employer >= 0,
          index.organisation.employer(Words.of(world.texts[snapshot.employer] ?? "", limit: 12)) == .similar,
          let host = world.texts[snapshot.url].flatMap(Domains.host(of:))
        {
          similarPages.insert(host)
        }
        guard snapshot.employer >= 0, employers.insert(snapshot.employer).inserted else { continue }
        let words = Words.of(world.texts[snapshot.employer] ?? "", limit: 12)
        for word in words where index.organisation.leadingWords.contains(word.look) {
          holders[word.look, default: []].insert(snapshot.employer)
        }
        if index.organisation.employer(words) == .similar {
          let bare = OrganisationMatcher.withoutLegalForm(words)
          similar[bare.map(\.base).joined(separator: " ")] = bare
        }
      }
    }
    self.pictures = PictureIndex(pictures)
    officialPictures = PictureIndex(officials)
    var showers: [String: FewNumbers] = [:]
    for (url, people) in pages {
      guard let host = world.texts[url].flatMap(Domains.host(of:)) else { continue }
      for person in people { showers[host, default: FewNumbers()].insert(person) }
    }
    // A page that many others show too is a service and not the house's.
    let isNamed = { (host: String) in index.organisation.isImitated(by: host) { _ in false } }
    ownHosts = Set(
      showers.filter { $0.value.count >= world.configuration.thresholds.pagePeople && isNamed($0.key) }.keys)
    similarNames = similar.sorted { $0.key < $1.key }.prefix(256).map(\.value)
    genericWords = Set(holders.filter { $0.value.count > 12 }.keys)
  }

  /// The pictures that the roster itself has of people.
  private mutating func notePortraits(
    _ roster: Roster, _ world: PersonaWorld, _ pictures: inout [(hash: UInt64, person: Int)]
  ) {
    var bearers: [UInt64: FewNumbers] = [:]
    var bearersOfFile: [Int32: FewNumbers] = [:]
    let limit = RosterLooks.faceBearers + 1
    for (number, person) in roster.people.enumerated() {
      let number = Int32(truncatingIfNeeded: number)
      for hash in person.pictures.perceptual { bearers[hash, default: FewNumbers()].insert(number, limit: limit) }
      for digest in person.pictures.sha256 {
        // A file that no account ever showed is none that one could share.
        guard let file = world.texts.known(digest) else { continue }
        bearersOfFile[file, default: FewNumbers()].insert(number, limit: limit)
      }
    }
    for (hash, people) in bearers.sorted(by: { $0.key < $1.key }) where people.count < limit {
      for person in people { pictures.append((hash, Int(person))) }
    }
    for (file, people) in bearersOfFile where people.count < limit { avatars[file] = people.map { Int($0) } }
  }

  private mutating func note(_ snapshot: Snapshot, _ person: Int, _ world: PersonaWorld) {
    if snapshot.avatar >= 0, avatars[snapshot.avatar]?.contains(person) != true {
      avatars[snapshot.avatar, default: []].append(person)
    }
    if snapshot.bio >= 0, bios[snapshot.bio]?.contains(person) != true {
      bios[snapshot.bio, default: []].append(person)
      if let wording = Wording(
        world.texts[snapshot.bio] ?? "", minimumWords: world.configuration.thresholds.wordingWords)
      {
        for band in wording.bands { wordings[band, default: []].append((wording, person)) }
      }
    }
  }

  /// A host of the organisation's, by the roster or by what its people show.
  func owns(_ host: String, _ index: RosterIndex) -> Bool {
    index.organisation.owns(host: host) || !ownHosts.isEmpty && ownHosts.contains { Domains.isWithin(host, $0) }
  }

  static func isOfficial(_ account: AccountState, _ world: PersonaWorld, _ index: RosterIndex) -> Bool {
    !index.organisation.handles.isEmpty
      && account.handles.contains { world.texts[$0].map { index.organisation.handles.contains($0) } ?? false }
  }
}
