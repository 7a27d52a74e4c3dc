/// People by their names with one letter left out, which is how names one slip apart are found.

/// A name is asked for under as many hashes as it has letters, and nearly none of them is known: a bit for each tells that
/// without looking for it.
struct DeletesIndex {
  private var people: [UInt64: FewNumbers] = [:]
  /// A power of two of bits, at least eight for each hash.
  private var bits = [UInt64](repeating: 0, count: 64)

  mutating func add(_ name: [UInt8], _ person: Int) {
    EditDistance.eachDelete(name) { hash in
      people[hash, default: FewNumbers()].insert(Int32(truncatingIfNeeded: person))
      set(hash)
    }
    if people.count * 8 > bits.count * 64 { grow() }
  }

  /// Gives the people who may bear a name one slip away, some of them more than once.
  func each(near name: [UInt8], _ body: (Int) -> Void) {
    EditDistance.eachDelete(name) { hash in
      guard bits[word(hash)] & 1 << (hash & 63) != 0 else { return }
      for person in people[hash] ?? FewNumbers() { body(Int(person)) }
    }
  }

  private func word(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 6) & (bits.count - 1) }

  private mutating func set(_ hash: UInt64) { bits[word(hash)] |= 1 << (hash & 63) }

  private mutating func grow() {
    bits = [UInt64](repeating: 0, count: bits.count * 2)
    for hash in people.keys { set(hash) }
  }
}
