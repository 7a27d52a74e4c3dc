/// The links in what somebody wrote.

public enum LinkText {
  /// The most links that are taken from one text.
  public static let most = 100

  /// The http and https links in a text, in order, each once. A link ends where a space, a quotation mark or an angle
  /// bracket stands; what ends a sentence or a bracket is no part of it.
  public static func links(in text: some StringProtocol) -> [String] {
    var out: [String] = []
    var seen: Set<String> = []
    let bytes = Array(text.utf8)
    var at = 0
    while at + 10 < bytes.count, out.count < most {
      guard let scheme = schemeLength(bytes, at) else {
        at += 1
        continue
      }
      var end = at + scheme
      while end < bytes.count, end - at < 4096, !endsLink(bytes[end]) { end += 1 }
      while end > at + scheme, trails(bytes[end - 1], within: bytes[at..<end]) { end -= 1 }
      if end > at + scheme, let link = String(validating: bytes[at..<end], as: UTF8.self), seen.insert(link).inserted {
        out.append(link)
      }
      at = max(end, at + 1)
    }
    return out
  }

  private static func schemeLength(_ bytes: [UInt8], _ at: Int) -> Int? {
    guard bytes[at] | 0x20 == UInt8(ascii: "h") else { return nil }
    for scheme in ["http://", "https://"] {
      let wanted = scheme.utf8
      guard bytes.count - at > wanted.count else { continue }
      // A letter's case does not count, and no other byte of these becomes one of them.
      if zip(bytes[at...], wanted).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 && $1 >= 0x61 }) { return wanted.count }
    }
    return nil
  }

  private static func endsLink(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
  }

  private static func trails(_ byte: UInt8, within link: ArraySlice<UInt8>) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "!"),
      UInt8(ascii: "?"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      true
    case UInt8(ascii: ")"): !link.contains(UInt8(ascii: "("))
    default: false
    }
  }
}
