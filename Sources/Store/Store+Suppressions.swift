/// Suppressions in the store. Who gave or took back one is in the audit log, in the same transaction.

import Evidence
import GRDB
import JSON

extension Store {
  /// How many may be kept: more is no analyst's word any more, and each costs reasoning time.
  public static let mostSuppressions = 10_000

  /// All that are kept, in the order in which they were given.
  public func suppressions() throws(StoreError) -> [Suppression] {
    do {
      return try pool.read { db in
        try String.fetchAll(db, sql: "SELECT body FROM suppression ORDER BY created, id").map { body in
          try Suppression(JSONValue(parsing: body))
        }
      }
    } catch {
      throw StoreError(error, doing: "reading the suppressions")
    }
  }

  /// Keeps one.
  /// - Returns: false where there are as many as may be.
  public func add(
    _ one: Suppression, audit entry: (who: String, what: String, detail: String), now: Timestamp = .now()
  ) throws(StoreError) -> Bool {
    var w = JSONWriter(capacity: 512)
    one.write(to: &w)
    let body = w.text
    do {
      return try pool.write { db in
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM suppression") ?? 0
        guard count < Store.mostSuppressions else { return false }
        try db.execute(
          sql: "INSERT OR REPLACE INTO suppression VALUES (?, ?, ?)",
          arguments: [one.id, (one.created ?? now).nanoseconds, body])
        try Store.audit(db, entry, now)
        return true
      }
    } catch {
      throw StoreError(error, doing: "storing a suppression")
    }
  }

  /// Takes one back.
  /// - Returns: false where there is none of that id.
  public func removeSuppression(
    id: String, audit entry: (who: String, what: String, detail: String), now: Timestamp = .now()
  ) throws(StoreError) -> Bool {
    do {
      return try pool.write { db in
        try db.execute(sql: "DELETE FROM suppression WHERE id = ?", arguments: [id])
        guard db.changesCount > 0 else { return false }
        try Store.audit(db, entry, now)
        return true
      }
    } catch {
      throw StoreError(error, doing: "removing a suppression")
    }
  }

  /// Deletes those that name an account, by its id or one of its handles.
  /// - Returns: how many.
  static func forgetSuppressions(
    _ db: Database, _ platform: String, _ account: String, _ handles: [String]
  ) throws -> Int {
    let names = handles.map(SuppressionScope.handle)
    let marks = repeatElement("?", count: names.count).joined(separator: ", ")
    try db.execute(
      sql: """
        DELETE FROM suppression WHERE json_extract(body, '$.persona.platform') = ?
        AND (json_extract(body, '$.persona.account_id') = ? OR json_extract(body, '$.persona.handle') IN (\(marks)))
        """, arguments: StatementArguments([platform, account] + names))
    return db.changesCount
  }

  static func audit(
    _ db: Database, _ entry: (who: String, what: String, detail: String), _ now: Timestamp
  ) throws {
    try db.execute(
      sql: "INSERT INTO audit (time, who, what, detail) VALUES (?, ?, ?, ?)",
      arguments: [now.nanoseconds, entry.who, entry.what, entry.detail])
  }
}
