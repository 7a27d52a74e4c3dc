/// A message that was forwarded within another's text, below the header that mail programs write for it.

import MailMessages
import PersonaRecords
import PluginSupport

/// The innermost thing that can be told of it: who sent it, when, about what.
struct ForwardedMail {
  var from: MailAddress
  var date: Int64?
  var subject = ""
  var body = ""

  /// What mail programs call the fields, in their languages.
  private static let names: [(field: Field, words: [String])] = [
    (
      .from,
      [
        "from", "von", "de", "da", "van", "od", "от", "från", "fra", "差出人", "发件人", "expéditeur", "remetente",
        "mittente",
      ]
    ),
    (
      .date,
      [
        "date", "sent", "datum", "gesendet", "envoyé", "enviado", "enviado el", "enviada em", "fecha", "data",
        "inviato",
        "verzonden", "wysłano", "дата", "отправлено", "skickat", "sendt", "送信日時", "日期", "发送时间", "gesendet am",
      ]
    ),
    (.to, ["to", "an", "à", "para", "a", "aan", "do", "кому", "till", "til", "宛先", "收件人", "cc", "kopie"]),
    (
      .subject,
      [
        "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "temat", "тема", "ämne", "emne",
        "件名", "主题",
      ]
    ),
  ]

  private enum Field { case from, date, to, subject }

  /// Nil where the text has no such header with an address in it.
  init?(_ text: String) {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.prefix(20_000).map { Self.bare($0) }
    var at = 0
    while at < lines.count {
      // A header is a field for the sender, with one for a date or a subject within the next lines.
      if let (field, value) = Self.field(lines[at]), field == .from,
        let sender = Self.address(value, next: at + 1 < lines.count ? lines[at + 1] : "")
      {
        var date: Int64?
        var subject: String?
        var end = at + 1
        while end < min(lines.count, at + 12) {
          guard let (field, value) = Self.field(lines[end]) else {
            if lines[end].isEmpty { break }
            end += 1
            continue
          }
          switch field {
          case .date: date = date ?? WrittenTime.read(value)?.nanoseconds
          case .subject: subject = subject ?? value
          case .from, .to: break
          }
          end += 1
        }
        if subject != nil || date != nil {
          from = sender
          self.date = date
          self.subject = subject ?? ""
          body = MailText.trimmed(lines[min(end, lines.count)...].joined(separator: "\n"))
          return
        }
      }
      at += 1
    }
    return nil
  }

  /// Without marks of quoting, and the asterisks of text that was bold.
  private static func bare(_ line: Substring) -> String {
    var line = line
    while let first = line.first, first == ">" || first == "|" || first.isWhitespace { line = line.dropFirst() }
    return MailText.trimmed(line.filter { $0 != "*" })
  }

  private static func field(_ line: String) -> (Field, String)? {
    guard let colon = line.prefix(40).firstIndex(where: { $0 == ":" || $0 == "：" }) else { return nil }
    let name = MailText.trimmed(String(line[..<colon])).lowercased()
    guard let field = names.first(where: { $0.words.contains(name) })?.field else { return nil }
    return (field, MailText.trimmed(String(line[line.index(after: colon)...])))
  }

  /// `Jane Doe <jane@example.net>`, `Jane Doe [mailto:jane@example.net]`, `jane@example.net`; a long one goes on in the
  /// next line.
  private static func address(_ value: String, next: String) -> MailAddress? {
    for text in [value, "\(value) \(next)"] {
      let plain = String(text.map { $0 == "[" ? "<" : $0 == "]" ? ">" : $0 })
      let cleaned = plain.split(separator: "mailto:", omittingEmptySubsequences: false).joined()
      if let found = MailAddress.list(cleaned).first { return found }
    }
    return nil
  }
}

enum MailText {
  static func trimmed(_ text: some StringProtocol) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
