/// Handles that spell a person's name: often all that is seen of an account that nobody looked up.

enum HandleName {
  /// Letters as they look, romanised loosely, nothing else.
  static func form(_ text: some StringProtocol) -> String {
    let folding = TextFolding.shared
    var letters = FoldedText()
    for scalar in text.unicodeScalars where !scalar.isMark {
      folding.eachLook(scalar) { look in
        folding.eachRoman(look) { if $0.isWordPart, !($0.value >= 48 && $0.value <= 57) { letters.append($0) } }
      }
    }
    return PersonName.loosened(letters.bytes)
  }

  /// The first and the last name in both orders without a space between them, and all words as they stand.
  static func forms(of name: PersonName) -> Set<String> {
    let words = name.romanWords
    guard words.count >= 2, let first = words.first, let last = words.last, first.utf8.count > 1, last.utf8.count > 1
    else { return [] }
    return Set(
      [
        first + last, last + first, words.joined(), words.dropFirst().joined() + first,
        last + words.dropLast().joined(),
      ]
      .map(looked))
  }

  /// One name as an initial before the other: many people's handles, and so no more than a hint.
  static func shortForms(of name: PersonName) -> Set<String> {
    let words = name.romanWords
    guard words.count >= 2, let first = words.first, let last = words.last else { return [] }
    return Set(
      [(first, last), (last, first), (first, words.dropFirst().joined())].filter { $0.1.utf8.count >= 5 }.map {
        looked(String($0.0.prefix(1)) + $0.1)
      })
  }

  /// As the letters look, for that is how handles are compared (`m` as `rn`, for one).
  private static func looked(_ roman: String) -> String { PersonName.loosened(TextFolding.shared.look(roman)) }

  /// What a handle may spell: without the server's name, figures, and a tail that only makes it unique.
  static func readings(of handle: String) -> [String] {
    let local = handle.prefix { $0 != "@" }
    let parts = local.split { $0 == "." || $0 == "_" || $0 == "-" }
    let words = parts.filter { part in !part.utf8.contains { $0 >= 48 && $0 <= 57 } || parts.count == 1 }
    let whole = form(words.joined())
    guard whole.utf8.count >= 6 else { return [] }
    var out = [whole]
    // Given name and family name with a word beside them.
    if words.count > 2 { out += [form(words.prefix(2).joined()), form(words.suffix(2).joined())] }
    return out
  }
}
