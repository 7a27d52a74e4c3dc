/// Base64 (RFC 4648 §4), for bytes in JSON.

public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  public static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group: UInt32 = 0
      for i in 0..<3 { group = group << 8 | (i < count ? UInt32(bytes[index + i]) : 0) }
      for i in 0..<4 { out.append(i <= count ? alphabet[Int(group >> UInt32(18 - 6 * i) & 63)] : UInt8(ascii: "=")) }
      index += 3
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Nil for what is no Base64 with its padding.
  public static func decode(_ text: String) -> [UInt8]? {
    var out: [UInt8] = []
    let digits = Array(text.utf8)
    guard digits.count % 4 == 0 else { return nil }
    out.reserveCapacity(digits.count / 4 * 3)
    for start in stride(from: 0, to: digits.count, by: 4) {
      let group = digits[start..<(start + 4)]
      let isLast = start + 4 == digits.count
      let padding = isLast ? group.reversed().prefix { $0 == UInt8(ascii: "=") }.count : 0
      guard padding <= 2 else { return nil }
      var value: UInt32 = 0
      for digit in group.dropLast(padding) {
        guard let digit = Base64.value(of: digit) else { return nil }
        value = value << 6 | digit
      }
      value <<= UInt32(6 * padding)
      for i in 0..<(3 - padding) { out.append(UInt8(truncatingIfNeeded: value >> UInt32(16 - 8 * i))) }
    }
    return out
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
