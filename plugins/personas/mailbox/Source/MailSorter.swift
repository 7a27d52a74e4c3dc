/// What a message is: a platform's notification, an employee's report, or mail from somebody.

import JSON
import MailMessages
import PersonaRecords
import PluginSupport

struct MailSorter {
  let parameters: MailboxParameters

  init(_ parameters: MailboxParameters) { self.parameters = parameters }

  /// Who told of a message that came to somebody else.
  struct Reporter {
    var address: String
    var isVerified: Bool?
  }

  func outcomes(_ message: MailMessage, envelopeDate: Int64? = nil) -> [MailOutcome] {
    if isReport(message) { return report(message, envelopeDate) }
    return outcomes(message, envelopeDate, reporter: nil)
  }

  private func outcomes(_ message: MailMessage, _ envelopeDate: Int64?, reporter: Reporter?) -> [MailOutcome] {
    guard let from = message.from else { return [.refused("From: no address")] }
    guard let time = message.date ?? envelopeDate else { return [.refused("Date: no time, and no server wrote one")] }
    // What a reporter attached was not received here: its results could be anybody's.
    let authentication =
      reporter == nil ? MailAuthentication(message.headers, server: parameters.authenticationServer) : nil
    if let platform = MailPlatform.sending(from.domain) {
      let verdict = authentication?.verdict(for: platform.domains) ?? .unknown
      if verdict != .fail {
        return MailNotification.outcomes(
          message, from, platform, at: time, isVerified: verdict == .pass, reporter, parameters)
      }
    }
    return ordinary(message, from, time, authentication, reporter)
  }

  // MARK: Reports

  private func isReport(_ message: MailMessage) -> Bool {
    if parameters.isReportMailbox { return true }
    guard !parameters.reportAddresses.isEmpty else { return false }
    return Self.recipients(message).contains { parameters.reportAddresses.contains($0.address) }
  }

  /// An employee hands on what came: attached whole, or quoted with the header that the mail program writes above it.
  private func report(_ message: MailMessage, _ envelopeDate: Int64?) -> [MailOutcome] {
    guard let from = message.from else { return [.refused("From: no address, so that nobody reported it")] }
    let authentication = MailAuthentication(message.headers, server: parameters.authenticationServer)
    let verdict = authentication?.verdict(for: [from.domain])
    let reporter = Reporter(
      address: from.address, isVerified: verdict.flatMap { $0 == .unknown ? nil : $0 == .pass })
    if !message.attached.isEmpty {
      return message.attached.flatMap { outcomes($0, message.date ?? envelopeDate, reporter: reporter) }
    }
    guard let forwarded = ForwardedMail(message.text) else {
      return [.refused("a report without the message that it is about: neither attached nor forwarded")]
    }
    guard let time = forwarded.date ?? message.date ?? envelopeDate else { return [.refused("Date: no time")] }
    return inline(forwarded, message, time, reporter)
  }

  private func inline(_ mail: ForwardedMail, _ message: MailMessage, _ time: Int64, _ reporter: Reporter)
    -> [MailOutcome]
  {
    let links = Self.unique(LinkText.links(in: mail.body) + message.html.links.filter { LinkParts($0) != nil })
    if let platform = MailPlatform.sending(mail.from.domain),
      case .approach(let kind)? = platform.kind(subject: mail.subject, sender: mail.from.address, template: ""),
      let profile = platform.profile(in: links)
    {
      return MailNotification.records(
        profile, kind, name: platform.personName(mail.from.name), platform: platform, at: time, to: reporter.address,
        text: mail.body, links: links, id: message.headers.raw("message-id") ?? mail.subject,
        extra: [ExtraMember("sender_verified", .bool(false)), ExtraMember("forwarded", .string("inline"))], reporter
      ).map { .record($0) }
    }
    var record = OutreachRecord(
      time: time, platform: "email", kind: .email,
      from: PartyRecord(accountID: mail.from.address, handle: mail.from.address),
      to: PartyRecord(email: reporter.address))
    record.text = Self.words(mail.subject, mail.body)
    record.links = Array(links.prefix(LinkText.most))
    record.extra.keep("from_name", mail.from.name)
    record.extra.keep("forwarded", "inline")
    record.extra.keep("sender_verified", false)
    Self.mark(&record, reporter)
    record.id = StableID.of(
      "mail/report", [message.headers.raw("message-id") ?? "", mail.from.address, reporter.address, "\(time)"])
    return persona(of: mail.from, at: time) + [.record(record)]
  }

  // MARK: Mail from somebody

