/// What persons say about cases. Each word is stored with its line of the audit log, and with what is learned from it, in one
/// transaction.

import Evidence
import GRDB
import JSON

extension Store {
  /// Words about one case at most.
  public static let mostCaseWords = 1_000

  /// All words, by case, in the order in which they were said.
  public func caseWords() throws(StoreError) -> [String: [CaseWord]] {
    do {
      return try pool.read { db in
        var out: [String: [CaseWord]] = [:]
        let rows = try String.fetchCursor(db, sql: "SELECT body FROM case_word ORDER BY seq")
        while let body = try rows.next() {
          guard let word = CaseWord(try JSONValue(parsing: body)) else { continue }
          out[word.caseID, default: []].append(word)
        }
        return out
      }
    } catch {
      throw StoreError(error, doing: "reading what was said about cases")
    }
  }

  /// Keeps a word, and the suppressions that it teaches.
  /// - Returns: false where there are as many words about the case, or suppressions, as may be; then nothing is kept.
  public func add(
    _ word: CaseWord, teaching suppressions: [Suppression] = [],
    audit entry: (who: String, what: String, detail: String)
  ) throws(StoreError) -> Bool {
    func text(_ write: (inout JSONWriter) -> Void) -> String {
      var w = JSONWriter(capacity: 512)
      write(&w)
      return w.text
    }
    let body = text { word.write(to: &$0) }
    let taught = suppressions.map { one in (one, text { one.write(to: &$0) }) }
    do {
      return try pool.write { db in
        let said =
          try Int.fetchOne(db, sql: "SELECT count(*) FROM case_word WHERE case_id = ?", arguments: [word.caseID]) ?? 0
        let kept = try Int.fetchOne(db, sql: "SELECT count(*) FROM suppression") ?? 0
        guard said < Store.mostCaseWords, kept + taught.count <= Store.mostSuppressions else { return false }
        try db.execute(
          sql: "INSERT INTO case_word (case_id, time, body) VALUES (?, ?, ?)",
          arguments: [word.caseID, word.time.nanoseconds, body])
        for (one, body) in taught {
          try db.execute(
            sql: "INSERT OR REPLACE INTO suppression VALUES (?, ?, ?)",
            arguments: [one.id, (one.created ?? word.time).nanoseconds, body])
        }
        try Store.audit(db, entry, word.time)
        return true
      }
    } catch {
      throw StoreError(error, doing: "storing a word about a case")
    }
  }
}
