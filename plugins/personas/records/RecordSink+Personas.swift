/// Personas and approaches on their way into the host's sink.

import JSON
import PluginSupport

extension PersonaRecord: SourceOutput {
  public func put(into sink: RecordSink) {
    sink.begin(.persona, at: time)
    sink.text(.platform, platform.bounded)
    sink.text(.accountID, accountID.bounded)
    sink.text(.handle, handle.bounded)
    sink.text(.displayName, displayName.bounded)
    if let createdAt { sink.time(.createdAt, createdAt) }
    if let changedAt { sink.time(.changedAt, changedAt) }
    sink.text(.bio, ifAny: bio)
    sink.text(.employer, ifAny: employer)
    sink.text(.title, ifAny: title)
    sink.text(.location, ifAny: location)
    sink.text(.url, ifAny: url)
    sink.texts(.links, links)
    sink.texts(.languages, languages)
    if let verified { sink.flag(.verified, verified) }
    if let followers { sink.unsigned(.followers, followers) }
    if let following { sink.unsigned(.following, following) }
    if let posts { sink.unsigned(.posts, posts) }
    sink.text(.avatarSHA256, ifAny: avatarSHA256)
    sink.text(.avatarPHash, ifAny: avatarPHash)
    sink.finish(extra, id)
  }
}

extension PersonaChangeRecord: SourceOutput {
  public func put(into sink: RecordSink) {
    sink.begin(.personaChange, at: time)
    sink.text(.platform, platform.bounded)
    sink.text(.accountID, accountID.bounded)
    sink.text(.field, field)
    sink.text(.from, ifAny: from)
    sink.text(.to, ifAny: to)
    sink.finish([], id)
  }
}

extension OutreachRecord: SourceOutput {
  public func put(into sink: RecordSink) {
    sink.begin(.outreach, at: time)
    sink.text(.platform, platform.bounded)
    sink.text(.kind, kind.rawValue)
    sink.text(.fromAccountID, ifAny: from.accountID)
    sink.text(.fromHandle, ifAny: from.handle)
    sink.text(.toAccountID, ifAny: to.accountID)
    sink.text(.toHandle, ifAny: to.handle)
    sink.text(.toEmail, ifAny: to.email)
    sink.text(.toEmployee, ifAny: to.employee)
    sink.text(.text, ifAny: text)
    sink.texts(.links, links)
    if let outcome { sink.text(.outcome, outcome.rawValue) }
    sink.text(.reportedBy, ifAny: reportedBy)
    sink.finish(extra, id)
  }
}

extension RecordSink {
  /// The most elements of a list that are given: more of them say nothing new of an account.
  private static let mostElements = 1000

  fileprivate func text(_ field: EvidenceField, ifAny value: String?) {
    if let value, !value.isEmpty { text(field, value.bounded) }
  }

  fileprivate func texts(_ field: EvidenceField, _ values: [String]) {
    for value in values.prefix(Self.mostElements) where !value.isEmpty { text(field, value.bounded) }
  }

  fileprivate func finish(_ extra: [ExtraMember], _ id: String) {
    if !extra.isEmpty { text(.extra, extra.fitting) }
    if !id.isEmpty { text(.id, id) }
    end()
  }
}

extension String {
  /// At most 256 KiB: a record of a few such texts still fits into a call.
  fileprivate var bounded: String {
    let most = 256 << 10
    guard utf8.count > most else { return self }
    return String(decoding: utf8.prefix(most), as: UTF8.self)
  }
}

extension [ExtraMember] {
  /// The text of the object within 256 KiB: what does not fit is left out from the end, and it says so.
  fileprivate var fitting: String {
    let most = 256 << 10
    var kept = self
    var text = kept.json
    while text.utf8.count > most, !kept.isEmpty {
      kept.removeLast()
      text = (kept + [ExtraMember("cut", .bool(true))]).json
    }
    return text
  }
}
