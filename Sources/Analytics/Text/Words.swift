/// A text cut into words that can be compared across case, marks, scripts and tricks.

/// One word in its forms.
struct Word: Sendable, Hashable {
  /// Lower-case base letters in the word's own script.
  var base: String
  /// What it looks like in ASCII.
  var look: String
  /// Ended by a full stop: an initial or an abbreviation.
  var abbreviated: Bool
  /// Holds letters of two scripts.
  var mixed: Bool
}

enum Words {
  /// The words of a text, at most `limit`; what stands in brackets goes to `aside`.
  static func of(_ text: String, limit: Int = 64, aside: inout [Word]) -> [Word] {
    let folding = TextFolding.shared
    var out: [Word] = []
    var base = FoldedText()
    var look = FoldedText()
    var scripts: UInt8 = 0
    var depth = 0
    func close(_ abbreviated: Bool, _ out: inout [Word], _ aside: inout [Word]) {
      guard !base.isEmpty else { return }
      let mixed = scripts & (scripts &- 1) != 0
      let word = Word(base: base.take(), look: look.take(), abbreviated: abbreviated, mixed: mixed)
      if depth > 0 { aside.append(word) } else { out.append(word) }
      scripts = 0
    }
    for scalar in text.unicodeScalars.prefix(4_096) {
      if out.count &+ aside.count >= limit { break }
      if scalar.isIdeograph {
        close(false, &out, &aside)
        folding.eachBase(scalar) {
          base.append($0)
          look.append($0)
        }
        close(false, &out, &aside)
      } else if scalar.isWordPart {
        folding.eachBase(scalar) { base.append($0) }
        folding.eachLook(scalar) { look.append($0) }
        let script = scalar.scriptClass
        if script != 0 { scripts |= 1 << (script &- 1) }
      } else if scalar.isMark || scalar.isApostrophe {
        continue
      } else {
        close(scalar == ".", &out, &aside)
        if scalar == "(" || scalar == "[" || scalar == "（" { depth = 1 }
        if scalar == ")" || scalar == "]" || scalar == "）" { depth = 0 }
      }
    }
    close(false, &out, &aside)
    return out
  }

  static func of(_ text: String, limit: Int = 64) -> [Word] {
    var aside: [Word] = []
    let words = of(text, limit: limit, aside: &aside)
    return aside.isEmpty ? words : words + aside
  }

  /// Where `needle` stands in `words` as a run; a word may carry an ending of up to three letters (inflection).
  static func find(_ needle: [Word], in words: [Word]) -> Int? {
    guard !needle.isEmpty, words.count >= needle.count else { return nil }
    outer: for start in 0...(words.count - needle.count) {
      for (offset, want) in needle.enumerated() {
        let word = words[start + offset]
        if word.base == want.base || word.look == want.look { continue }
        if want.base.utf8.count >= 4, word.base.hasPrefix(want.base), word.base.utf8.count <= want.base.utf8.count + 3 {
          continue
        }
        continue outer
      }
      return start
    }
    return nil
  }
}
