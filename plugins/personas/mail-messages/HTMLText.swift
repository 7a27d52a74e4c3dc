/// What stands in a mail's HTML: the words, and where its links lead. No browser: tags are left out, nothing is fetched.

public struct HTMLText: Sendable {
  public private(set) var text = ""
  /// The `href` of elements, in order.
  public private(set) var links: [String] = []

  private static let mostLinks = 500
  private static let mostText = 256 << 10

  public init() {}

  public init(_ html: String) {
    let bytes = Array(html.utf8)
    var out: [UInt8] = []
    var at = 0
    /// The element whose content is no text, and is skipped up to its end.
    var hidden: String?
    while at < bytes.count, out.count < Self.mostText {
      if bytes[at] == UInt8(ascii: "<") {
        if bytes[at...].starts(with: Array("<!--".utf8)) {
          at = Self.end(of: "-->", in: bytes, from: at + 4)
          continue
        }
        let end = Self.tagEnd(bytes, at + 1)
        let tag = bytes[(at + 1)..<end]
        at = min(end + 1, bytes.count)
        let isEnd = tag.first == UInt8(ascii: "/")
        let name = String(
          decoding: (isEnd ? tag.dropFirst() : tag).prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }, as: UTF8.self
        )
        .lowercased()
        if let open = hidden {
          if isEnd, name == open { hidden = nil }
          continue
        }
        if !isEnd, ["style", "script", "head", "title"].contains(name) {
          hidden = name
          continue
        }
        if !isEnd, let link = Self.attribute("href", of: tag), links.count < Self.mostLinks {
          links.append(Self.unescaped(link))
        }
        if ["br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"].contains(name), out.last != 0x0a {
          out.append(0x0a)
        }
        continue
      }
      if hidden == nil {
        // Runs of white space are one space.
        let byte = bytes[at]
        if byte > 0x20 {
          out.append(byte)
        } else if let last = out.last, last > 0x20 {
          out.append(0x20)
        }
      }
      at += 1
    }
    text = Self.unescaped(String(decoding: out, as: UTF8.self))
  }

  /// Adds another part's words and links.
  mutating func add(_ other: HTMLText) {
    if text.utf8.count < Self.mostText { text += text.isEmpty ? other.text : "\n\n" + other.text }
    links += other.links.prefix(max(0, Self.mostLinks - links.count))
  }

  private static func end(of mark: String, in bytes: [UInt8], from start: Int) -> Int {
    let wanted = Array(mark.utf8)
    var at = start
    while at + wanted.count <= bytes.count {
      if bytes[at] == wanted[0], bytes[at...].starts(with: wanted) { return at + wanted.count }
      at += 1
    }
    return bytes.count
  }

  /// Where the tag's `>` stands; one within quotes is part of a value.
  private static func tagEnd(_ bytes: [UInt8], _ start: Int) -> Int {
    var quote: UInt8?
    let limit = min(bytes.count, start + 16_384)
    var at = start
    while at < limit {
      let byte = bytes[at]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return at
      }
      at += 1
    }
    // A quote that does not close: the first `>` ends the tag after all.
    return bytes[start..<limit].firstIndex(of: UInt8(ascii: ">")) ?? limit
  }

  private static func attribute(_ name: String, of tag: ArraySlice<UInt8>) -> String? {
    let wanted = Array(name.utf8)
    var at = tag.startIndex
    while at + wanted.count < tag.endIndex {
      let isStart = at > tag.startIndex && tag[at - 1] <= 0x20
      guard isStart, zip(tag[at...], wanted).allSatisfy({ $0 | 0x20 == $1 }) else {
        at += 1
        continue
      }
      var value = tag[(at + wanted.count)...].drop { $0 <= 0x20 }
      guard value.first == UInt8(ascii: "=") else {
        at += 1
        continue
      }
      value = value.dropFirst().drop { $0 <= 0x20 }
      if let quote = value.first, quote == 0x22 || quote == 0x27 {
        value = value.dropFirst().prefix { $0 != quote }
      } else {
        value = value.prefix { $0 > 0x20 }
      }
      return String(decoding: value.prefix(4096), as: UTF8.self)
    }
    return nil
  }

  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "shy": "", "zwnj": "", "ndash": "–",
    "mdash": "—", "hellip": "…", "rsquo": "’", "lsquo": "‘", "ldquo": "“", "rdquo": "”", "auml": "ä", "ouml": "ö",
    "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è", "agrave": "à",
    "ccedil": "ç", "ntilde": "ñ", "copy": "©", "reg": "®", "middot": "·", "bull": "•", "euro": "€",
  ]

  private static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var out = ""
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      out += rest[..<ampersand]
      let tail = rest[rest.index(after: ampersand)...]
      guard let semicolon = tail.prefix(12).firstIndex(of: ";"), let meaning = meaning(tail[..<semicolon]) else {
        out.append("&")
        rest = tail
        continue
      }
      out += meaning
      rest = tail[tail.index(after: semicolon)...]
    }
    return out + rest
  }

  private static func meaning(_ name: Substring) -> String? {
    guard name.first == "#" else { return entities[String(name)] }
    let digits = name.dropFirst()
    let value = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return value.flatMap { Unicode.Scalar($0) }.map { $0.value == 0 ? "" : String(Character($0)) }
  }
}
