/// Pictures within texts: base64 (RFC 4648 §4), and `data:` URIs (RFC 2397).

public enum PictureText {
  /// Whether a text is a `data:` URI, of whatever kind.
  public static func isDataURI(_ text: some StringProtocol) -> Bool {
    text.utf8.prefix(5).map { $0 | 0x20 }.elementsEqual("data:".utf8)
  }

  /// The bytes of base64, over white space; nil where there are other letters in it, or none, or a last group that is not
  /// whole. Padding may be left out.
  public static func base64(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.underestimatedCount / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    for letter in text {
      let value: UInt32
      switch letter {
      case 0x41...0x5A: value = UInt32(letter) - 0x41
      case 0x61...0x7A: value = UInt32(letter) - 0x61 + 26
      case 0x30...0x39: value = UInt32(letter) - 0x30 + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="):
        padding += 1
        continue
      case 0x20, 0x09, 0x0A, 0x0D: continue
      default: return nil
      }
      guard padding == 0 else { return nil }
      bits = bits << 6 | value
      count += 1
      if count == 4 {
        out += [
          UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits),
        ]
        (bits, count) = (0, 0)
      }
    }
    guard count != 1, padding <= 2, count > 0 || !out.isEmpty else { return nil }
    if count >= 2 { out.append(UInt8(truncatingIfNeeded: bits >> (count == 2 ? 4 : 10))) }
    if count == 3 { out.append(UInt8(truncatingIfNeeded: bits >> 2)) }
    return out
  }

  /// The bytes of a `data:` URI in base64. Which kind of picture it names counts for nothing: the bytes tell.
  public static func bytes(ofDataURI text: some StringProtocol) throws(PictureProblem) -> [UInt8] {
    guard isDataURI(text), let comma = text.utf8.firstIndex(of: UInt8(ascii: ",")) else {
      throw PictureProblem(.unknown, "it is no data: URI")
    }
    let isBase64 = String(text[..<comma].suffix(7)).lowercased() == ";base64"
    let data = text.utf8[text.utf8.index(after: comma)...]
    let plain = data.contains(UInt8(ascii: "%")) ? percentDecoded(data) : nil
    guard isBase64, let bytes = plain.map({ base64($0) }) ?? base64(data) else {
      throw PictureProblem(.broken, "its data: URI is not in base64")
    }
    return bytes
  }

  /// With `%2B` as the byte that it stands for.
  private static func percentDecoded(_ text: some Collection<UInt8>) -> [UInt8] {
    func digit(_ letter: UInt8) -> UInt8? { Character(UnicodeScalar(letter)).hexDigitValue.map { UInt8($0) } }
    let letters = Array(text)
    var out: [UInt8] = []
    var at = 0
    while at < letters.count {
      if letters[at] == UInt8(ascii: "%"), at + 2 < letters.count, let high = digit(letters[at + 1]),
        let low = digit(letters[at + 2])
      {
        out.append(high << 4 | low)
        at += 3
      } else {
        out.append(letters[at])
        at += 1
      }
    }
    return out
  }
}

extension PictureHashes {
  /// Of a picture in a `data:` URI.
  public init(dataURI text: some StringProtocol) throws(PictureProblem) {
    try self.init(PictureText.bytes(ofDataURI: text))
  }

  /// Of a picture in base64.
  public init(base64 text: some StringProtocol) throws(PictureProblem) {
    guard let bytes = PictureText.base64(text.utf8) else { throw PictureProblem(.broken, "it is not in base64") }
    try self.init(bytes)
  }
}
