/// E-mails among STIX observables (§6.5): approaches of a stranger to whom they were sent.

import JSON
import PersonaRecords
import PluginSupport

enum STIXMail {
  private static let mostRecipients = 50

  /// One record for each recipient. Without a sender, a recipient or a time there is none, and the reason is told.
  static func outreach(of message: STIXObject, _ all: STIXResolution) -> [any SourceOutput] {
    func address(_ id: String) -> STIXObject? {
      all[id].flatMap { $0.type == "email-addr" && $0.text("value") != nil ? $0 : nil }
    }
    guard let sender = (message.text("from_ref") ?? message.text("sender_ref")).flatMap(address) else {
      return [Rejection(message.place, "\(message.id): from_ref leads to no e-mail address")]
    }
    let recipients = (message.texts("to_refs") + message.texts("cc_refs")).compactMap(address)
    guard !recipients.isEmpty else {
      return [Rejection(message.place, "\(message.id): to_refs lead to no e-mail address")]
    }
    guard let time = message.time("date") ?? all.moments(of: message.id).last?.time else {
      return [Rejection(message.place, "\(message.id): neither a date nor an observation says when it was")]
    }
    var text = message.text("subject") ?? ""
    let parts = (message.value["body_multipart"]?.elements ?? []).compactMap { $0["body"]?.string }
    for part in [message.text("body") ?? ""] + parts where !part.isEmpty {
      text += text.isEmpty ? part : "\n\n\(part)"
    }
    let from = PartyRecord(handle: sender.text("value"))
    return recipients.prefix(mostRecipients).map { recipient in
      var record = OutreachRecord(
        time: time, platform: "email", kind: .email, from: from, to: PartyRecord(email: recipient.text("value")))
      record.text = text.isEmpty ? nil : text
      record.links = LinkText.links(in: text)
      record.extra.keep("stix_id", message.id)
      record.extra.keep("from_name", sender.text("display_name"))
      record.extra.keep("message_id", message.text("message_id"))
      return record
    }
  }
}
