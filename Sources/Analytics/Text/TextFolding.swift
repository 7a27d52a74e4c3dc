/// Letters made comparable: base letters, romanised letters, and what letters look like.

/// The lookups of `TextTables`, one step a scalar. A class, so that whoever holds it for a text holds one reference.
final class TextFolding: Sendable {
  static let shared = TextFolding()

  private let bases = FoldingTable(TextTables.bases)
  private let romanised = FoldingTable(TextTables.romanised)
  private let confusables = FoldingTable(TextTables.confusables)

  private init() {}

  /// Gives the lower-case base of a scalar, without marks, in its own script.
  @inline(__always)
  func eachBase(_ scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
    if scalar.value < 0x80 {
      return body(scalar.value >= 65 && scalar.value <= 90 ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
    }
    if let places = bases.replacement(scalar.value) {
      for place in places { body(bases[place]) }
    } else if scalar.isIdeograph {
      body(scalar)
    } else {
      for one in scalar.properties.lowercaseMapping.unicodeScalars { body(one) }
    }
  }

  /// Gives the romanisation of a lower-case base scalar.
  @inline(__always)
  func eachRoman(_ scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
    guard scalar.value >= 0x80, let places = romanised.replacement(scalar.value) else { return body(scalar) }
    for place in places { body(romanised[place]) }
  }

  /// Gives what a scalar looks like in lower-case ASCII, or its base where it looks like none (UTS #39 skeleton,
  /// with letter case set aside afterwards).
  @inline(__always)
  func eachLook(_ scalar: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
    guard let places = confusables.replacement(scalar.value) else { return eachBase(scalar, body) }
    for place in places { eachBase(confusables[place], body) }
  }

  /// The text in lower-case base letters, nothing else changed.
  func base(_ text: some StringProtocol) -> String {
    var out = FoldedText()
    for scalar in text.unicodeScalars where !scalar.isMark { eachBase(scalar) { out.append($0) } }
    return out.take()
  }

  func roman(_ text: some StringProtocol) -> String {
    var out = FoldedText()
    for scalar in text.unicodeScalars { eachRoman(scalar) { out.append($0) } }
    return out.take()
  }

  func look(_ text: some StringProtocol) -> String {
    var out = FoldedText()
    for scalar in text.unicodeScalars where !scalar.isMark { eachLook(scalar) { out.append($0) } }
    return out.take()
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
