/// Texts by number, so that accounts that share one store it once, without a `String` for each.

import CPrefetch

#if canImport(Glibc)
  import Glibc
#endif

/// UTF-8 of all texts in large pieces, and an open-addressed index over it. Numbers are given in order and stay.
struct StringTable {
  private struct Place {
    /// Zero for a text that was erased.
    var hash: UInt32
    var piece: UInt32
    var offset: UInt32
    var length: UInt32
  }

  private static let pieceSize = 1 << 20
  private var pieces: [[UInt8]] = []
  private var places: [Place] = []
  /// A text by its hash, which is kept beside its number: others that are met on the way are told apart without looking
  /// at them.
  private struct Slot {
    var hash: UInt32
    /// −1 where there is none.
    var number: Int32
    static let empty = Slot(hash: 0, number: -1)
  }
  /// A power of two of them, at most three quarters taken.
  private var slots = [Slot](repeating: .empty, count: 1024)

  var count: Int { places.count }

  /// The number of a text; −1 for nil.
  mutating func number(_ text: String?) -> Int32 {
    guard var text else { return -1 }
    return text.withUTF8 { bytes in number(UnsafeRawBufferPointer(bytes)) }
  }

  func known(_ text: String) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      let found = slots[slot(of: bytes, StringTable.hash(bytes))].number
      return found < 0 ? nil : found
    }
  }

  subscript(_ number: Int32) -> String? {
    guard number >= 0, number < places.count else { return nil }
    let place = places[Int(number)]
    let start = Int(place.offset)
    return String(decoding: pieces[Int(place.piece)][start..<(start + Int(place.length))], as: UTF8.self)
  }

  // MARK: Looking ahead

  /// The hash that a text is looked up by.
  @inline(__always)
  static func hash(of text: String) -> UInt32 {
    text.utf8.withContiguousStorageIfAvailable { hash(UnsafeRawBufferPointer($0)) } ?? 0
  }

  /// Asks for the memory that look-ups of these hashes begin with.
  func prefetchSlots(_ hashes: [UInt32]) {
    slots.withUnsafeBufferPointer { slots in
      guard let base = slots.baseAddress else { return }
      let mask = slots.count &- 1
      for hash in hashes { vedette_prefetch(base + (Int(hash &* 0x9E37_79B1) & mask)) }
    }
  }

  /// The numbers of the first text of each hash, which most likely is the one that is looked for, −1 where there is none; asks for
  /// where they are kept.
  func lookAhead(_ hashes: [UInt32], into numbers: inout [Int32]) {
    slots.withUnsafeBufferPointer { slots in
      places.withUnsafeBufferPointer { places in
        let mask = slots.count &- 1
        for hash in hashes {
          var at = Int(hash &* 0x9E37_79B1) & mask
          while slots[at].number >= 0, slots[at].hash != hash { at = (at &+ 1) & mask }
          let number = slots[at].number
          if number >= 0, let base = places.baseAddress { vedette_prefetch(base + Int(number)) }
          numbers.append(number)
        }
      }
    }
  }

  func prefetchPlaces(_ numbers: (Int32, Int32, Int32)) {
    places.withUnsafeBufferPointer {
      guard let base = $0.baseAddress else { return }
      if numbers.0 >= 0 { vedette_prefetch(base + Int(numbers.0)) }
      if numbers.1 >= 0 { vedette_prefetch(base + Int(numbers.1)) }
      if numbers.2 >= 0 { vedette_prefetch(base + Int(numbers.2)) }
    }
  }

  /// Asks for the texts themselves.
  func prefetchTexts(_ numbers: some Collection<Int32>) {
    places.withUnsafeBufferPointer { places in
      pieces.withUnsafeBufferPointer { pieces in
        guard let first = pieces.baseAddress else { return }
        for number in numbers where number >= 0 && Int(number) < places.count {
          let place = places[Int(number)]
          guard Int(place.piece) < pieces.count else { continue }
          // An array is one pointer to its head, behind which its elements are; to ask the piece itself would count a reference.
          let head = UnsafeRawPointer(first + Int(place.piece)).load(as: UnsafeRawPointer.self)
          vedette_prefetch(head + 32 + Int(place.offset))
        }
      }
    }
  }

  /// Whether a text comes before another; a number that stands for none is the empty text.
  func precedes(_ a: Int32, _ b: Int32) -> Bool { a != b && (self[a] ?? "") < (self[b] ?? "") }

  /// Overwrites a text; its number stands for the empty text from then on, and the text is a new one if it comes again.
  mutating func erase(_ number: Int32) {
    guard number >= 0, number < places.count else { return }
    let place = places[Int(number)]
    for at in 0..<Int(place.length) { pieces[Int(place.piece)][Int(place.offset) + at] = 0 }
    places[Int(number)].hash = 0
    places[Int(number)].length = 0
  }

  private mutating func number(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    let hash = StringTable.hash(bytes)
    var at = slot(of: bytes, hash)
    if slots[at].number >= 0 { return slots[at].number }
    if (places.count + 1) * 4 > slots.count * 3 {
      grow()
      at = slot(of: bytes, hash)
    }
    if pieces.last.map { $0.count + bytes.count > StringTable.pieceSize } ?? true {
      var piece: [UInt8] = []
      piece.reserveCapacity(max(StringTable.pieceSize, bytes.count))
      pieces.append(piece)
    }
    let piece = pieces.count - 1
    let number = Int32(truncatingIfNeeded: places.count)
    places.append(
      Place(
        hash: hash, piece: UInt32(truncatingIfNeeded: piece),
        offset: UInt32(truncatingIfNeeded: pieces[piece].count), length: UInt32(truncatingIfNeeded: bytes.count)))
    pieces[piece].append(contentsOf: bytes)
    slots[at] = Slot(hash: hash, number: number)
    return number
  }

  /// Seeded anew in each process, so that nobody can choose texts that collide; never zero. Eight bytes at a time: most
  /// texts are short, and each record has several.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count)
    var at = 0
    while at + 8 <= bytes.count {
      hash = foldedProduct(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), 0x9e37_79b9_7f4a_7c15)
      at += 8
    }
    var rest: UInt64 = 0
    while at < bytes.count {
      rest = rest << 8 | UInt64(bytes[at])
      at += 1
    }
    hash = foldedProduct(hash ^ rest, 0xbf58_476d_1ce4_e5b9)
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32) | 1
  }

  private static let seed = UInt64.random(in: .min ... .max)

  /// Where the text stands, or where it would.
  private func slot(of bytes: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
    let mask = slots.count - 1
    var at = Int(hash &* 0x9E37_79B1) & mask
    while slots[at].number >= 0 {
      if slots[at].hash == hash, isSame(places[Int(slots[at].number)], hash, bytes) { return at }
      at = (at + 1) & mask
    }
    return at
  }

  /// A text that was erased has another hash than the slot that it had.
  private func isSame(_ place: Place, _ hash: UInt32, _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard place.hash == hash, Int(place.length) == bytes.count else { return false }
    guard let start = bytes.baseAddress else { return true }
    return pieces[Int(place.piece)].withUnsafeBytes {
      guard let known = $0.baseAddress else { return false }
      return memcmp(known + Int(place.offset), start, bytes.count) == 0
    }
  }

  private mutating func grow() {
    var grown = [Slot](repeating: .empty, count: slots.count * 2)
    let mask = grown.count - 1
    for (number, place) in places.enumerated() where place.hash != 0 {
      var at = Int(place.hash &* 0x9E37_79B1) & mask
      while grown[at].number >= 0 { at = (at + 1) & mask }
      grown[at] = Slot(hash: place.hash, number: Int32(truncatingIfNeeded: number))
    }
    slots = grown
  }
}