  private func ordinary(
    _ message: MailMessage, _ from: MailAddress, _ time: Int64, _ authentication: MailAuthentication?,
    _ reporter: Reporter?
  ) -> [MailOutcome] {
    let headers = message.headers
    // Whoever writes from outside under an own domain is found out by the server, and is no colleague.
    let isForged = parameters.isOwn(from) && authentication?.verdict(for: parameters.ownDomains) == .fail
    if parameters.isOwn(from), reporter == nil, !isForged {
      return [.skipped("mail from the organisation's own domains")]
    }
    let automatic = headers.raw("auto-submitted")?.lowercased() ?? "no"
    if automatic.hasPrefix("auto-replied") || MediaTypeWord.isReport(headers.raw("content-type")) {
      return [.skipped("automatic answer")]
    }
    let all = Self.recipients(message)
    let own = all.filter { parameters.isOwn($0) }
    var addresses = Self.unique((own.isEmpty ? all : own).map(\.address))
    // Where nobody is named (Bcc), whose mailbox it is tells.
    if addresses.isEmpty { addresses = reporter.map { [$0.address] } ?? [] }
    var parties = addresses.prefix(50).map { PartyRecord(email: $0) }
    if parties.isEmpty, let owner = parameters.owner {
      parties = [owner.contains("@") ? PartyRecord(email: owner.lowercased()) : PartyRecord(employee: owner)]
    }
    guard !parties.isEmpty else { return [.refused("no recipient: give the parameter owner")] }

    let text = message.text
    let links = Self.unique(
      LinkText.links(in: message.plain) + message.html.links.filter { LinkParts($0) != nil }
        + LinkText.links(in: message.html.text))
    var extra: [ExtraMember] = []
    extra.keep("from_name", from.name)
    let replyTo = MailAddress.list(headers.raw("reply-to")).first
    if let replyTo, replyTo.address != from.address { extra.keep("reply_to", replyTo.address) }
    extra.keep("message_id", headers.raw("message-id"))
    if let platform = MailPlatform.sending(from.domain) { extra.keep("claims_platform", platform.name) }
    if isForged { extra.keep("claims_own_domain", true) }
    if headers.has("list-id") || headers.has("list-unsubscribe") { extra.keep("bulk", true) }
    extra += Self.attachments(message)
    if let authentication {
      for method in ["dkim", "spf", "dmarc"] { extra.keep(method, authentication[method]) }
      extra.keep("sender_verified", authentication.verdict(for: [from.domain]) == .pass)
    } else {
      extra.keep("sender_verified", false)
    }
    let records = parties.map { party -> OutreachRecord in
      var record = OutreachRecord(
        time: time, platform: "email", kind: .email, from: PartyRecord(accountID: from.address, handle: from.address),
        to: party)
      record.text = Self.words(headers.text("subject") ?? "", text)
      record.links = Array(links.prefix(LinkText.most))
      record.extra = extra
      if let reporter { Self.mark(&record, reporter) }
      record.id = StableID.of(
        "mail",
        [
          headers.raw("message-id") ?? "", from.address, party.email ?? party.employee ?? "", "\(time)",
          reporter?.address ?? "",
        ])
      return record
    }
    return persona(of: from, at: time) + records.map { .record($0) }
  }

  /// A sender with a name is a persona on the platform `email`: the name may be somebody else's.
  private func persona(of from: MailAddress, at time: Int64) -> [MailOutcome] {
    guard !from.name.isEmpty, from.name.lowercased() != from.address else { return [] }
    var record = PersonaRecord(
      time: time, platform: "email", accountID: from.address, handle: from.address, displayName: from.name)
    // The same name at the same address tells nothing new.
    record.id = StableID.of("mail/sender", [from.address, from.name])
    return [.record(record)]
  }

  // MARK: Parts

  /// To whom it came: what the servers wrote says more than what the sender did.
  static func recipients(_ message: MailMessage) -> [MailAddress] {
    let headers = message.headers
    for name in ["delivered-to", "x-original-to", "envelope-to"] {
      let found = MailAddress.list(headers.raw(name))
      if !found.isEmpty { return found }
    }
    return (headers.all("to") + headers.all("cc")).prefix(50).flatMap { MailAddress.list($0) }
  }

  static func words(_ subject: String, _ body: String) -> String? {
    let text = [subject, body].filter { !$0.isEmpty }.joined(separator: "\n\n")
    return text.isEmpty ? nil : text
  }

  static func mark(_ record: inout OutreachRecord, _ reporter: Reporter) {
    record.outcome = .reported
    record.reportedBy = reporter.address
    record.extra.keep("reporter_verified", reporter.isVerified ?? false)
  }

  private static func attachments(_ message: MailMessage) -> [ExtraMember] {
    guard !message.attachments.isEmpty else { return [] }
    let list = message.attachments.prefix(50).map { attachment -> JSONValue in
      [
        "name": .string(attachment.name), "type": .string(attachment.type), "bytes": .int(Int64(attachment.bytes)),
      ]
    }
    return [ExtraMember("attachments", .array(list))]
  }

  static func unique(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
  }
}

/// Bounces and receipts (RFC 3462).
private enum MediaTypeWord {
  static func isReport(_ field: String?) -> Bool { field?.lowercased().hasPrefix("multipart/report") ?? false }
}
