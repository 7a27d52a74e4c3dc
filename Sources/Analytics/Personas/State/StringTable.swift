/// Texts by number, so that accounts that share one store it once and share its number.

struct StringTable {
  private var numbers: [String: Int32] = [:]
  private(set) var texts: [String] = []

  /// The number of a text; −1 for nil.
  mutating func number(_ text: String?) -> Int32 {
    guard let text else { return -1 }
    if let known = numbers[text] { return known }
    let number = Int32(truncatingIfNeeded: texts.count)
    numbers[text] = number
    texts.append(text)
    return number
  }

  func known(_ text: String) -> Int32? { numbers[text] }

  subscript(_ number: Int32) -> String? { number < 0 || number >= texts.count ? nil : texts[Int(number)] }
}
