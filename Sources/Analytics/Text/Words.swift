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
    var cutter = Cutter()
    var left = 4_096
    for scalar in text.unicodeScalars {
      if left == 0 || cutter.count >= limit { break }
      left -= 1
      if scalar.isIdeograph {
        cutter.close()
        cutter.append(scalar, folding)
        cutter.close()
      } else if scalar.isWordPart {
        cutter.append(scalar, folding)
        let script = scalar.scriptClass
        if script != 0 { cutter.scripts |= 1 << (script &- 1) }
      } else if scalar.isMark || scalar.isApostrophe {
        continue
      } else {
        cutter.close(abbreviated: scalar == ".")
        if scalar == "(" || scalar == "[" || scalar == "（" { cutter.isAside = true }
        if scalar == ")" || scalar == "]" || scalar == "）" { cutter.isAside = false }
      }
    }
    cutter.close()
    aside += cutter.aside
    return cutter.words
  }

  /// The word at hand and those before it. A value of its own, so that nothing of it is shared with a closure.
  private struct Cutter {
    var words: [Word] = []
    var aside: [Word] = []
    /// Within brackets.
    var isAside = false
    /// The scripts of the word at hand.
    var scripts: UInt8 = 0
    private var base = FoldedText()
    private var look = FoldedText()

    var count: Int { words.count &+ aside.count }

    @inline(__always)
    mutating func append(_ scalar: Unicode.Scalar, _ folding: TextFolding) {
      // A letter of an ideographic script looks like nothing else.
      if scalar.isIdeograph {
        folding.eachBase(scalar) {
          base.append($0)
          look.append($0)
        }
        return
      }
      folding.eachBase(scalar) { base.append($0) }
      folding.eachLook(scalar) { look.append($0) }
    }

    mutating func close(abbreviated: Bool = false) {
      guard !base.isEmpty else { return }
      let mixed = scripts & (scripts &- 1) != 0
      let word = Word(base: base.take(), look: look.take(), abbreviated: abbreviated, mixed: mixed)
      if isAside { aside.append(word) } else { words.append(word) }
      scripts = 0
    }
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
