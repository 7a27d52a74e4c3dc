/// A platform's notification of what an account did: an approach on that platform, of which the mail is the trace.

import MailMessages
import PersonaRecords
import PluginSupport

enum MailNotification {
  /// - Parameter isVerified: a signature of the platform was found good by the receiving server.
  static func outcomes(
    _ message: MailMessage, _ from: MailAddress, _ platform: MailPlatform, at time: Int64, isVerified: Bool,
    _ reporter: MailSorter.Reporter?, _ parameters: MailboxParameters
  ) -> [MailOutcome] {
    let subject = message.headers.text("subject") ?? ""
    let template =
      message.headers.raw("x-linkedin-template") ?? message.headers.raw("x-linkedin-class").flatMap {
        // `EMAIL-DEFAULT` says nothing.
        $0.lowercased().contains("default") ? nil : $0
      } ?? ""
    guard let event = platform.kind(subject: subject, sender: from.address, template: template) else {
      return [.skipped("\(platform.name) notification that is no approach")]
    }
    guard case .approach(let kind) = event else {
      return [.skipped("\(platform.name) notification of an accepted invitation")]
    }
    let links = MailSorter.unique(message.html.links + LinkText.links(in: message.plain))
    // A name in From is whatever the sender wants; who it was the profile's link tells, or nothing does.
    guard let profile = platform.profile(in: message.html.links + LinkText.links(in: message.plain)) else {
      return [.refused("\(platform.name) notification without a profile's link: who it was cannot be told")]
    }
    let to =
      MailSorter.recipients(message).first { parameters.ownDomains.isEmpty || parameters.isOwn($0) }?.address
      ?? reporter?.address ?? parameters.owner
    guard let to else { return [.refused("no recipient: give the parameter owner")] }
    var extra: [ExtraMember] = []
    extra.keep("sender_verified", isVerified)
    extra.keep("message_id", message.headers.raw("message-id"))
    let records = records(
      profile, kind, name: platform.personName(from.name), platform: platform, at: time, to: to, text: message.text,
      links: links, id: message.headers.raw("message-id") ?? subject, extra: extra, reporter)
    return records.map { .record($0) }
  }

  /// The account as far as the mail shows it, and the approach.
  static func records(
    _ profile: ProfileLink, _ kind: OutreachRecord.Kind, name: String?, platform: MailPlatform, at time: Int64,
    to: String, text: String, links: [String], id: String, extra: [ExtraMember], _ reporter: MailSorter.Reporter?
  ) -> [any SourceOutput] {
    var out: [any SourceOutput] = []
    if let name, !profile.isID {
      var persona = PersonaRecord(
        time: time, platform: platform.name, accountID: profile.handle, handle: profile.handle, displayName: name)
      persona.extra = extra
      persona.id = StableID.of("mail/member", [platform.name, profile.handle, name])
      out.append(persona)
    }
    let party =
      profile.isID
      ? PartyRecord(accountID: profile.handle)
      : PartyRecord(accountID: platform.name == "linkedin" ? profile.handle : nil, handle: profile.handle)
    let receiver = to.contains("@") ? PartyRecord(email: to) : PartyRecord(employee: to)
    var record = OutreachRecord(time: time, platform: platform.name, kind: kind, from: party, to: receiver)
    record.text = text.isEmpty ? nil : text
    // The platform's own links lead to its pages only.
    record.links = Array(
      links.filter { link in
        guard let parts = LinkParts(link) else { return false }
        return !platform.domains.contains { parts.host == $0 || parts.host.hasSuffix(".\($0)") }
      }.prefix(LinkText.most))
    record.extra = extra
    if let reporter { MailSorter.mark(&record, reporter) }
    record.id = StableID.of(
      "mail/notification", [platform.name, kind.rawValue, profile.handle, to, id, reporter?.address ?? ""])
    out.append(record)
    return out
  }
}
