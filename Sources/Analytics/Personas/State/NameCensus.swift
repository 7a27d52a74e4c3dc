/// How common names are among all accounts seen, so that namesakes of people with common names stay quiet.

struct NameCensus {
  private var bearers: [UInt64: UInt32] = [:]
  private var names: UInt64 = 0
  /// Words counted at most; of later ones nothing is known, and they count as rare.
  private static let limit = 4_000_000

  /// Counts a name that an account bears.
  mutating func count(_ text: String) {
    names &+= 1
    for word in NameCensus.words(text) {
      if let known = bearers[word] {
        bearers[word] = known &+ 1
      } else if bearers.count < NameCensus.limit {
        bearers[word] = 1
      }
    }
  }

  /// How many accounts would bear all words of a name if words met by chance, beside the one that is looked at.
  func expectedBearers(_ text: String) -> Double {
    let words = NameCensus.words(text)
    guard words.count >= 2, names > 0 else { return 0 }
    var expected = Double(names)
    for word in words { expected *= Double(max(1, (bearers[word] ?? 1)) - 1) / Double(names) }
    return expected
  }

  /// The words of a name in base letters, hashed; the same in every process.
  private static func words(_ text: String) -> [UInt64] {
    let folding = TextFolding.shared
    var out: [UInt64] = []
    var word: UInt64 = 0xcbf2_9ce4_8422_2325
    var letters = 0
    var left = 128
    for scalar in text.unicodeScalars {
      if left == 0 { break }
      left -= 1
      if scalar.isWordPart {
        folding.eachBase(scalar) { word = (word ^ UInt64($0.value)) &* 0x0000_0100_0000_01b3 }
        letters += 1
      } else if !scalar.isMark, letters > 0 {
        if letters > 1 { out.append(word) }
        word = 0xcbf2_9ce4_8422_2325
        letters = 0
      }
    }
    if letters > 1 { out.append(word) }
    return out
  }
}
