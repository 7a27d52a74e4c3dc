/// What accounts have in common: the same or nearly the same picture, biography, link, host or wording.

/// Something that several accounts share, by its number among its kind.
struct SharedThing: Hashable {
  enum Kind: UInt8, Sendable { case avatar, picture, bio, bioWording, link, host, wording }
  var kind: Kind
  var number: Int32
}

/// Found by sorting, so that it costs little more than linear time however much is shared.
struct SharedThings {
  /// The groups of near pictures: by perceptual hash.
  private var pictureGroup: [UInt64: Int32] = [:]
  /// Groups by band, for wordings of messages and of biographies.
  private var wordingGroups: [UInt64: Int32] = [:]
  /// Groups by the number of the biography.
  private var bioGroups: [Int32: [Int32]] = [:]
  private var hostOfLink: [Int32: Int32] = [:]
  private var services: Set<Int32> = []
  /// Perceptual hashes that many accounts have to the bit: silhouettes and other pictures of a platform's own.
  private var stockPictures: Set<UInt64> = []
  private(set) var members: [SharedThing: [Int32]] = [:]

  init(_ world: PersonaWorld) {
    for (number, few) in world.byAvatar where few.count > 1 { add(.avatar, number, Array(few), world) }
    for (number, few) in world.byBio where few.count > 1 { add(.bio, number, Array(few), world) }
    for (number, few) in world.byLink where few.count > 1 { add(.link, number, Array(few), world) }
    findHosts(world)
    findPictures(world)
    findWordings(world)
  }

  /// What the account shares with others.
  func things(of number: Int32, _ world: PersonaWorld) -> [SharedThing] {
    var out: Set<SharedThing> = []
    func offer(_ kind: SharedThing.Kind, _ what: Int32) {
      let thing = SharedThing(kind: kind, number: what)
      if members[thing]?.contains(number) == true { out.insert(thing) }
    }
    let account = world.accounts[Int(number)]
    for s in account.snapshots {
      if s.avatar >= 0 { offer(.avatar, s.avatar) }
      if s.hasPHash, let group = pictureGroup[s.pHash] { offer(.picture, group) }
      if s.bio >= 0 {
        offer(.bio, s.bio)
        for group in bioGroups[s.bio] ?? [] { offer(.bioWording, group) }
      }
    }
    for approach in world.approaches(of: number) where approach.hasLink {
      for link in world.links(of: approach) {
        offer(.link, link)
        if let host = hostOfLink[link] { offer(.host, host) }
      }
    }
    if !wordingGroups.isEmpty {
      for wording in world.wordings(of: number) {
        for band in wording.bands { if let group = wordingGroups[band] { offer(.wording, group) } }
      }
    }
    return out.sorted { ($0.kind.rawValue, $0.number) < ($1.kind.rawValue, $1.number) }
  }

  /// Whether a link leads to where the links of many lead: a service for files, forms or appointments.
  func isService(_ link: Int32) -> Bool { hostOfLink[link].map(services.contains) ?? false }

  /// Whether many accounts have this very picture.
  func isStock(picture hash: UInt64) -> Bool { stockPictures.contains(hash) }

  private mutating func add(_ kind: SharedThing.Kind, _ number: Int32, _ accounts: [Int32], _ world: PersonaWorld) {
    guard accounts.count <= world.configuration.thresholds.stockAccounts else { return }
    let who = Set(accounts.map(world.resolved)).filter { !world.accounts[Int($0)].isForgotten }
    if who.count >= 2 { members[SharedThing(kind: kind, number: number)] = who.sorted() }
  }

  /// Links under one host, each its own: the number of the least link stands for the host.
  private mutating func findHosts(_ world: PersonaWorld) {
    var ofHost: [String: Int32] = [:]
    var accounts: [Int32: FewNumbers] = [:]
    for (link, few) in world.byLink {
      guard let host = world.texts[link].flatMap(Domains.host(of:)) else { continue }
      let number = ofHost[host] ?? link
      ofHost[host] = number
      hostOfLink[link] = number
      for account in few {
        accounts[number, default: FewNumbers()].insert(account, limit: world.configuration.thresholds.stockAccounts + 1)
      }
    }
    for (number, few) in accounts where few.count > 1 {
      if few.count >= world.configuration.thresholds.serviceAccounts {
        services.insert(number)
      } else {
        add(.host, number, Array(few), world)
      }
    }
  }

