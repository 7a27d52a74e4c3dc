/// What a text is worded like, in sixteen bytes: the text itself is not kept.

/// MinHash of a text's pairs of words, two minima to a band. Texts that share two bands are worded alike: of a template
/// in which one word of twelve is another, seven of ten pairs stay, and two of four bands are shared in two cases of three;
/// of two texts that share one pair in five, in one case of a hundred.
struct Wording: Hashable {
  /// Four bands, 64 bits in each half of which two are packed.
  var first: UInt64
  var second: UInt64

  /// Nil when there is too little text to tell: texts of fewer words are said by many. Links are left out, figures count
  /// alike.
  init?(_ text: String, minimumWords: Int = PersonaThresholds().wordingWords) {
    let folding = TextFolding.shared
    var pairs = Pairs()
    var isLink = false
    var colon = 0
    var left = 2_000
    for scalar in text.unicodeScalars {
      if left == 0 { break }
      left -= 1
      let value = scalar.value
      if isLink {
        isLink = !(value <= 32 || value == 0x3000)
        continue
      }
      // What stands before "://" is no word, and what follows is a link up to the next space.
      colon = value == 58 ? 1 : colon > 0 && value == 47 ? colon + 1 : 0
      if colon == 3 {
        isLink = true
        pairs.leave()
      } else if scalar.isWordPart {
        let isWord = scalar.isIdeograph
        if isWord { pairs.close() }
        if value < 0x80 {
          pairs.append(value >= 65 && value <= 90 ? value + 32 : value)
        } else {
          folding.eachBase(scalar) { pairs.append($0.value) }
        }
        pairs.letters += 1
        if isWord { pairs.close() }
      } else if value != 58, value != 47, !scalar.isMark {
        pairs.close()
      } else if value == 47, colon == 0 {
        pairs.close()
      }
    }
    pairs.close()
    guard pairs.words >= minimumWords else { return nil }
    func band(_ x: UInt32, _ y: UInt32) -> UInt64 {
      Wording.mixed(UInt64(x) << 32 | UInt64(y)) >> 32
    }
    let minima = pairs.minima
    first = band(minima.0, minima.1) << 32 | band(minima.2, minima.3)
    second = band(minima.4, minima.5) << 32 | band(minima.6, minima.7)
  }

  /// The words of a text, two at a time, as far as they were read.
  private struct Pairs {
    var minima = (UInt32.max, UInt32.max, UInt32.max, UInt32.max, UInt32.max, UInt32.max, UInt32.max, UInt32.max)
    var words = 0
    var letters = 0
    private var previous: UInt64 = 0
    private var word: UInt64 = Wording.seed

    /// Adds a letter in its base form.
    @inline(__always)
    mutating func append(_ value: UInt32) {
      word = (word ^ UInt64(value >= 48 && value <= 57 ? 48 : value)) &* 0x0000_0100_0000_01b3
    }

    /// The word so far is none.
    mutating func leave() {
      word = Wording.seed
      letters = 0
    }

    mutating func close() {
      guard letters > 0 else { return }
      if words > 0 {
        let pair = Wording.mixed(previous &* 0x9E37_79B9_7F4A_7C15 ^ word)
        let a = UInt32(truncatingIfNeeded: pair)
        let b = UInt32(truncatingIfNeeded: pair >> 32) | 1
        minima.0 = min(minima.0, Wording.mixed(a))
        minima.1 = min(minima.1, Wording.mixed(a &+ b))
        minima.2 = min(minima.2, Wording.mixed(a &+ 2 &* b))
        minima.3 = min(minima.3, Wording.mixed(a &+ 3 &* b))
        minima.4 = min(minima.4, Wording.mixed(a &+ 4 &* b))
        minima.5 = min(minima.5, Wording.mixed(a &+ 5 &* b))
        minima.6 = min(minima.6, Wording.mixed(a &+ 6 &* b))
        minima.7 = min(minima.7, Wording.mixed(a &+ 7 &* b))
      }
      previous = word
      words += 1
      leave()
    }
  }

  /// The 32 bits of one of the four bands.
  func band(_ place: Int) -> UInt64 {
    let half = place < 2 ? first : second
    return place & 1 == 0 ? half >> 32 : half & 0xFFFF_FFFF
  }

  /// The bands, each with its place, so that the same number at another place is another.
  var bands: [UInt64] {
    [band(0), 1 << 32 | band(1), 2 << 32 | band(2), 3 << 32 | band(3)]
  }

  /// Bands that two texts share, 0…4.
  func shared(_ other: Wording) -> Int {
    (first >> 32 == other.first >> 32 ? 1 : 0) + (UInt32(truncatingIfNeeded: first ^ other.first) == 0 ? 1 : 0)
      + (second >> 32 == other.second >> 32 ? 1 : 0) + (UInt32(truncatingIfNeeded: second ^ other.second) == 0 ? 1 : 0)
  }

  private static let seed: UInt64 = 0xcbf2_9ce4_8422_2325

  private static func mixed(_ x: UInt64) -> UInt64 {
    var z = x
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private static func mixed(_ x: UInt32) -> UInt32 {
    var z = x
    z = (z ^ (z >> 16)) &* 0x85EB_CA6B
    z = (z ^ (z >> 13)) &* 0xC2B2_AE35
    return z ^ (z >> 16)
  }
}
