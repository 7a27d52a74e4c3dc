/// The life of a case in the hands of people: case.assign, case.comment, case.escalate and case.close.

import Evidence
import JSON
import RPC
import Store

extension Daemon {
  /// Bytes of what is said about a case at once.
  private static let longestWord = 4_096

  func registerCases() {
    onCase("case.assign", "text") { call, _ in .assign(to: call.params["to"]?.string ?? "") }
    onCase("case.comment", "text") { _, _ in .comment }
    onCase("case.escalate", "reason") { _, _ in .escalate }
    onCase("case.close", "reason") { call, one in
      guard let verdict = call.params["verdict"]?.string.flatMap(CaseVerdict.init(rawValue:)) else {
        throw RPCError.invalidParams("verdict: expected benign or true_positive")
      }
      var until: Timestamp?
      if let text = call.params["until"]?.string {
        guard verdict == .benign else { throw RPCError.invalidParams("until: only what is benign is so until a time") }
        until = Timestamp(rfc3339: text)
        guard until != nil else { throw RPCError.invalidParams("until: expected a time as 2027-01-01T00:00:00Z") }
      }
      return .close(verdict, until: until, signals: Set(one.signals))
    }
  }

  /// A method that says one word about the case `id`; `member` has its text.
  private func onCase(
    _ method: String, _ member: String, _ what: @escaping (RPCCall, Case) throws -> CaseWord.What
  ) {
    methods.onDeferred(method) { [unowned self] call, reply in
      let id = call.params["id"]?.string ?? ""
      let text = call.params[member]?.string ?? ""
      guard text.utf8.count <= Daemon.longestWord else {
        throw RPCError.invalidParams("\(member): \(text.utf8.count) bytes; at most \(Daemon.longestWord) are kept")
      }
      whenFree { [unowned self] in
        do {
          let one = try told(id)
          let word = CaseWord(caseID: id, time: .now(), by: call.caller.name, what: try what(call, one), text: text)
          let (changed, learned) = try say(word, of: one, call)
          reply.succeed { w in
            guard case .close = word.what else { return changed.write(to: &w) }
            w.beginObject()
            w.key("case")
            changed.write(to: &w)
            w.objects("learned", learned) { one, w in
              w.member("id", one.id)
              w.member("about", one.scope.phrase)
            }
            w.endObject()
          }
        } catch let error as RPCError {
          reply.fail(error)
        } catch {
          reply.fail(RPCError.unavailable("\(error)"))
        }
      }
    }
  }

  /// A case as it was told last.
  func told(_ id: String) throws -> Case {
    if let one = ledger.last(id) { return one }
    guard let json = try store.get(.case, id: id), let one = Case(try JSONValue(parsing: json)) else {
      throw RPCError.notFound("no case '\(id)'")
    }
    return one
  }

  private func say(_ word: CaseWord, of one: Case, _ call: RPCCall) throws -> (Case, [Suppression]) {
    if one.status == .closed, word.what != .comment {
      throw RPCError.refused("\(one.id) is closed already; what can still be added is a comment")
    }
    var learned: [Suppression] = []
    if case .close(.benign, let until, _) = word.what {
      learned = CaseLesson.scopes(one, lastConclusion.signals).map { scope in
        Suppression(
          scope: scope, reason: "\(word.text) (\(one.id))", by: word.by, created: word.time, until: until)
      }
      guard learned.count <= CaseLesson.most else {
        throw RPCError.refused(
          "\(one.id) stands on \(learned.count) things, more than \(CaseLesson.most): say with suppression.add which of them "
            + "are of no concern; the case is then closed by itself")
      }
    }
    // The log says who said what of which case; whom the case is about, it does not say.
    let entry = (
      who: call.caller.name, what: call.method,
      detail: "\(one.id)\(learned.isEmpty ? "" : ", \(learned.count) suppressions"): \(word.text)"
    )
    guard try store.add(word, teaching: learned, audit: entry) else {
      throw RPCError.refused(
        "there are \(Store.mostCaseWords) words about \(one.id) already, or too many suppressions; nothing was changed")
    }
    caseWords[one.id, default: []].append(word)
    var changed = one
    changed.apply([word])
    try store.update([StoredRow(changed)])
    ledger.note(changed)
    publish("case") { changed.write(to: &$0) }
    if !learned.isEmpty { try useSuppressions() }
    return (changed, learned)
  }
}
