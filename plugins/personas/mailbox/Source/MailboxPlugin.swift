/// The mailbox source: its description, its look at an unknown file, its descriptor.

import PersonaRecords
import PluginSupport
import VedettePluginABI

public enum MailboxPlugin {
  public static let source = DocumentSource(
    sniff: { start, _ in sniff(start) },
    open: { (text) throws(SourceFailure) in MailboxInterpreter(try MailboxParameters(text)) })

  /// The `From ` line of a mailbox, or a header with fields that mail has.
  static func sniff(_ start: UnsafeRawBufferPointer) -> UInt32 {
    let isMbox = start.starts(with: Array("From ".utf8))
    var known: Set<String> = []
    var fields = 0
    for line in wholeLines(of: start, limit: 40).dropFirst(isMbox ? 1 : 0) {
      if line.first == 0x20 || line.first == 0x09 { continue }
      guard let colon = line.firstIndex(of: 0x3a), colon > 0, colon < 64,
        line[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7f })
      else { break }
      fields += 1
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      if usual.contains(name) { known.insert(name) }
    }
    if isMbox { return fields > 0 ? 92 : 10 }
    return known.count >= 3 ? 88 : known.count == 2 && fields == 2 ? 60 : 0
  }

  private static let usual: Set<String> = [
    "from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version", "delivered-to",
    "content-type", "dkim-signature", "authentication-results", "reply-to", "x-original-to",
  ]

  public static let plugin: SourcePlugin = SourcePlugin(
    SourceDeclaration(
      id: "org.vedette.persona.mailbox", name: "mailbox", version: "1.0.0",
      summary: "Reads platforms' notifications, employees' reports and strangers' mail from mbox and EML files.",
      mode: .file, interfaces: [.personas], records: [.persona, .outreach],
      parameters: MailboxParameters.schema,
      blindSpots: [
        "Notification mails are sent only where the member left them switched on: approaches without one are not seen.",
        "Notification mails show a name and a profile's link: no biography, picture, follower count or creation date.",
        "A message without Authentication-Results of the own server is taken as it says: extra.sender_verified is false.",
        "Encrypted messages (S/MIME, PGP) and the content of attachments are not read.",
      ]),
    source,
    describe: { plugin.describe($0) }, create: { host, _, out in plugin.create(host, out) },
    sniff: { start, name, certainty, _ in plugin.sniff(start, name, certainty) }, interface: { plugin.interface($0) })
}
