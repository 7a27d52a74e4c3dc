/// Text in headers that is not ASCII: `=?charset?encoding?text?=` (RFC 2047).

import PluginSupport

public enum EncodedWords {
  /// Decodes the words of a text; what is none stays as it is. White space between two words is no part of the text
  /// (§6.2), and a character may be cut in two between words of one set.
  public static func decode(_ text: String) -> String {
    guard text.utf8.count <= 64 << 10, text.utf8.contains(UInt8(ascii: "=")) else { return text }
    let bytes = Array(text.utf8)
    var out = ""
    var plain: [UInt8] = []
    var pending: (charset: String, bytes: [UInt8])?
    func flush() {
      guard let word = pending else { return }
      out += Charset.decode(word.bytes, word.charset)?.text ?? String(decoding: word.bytes, as: UTF8.self)
      pending = nil
    }
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "="), let word = word(bytes, at) else {
        plain.append(bytes[at])
        at += 1
        continue
      }
      let isBetween = pending != nil && plain.allSatisfy { $0 <= 0x20 }
      if !isBetween || pending?.charset != word.charset {
        flush()
        if !isBetween { out += String(decoding: plain, as: UTF8.self) }
      }
      plain.removeAll(keepingCapacity: true)
      pending = (word.charset, (pending?.bytes ?? []) + word.bytes)
      at = word.end
    }
    flush()
    return out + String(decoding: plain, as: UTF8.self)
  }

  private static func word(_ bytes: [UInt8], _ start: Int) -> (charset: String, bytes: [UInt8], end: Int)? {
    guard start + 8 <= bytes.count, bytes[start + 1] == UInt8(ascii: "?") else { return nil }
    // A word has 75 characters at most (§2); programs write longer ones, and those are read too.
    let limit = min(bytes.count, start + 4096)
    var marks: [Int] = []
    var at = start + 2
    while at < limit, marks.count < 3 {
      if bytes[at] == UInt8(ascii: "?") { marks.append(at) } else if bytes[at] <= 0x20, marks.count < 2 { return nil }
      at += 1
    }
    guard marks.count == 3, marks[1] == marks[0] + 2, marks[2] + 1 < bytes.count,
      bytes[marks[2] + 1] == UInt8(ascii: "=")
    else { return nil }
    // RFC 2231 §5 puts a language behind the set: `utf-8*en`.
    let charset = String(decoding: bytes[(start + 2)..<marks[0]].prefix { $0 != UInt8(ascii: "*") }, as: UTF8.self)
    let content = bytes[(marks[1] + 1)..<marks[2]]
    var out: [UInt8] = []
    switch bytes[marks[0] + 1] | 0x20 {
    case UInt8(ascii: "b"):
      var decoder = Base64Decoder()
      decoder.decode(content, into: &out)
      decoder.finish(into: &out)
    case UInt8(ascii: "q"):
      out = QuotedPrintable.decode(content, underscoreIsSpace: true)
    default: return nil
    }
    return (charset.lowercased(), out, marks[2] + 2)
  }
}

/// RFC 2045 §6.7, and its sister in headers (RFC 2047 §4.2).
enum QuotedPrintable {
  static func decode(_ text: some Collection<UInt8>, underscoreIsSpace: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var at = text.startIndex
    while at != text.endIndex {
      let byte = text[at]
      if byte == UInt8(ascii: "="), let first = text.index(at, offsetBy: 1, limitedBy: text.endIndex),
        first != text.endIndex,
        let second = text.index(first, offsetBy: 1, limitedBy: text.endIndex), second != text.endIndex,
        let high = Digits.nibble(text[first]), let low = Digits.nibble(text[second])
      {
        out.append(high << 4 | low)
        at = text.index(after: second)
        continue
      }
      out.append(underscoreIsSpace && byte == UInt8(ascii: "_") ? 0x20 : byte)
      at = text.index(after: at)
    }
    return out
  }
}
