/// Looks at one account and finds the values of its parts.

import Evidence

/// Holds what can be prepared once for many accounts. One owner; build a new one when the roster changes.
final class PersonaExamination {
  let world: PersonaWorld
  let index: RosterIndex
  /// Words that many companies' names hold: they make no domain an imitation.
  let genericWords: Set<String>
  /// Numbers of the pictures and biographies that people on the roster show, with whose they are.
  let rosterAvatars: [Int32: [Int]]
  let rosterBios: [Int32: [Int]]
  let rosterPictures: PictureTree
  /// Companies whose names hold the organisation's and go on: naming them is no claim.
  let similarNames: [[Word]]
  let officialAvatars: Set<Int32>
  /// Words of texts seen before; emptied when full.
  private var wordsOfText: [Int32: [Word]] = [:]
  var companyOfLink: [Int32: Bool] = [:]
  /// How far those that share something look like one hand's, as far as it was looked at; right until more comes.
  var handOf: [SharedThing: (strength: Double, others: Int)] = [:]

  static let day: Int64 = 86_400_000_000_000

  init(world: PersonaWorld, index: RosterIndex) {
    self.world = world
    self.index = index
    var holders: [String: Set<Int32>] = [:]
    var avatars: [Int32: [Int]] = [:]
    var bios: [Int32: [Int]] = [:]
    var pictures = PictureTree()
    var similar: [String: [Word]] = [:]
    var officials: Set<Int32> = []
    var employers: Set<Int32> = []
    for number in world.accounts.indices {
      let account = world.accounts[number]
      guard !account.snapshots.isEmpty else { continue }
      let person = index.person(account: world.key(of: Int32(truncatingIfNeeded: number)))
      let isOfficial = PersonaExamination.isOfficial(account, world, index)
      for snapshot in account.snapshots {
        if let person {
          if snapshot.avatar >= 0, avatars[snapshot.avatar]?.contains(person) != true {
            avatars[snapshot.avatar, default: []].append(person)
          }
          if snapshot.bio >= 0, bios[snapshot.bio]?.contains(person) != true {
            bios[snapshot.bio, default: []].append(person)
          }
          if let hash = snapshot.pHash { pictures.insert(hash, person: person) }
        }
        if isOfficial, snapshot.avatar >= 0 { officials.insert(snapshot.avatar) }
        if snapshot.employer >= 0, employers.insert(snapshot.employer).inserted {
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
    }
    rosterAvatars = avatars
    rosterBios = bios
    rosterPictures = pictures
    similarNames = similar.sorted { $0.key < $1.key }.prefix(256).map(\.value)
    officialAvatars = officials
    genericWords = Set(holders.filter { $0.value.count > 12 }.keys)
  }

  func words(_ text: Int32) -> [Word] {
    guard text >= 0 else { return [] }
    if let known = wordsOfText[text] { return known }
    if wordsOfText.count >= 50_000 { wordsOfText.removeAll(keepingCapacity: true) }
    let words = Words.of(world.texts[text] ?? "")
    wordsOfText[text] = words
    return words
  }

  static func isOfficial(_ account: AccountState, _ world: PersonaWorld, _ index: RosterIndex) -> Bool {
    !index.organisation.handles.isEmpty
      && account.handles.contains { world.texts[$0].map { index.organisation.handles.contains($0) } ?? false }
  }

  func examine(_ number: Int32) -> PersonaFindings {
    var f = PersonaFindings()
    let account = world.accounts[Int(number)]
    let key = world.key(of: number)
    var me = index.person(account: key)
    for handle in account.handles where me == nil {
      me = index.member(platform: key.platform, handle: world.texts[handle] ?? "")
    }
    f.approaches = world.approaches(of: number)
    f.latest = account.snapshots.last
    f.claims = account.snapshots.map(claim)
    f.lastTime = max(
      account.snapshots.last?.time ?? .min, f.approaches.last?.time ?? .min, account.changes.last?.time ?? .min)
    f[.rostered] = me == nil ? 0 : 1
    f[.official] = PersonaExamination.isOfficial(account, world, index) ? 1 : 0

    outreach(&f)
    age(account, &f)
    affiliation(account, me, &f)
    likeness(account, me, &f)
    changes(account, &f)
    links(account, &f)
    sharing(account, number, &f)
    combine(&f)
    return f
  }
}
