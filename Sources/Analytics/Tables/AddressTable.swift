/// Rows by addresses, of which most are of IPv4.

import Evidence

/// A key that has addresses in it, and is a short one where all of them are of IPv4.
protocol AddressKey: DenseKey {
  associatedtype Narrow: DenseKey

  /// Nil where an address is of IPv6.
  var narrow: Narrow? { get }
  init(_ narrow: Narrow)
}

/// A dictionary that only grows, as ``DenseTable``: keys of IPv4 are kept apart, in a fraction of the room.
struct AddressTable<Key: AddressKey, Row> {
  private var narrow = DenseTable<Key.Narrow, Row>()
  private var wide = DenseTable<Key, Row>()

  /// The places that are taken: below 0 those whose keys have addresses of IPv6.
  var places: Range<Int> { -wide.count..<narrow.count }

  var count: Int { narrow.count &+ wide.count }

  /// The place of a key, nil where it is unknown.
  @inline(__always)
  func place(of key: Key) -> Int? {
    if let narrow = key.narrow { self.narrow.place(of: narrow) } else { wide.place(of: key).map { ~$0 } }
  }

  /// Adds a key that is not yet there and gives its place.
  @discardableResult
  mutating func append(_ key: Key, _ row: Row) -> Int {
    if let narrow = key.narrow { self.narrow.append(narrow, row) } else { ~wide.append(key, row) }
  }

  func key(_ place: Int) -> Key { place >= 0 ? Key(narrow.keys[place]) : wide.keys[~place] }

  subscript(place: Int) -> Row {
    // Lent and in line: what is asked of a row that is large costs no copy of it.
    @inline(__always) _read {
      if place >= 0 { yield narrow.rows[place] } else { yield wide.rows[~place] }
    }
    @inline(__always) _modify {
      if place >= 0 { yield &narrow.rows[place] } else { yield &wide.rows[~place] }
    }
  }

  /// Lends a row for reading: for loops over all of them. What a subscript lends, it lends through a frame that it may have to
  /// allocate.
  @inline(__always)
  func read<R>(_ place: Int, _ body: (borrowing Row) -> R) -> R {
    place >= 0 ? body(narrow.rows[place]) : body(wide.rows[~place])
  }

  /// See ``DenseTable/prefetch(_:)``.
  @inline(__always)
  func prefetch(_ key: Key) {
    if let narrow = key.narrow { self.narrow.prefetch(narrow) } else { wide.prefetch(key) }
  }
}
