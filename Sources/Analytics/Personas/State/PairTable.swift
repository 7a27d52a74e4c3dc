/// Values by pairs of numbers, for what is asked for every record.

/// Two numbers of texts. They are given in order, so nobody can choose them; the seed costs nothing.
struct PairKey: DenseKey {
  var raw: UInt64
  func hash(seed: UInt64) -> UInt64 { foldedProduct(raw ^ seed, 0x9e37_79b9_7f4a_7c15) }
}

/// A dictionary of which little is ever taken out: the place of what was stays.
struct PairTable<Value> {
  private var table = DenseTable<PairKey, Value?>()

  subscript(key: UInt64) -> Value? {
    get { table.place(of: PairKey(raw: key)).flatMap { table.rows[$0] } }
    set {
      if let place = table.place(of: PairKey(raw: key)) {
        table.rows[place] = newValue
      } else if newValue != nil {
        table.append(PairKey(raw: key), newValue)
      }
    }
  }

  /// See ``DenseTable/prefetch(_:)`` and ``DenseTable/lookAhead(_:into:)``.
  func prefetch(_ keys: [PairKey]) { table.prefetch(keys) }
  func lookAhead(_ keys: [PairKey], into places: inout [Int32]) { table.lookAhead(keys, into: &places) }

  /// By the places of a look ahead.
  var rows: GrowingList<Value?> { table.rows }

  /// Reads something of the value of a key where it is.
  @inline(__always)
  func read<Result>(_ key: UInt64, _ body: (borrowing Value) -> Result) -> Result? {
    guard let place = table.place(of: PairKey(raw: key)) else { return nil }
    switch table.rows[place] {
    case .some(let value): return body(value)
    case .none: return nil
    }
  }

  /// Changes the value of a key where it is.
  mutating func update(_ key: UInt64, default first: Value, _ body: (inout Value) -> Void) {
    let place = table.place(of: PairKey(raw: key)) ?? table.append(PairKey(raw: key), nil)
    var value = table.rows[place] ?? first
    table.rows[place] = nil
    body(&value)
    table.rows[place] = value
  }
}
