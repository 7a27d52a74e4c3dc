/// Posts and e-mails of MISP's object templates as approaches.

import JSON
import PersonaRecords
import PluginSupport

/// A `microblog` object: a post of an account, which may name others.
enum MISPPost {
  private static let mostMentions = 50

  /// The account as far as the post shows it, and a mention or reply for each account that is quoted. None without
  /// a name.
  static func outputs(
    _ object: MISPObject, _ event: MISPEvent, at fallback: Int64, picture: (inout PersonaRecord) -> Void
  ) -> [any SourceOutput] {
    guard let name = object.first("username", "user-id") else {
      return []
    }
    let handle = MISPAccount.bare(name)
    let time = object.time("creation-date", "modification-date") ?? fallback
    let link = object.first("link", "url")
    let platform =
      object.first("type").map { SocialPlatform.name($0) } ?? link.flatMap { ProfileLink($0)?.platform } ?? "unknown"
    let provenance = MISPInterpreter.provenance(object, event)

    var persona = PersonaRecord(
      time: time, platform: platform, accountID: object.first("user-id") ?? handle, handle: handle,
      displayName: object.first("display-name") ?? handle)
    persona.languages = object.all(["language"])
    persona.verified = object.first("verified-username").flatMap { $0.lowercased() == "verified" ? true : nil }
    persona.extra = provenance
    picture(&persona)
    persona.id = StableID.of("misp/poster", [event.uuid, object.uuid, "\(time)", handle])
    var out: [any SourceOutput] = [persona]

    let text = object.first("post")
    let isReply = object.first("in-reply-to-user-id") != nil
    var targets = object.all(["username-quoted"]).map { PartyRecord(handle: MISPAccount.bare($0)) }
    if let id = object.first("in-reply-to-user-id") { targets.append(PartyRecord(accountID: id)) }
    for to in targets.prefix(mostMentions) {
      var record = OutreachRecord(
        time: time, platform: platform, kind: isReply ? .reply : .mention,
        from: PartyRecord(accountID: object.first("user-id"), handle: handle), to: to)
      record.text = text
      record.links = unique(object.all(["embedded-link", "embedded-safe-link"]) + LinkText.links(in: text ?? ""))
      record.extra.keep("post", link)
      record.extra += provenance
      record.id = StableID.of(
        "misp/post", [event.uuid, object.uuid, to.handle ?? to.accountID ?? "", "\(time)"])
      out.append(record)
    }
    return out
  }

  private static func unique(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
  }
}

/// An `email` object: an approach to each recipient.
enum MISPMail {
  private static let mostRecipients = 50

  /// None where sender or recipient is missing.
  static func outreach(_ object: MISPObject, _ event: MISPEvent, at fallback: Int64) -> [OutreachRecord] {
    guard let from = object.first("from", "reply-to", "return-path") else { return [] }
    let time = object.time("send-date", "received-date") ?? fallback
    let text = [object.first("subject"), object.first("email-body")].compactMap { $0 }.joined(separator: "\n\n")
    return object.all(["to", "cc", "bcc"]).prefix(mostRecipients).map { to in
      var record = OutreachRecord(
        time: time, platform: "email", kind: .email, from: PartyRecord(handle: from), to: PartyRecord(email: to))
      record.text = text.isEmpty ? nil : text
      record.links = LinkText.links(in: text)
      record.extra.keep("from_name", object.first("from-display-name"))
      record.extra.keep("message_id", object.first("message-id"))
      record.extra.keep("attachments", object.all(["attachment", "screenshot", "email-attachment"]))
      record.extra += MISPInterpreter.provenance(object, event)
      record.id = StableID.of("misp/email", [event.uuid, object.uuid, from, to, "\(time)"])
      return record
    }
  }
}
