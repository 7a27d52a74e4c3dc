/// A person's name in the forms in which it can be imitated.

struct PersonName: Sendable {
  /// Words in their own script, sorted, joined: order and case, marks and spacing set aside.
  let plain: String
  /// First and last word only, when there are more than two.
  let ends: String?
  /// Romanised loosely, sorted, joined.
  let roman: String
  let romanEnds: String?
  /// Romanised, with short forms of given names as the names they stand for; first and last word only.
  let familiar: String
  /// An initial beside one word, as `b garroso`; nil when the name is not of that form.
  let withInitial: String?
  /// What it looks like, sorted, joined.
  let look: String
  /// The romanised words as they stand.
  let romanWords: [String]
  /// A word mixes scripts.
  let mixed: Bool
  /// Something stood in brackets beside the name.
  let hasAside: Bool
  let wordCount: Int

  /// Titles and letters after names that are no part of them.
  private static let honorifics: Set<String> = [
    "dr", "prof", "phd", "md", "mba", "msc", "bsc", "cpa", "cissp", "pmp", "mr", "mrs", "ms", "jr", "sr", "ing", "dipl",
    "mag", "esq", "ii", "iii", "iv",
  ]

  init(_ text: String) {
    var aside: [Word] = []
    let all = Words.of(text, limit: 16, aside: &aside)
    var words = all
    words.removeAll { $0.abbreviated || PersonName.isHonorific($0.base) || PersonName.isInitial($0.base) }
    if words.count < 2 { words = all }
    let romans = words.map { PersonName.romanised($0.base) }
    plain = PersonName.joined(words.map(\.base))
    look = PersonName.joined(words.map(\.look))
    roman = PersonName.joined(romans)
    if words.count > 2, let first = words.first, let last = words.last,
      first.base.unicodeScalars.first?.isIdeograph != true
    {
      ends = PersonName.joined([first.base, last.base])
      romanEnds = PersonName.joined([romans[0], romans[romans.count - 1]])
    } else {
      ends = nil
      romanEnds = nil
    }
    romanWords = romans
    familiar = PersonName.joined(
      [romans.first ?? "", romans.count > 1 ? romans[romans.count - 1] : ""].map(Nicknames.name))
    let letters = romans.filter { $0.utf8.count == 1 }
    let long = romans.filter { $0.utf8.count > 2 }
    withInitial = letters.count == 1 && long.count == 1 ? letters[0] + " " + long[0] : nil
    mixed = words.contains(where: \.mixed)
    hasAside = !aside.isEmpty
    wordCount = words.count
  }

  /// The longest honorific has five letters.
  private static func isHonorific(_ word: String) -> Bool { word.utf8.count <= 5 && honorifics.contains(word) }

  /// One letter that stands for a word; an ideograph is one.
  private static func isInitial(_ word: String) -> Bool {
    // No character has more than four bytes.
    word.utf8.count <= 4 && word.unicodeScalars.count == 1 && word.unicodeScalars.first?.isIdeograph != true
  }

  private static func romanised(_ word: String) -> String {
    // ASCII is its own romanisation.
    let isASCII = word.utf8.allSatisfy { $0 < 0x80 }
    return loosened(isASCII ? word : TextFolding.shared.roman(word))
  }

  /// In order, with spaces between them. Most names are of two words.
  private static func joined(_ words: [String]) -> String {
    guard words.count == 2 else { return words.sorted().joined(separator: " ") }
    let isInOrder = words[0] <= words[1]
    var out = ""
    out.reserveCapacity(words[0].utf8.count + words[1].utf8.count + 1)
    out += words[isInOrder ? 0 : 1]
    out += " "
    out += words[isInOrder ? 1 : 0]
    return out
  }

  /// Romanisations of the same name under different schemes fall together: ph and f, kh and h, y and i, doubled letters.
  static func loosened(_ text: some StringProtocol) -> String {
    text.utf8.withContiguousStorageIfAvailable { loosened($0) } ?? loosened(Array(text.utf8))
  }

  static func loosened(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { loosened($0) } }

  private static func loosened(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: bytes.count) { out in
      var count = 0
      var i = 0
      while i < bytes.count {
        let c = bytes[i]
        let next = i + 1 < bytes.count ? bytes[i + 1] : 0
        var put = c
        if next == 104, c == 112 || c == 107 || c == 116 {  // ph, kh, th
          put = c == 112 ? 102 : c == 107 ? 104 : 116
          i += 1
        } else if c == 121 || c == 106 {  // y, j
          put = 105
        } else if c == 119 {  // w
          put = 118
        }
        if count == 0 || out[count - 1] != put {
          out[count] = put
          count += 1
        }
        i += 1
      }
      return count
    }
  }

  /// The forms with the first or the last word as an initial, for the index.
  var initials: [String] {
    let words = roman.split(separator: " ")
    guard words.count >= 2 else { return [] }
    var out: [String] = []
    for word in words {
      for other in words where other != word && word.utf8.count > 2 { out.append("\(other.prefix(1)) \(word)") }
    }
    return out
  }

  /// Letters that it shares with another name's words: 0 (no word in common) … 1 (all, or a name is hidden).
  func overlap(_ other: PersonName) -> Double {
    let a = Set(roman.split(separator: " "))
    let b = Set(other.roman.split(separator: " "))
    guard !a.isEmpty, !b.isEmpty else { return 1 }
    return Double(a.intersection(b).count) / Double(min(a.count, b.count))
  }
}
