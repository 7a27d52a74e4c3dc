/// Words about cases as JSON: in the store, and within a case.

import JSON

extension CaseWord {
  public func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("case", caseID)
    w.member("time", time)
    w.member("by", by)
    switch what {
    case .assign(let person):
      w.member("what", "assign")
      w.member("to", person)
    case .comment: w.member("what", "comment")
    case .escalate: w.member("what", "escalate")
    case .close(let verdict, let until, let signals):
      w.member("what", "close")
      w.member("verdict", verdict.rawValue)
      w.member("until", until)
      w.member("signals", signals.sorted())
    }
    w.member("text", text)
    w.endObject()
  }

  /// Nil when a member that it needs is missing or of another type.
  public init?(_ v: JSONValue) {
    guard let id = v["case"]?.string, let by = v["by"]?.string, let text = v["text"]?.string,
      let time = v["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    let what: What
    switch v["what"]?.string {
    case "assign":
      guard let person = v["to"]?.string else { return nil }
      what = .assign(to: person)
    case "comment": what = .comment
    case "escalate": what = .escalate
    case "close":
      guard let verdict = v["verdict"]?.string.flatMap(CaseVerdict.init(rawValue:)) else { return nil }
      what = .close(
        verdict, until: v["until"]?.string.flatMap { Timestamp(rfc3339: $0) },
        signals: Set((v["signals"]?.elements ?? []).compactMap(\.string)))
    default: return nil
    }
    self.init(caseID: id, time: time, by: by, what: what, text: text)
  }
}

extension CaseClosure {
  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("verdict", verdict.rawValue)
    w.member("by", by)
    w.member("reason", reason)
    w.member("time", time)
    w.member("until", until)
    w.endObject()
  }

  init?(_ v: JSONValue) {
    guard let verdict = v["verdict"]?.string.flatMap(CaseVerdict.init(rawValue:)), let by = v["by"]?.string,
      let reason = v["reason"]?.string, let time = v["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.init(
      verdict: verdict, by: by, reason: reason, time: time,
      until: v["until"]?.string.flatMap { Timestamp(rfc3339: $0) })
  }
}
