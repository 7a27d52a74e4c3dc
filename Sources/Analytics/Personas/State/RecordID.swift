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
      let bytes = UnsafeRawBufferPointer(bytes)
      guard bytes.count == 64, let a = RecordID.word(bytes, 0), let b = RecordID.word(bytes, 16),
        let c = RecordID.word(bytes, 32), let d = RecordID.word(bytes, 48)
      else { return nil }
      return (a, b, c, d)
    }
    guard let words, words.0 != .max else { return nil }
    (a, b, c, d) = words
  }

  /// Sixteen digits as a number.
  private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64? {
    guard let high = half(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self).bigEndian),
      let low = half(bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self).bigEndian)
    else { return nil }
    return high << 32 | low
  }

  /// Eight digits at once, each in its byte, the first in the highest.
  private static func half(_ digits: UInt64) -> UInt64? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A letter has bit 6, and its lower half counts from one.
    var values = (digits & 0x0F0F_0F0F_0F0F_0F0F) &+ (digits >> 6 & ones) &* 9
    // What is written for these values has to be what stands there: 0x30 and on for 0…9, 0x61 and on for 10…15.
    let written = values &+ ones &* 0x30 &+ ((values &+ ones &* 6) >> 4 & ones) &* 0x27
    guard written == digits, values & 0xF0F0_F0F0_F0F0_F0F0 == 0 else { return nil }
    values = (values | values >> 4) & 0x00FF_00FF_00FF_00FF
    values = (values | values >> 8) & 0x0000_FFFF_0000_FFFF
    return (values | values >> 16) & 0xFFFF_FFFF
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
