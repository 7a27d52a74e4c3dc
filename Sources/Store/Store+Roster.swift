/// The roster in the store: the one that was put, the one that was last in force, and what changed between them.

import Evidence
import GRDB

extension Store {
  /// Keeps the roster that is in force now, and what changed with it, in one transaction.
  public func note(
    rosterInForce json: String, changes: [RosterChange], now: Timestamp = .now()
  ) throws(StoreError) {
    do {
      try pool.write { db in
        try db.execute(
          sql: "INSERT OR REPLACE INTO roster_in_force VALUES (1, ?, ?)", arguments: [json, now.nanoseconds])
        let statement = try db.cachedStatement(
          sql:
            "INSERT INTO roster_change (time, person, name, kind, field, old, new, who) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        for change in changes {
          try statement.execute(
            arguments: [
              change.time.nanoseconds, change.person, change.name, change.kind.rawValue, change.field, change.from,
              change.to, change.by,
            ])
        }
      }
    } catch {
      throw StoreError(error, doing: "storing what changed in the roster")
    }
  }

  /// The roster that was last in force, nil if none ever was.
  public func rosterInForce() throws(StoreError) -> String? {
    do {
      return try pool.read { db in try String.fetchOne(db, sql: "SELECT body FROM roster_in_force") }
    } catch {
      throw StoreError(error, doing: "reading the roster that was in force")
    }
  }

  /// What changed in the roster, in the order in which it did.
  /// - Parameters:
  ///   - person: of one person only.
  ///   - cursor: the `next` of the page before.
  /// - Returns: at most `limit` changes, and where the next page begins, nil where there is none.
  public func rosterHistory(
    person: String? = nil, from: Timestamp? = nil, to: Timestamp? = nil, newestFirst: Bool = false,
    cursor: Int64? = nil, limit: Int = 100
  ) throws(StoreError) -> (changes: [RosterChange], next: Int64?) {
    var conditions = ["1"]
    var arguments: [any DatabaseValueConvertible] = []
    func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      conditions.append(condition)
      arguments.append(value)
    }
    require("person = ?", person)
    require("time >= ?", from?.nanoseconds)
    require("time < ?", to?.nanoseconds)
    require(newestFirst ? "seq < ?" : "seq > ?", cursor)
    arguments.append(limit + 1)
    do {
      return try pool.read { db in
        let rows = try Row.fetchAll(
          db,
          sql:
            "SELECT * FROM roster_change WHERE \(conditions.joined(separator: " AND ")) ORDER BY seq \(newestFirst ? "DESC" : "ASC") LIMIT ?",
          arguments: StatementArguments(arguments))
        let changes = rows.prefix(limit).map { row in
          var change = RosterChange(
            time: Timestamp(nanoseconds: row["time"]), person: row["person"], name: row["name"],
            kind: RosterChange.Kind(rawValue: row["kind"]) ?? .changed, field: row["field"], from: row["old"],
            to: row["new"])
          change.by = row["who"]
          return change
        }
        let last: Int64? = rows.count > limit ? rows[limit - 1]["seq"] : nil
        return (changes, last)
      }
    } catch {
      throw StoreError(error, doing: "reading what changed in the roster")
    }
  }
}
