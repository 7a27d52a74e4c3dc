/// Reads a mailbox (mbox, RFC 4155) or a single message (EML), message by message.

import MailMessages
import PersonaRecords
import PluginSupport

public final class MailboxInterpreter: DocumentInterpreter {
  private let sorter: MailSorter
  /// RFC 5322 §2.1.1 allows 998 bytes; what is longer than this is cut, and that is said with the message.
  private var cutter = LineCutter(limit: 1 << 20)
  private var reader: MailReader?
  private var start = Place.start
  /// The date of the `From ` line, for messages that have none.
  private var envelopeDate: Int64?
  private var isMbox: Bool?
  private var isBehindBlank = true
  private var lines = 0
  private var skips = SkipCounts()

  public init(_ parameters: MailboxParameters) { sorter = MailSorter(parameters) }

  public func take(_ bytes: UnsafeRawBufferPointer, at place: Place, into queue: inout OutputQueue) {
    cutter.take(bytes, at: place) { line($0, $1, $2, into: &queue) }
  }

  public func end(at place: Place, into queue: inout OutputQueue) {
    cutter.end { line($0, $1, $2, into: &queue) }
    finish(into: &queue)
  }

  public var skipped: [(kind: String, count: UInt64)] { skips.list }

  private func line(_ bytes: UnsafeRawBufferPointer, _ place: Place, _ isCut: Bool, into queue: inout OutputQueue) {
    if isMbox == nil { isMbox = bytes.starts(with: Self.from) }
    if isMbox == true, isBehindBlank, bytes.starts(with: Self.from), let date = Self.separator(bytes) {
      finish(into: &queue)
      queue.restart(at: place)
      reader = MailReader()
      start = place
      envelopeDate = date
      lines = 0
      return
    }
    isBehindBlank = bytes.isEmpty
    if reader == nil {
      // Behind a mailbox's first line everything belongs to a message; a single message begins at once.
      guard !bytes.isEmpty else { return }
      reader = MailReader()
      start = place
    }
    lines += 1
    // A line of a body that begins with `From ` was given a `>` (mboxo), and one that had some another (mboxrd).
    let isQuoted =
      isMbox == true && bytes.first == 0x3e
      && bytes.drop(while: { $0 == 0x3e }).starts(with: Self.from)
    reader?.line(isQuoted ? UnsafeRawBufferPointer(rebasing: bytes[1...]) : bytes, isCut: isCut)
  }

  private static let from = Array("From ".utf8)

  /// The date of a line that begins a message, 0 where it is none that is known; nil for a line of a body. Behind
  /// `From ` come a sender, and a time with two colons.
  private static func separator(_ line: UnsafeRawBufferPointer) -> Int64? {
    guard line.count <= 1024 else { return nil }
    let words = String(decoding: line.dropFirst(5), as: UTF8.self).split(separator: " ")
    guard words.count >= 5,
      let clock = words.firstIndex(where: { $0.count { $0 == ":" } >= 1 && $0.first?.isNumber == true }),
      clock >= 2
    else { return nil }
    return WrittenTime.read(words.dropFirst().joined(separator: " "))?.nanoseconds ?? 0
  }

  private func finish(into queue: inout OutputQueue) {
    guard let done = reader else { return }
    reader = nil
    guard lines > 0 else { return }
    done.end()
    let message = done.message
    guard !message.headers.isEmpty else { return queue.reject(start, "no message: expected a header as `From: …`") }
    if message.isCut { skips.skip("message of which something was left out: too long, too deep, or too many parts") }
    if message.hasBrokenText { skips.skip("message with bytes that are none of its character set") }
    let envelope = envelopeDate.flatMap { $0 == 0 ? nil : $0 }
    for outcome in sorter.outcomes(message, envelopeDate: envelope) {
      switch outcome {
      case .record(let record): queue.add(record)
      case .skipped(let kind): skips.skip(kind)
      case .refused(let reason): queue.reject(start, reason)
      }
    }
  }
}

/// What becomes of a message.
enum MailOutcome {
  case record(any SourceOutput)
  case skipped(String)
  case refused(String)
}

public struct MailboxParameters: Sendable {
  /// Domains whose senders are the organisation's own people.
  var ownDomains: [String] = []
  /// Addresses to which employees report what they got.
  var reportAddresses: [String] = []
  /// Every message is such a report.
  var isReportMailbox = false
  /// The server whose Authentication-Results count.
  var authenticationServer: String?
  /// Whose mailbox it is, where messages do not say.
  var owner: String?

  static let names = ["own_domains", "report_addresses", "reports", "authserv_id", "owner"]
  static let schema = """
    {"type":"object","additionalProperties":false,"properties":{\
    "own_domains":{"description":"The organisation's mail domains: mail from them is no approach, mail to them is."},\
    "report_addresses":{"description":"Where employees report suspicious messages."},\
    "reports":{"type":"boolean","default":false,"description":"Every message of this mailbox is such a report."},\
    "authserv_id":{"type":"string","description":"The own mail server's name in Authentication-Results; else the topmost counts."},\
    "owner":{"type":"string","description":"Whose mailbox it is: an employee id or an e-mail address."}}}
    """

  public init(_ text: UnsafeRawBufferPointer) throws(SourceFailure) {
    let given = try SourceParameters(text, known: Self.names)
    ownDomains = try given.texts("own_domains").map { $0.lowercased() }
    reportAddresses = try given.texts("report_addresses").map { $0.lowercased() }
    isReportMailbox = try given.flag("reports") ?? false
    authenticationServer = try given.text("authserv_id")
    owner = try given.text("owner")
  }

  func isOwn(_ address: MailAddress) -> Bool {
    let domain = address.domain
    return ownDomains.contains { domain == $0 || domain.hasSuffix(".\($0)") }
  }
}
