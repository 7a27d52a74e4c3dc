import CPrefetch

/// Finds numbers by hash: open addressing with linear probing over one array of words.
///
/// Invariant: `slots` has `mask + 1` words, a power of two; a word is 0 (empty) or hash << 32 | number + 1; at most half of the
/// words are in use, and between a number's home slot and its slot there is no empty one. What the numbers stand for
/// is the owner's business: it says which of those with the same hash it means.
package struct HashIndex: ~Copyable {
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: UInt32
  package private(set) var count = 0

  /// Begins small, doubles as needed, up to the 2^31 words that 32-bit hashes can spread over, and shrinks when little is left.
  package init(expecting expected: Int = 1024) {
    var words = 1024
    while words < expected * 2, words < 1 << 24 { words <<= 1 }
    slots = Self.make(words)
    mask = UInt32(words - 1)
  }

  deinit { PageMemory.release(slots, (Int(mask) + 1) * 8) }

  private static func make(_ words: Int) -> UnsafeMutablePointer<UInt64> {
    guard let memory = PageMemory.reserve(words * 8) else {
      fatalError("out of memory for a hash table of \(words) words")
    }
    return memory.bindMemory(to: UInt64.self, capacity: words)
  }

  /// Brings the words that a look-up will read nearer: two cache lines where it begins near the end of one.
  @inline(__always)
  func prefetch(_ hash: UInt32) {
    let home = hash & mask
    vedette_prefetch(slots + Int(home))
    if home & 7 >= 5 { vedette_prefetch(slots + Int((home &+ 3) & mask)) }
  }

  /// The first number with that hash, be it the right one or not; `.none` if there is none. Of a third of all numbers the home
  /// slot is another's, so that one look is not enough.
  @inline(__always)
  func likely(_ hash: UInt32) -> UInt32 {
    var at = hash & mask
    while true {
      let word = slots[Int(at)]
      if word == 0 { return .none }
      if UInt32(truncatingIfNeeded: word >> 32) == hash { return UInt32(truncatingIfNeeded: word) &- 1 }
      at = (at &+ 1) & mask
    }
  }

  /// The number with that hash that `matches`, or `.none`.
  @inline(__always)
  package func first(_ hash: UInt32, where matches: (UInt32) -> Bool) -> UInt32 {
    var at = hash & mask
    while true {
      let word = slots[Int(at)]
      if word == 0 { return .none }
      if UInt32(truncatingIfNeeded: word >> 32) == hash {
        let number = UInt32(truncatingIfNeeded: word) &- 1
        if matches(number) { return number }
      }
      at = (at &+ 1) & mask
    }
  }

  package mutating func insert(_ hash: UInt32, _ number: UInt32) {
    if count >= Int(mask) / 2, mask < 1 << 30 { resize(to: (Int(mask) + 1) * 2) }
    put(UInt64(hash) << 32 | UInt64(number &+ 1))
    count &+= 1
  }

  package mutating func remove(_ hash: UInt32, _ number: UInt32) {
    let wanted = UInt64(hash) << 32 | UInt64(number &+ 1)
    var at = hash & mask
    while slots[Int(at)] != wanted {
      if slots[Int(at)] == 0 { return }
      at = (at &+ 1) & mask
    }
    // Close the hole: pull back each follower whose home does not lie behind the hole.
    var hole = at
    var next = (at &+ 1) & mask
    while slots[Int(next)] != 0 {
      let home = UInt32(truncatingIfNeeded: slots[Int(next)] >> 32) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        slots[Int(hole)] = slots[Int(next)]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    slots[Int(hole)] = 0
    count &-= 1
    // A flood that is over leaves a table of which little is in use: what is left fills a quarter of the new one at most.
    if mask >= 1 << 16, count &* 16 < Int(mask) { resize(to: (Int(mask) + 1) / 4) }
  }

  @inline(__always)
  private func put(_ word: UInt64) {
    var at = UInt32(truncatingIfNeeded: word >> 32) & mask
    while slots[Int(at)] != 0 { at = (at &+ 1) & mask }
    slots[Int(at)] = word
  }

  @inline(never)
  private mutating func resize(to words: Int) {
    let old = slots
    let length = Int(mask) + 1
    slots = Self.make(words)
    mask = UInt32(words - 1)
    for i in 0..<length where old[i] != 0 { put(old[i]) }
    PageMemory.release(old, length * 8)
  }
}

/// Folds a product of two words: the mixing step of the hashes here.
@inline(__always)
func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}
