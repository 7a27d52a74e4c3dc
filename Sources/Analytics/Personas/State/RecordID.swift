/// The id of a record in 32 bytes: most are SHA-256 in hexadecimal, and millions are kept.

struct RecordID: Hashable, Comparable, Sendable {
  private var a: UInt64 = 0, b: UInt64 = 0, c: UInt64 = 0, d: UInt64 = 0

  /// Ids that are no SHA-256 are kept as text elsewhere; this holds their number.
  init(number: Int) {
    a = .max
    d = UInt64(number)
  }

  /// Nil when the text is not 64 lower-case hexadecimal digits.
  init?(hexadecimal text: String) {
    var text = text
    let words: (UInt64, UInt64, UInt64, UInt64)? = text.withUTF8 { bytes in
      guard bytes.count == 64 else { return nil }
      var out: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
      for (i, byte) in bytes.enumerated() {
        let digit: UInt64
        switch byte {
        case 48...57: digit = UInt64(byte &- 48)
        case 97...102: digit = UInt64(byte &- 87)
        default: return nil
        }
        switch i >> 4 {
        case 0: out.0 = out.0 << 4 | digit
        case 1: out.1 = out.1 << 4 | digit
        case 2: out.2 = out.2 << 4 | digit
        default: out.3 = out.3 << 4 | digit
        }
      }
      return out
    }
    guard let words, words.0 != .max else { return nil }
    (a, b, c, d) = words
  }

  /// The number given at `init(number:)`, nil for a SHA-256.
  var number: Int? { a == .max ? Int(truncatingIfNeeded: d) : nil }

  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(64)
    for word in [a, b, c, d] {
      for shift in stride(from: 60, through: 0, by: -4) {
        out.append(digits[Int(truncatingIfNeeded: word >> UInt64(shift)) & 15])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  static func < (x: RecordID, y: RecordID) -> Bool { (x.a, x.b, x.c, x.d) < (y.a, y.b, y.c, y.d) }
}
