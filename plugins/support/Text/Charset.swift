/// Text in any character set, as UTF-8: the C library's iconv, and what to do with bytes that are none of it.

import Glibc

public enum Charset {
  /// Reads bytes in a character set by its IANA name. What is not of it becomes U+FFFD.
  ///
  /// - Returns: the text, and whether all of it was of that set; nil when nobody knows the set.
  public static func decode(_ bytes: [UInt8], _ name: String) -> (text: String, isWhole: Bool)? {
    switch canonical(name) {
    case "utf-8", "utf8", "us-ascii", "ascii", "":
      if let text = String(validating: bytes, as: UTF8.self) { return (text, true) }
      return (String(decoding: bytes, as: UTF8.self), false)
    // What says Latin 1 is windows-1252 in practice, and differs only where Latin 1 has control characters.
    case "iso-8859-1", "latin1", "latin-1": return convert(bytes, "windows-1252")
    case let other: return convert(bytes, other)
    }
  }

  /// UTF-8 if it is that, else windows-1252, which takes any byte.
  public static func guess(_ bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? convert(bytes, "windows-1252")?.text
      ?? String(decoding: bytes, as: UTF8.self)
  }

  /// Whether `decode` knows the set.
  public static func isKnown(_ name: String) -> Bool { decode([], name) != nil }

  private static func canonical(_ name: String) -> String {
    String(name.lowercased().prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_:.".contains($0)) })
  }

  private static func convert(_ bytes: [UInt8], _ name: String) -> (text: String, isWhole: Bool)? {
    guard let converter = iconv_open("UTF-8", name), converter != iconv_t(bitPattern: -1) else { return nil }
    defer { iconv_close(converter) }
    var isWhole = true
    var out: [UInt8] = []
    var input = bytes.map { CChar(bitPattern: $0) }
    var piece = [CChar](repeating: 0, count: 4096)
    var at = 0
    while at < input.count {
      var left = input.count - at
      var room = piece.count
      let status = input.withUnsafeMutableBufferPointer { source in
        piece.withUnsafeMutableBufferPointer { target in
          var from = source.baseAddress.map { $0 + at }
          var to = target.baseAddress
          return iconv(converter, &from, &left, &to, &room)
        }
      }
      // It says −1, as a size.
      let failure = status == -1 ? errno : 0
      let hasMoved = at < input.count - left || room < piece.count
      at = input.count - left
      out += piece[..<(piece.count - room)].map { UInt8(bitPattern: $0) }
      // E2BIG goes on with an empty piece; whatever else it is, no byte is looked at for ever.
      if failure != 0, failure != E2BIG || !hasMoved {
        isWhole = false
        out += [0xef, 0xbf, 0xbd]
        // The set may be one of shifts: what follows is read from its first state.
        iconv(converter, nil, nil, nil, nil)
        at += 1
      }
    }
    return (String(decoding: out, as: UTF8.self), isWhole)
  }
}
