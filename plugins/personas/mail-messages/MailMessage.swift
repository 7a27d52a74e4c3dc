/// A message as far as it matters here: its header, its words, what hangs on it.

import PluginSupport

/// One message, maybe attached to another.
public final class MailMessage {
  public struct Attachment: Equatable, Sendable {
    public var name: String
    public var type: String
    /// Decoded.
    public var bytes: Int
  }

  public internal(set) var headers = MailHeaders()
  /// Plain text, all parts of it.
  public internal(set) var plain = ""
  /// HTML as text, and the links of its elements.
  public internal(set) var html = HTMLText()
  public internal(set) var attachments: [Attachment] = []
  /// Messages that are parts of it (`message/rfc822`).
  public internal(set) var attached: [MailMessage] = []
  /// Something was left out: too many parts, too deep, too long, or bytes that are none of their character set.
  public internal(set) var isCut = false
  public internal(set) var hasBrokenText = false

  init() {}

  /// What a person reads: the plain text, or that of the HTML where there is none.
  public var text: String {
    let plain = MailAddress.trimmed(plain)
    return plain.isEmpty ? MailAddress.trimmed(html.text) : plain
  }

  public var from: MailAddress? { MailAddress.list(headers.raw("from")).first }

  /// `Date`, or else when the last server received it; nil where neither is a time.
  public var date: Int64? {
    if let time = headers.raw("date").flatMap({ WrittenTime.read($0) }) { return time.nanoseconds }
    return received
  }

  /// The time of the topmost `Received` field, which the own server wrote.
  public var received: Int64? {
    headers.raw("received").flatMap { field in
      field.split(separator: ";").last.flatMap { WrittenTime.read(String($0)) }?.nanoseconds
    }
  }
}
