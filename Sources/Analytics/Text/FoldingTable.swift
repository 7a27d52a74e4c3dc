/// What single characters become, looked up in one step: no hashing, and no text is made for it.

/// Characters and what each becomes, in pages of 256; most pages are empty, and those share one.
struct FoldingTable: Sendable {
  /// By the upper bits of a character, where its page begins in `cells`.
  private var pages: [UInt32] = []
  /// What a character becomes, as a number in `starts`; zero where it stays as it is.
  private var cells = [UInt16](repeating: 0, count: 256)
  private var starts: [UInt32] = [0, 0]
  private var scalars: [Unicode.Scalar] = []

  init(_ groups: [(to: String, from: String)]) {
    for group in groups {
      let number = UInt16(truncatingIfNeeded: starts.count - 1)
      scalars += Array(group.to.unicodeScalars)
      starts.append(UInt32(truncatingIfNeeded: scalars.count))
      for scalar in group.from.unicodeScalars { set(scalar.value, number) }
    }
  }

  private mutating func set(_ value: UInt32, _ number: UInt16) {
    let page = Int(value >> 8)
    while pages.count <= page { pages.append(0) }
    if pages[page] == 0 {
      pages[page] = UInt32(truncatingIfNeeded: cells.count)
      cells += [UInt16](repeating: 0, count: 256)
    }
    cells[Int(pages[page]) + Int(value & 0xFF)] = number
  }

  /// What a character becomes; nil where it stays as it is.
  @inline(__always)
  func replacement(_ value: UInt32) -> Range<Int>? {
    let page = Int(value >> 8)
    guard page < pages.count else { return nil }
    let number = Int(cells[Int(pages[page]) + Int(value & 0xFF)])
    return number == 0 ? nil : Int(starts[number])..<Int(starts[number + 1])
  }

  @inline(__always)
  subscript(place: Int) -> Unicode.Scalar { scalars[place] }
}