  /// Multi-index hashing: two hashes at most three bits apart agree in one of four quarters, and most that are up to
  /// six apart do.
  private mutating func findPictures(_ world: PersonaWorld) {
    // Sorted, the accounts of a hash lie side by side; most hashes are one account's, for which a list of its own is too much.
    var shown: [(hash: UInt64, account: Int32)] = []
    shown.reserveCapacity(world.accounts.count)
    for i in world.accounts.indices where !world.accounts[i].isForgotten {
      for s in world.accounts[i].snapshots where s.hasPHash { shown.append((s.pHash, Int32(truncatingIfNeeded: i))) }
    }
    shown.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.account < $1.account }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(shown.count)
    // Where the accounts of each hash begin.
    var starts: [Int32] = []
    starts.reserveCapacity(shown.count + 1)
    for (at, one) in shown.enumerated() where hashes.last != one.hash {
      hashes.append(one.hash)
      starts.append(Int32(truncatingIfNeeded: at))
    }
    starts.append(Int32(truncatingIfNeeded: shown.count))
    let stock = world.configuration.thresholds.stockAccounts
    for at in hashes.indices where Int(starts[at + 1] - starts[at]) > stock {
      let bearers = Set(shown[Int(starts[at])..<Int(starts[at + 1])].lazy.map(\.account))
      if bearers.count > stock { stockPictures.insert(hashes[at]) }
    }
    guard hashes.count > 1 else { return }
    let distance = world.configuration.thresholds.pictureDistance
    var parents = Array(hashes.indices)
    func root(_ x: Int) -> Int {
      var x = x
      while parents[x] != x {
        parents[x] = parents[parents[x]]
        x = parents[x]
      }
      return x
    }
    for quarter in 0..<4 {
      let shift = UInt64(quarter * 16)
      let order = hashes.indices.sorted {
        let a = hashes[$0] >> shift & 0xFFFF
        let b = hashes[$1] >> shift & 0xFFFF
        return a != b ? a < b : $0 < $1
      }
      var start = 0
      for at in 1...order.count {
        guard at == order.count || (hashes[order[at]] ^ hashes[order[start]]) >> shift & 0xFFFF != 0 else { continue }
        // A quarter that hundreds share is a plain background and parts nothing.
        if at - start >= 2, at - start <= 256 {
          for i in start..<at {
            for j in (i + 1)..<max(at, i + 1)
            where (hashes[order[i]] ^ hashes[order[j]]).nonzeroBitCount <= distance {
              let (a, b) = (root(order[i]), root(order[j]))
              parents[max(a, b)] = min(a, b)
            }
          }
        }
        start = at
      }
    }
    // A hash that is near no other, and one account's, is no group.
    var isNear = [Bool](repeating: false, count: hashes.count)
    for at in hashes.indices where root(at) != at {
      isNear[at] = true
      isNear[root(at)] = true
    }
    var groups: [Int: [Int32]] = [:]
    for at in hashes.indices where isNear[at] || starts[at + 1] - starts[at] > 1 {
      var few = FewNumbers()
      for place in starts[at]..<starts[at + 1] {
        few.insert(shown[Int(place)].account, limit: stock + 1)
      }
      groups[root(at), default: []] += Array(few)
    }
    for at in hashes.indices {
      let group = root(at)
      guard let who = groups[group], Set(who).count > 1 else { continue }
      pictureGroup[hashes[at]] = Int32(truncatingIfNeeded: group)
      if group == at { add(.picture, Int32(truncatingIfNeeded: group), who, world) }
    }
  }

  private mutating func findWordings(_ world: PersonaWorld) {
    var messages: [(wording: Wording, account: Int32)] = []
    var bios: [(wording: Wording, account: Int32)] = []
    var wordingOfBio: [Int32: Wording] = [:]
    var seen: Set<Int32> = []
    let least = world.configuration.thresholds.wordingWords
    for i in world.accounts.indices where !world.accounts[i].isForgotten {
      let number = Int32(truncatingIfNeeded: i)
      for wording in world.accounts[i].wordings { messages.append((wording, number)) }
      for s in world.accounts[i].snapshots where s.bio >= 0 && seen.insert(s.bio).inserted {
        guard let wording = Wording(world.texts[s.bio] ?? "", minimumWords: least) else { continue }
        wordingOfBio[s.bio] = wording
        for account in world.byBio[s.bio] ?? FewNumbers(number) { bios.append((wording, account)) }
      }
    }
    wordingGroups = group(messages, .wording, world)
    let ofBand = group(bios, .bioWording, world)
    guard !ofBand.isEmpty else { return }
    for (bio, wording) in wordingOfBio {
      let groups = wording.bands.compactMap { ofBand[$0] }
      if !groups.isEmpty { bioGroups[bio] = groups }
    }
  }

  /// Groups of accounts of which each two share a band, and the first two bands with one more; by band.
  private mutating func group(
    _ told: [(wording: Wording, account: Int32)], _ kind: SharedThing.Kind, _ world: PersonaWorld
  ) -> [UInt64: Int32] {
    guard told.count > 1 else { return [:] }
    var groups: [UInt64: Int32] = [:]
    var next: Int32 = 0
    // Band by band, each with the places of those that have it in its lower half: a list of all bands would be the largest thing
    // there is.
    var order: [UInt64] = []
    order.reserveCapacity(told.count)
    for band in 0..<4 {
      order.removeAll(keepingCapacity: true)
      for (at, one) in told.enumerated() { order.append(one.wording.band(band) << 32 | UInt64(at)) }
      order.sort()
      var start = 0
      for at in 1...order.count {
        guard at == order.count || order[at] >> 32 != order[start] >> 32 else { continue }
        let run = order[start..<at]
        if run.count > 1 {
          // A chance meeting in one band has no second one in common.
          var who = FewNumbers()
          for one in run {
            let (wording, account) = told[Int(one & 0xFFFF_FFFF)]
            let isAlike = run.prefix(64).contains { other in
              let other = told[Int(other & 0xFFFF_FFFF)]
              return other.account != account && other.wording.shared(wording) >= 2
            }
            if isAlike { who.insert(account, limit: world.configuration.thresholds.stockAccounts + 1) }
          }
          if who.count > 1 {
            add(kind, next, Array(who), world)
            groups[UInt64(band) << 32 | order[start] >> 32] = next
            next += 1
          }
        }
        start = at
      }
    }
    return groups
  }
}
