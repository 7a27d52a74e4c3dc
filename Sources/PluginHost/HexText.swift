/// Bytes as hexadecimal text: digests as people and configurations write them, and bytes within JSON.

public enum HexText {
  /// 0-9 and a-f.
  static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }

  /// Two digits a byte, in lower case.
  static func encode(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What ``encode(_:)`` wrote; nil for anything else.
  static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2), digits.allSatisfy(isDigit) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).compactMap { at in
      UInt8(String(decoding: digits[at...at + 1], as: UTF8.self), radix: 16)
    }
  }

  /// A SHA-256 of 64 hexadecimal digits, in lower case; nil for anything else.
  public static func sha256(_ text: String) -> String? {
    let small = text.lowercased()
    return small.utf8.count == 64 && small.utf8.allSatisfy(isDigit) ? small : nil
  }
}
