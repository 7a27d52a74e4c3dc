/// A hash that is the same in every run and on every machine: names of derived records are made of it.

/// FNV-1a, 64 bits, over the bytes given, finished with a mix so that all bits depend on all bytes. Not for keys that
/// an attacker could profit from colliding: it names records, it does not index them.
public struct StableHash: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  public mutating func combine(_ value: UInt64) {
    var v = value
    for _ in 0..<8 {
      state = (state ^ (v & 0xFF)) &* 0x0000_0100_0000_01b3
      v >>= 8
    }
  }

  public mutating func combine(_ value: Int64) { combine(UInt64(bitPattern: value)) }

  /// Text with its length, so that ("ab", "c") and ("a", "bc") differ.
  public mutating func combine(_ text: String) {
    var state = state
    // Nearly all texts are in one piece.
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
      for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
    if isDone == nil {
      for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
    self.state = state
    combine(UInt64(text.utf8.count))
  }

  public mutating func combine(_ address: IPAddress) {
    combine(address.high)
    combine(address.low)
    combine(address.isIPv4 ? 4 as UInt64 : 6)
  }

  public func finish() -> UInt64 {
    var x = state
    x = (x ^ (x >> 33)) &* 0xff51_afd7_ed55_8ccd
    x = (x ^ (x >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return x ^ (x >> 33)
  }

  /// The hash as sixteen hexadecimal digits.
  public var digits: String { hexDigits(finish()) }
}
