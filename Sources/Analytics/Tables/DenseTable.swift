/// Rows by plain keys, for what is asked once for every record.

import CPrefetch
import Evidence

/// A key of plain words. Whoever sends packets chooses keys, so the hash has to depend on a seed that nobody outside knows.
protocol DenseKey: Equatable, BitwiseCopyable {
  func hash(seed: UInt64) -> UInt64
}

/// A dictionary that only grows: rows lie side by side in the order in which they came, and an index of words finds them. What
/// is kept of most keys is a row and two words, without an allocation of its own.
struct DenseTable<Key: DenseKey, Row> {
  /// Hash << 32 | place + 1, or 0; a power of two, at most half of them in use, found by linear probing.
  private var slots: [UInt64]
  private let seed = UInt64.random(in: .min ... .max)
  private(set) var keys = GrowingList<Key>()
  /// By the places of `keys`.
  var rows = GrowingList<Row>()

  init() { slots = Array(repeating: 0, count: 64) }

  var count: Int { keys.count }

  /// The place of a key, nil where it is unknown.
  func place(of key: Key) -> Int? {
    let hash = key.hash(seed: seed) >> 32
    var at = Int(hash) & (slots.count &- 1)
    while slots[at] != 0 {
      let word = slots[at]
      let place = Int(word & 0xFFFF_FFFF) &- 1
      if word >> 32 == hash, keys[place] == key { return place }
      at = (at &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  /// Asks for the memory that a look-up of the key will begin with: of a table that is large and asked at random, waiting for it
  /// is most of the work.
  @inline(__always)
  func prefetch(_ key: Key) {
    let at = Int(key.hash(seed: seed) >> 32) & (slots.count &- 1)
    slots.withUnsafeBufferPointer { if let base = $0.baseAddress { vedette_prefetch(base + at) } }
  }

  /// The same of many keys.
  func prefetch(_ keys: [Key]) {
    slots.withUnsafeBufferPointer { slots in
      guard let base = slots.baseAddress else { return }
      let mask = slots.count &- 1
      for key in keys { vedette_prefetch(base + (Int(key.hash(seed: seed) >> 32) & mask)) }
    }
  }

  /// The places that keys most likely have, by their hashes alone, −1 where there is none; asks for the memory there.
  func lookAhead(_ wanted: [Key], into found: inout [Int32]) {
    slots.withUnsafeBufferPointer { slots in
      keys.withUnsafeBufferPointer { keys in
        rows.withUnsafeBufferPointer { rows in
          guard let firstKey = keys.baseAddress, let firstRow = rows.baseAddress else {
            for _ in wanted { found.append(-1) }
            return
          }
          let mask = slots.count &- 1
          for key in wanted {
            let hash = key.hash(seed: seed) >> 32
            var at = Int(hash) & mask
            while slots[at] != 0, slots[at] >> 32 != hash { at = (at &+ 1) & mask }
            let place = Int(slots[at] & 0xFFFF_FFFF) &- 1
            if place >= 0 {
              vedette_prefetch(firstKey + place)
              vedette_prefetch(firstRow + place)
            }
            found.append(Int32(truncatingIfNeeded: place))
          }
        }
      }
    }
  }

  /// Adds a key that is not yet there and gives its place.
  @discardableResult
  mutating func append(_ key: Key, _ row: Row) -> Int {
    if keys.count &* 2 >= slots.count { grow() }
    let place = keys.count
    put(key.hash(seed: seed) & ~0xFFFF_FFFF | UInt64(place &+ 1))
    keys.append(key)
    rows.append(row)
    return place
  }

  private mutating func put(_ word: UInt64) {
    var at = Int(word >> 32) & (slots.count &- 1)
    while slots[at] != 0 { at = (at &+ 1) & (slots.count &- 1) }
    slots[at] = word
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count &* 2)
    for word in old where word != 0 { put(word) }
  }
}

extension FlowID: DenseKey {
  func hash(seed: UInt64) -> UInt64 { foldedProduct(rawValue ^ seed, 0x9e37_79b9_7f4a_7c15) }
}

/// Both halves of the product of two words: each bit depends on all of both.
func foldedProduct(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}
