/// Letters made comparable: base letters, romanised letters, and what letters look like.

/// The lookups of `TextTables`, one step a scalar.
struct TextFolding: Sendable {
  /// What a scalar becomes: nothing known (itself), one scalar, or up to three ASCII letters.
  private enum Entry: Sendable {
    case same
    case one(Unicode.Scalar)
    case several(String)
  }

  static let shared = TextFolding()

  private let bases: [UInt32: Entry]
  private let romanised: [UInt32: Entry]
  private let confusables: [UInt32: Entry]

  private init() {
    func load(_ groups: [(to: String, from: String)]) -> [UInt32: Entry] {
      var out: [UInt32: Entry] = [:]
      for group in groups {
        let scalars = Array(group.to.unicodeScalars)
        let entry: Entry = scalars.count == 1 ? .one(scalars[0]) : .several(group.to)
        for scalar in group.from.unicodeScalars { out[scalar.value] = entry }
      }
      return out
    }
    bases = load(TextTables.bases)
    romanised = load(TextTables.romanised)
    confusables = load(TextTables.confusables)
  }

  /// Appends the lower-case base of a scalar, without marks, in its own script.
  func appendBase(_ scalar: Unicode.Scalar, to out: inout String.UnicodeScalarView) {
    if scalar.value < 0x80 {
      out.append(scalar.value >= 65 && scalar.value <= 90 ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      return
    }
    switch bases[scalar.value] ?? .same {
    case .one(let s): out.append(s)
    case .several(let text): out.append(contentsOf: text.unicodeScalars)
    case .same: out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// Gives the lower-case base of a scalar, without marks, in its own script, as numbers.
  @inline(__always)
  func eachBase(_ scalar: Unicode.Scalar, _ body: (UInt32) -> Void) {
    if scalar.value < 0x80 { return body(scalar.value >= 65 && scalar.value <= 90 ? scalar.value + 32 : scalar.value) }
    switch bases[scalar.value] ?? .same {
    case .one(let s): body(s.value)
    case .several(let text): for s in text.unicodeScalars { body(s.value) }
    case .same: for s in scalar.properties.lowercaseMapping.unicodeScalars { body(s.value) }
    }
  }

  /// Appends the romanisation of a lower-case base scalar.
  func appendRoman(_ scalar: Unicode.Scalar, to out: inout String.UnicodeScalarView) {
    guard scalar.value >= 0x80 else { return out.append(scalar) }
    switch romanised[scalar.value] ?? .same {
    case .one(let s): out.append(s)
    case .several(let text): out.append(contentsOf: text.unicodeScalars)
    case .same: out.append(scalar)
    }
  }

  /// Appends what a scalar looks like in lower-case ASCII, or its base where it looks like none (UTS #39 skeleton,
  /// with letter case set aside afterwards).
  func appendLook(_ scalar: Unicode.Scalar, to out: inout String.UnicodeScalarView) {
    switch confusables[scalar.value] ?? .same {
    case .one(let s): appendBase(s, to: &out)
    case .several(let text): for s in text.unicodeScalars { appendBase(s, to: &out) }
    case .same: appendBase(scalar, to: &out)
    }
  }

  /// The text in lower-case base letters, nothing else changed.
  func base(_ text: some StringProtocol) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.isMark { appendBase(scalar, to: &out) }
    return String(out)
  }

  func roman(_ text: some StringProtocol) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { appendRoman(scalar, to: &out) }
    return String(out)
  }

  func look(_ text: some StringProtocol) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.isMark { appendLook(scalar, to: &out) }
    return String(out)
  }
}

extension Unicode.Scalar {
  /// A mark on the letter before it, or a character without width.
  var isMark: Bool {
    guard value >= 0x300 else { return value == 0xAD }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return true
    default: return false
    }
  }

  /// An apostrophe within a word.
  var isApostrophe: Bool { value == 0x27 || value == 0x2019 || value == 0x2BC || value == 0x2018 || value == 0x60 }

  var isWordPart: Bool {
    if value < 0x80 {
      return value >= 48 && value <= 57 || value >= 65 && value <= 90 || value >= 97 && value <= 122
    }
    return properties.isAlphabetic || properties.numericType != nil
  }

  /// Scripts that write without spaces: each character counts as a word.
  var isIdeograph: Bool {
    value >= 0x3040 && value <= 0x30FF || value >= 0x3400 && value <= 0x9FFF || value >= 0xF900 && value <= 0xFAFF
      || value >= 0x20000 && value <= 0x3FFFF
  }

  /// Latin 1, Greek 2, Cyrillic 3, Armenian 4, other 0: only what can be mixed to deceive.
  var scriptClass: UInt8 {
    switch value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: 1
    case 0x370...0x3FF, 0x1F00...0x1FFF: 2
    case 0x400...0x52F: 3
    case 0x531...0x58F: 4
    default: 0
    }
  }
}
