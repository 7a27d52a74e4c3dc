/// Addresses in headers (RFC 5322 §3.4): `Jane Doe <jane@example.net>, "Poe, Sam" <sam@example.org>`.

public struct MailAddress: Equatable, Sendable {
  /// As written, decoded; empty where there is none.
  public var name: String
  /// Lower case: no mail system in use tells apart addresses by it.
  public var address: String

  public init(name: String = "", address: String) {
    self.name = name
    self.address = address
  }

  public var domain: String { address.split(separator: "@").last.map(String.init) ?? "" }

  private static let most = 200

  /// The addresses of a field; what is none is left out. Comments, groups and quoted names are understood.
  public static func list(_ field: String?) -> [MailAddress] {
    guard let field, field.utf8.count <= 64 << 10 else { return [] }
    var out: [MailAddress] = []
    var phrase = ""
    var angle: String?
    var isQuoted = false
    var isEscaped = false
    var isInAngle = false
    var depth = 0
    func finish() {
      if out.count < most, let address = (angle ?? bare(phrase)).flatMap(valid) {
        let name = angle == nil ? "" : trimmed(EncodedWords.decode(trimmed(phrase)))
        out.append(MailAddress(name: name, address: address))
      }
      phrase = ""
      angle = nil
    }
    for character in field {
      if isEscaped {
        if depth == 0 { phrase.append(character) }
        isEscaped = false
        continue
      }
      switch character {
      case "\\" where isQuoted || depth > 0: isEscaped = true
      case "\"" where depth == 0 && !isInAngle: isQuoted.toggle()
      case "(" where !isQuoted && !isInAngle: depth += 1
      case ")" where !isQuoted && depth > 0: depth -= 1
      case _ where depth > 0: break
      case "<" where !isQuoted:
        isInAngle = true
        angle = ""
      case ">" where isInAngle: isInAngle = false
      case "," where !isQuoted && !isInAngle, ";" where !isQuoted && !isInAngle: finish()
      // The name of a group (§3.4) is no address.
      case ":" where !isQuoted && !isInAngle: phrase = ""
      default: if isInAngle { angle?.append(character) } else { phrase.append(character) }
      }
    }
    finish()
    return out
  }

  private static func bare(_ text: String) -> String? {
    let text = trimmed(text)
    return text.contains { $0.isWhitespace } ? nil : text
  }

  private static func valid(_ text: String) -> String? {
    let text = trimmed(text).lowercased()
    guard let at = text.lastIndex(of: "@"), at != text.startIndex, text.index(after: at) != text.endIndex,
      text.utf8.count <= 320, !text.contains(where: { $0.isWhitespace })
    else { return nil }
    return text
  }

  static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
