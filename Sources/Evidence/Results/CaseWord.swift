/// What a person says about a case: whose it is, what there is to add, that it goes on elsewhere, that it is over.

/// What an analyst found a case to be.
public enum CaseVerdict: String, CaseIterable, Sendable {
  /// Nothing to worry about: what it stands on is of no concern from now on.
  case benign
  case truePositive = "true_positive"
}

/// One word about a case, by whom and when.
public struct CaseWord: Sendable, Equatable {
  public enum What: Sendable, Equatable {
    /// It is this person's to look into.
    case assign(to: String)
    case comment
    /// It goes on elsewhere.
    case escalate
    /// It is over, as it stands on these signals: one that comes later opens it again.
    case close(CaseVerdict, until: Timestamp?, signals: Set<String>)
  }

  public var caseID: String
  public var time: Timestamp
  public var by: String
  public var what: What
  /// The comment, or the reason.
  public var text: String

  public init(caseID: String, time: Timestamp, by: String, what: What, text: String) {
    self.caseID = caseID
    self.time = time
    self.by = by
    self.what = what
    self.text = text
  }

  /// The line that the case's story has of it.
  public var line: String {
    let reason = text.isEmpty ? "" : ": \(text)"
    switch what {
    case .assign(let person): return "Assigned to \(person) by \(by)\(reason)"
    case .comment: return "\(by)\(reason)"
    case .escalate: return "Escalated by \(by)\(reason)"
    case .close(let verdict, let until, _):
      let word = verdict == .benign ? "benign" : "a true positive"
      return "Closed as \(word) by \(by)\(until.map { " until \($0.rfc3339)" } ?? "")\(reason)"
    }
  }
}

/// How a case was closed by a person.
public struct CaseClosure: Sendable, Equatable {
  public var verdict: CaseVerdict
  public var by: String
  public var reason: String
  public var time: Timestamp
  /// What happens from then on counts again; nil: nothing that is like it does.
  public var until: Timestamp?

  public init(verdict: CaseVerdict, by: String, reason: String, time: Timestamp, until: Timestamp?) {
    self.verdict = verdict
    self.by = by
    self.reason = reason
    self.time = time
    self.until = until
  }
}

extension Case {
  /// Takes in what was said about it, in the order in which it was said: its status, whose it is, and the lines of its
  /// story. A case that was closed is open again when signals join that it did not have then.
  public mutating func apply(_ words: [CaseWord]) {
    for word in words where word.caseID == id {
      timeline.append(TimelineEntry(time: word.time, stream: "case", text: word.line))
      switch word.what {
      case .assign(let person):
        assignee = person
        if status == .new || status == .triaged { status = .assigned }
      case .comment:
        if status == .new { status = .triaged }
      case .escalate: status = .escalated
      case .close(let verdict, let until, let known):
        let more = signals.filter { !known.contains($0) }
        guard more.isEmpty || status == .closed else {
          closure = nil
          status = assignee == nil ? .triaged : .assigned
          timeline.append(
            TimelineEntry(
              time: end, stream: "case",
              text: "Open again: \(more.count == 1 ? "a signal" : "\(more.count) signals") came after it was closed.",
              evidence: Array(more.prefix(8))))
          continue
        }
        status = .closed
        closure = CaseClosure(verdict: verdict, by: word.by, reason: word.text, time: word.time, until: until)
      }
    }
  }
}
