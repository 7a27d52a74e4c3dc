/// The text and the links of the small HTML that Mastodon's servers send.

/// What a reader sees of a piece of HTML, and where its links lead. Nothing is fetched, no script is known; whatever is no
/// tag is text.
public struct HTMLText: Equatable {
  /// Paragraphs are parted by an empty line, breaks are line ends.
  public private(set) var text = ""
  /// In order, each once; those to mentioned accounts and hashtags are left out.
  public private(set) var links: [String] = []

  /// The most bytes that are looked at.
  private static let most = 256 << 10
  private static let mostLinks = 100

  public init(_ html: String) {
    var bytes = Array(html.utf8.prefix(Self.most))[...]
    var out: [UInt8] = []
    var breaks = 0
    func lineEnds(_ count: Int) { breaks = max(breaks, count) }
    while let byte = bytes.first {
      if byte == UInt8(ascii: "<"), let tag = Tag(&bytes) {
        switch tag.name {
        case "br": lineEnds(1)
        case "p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4": lineEnds(out.isEmpty ? 0 : 2)
        case "a": if let link = tag.link { add(link) }
        default: break
        }
        continue
      }
      if breaks > 0 {
        if !out.isEmpty { out += repeatElement(0x0a, count: breaks) }
        breaks = 0
      }
      if byte == UInt8(ascii: "&"), let scalar = Self.entity(&bytes) {
        out += Array(String(Character(scalar)).utf8)
      } else {
        out.append(byte)
        bytes = bytes.dropFirst()
      }
    }
    text = String(decoding: out, as: UTF8.self)
  }

  private mutating func add(_ link: String) {
    if links.count < Self.mostLinks, !links.contains(link) { links.append(link) }
  }

  /// A character reference at the start of the bytes, which are then behind it; nil where there is none.
  private static func entity(_ bytes: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    let head = bytes.dropFirst().prefix(12)
    guard let end = head.firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let name = String(decoding: head[..<end], as: UTF8.self)
    var scalar: Unicode.Scalar?
    if name.hasPrefix("#x") || name.hasPrefix("#X") {
      scalar = UInt32(name.dropFirst(2), radix: 16).flatMap { Unicode.Scalar($0) }
    } else if name.hasPrefix("#") {
      scalar = UInt32(name.dropFirst()).flatMap { Unicode.Scalar($0) }
    } else {
      scalar = named[name]
    }
    guard let scalar, scalar.value != 0 else { return nil }
    bytes = bytes[(end + 1)...]
    return scalar
  }

  private static let named: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "hellip": "…", "ndash": "–", "mdash": "—",
    "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "copy": "©", "reg": "®", "trade": "™", "euro": "€",
  ]

  /// A tag at the start of the bytes, which are then behind it.
  private struct Tag {
    /// Lower case, without the slash of an end.
    var name = ""
    /// Where an `a` leads, if that is no mention and no hashtag.
    var link: String?

    /// Nil: no tag begins here.
    init?(_ bytes: inout ArraySlice<UInt8>) {
      var at = bytes.startIndex + 1
      var isEnd = false
      if at < bytes.endIndex, bytes[at] == UInt8(ascii: "/") {
        isEnd = true
        at += 1
      }
      guard at < bytes.endIndex, (bytes[at] | 0x20) >= 0x61,
        (bytes[at] | 0x20) <= 0x7a || bytes[at] == UInt8(ascii: "!")
      else { return nil }
      let start = at
      while at < bytes.endIndex, bytes[at] > 0x20, bytes[at] != UInt8(ascii: ">"), bytes[at] != UInt8(ascii: "/") {
        at += 1
      }
      name = String(decoding: bytes[start..<at], as: UTF8.self).lowercased()
      // The end of the tag stands outside of quotation marks.
      let inner = at
      var quote: UInt8?
      while at < bytes.endIndex, quote != nil || bytes[at] != UInt8(ascii: ">") {
        if let open = quote {
          if bytes[at] == open { quote = nil }
        } else if bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") {
          quote = bytes[at]
        }
        at += 1
      }
      if name == "a", !isEnd { link = Self.link(bytes[inner..<min(at, bytes.endIndex)]) }
      bytes = at < bytes.endIndex ? bytes[(at + 1)...] : bytes[bytes.endIndex...]
    }

    private static func link(_ attributes: ArraySlice<UInt8>) -> String? {
      var rest = attributes
      var address: String?
      while true {
        rest = rest.drop { $0 <= 0x20 || $0 == UInt8(ascii: "/") }
        guard !rest.isEmpty else { break }
        let name = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: "=") }
        rest = rest.dropFirst(max(name.count, 1)).drop { $0 <= 0x20 }
        guard rest.first == UInt8(ascii: "=") else { continue }
        rest = rest.dropFirst().drop { $0 <= 0x20 }
        var value = rest.prefix { $0 > 0x20 }
        var taken = value.count
        if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
          value = rest.dropFirst().prefix { $0 != quote }
          taken = value.count + 2
        }
        rest = rest.dropFirst(taken)
        let text = HTMLText.decoded(value)
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "href": address = text
        case "class":
          if text.split(separator: " ").contains(where: { $0 == "mention" || $0 == "hashtag" }) { return nil }
        case "rel": if text.split(separator: " ").contains("tag") { return nil }
        default: break
        }
      }
      guard let address, address.hasPrefix("https://") || address.hasPrefix("http://"), address.utf8.count <= 4096
      else {
        return nil
      }
      return address
    }
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    var bytes = bytes
    var out: [UInt8] = []
    while let byte = bytes.first {
      if byte == UInt8(ascii: "&"), let scalar = entity(&bytes) {
        out += Array(String(Character(scalar)).utf8)
      } else {
        out.append(byte)
        bytes = bytes.dropFirst()
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
