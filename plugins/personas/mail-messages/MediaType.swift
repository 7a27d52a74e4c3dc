/// `Content-Type` and `Content-Disposition`: a word and its parameters (RFC 2045 §5.1, RFC 2183, RFC 2231).

import PluginSupport

struct MediaType {
  /// Lower case: `text/plain`, `attachment`.
  let name: String
  private var parameters: [String: String] = [:]

  init(_ field: String?) {
    let field = (field ?? "").prefix(16 << 10)
    var pieces: [String] = []
    var piece = ""
    var isQuoted = false
    var isEscaped = false
    for character in field {
      if isEscaped {
        piece.append(character)
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if !isQuoted, character == ";" {
        pieces.append(piece)
        piece = ""
      } else {
        piece.append(character)
      }
      if pieces.count > 64 { break }
    }
    pieces.append(piece)
    name = MailAddress.trimmed(pieces[0]).lowercased()
    var continued: [String: [(Int, String, isEncoded: Bool)]] = [:]
    for item in pieces.dropFirst() {
      guard let equals = item.firstIndex(of: "=") else { continue }
      let key = MailAddress.trimmed(String(item[..<equals])).lowercased()
      let value = MailAddress.trimmed(String(item[item.index(after: equals)...]))
      // `filename*0*=utf-8''a%20b`, `filename*1=c`, `filename*=utf-8''d` (RFC 2231 §3, §4).
      let parts = key.split(separator: "*", omittingEmptySubsequences: false)
      if parts.count == 1 {
        if parameters[key] == nil { parameters[key] = EncodedWords.decode(value) }
      } else {
        let number = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        continued[String(parts[0]), default: []].append((number, value, key.hasSuffix("*")))
      }
    }
    for (key, parts) in continued {
      parameters[key] = Self.joined(parts.sorted { $0.0 < $1.0 })
    }
  }

  subscript(name: String) -> String? { parameters[name] }

  private static func joined(_ parts: [(Int, String, isEncoded: Bool)]) -> String {
    var charset = "utf-8"
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      var text = part.1[...]
      if part.isEncoded, index == 0 {
        let halves = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        if halves.count == 3 {
          charset = String(halves[0])
          text = halves[2]
        }
      }
      if part.isEncoded {
        // Percent signs where quoted-printable has equals signs.
        bytes += QuotedPrintable.decode(text.utf8.map { $0 == UInt8(ascii: "%") ? UInt8(ascii: "=") : $0 })
      } else {
        bytes += Array(text.utf8)
      }
    }
    return Charset.decode(bytes, charset)?.text ?? String(decoding: bytes, as: UTF8.self)
  }
}
