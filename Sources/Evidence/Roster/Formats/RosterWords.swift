/// Values as directories and personnel systems write them.

import Pictures

enum RosterWords {
  /// A day or a moment: RFC 3339, `20260901`, `20260901010738.0Z` (GeneralizedTime, RFC 4517 §3.3.13), `01.09.2026`. A
  /// date with slashes is read where it has only one meaning.
  static func time(_ text: String) -> Timestamp? {
    let text = trimmed(text)
    if let time = Timestamp(rfc3339: text) { return time }
    let digits = text.utf8.prefix { $0 &- 0x30 <= 9 }.count
    if digits == 8 || digits == 14 || digits == 12 {
      let d = Array(text)
      let date = "\(String(d[0..<4]))-\(String(d[4..<6]))-\(String(d[6..<8]))"
      guard digits > 8 else { return d.count == 8 ? Timestamp(rfc3339: date) : nil }
      let seconds = digits == 14 ? String(d[12..<14]) : "00"
      guard d.last == "Z" else { return nil }
      return Timestamp(rfc3339: "\(date)T\(String(d[8..<10])):\(String(d[10..<12])):\(seconds)Z")
    }
    let signs: [Character] = [".", "/", "-"]
    for sign in signs {
      let parts = text.split(separator: sign, omittingEmptySubsequences: false)
      guard parts.count == 3, let a = Int(parts[0]), let b = Int(parts[1]), let year = Int(parts[2]),
        parts[2].count == 4, a > 0, b > 0
      else { continue }
      let isDayFirst = sign == "." || a > 12 || a == b
      guard isDayFirst || b > 12 else { return nil }
      let (day, month) = isDayFirst ? (a, b) : (b, a)
      return Timestamp(rfc3339: "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)")
    }
    return nil
  }

  /// Whether somebody still belongs to the organisation, in the words of personnel systems.
  static func active(_ text: String) -> Bool? {
    switch trimmed(text).lowercased() {
    case "true", "yes", "y", "1", "active", "enabled", "employed", "current", "on leave": true
    case "false", "no", "n", "0", "inactive", "disabled", "terminated", "left", "former", "leaver", "suspended": false
    default: nil
    }
  }

  /// An account from a profile's link or a handle: `https://www.linkedin.com/in/jane/`, `@jane`, `jane@mastodon.example`.
  static func account(platform: String, _ text: String) -> RosterAccount? {
    var handle = trimmed(text)
    if let scheme = handle.firstRange(of: "://") {
      let rest = handle[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
      let parts = rest.split(separator: "/")
      guard parts.count > 1, let last = parts.last else { return nil }
      handle = String(last)
      // Mastodon's links have the name within, the handle has the server behind it.
      if platform == "mastodon" { handle += "@\(parts[0])" }
    }
    if handle.hasPrefix("@") { handle.removeFirst() }
    guard !handle.isEmpty, handle.utf8.count <= 512 else { return nil }
    return RosterAccount(platform: platform, handle: handle)
  }

  /// The names that our records have for platforms.
  static func platform(_ word: String) -> String {
    let name = trimmed(word).lowercased()
    return name == "twitter" ? "x" : name == "bsky" ? "bluesky" : name
  }

  static let platforms = [
    "linkedin", "x", "twitter", "mastodon", "bluesky", "facebook", "instagram", "xing", "github", "telegram",
  ]

  /// A picture as a `data:` URI or in base64. One that lies elsewhere is not fetched: a list is read, and asks nobody.
  static func picture(_ text: String) throws(PictureProblem) -> PictureHashes {
    if PictureText.isDataURI(text) { return try PictureHashes(dataURI: text) }
    // Base64 has neither.
    if text.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) {
      throw PictureProblem(.unread, "pictures at an address, or in a file beside, are not fetched")
    }
    return try PictureHashes(base64: text)
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }

  /// The elements of a list within a cell: `;`, `|` or line ends between them.
  static func list(_ text: String) -> [String] {
    text.split { $0 == ";" || $0 == "|" || $0.isNewline }.map { trimmed($0) }.filter { !$0.isEmpty }
  }
}

extension StringProtocol {
  /// Where another text first stands.
  func firstRange(of other: String) -> Range<Index>? {
    let wanted = Array(other.utf8)
    var at = utf8.startIndex
    while at < utf8.endIndex {
      if utf8[at...].starts(with: wanted), let end = utf8.index(at, offsetBy: wanted.count, limitedBy: utf8.endIndex) {
        return at..<end
      }
      at = utf8.index(after: at)
    }
    return nil
  }
}
