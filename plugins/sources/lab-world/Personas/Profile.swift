/// An account on a platform as it really is; what is seen of it is a snapshot with parts missing.

/// A profile picture: the file's digest, and the perceptual hash that survives a new encoding.
struct Picture: Hashable {
  var sha256: String
  var perceptual: UInt64

  init(_ random: LabRandom) {
    sha256 = random.hex(64)
    perceptual = random.next()
  }

  /// The same picture saved again: another file, and a bit or two of the hash.
  func encodedAgain(_ random: LabRandom) -> Picture {
    var copy = self
    copy.sha256 = random.hex(64)
    for _ in 0..<random.within(0...3) { copy.perceptual ^= 1 << UInt64(random.below(64)) }
    return copy
  }
}

final class Profile {
  let platform: String
  let accountID: String
  var handle: String
  var name: String
  var language: String
  var created: LabTime
  var changed: LabTime?
  var bio: String?
  var employer: String?
  var title: String?
  var location: String?
  var links: [String] = []
  var followers: Int
  var following: Int
  var posts: Int
  var picture: Picture?
  var verified = false
  var family: String
  var isMalicious: Bool
  /// Fields that are never shown: the platform's rules and the owner's settings.
  var hidden: Set<Field> = []

  enum Field: CaseIterable { case created, counts, picture, bio, employer, location }

  init(
    _ family: String, malicious: Bool, platform: String, name: LabName, created: LabTime, _ random: LabRandom,
    _ plan: LabPlan
  ) {
    self.family = family
    isMalicious = malicious
    self.platform = platform
    // Each platform numbers accounts in its own way.
    accountID =
      platform == "mastodon"
      ? "1\(random.within(10_000_000...99_999_999))0\(random.within(100_000_000...999_999_999))"
      : platform == "x"
        ? "\(random.within(100_000_000...999_999_999))\(random.within(100_000...999_999))"
        : "urn:li:person:\(random.hex(10))"
    handle = platform == "mastodon" ? "\(name.handle(random))@\(random.pick(Profile.instances))" : name.handle(random)
    self.name = name.full
    language = name.language
    self.created = created
    followers = random.longTail(180)
    following = random.longTail(160)
    // Many only read.
    posts = random.chance(0.25) ? random.within(0...8) : random.longTail(60)
    picture = random.chance(0.9) ? Picture(random) : nil
    location = random.chance(0.5) ? random.pick(Profile.places) : nil
    for field in Field.allCases where random.chance(plan.hiddenFields * (field == .bio || field == .employer ? 0.4 : 1))
    {
      hidden.insert(field)
    }
    // LinkedIn shows no day of registration to others.
    if platform == "linkedin", random.chance(0.6) { hidden.insert(.created) }
  }

  static let instances = ["fedi.example", "werkbank.example", "kraftwerk.example", "toot.test"]
  static let places = [
    "Norwich", "Delft", "Bergen", "Leipzig", "Brno", "Gdańsk", "Lyon", "Porto", "Izmir", "Pune", "Osaka", "Monterrey",
  ]

  var reference: AccountReference { AccountReference(platform: platform, accountID: accountID, handle: handle) }

  /// What somebody sees who looks at `time`.
  func snapshot(_ time: LabTime, _ random: LabRandom) -> LabPersona {
    var seen = LabPersona(
      time: wholeMilliseconds(time), platform: platform, accountID: accountID, handle: handle, displayName: name)
    func shows(_ field: Field) -> Bool { !hidden.contains(field) }
    if shows(.created) { seen.createdAt = wholeMilliseconds(created) }
    if let changed, random.chance(0.5) { seen.changedAt = wholeMilliseconds(changed) }
    if shows(.bio) { seen.bio = bio }
    // Only LinkedIn has fields for work; elsewhere it is said in the words of the biography.
    if platform == "linkedin" {
      if shows(.employer) { seen.employer = employer }
      seen.title = title
    }
    if shows(.location) { seen.location = location }
    seen.links = links
    if shows(.counts) {
      seen.followers = UInt64(max(0, followers + random.within(-3...3)))
      seen.following = UInt64(max(0, following + random.within(-2...2)))
      seen.posts = UInt64(max(0, posts))
    }
    if shows(.picture), let picture {
      seen.avatarSHA256 = picture.sha256
      seen.avatarPHash = random.chance(0.7) ? padded16(picture.perceptual) : nil
    }
    if verified { seen.verified = true }
    if random.chance(0.2) { seen.languages = [language] }
    return seen
  }

  private func padded16(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
