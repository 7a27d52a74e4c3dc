/// Rows by plain keys, for what is asked once for every record.

import CPrefetch
import Evidence

/// A key of plain words. Whoever sends packets chooses keys, so the hash has to depend on a seed that nobody outside knows.
protocol DenseKey: Equatable, BitwiseCopyable {
  func hash(seed: UInt64) -> UInt64
}

/// A dictionary that only grows: rows lie side by side in the order in which they came, and an index of words finds them. What
/// is kept of most keys is a row and a word or two, without an allocation of its own.
struct DenseTable<Key: DenseKey, Row> {
  /// In as many bits as it takes to number the slots place + 1, in those above them some of the hash; or 0. A power of two, at most
  /// half of them in use, found by linear probing.
  private var slots: [UInt32]
  private let seed = UInt64.random(in: .min ... .max)
  private(set) var keys = GrowingList<Key>()
  /// By the places of `keys`.
  var rows = GrowingList<Row>()

  init() { slots = Array(repeating: 0, count: 64) }

  var count: Int { keys.count }

  /// The place of a key, nil where it is unknown.
  func place(of key: Key) -> Int? {
    let hash = key.hash(seed: seed)
    let mask = slots.count &- 1
    var at = home(hash, mask)
    while slots[at] != 0 {
      let word = slots[at]
      let place = place(in: word, mask)
      if isOf(hash, word, mask), keys[place] == key { return place }
      at = (at &+ 1) & mask
    }
    return nil
  }

  /// Asks for the memory that a look-up of the key will begin with: of a table that is large and asked at random, waiting for it
  /// is most of the work.
  @inline(__always)
  func prefetch(_ key: Key) {
    let at = home(key.hash(seed: seed), slots.count &- 1)
    slots.withUnsafeBufferPointer { if let base = $0.baseAddress { vedette_prefetch(base + at) } }
  }

  /// The same of many keys.
  func prefetch(_ keys: [Key]) {
    slots.withUnsafeBufferPointer { slots in
      guard let base = slots.baseAddress else { return }
      let mask = slots.count &- 1
      for key in keys { vedette_prefetch(base + home(key.hash(seed: seed), mask)) }
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
            let hash = key.hash(seed: seed)
            var at = home(hash, mask)
            while slots[at] != 0, !isOf(hash, slots[at], mask) { at = (at &+ 1) & mask }
            let place = place(in: slots[at], mask)
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
    put(key.hash(seed: seed), place)
    keys.append(key)
    rows.append(row)
    return place
  }

  // MARK: slots

  /// Where the search begins: other bits of the hash than those that are kept.
  @inline(__always)
  private func home(_ hash: UInt64, _ mask: Int) -> Int { Int(truncatingIfNeeded: hash) & mask }

  /// What a slot keeps of a hash.
  @inline(__always)
  private func tag(_ hash: UInt64, _ mask: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: hash >> 32) & ~UInt32(truncatingIfNeeded: mask)
  }

  @inline(__always)
  private func isOf(_ hash: UInt64, _ word: UInt32, _ mask: Int) -> Bool {
    word & ~UInt32(truncatingIfNeeded: mask) == tag(hash, mask)
  }

  /// −1 in a slot that is free.
  @inline(__always)
  private func place(in word: UInt32, _ mask: Int) -> Int { Int(word) & mask &- 1 }

  private mutating func put(_ hash: UInt64, _ place: Int) {
    let mask = slots.count &- 1
    var at = home(hash, mask)
    while slots[at] != 0 { at = (at &+ 1) & mask }
    slots[at] = tag(hash, mask) | UInt32(truncatingIfNeeded: place &+ 1)
  }

  private mutating func grow() {
    let count = slots.count &* 2
    // The old ones first, so that they are not there beside the new.
    slots = []
    slots = Array(repeating: 0, count: count)
    for place in keys.indices { put(keys[place].hash(seed: seed), place) }
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
