/// What was observed and concluded, in SQLite: one writer, readers beside it (WAL), nothing lost once it was accepted.

import Evidence
import Foundation
import GRDB

/// The store. Writes are transactions of whole batches; each read sees one moment. Safe to use from any thread: GRDB's
/// pool serialises the writer and gives readers snapshots of their own.
///
///     let store = try Store(path: "/var/lib/vedette/vedette.db")
///     let stored = try store.write(rows, cursor: (source: "mastodon", value: cursor))
///     let page = try store.list(.flow, ListQuery(filter: ["app_proto": .text("dns")], limit: 50))
public final class Store: Sendable {
  let pool: DatabasePool

  /// Opens or makes the database and brings its schema up to date.
  /// - Throws: `cannotOpen` with the path and the reason.
  public init(path: String) throws(StoreError) {
    do {
      var configuration = GRDB.Configuration()
      configuration.busyMode = .timeout(10)
      configuration.prepareDatabase { db in
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
        try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
      }
      pool = try DatabasePool(path: path, configuration: configuration)
      try Schema.migrator.migrate(pool)
    } catch {
      throw StoreError(
        .cannotOpen,
        "\(path): \(StoreError(error, doing: "cannot be opened as a store").text); give another path or mend its permissions"
      )
    }
  }

  // MARK: writing

  /// Stores rows, and with them the cursor of the source that gave them, in one transaction.
  /// - Returns: for each row whether it is new; an observation that is there already stays as it was.
  /// - Throws: `failed`; then nothing of the batch was stored and the cursor is the old one.
  @discardableResult
  public func write(
    _ rows: [StoredRow], cursor: (source: String, value: [UInt8])? = nil, now: Timestamp = .now()
  ) throws(StoreError) -> [Bool] {
    try write(rows, Store.insertions, cursor, now)
  }

  /// Stores rows in one transaction; one that is there already takes on the new values and keeps its place in lists.
  /// For what is concluded, which changes as more is seen.
  /// - Throws: `failed`; then nothing of the batch was stored.
  public func update(_ rows: [StoredRow], now: Timestamp = .now()) throws(StoreError) {
    guard !rows.isEmpty else { return }
    _ = try write(rows, Store.updates, nil, now)
  }

  private func write(
    _ rows: [StoredRow], _ statements: [RecordKind: String], _ cursor: (source: String, value: [UInt8])?,
    _ now: Timestamp
  ) throws(StoreError) -> [Bool] {
    do {
      return try pool.writeWithoutTransaction { db in
        var new: [Bool] = []
        new.reserveCapacity(rows.count)
        try db.inTransaction(.immediate) {
          for row in rows {
            let statement = try db.cachedStatement(sql: statements[row.kind] ?? "")
            var arguments: [any DatabaseValueConvertible] = [row.id, row.time.nanoseconds, now.nanoseconds, row.source]
            arguments += row.columns.map(\.database)
            arguments.append(row.body)
            try statement.execute(arguments: StatementArguments(arguments))
            new.append(db.changesCount > 0)
          }
          if let cursor {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)")
              .execute(arguments: [cursor.source, Data(cursor.value), now.nanoseconds])
          }
          return .commit
        }
        return new
      }
    } catch {
      throw StoreError(error, doing: "storing \(rows.count) records")
    }
  }

  private static let insertions = statements { _ in " ON CONFLICT (id) DO NOTHING" }
  private static let updates = statements { names in
    let changed = names.filter { $0 != "id" && $0 != "recorded" }
    return " ON CONFLICT (id) DO UPDATE SET " + changed.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
  }

  private static func statements(_ conflict: ([String]) -> String) -> [RecordKind: String] {
    Dictionary(
      RecordKind.allCases.map { kind in
        let names = ["id", "time", "recorded", "source"] + kind.columns.map(\.name) + ["body"]
        let marks = repeatElement("?", count: names.count).joined(separator: ", ")
        return (
          kind, "INSERT INTO \(kind.table) (\(names.joined(separator: ", "))) VALUES (\(marks))" + conflict(names)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Deletes records of a kind by their ids: conclusions that do not hold any more.
  public func remove(_ kind: RecordKind, ids: [String]) throws(StoreError) {
    guard !ids.isEmpty else { return }
    do {
      try pool.write { db in
        let statement = try db.cachedStatement(sql: "DELETE FROM \(kind.table) WHERE id = ?")
        for id in ids { try statement.execute(arguments: [id]) }
      }
    } catch {
      throw StoreError(error, doing: "removing \(ids.count) records of \(kind.rawValue)")
    }
  }

  // MARK: roster

  /// Keeps the roster that was put, in place of the one before.
  public func keep(roster json: String, now: Timestamp = .now()) throws(StoreError) {
    do {
      try pool.write { db in
        try db.execute(
          sql: "INSERT OR REPLACE INTO roster VALUES (1, ?, ?)", arguments: [json, now.nanoseconds])
      }
    } catch {
      throw StoreError(error, doing: "storing the roster")
    }
  }

  /// Forgets the roster that was put.
  public func forgetRoster() throws(StoreError) {
    do {
      try pool.write { db in try db.execute(sql: "DELETE FROM roster") }
    } catch {
      throw StoreError(error, doing: "forgetting the roster")
    }
  }

  /// The roster that was put last, and when; nil if none was.
  public func roster() throws(StoreError) -> (json: String, recorded: Timestamp)? {
    do {
      return try pool.read { db in
        try Row.fetchOne(db, sql: "SELECT body, recorded FROM roster").map { row in
          (row[0], Timestamp(nanoseconds: row[1]))
        }
      }
    } catch {
      throw StoreError(error, doing: "reading the roster")
    }
  }

  /// Notes who did what, for the audit log.
  public func audit(who: String, what: String, detail: String, now: Timestamp = .now()) throws(StoreError) {
    do {
      try pool.write { db in
        try db.execute(
          sql: "INSERT INTO audit (time, who, what, detail) VALUES (?, ?, ?, ?)",
          arguments: [now.nanoseconds, who, what, detail])
      }
    } catch {
      throw StoreError(error, doing: "writing the audit log")
    }
  }

  /// Deletes records whose time lies before a moment.
  /// - Returns: how many.
  public func expire(before moment: Timestamp) throws(StoreError) -> Int {
    do {
      return try pool.write { db in
        var count = 0
        for kind in RecordKind.allCases where kind != .case {
          try db.execute(sql: "DELETE FROM \(kind.table) WHERE time < ?", arguments: [moment.nanoseconds])
          count += db.changesCount
        }
        return count
      }
    } catch {
      throw StoreError(error, doing: "deleting old records")
    }
  }

  /// Deletes all records of an account: snapshots, changes, outreach under its id or the handles it was seen with, and
  /// signals about it. The pages that held them are overwritten.
  /// - Returns: how many.
  public func forget(platform: String, account: String) throws(StoreError) -> Int {
    do {
      let count = try pool.write { db in
        try db.execute(sql: "PRAGMA secure_delete = ON")
        let who: StatementArguments = [platform, account]
        let handles = try String.fetchAll(
          db, sql: "SELECT DISTINCT handle FROM persona WHERE platform = ? AND account_id = ?", arguments: who)
        var count = 0
        for kind in [RecordKind.persona, .personaChange] {
          try db.execute(sql: "DELETE FROM \(kind.table) WHERE platform = ? AND account_id = ?", arguments: who)
          count += db.changesCount
        }
        try db.execute(
          sql: "DELETE FROM outreach WHERE platform = ? AND from_account_id = ?", arguments: who)
        count += db.changesCount
        for handle in handles {
          try db.execute(
            sql: """
              DELETE FROM outreach WHERE platform = ? AND from_account_id IS NULL
              AND json_extract(body, '$.from.handle') = ?
              """, arguments: [platform, handle])
          count += db.changesCount
        }
        try db.execute(
          sql: """
            DELETE FROM \(RecordKind.signal.table) WHERE json_extract(body, '$.entity.platform') = ?
            AND json_extract(body, '$.entity.account_id') = ?
            """, arguments: who)
        count += db.changesCount
        count += try Store.forgetSuppressions(db, platform, account, handles)
        return count
      }
      try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
      return count
    } catch {
      throw StoreError(error, doing: "forgetting an account")
    }
  }

  /// Deletes the texts of messages from before a moment; the rest of their records stays.
  /// - Returns: how many.
  public func forgetTexts(before moment: Timestamp) throws(StoreError) -> Int {
    do {
      return try pool.write { db in
        try db.execute(
          sql: """
            UPDATE outreach SET body = json_remove(body, '$.text')
            WHERE time < ? AND json_extract(body, '$.text') IS NOT NULL
            """, arguments: [moment.nanoseconds])
        return db.changesCount
      }
    } catch {
      throw StoreError(error, doing: "deleting old texts")
    }
  }

  /// What the audit log calls the deleting of old records.
  public static let expiry = "store.expire"

  /// Whether old records were ever deleted.
  public func hasExpired() throws(StoreError) -> Bool {
    do {
      return try pool.read { db in
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM audit WHERE what = ?)", arguments: [Store.expiry])
          ?? false
      }
    } catch {
      throw StoreError(error, doing: "reading the audit log")
    }
  }

  // MARK: reading

  /// The cursor that was stored last for a source.
  public func cursor(of source: String) throws(StoreError) -> [UInt8]? {
    do {
      return try pool.read { db in
        try Data.fetchOne(db, sql: "SELECT value FROM cursor WHERE source = ?", arguments: [source]).map { [UInt8]($0) }
      }
    } catch {
      throw StoreError(error, doing: "reading the cursor of \(source)")
    }
  }

  /// One record as JSON, or nil if there is none of that id.
  public func get(_ kind: RecordKind, id: String) throws(StoreError) -> String? {
    do {
      return try pool.read { db in
        try String.fetchOne(db, sql: "SELECT body FROM \(kind.table) WHERE id = ?", arguments: [id])
      }
    } catch {
      throw StoreError(error, doing: "reading \(kind.rawValue) \(id)")
    }
  }

  /// A page of records as JSON, in order of time.
  public func list(_ kind: RecordKind, _ query: ListQuery) throws(StoreError) -> ListPage {
    let (sql, arguments) = try query.statement(for: kind)
    do {
      return try pool.read { db in
        var page = ListPage()
        let rows = try Row.fetchCursor(db, sql: sql, arguments: StatementArguments(arguments))
        while let row = try rows.next() {
          if page.items.count == query.limit {
            page.next = page.last
            break
          }
          page.items.append(row[0])
          page.last = ListQuery.cursor(time: row[1], row: row[2])
        }
        return page
      }
    } catch {
      throw StoreError(error, doing: "listing \(kind.rawValue)")
    }
  }

  /// How many records of a kind there are.
  public func count(_ kind: RecordKind) throws(StoreError) -> Int {
    do {
      return try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(kind.table)") ?? 0 }
    } catch {
      throw StoreError(error, doing: "counting \(kind.rawValue)")
    }
  }

  /// The newest records of a kind, at most `limit`, one at a time and in order of time: how the engine reads its past
  /// when it starts.
  /// - Returns: whether there are older ones.
  @discardableResult
  public func forEach(_ kind: RecordKind, newest limit: Int, _ body: (String) -> Void) throws(StoreError) -> Bool {
    do {
      return try pool.read { db in
        // The moment at which the newest begin, so that the rows themselves need no sorting but the index's.
        let beginning = try Row.fetchOne(
          db, sql: "SELECT time, rowid FROM \(kind.table) ORDER BY time DESC, rowid DESC LIMIT 1 OFFSET ?",
          arguments: [limit])
        let rows = try String.fetchCursor(
          db, sql: "SELECT body FROM \(kind.table) WHERE (time, rowid) > (?, ?) ORDER BY time, rowid",
          arguments: [beginning?[0] as Int64? ?? .min, beginning?[1] as Int64? ?? .min])
        while let text = try rows.next() { body(text) }
        return beginning != nil
      }
    } catch {
      throw StoreError(error, doing: "reading \(kind.rawValue)")
    }
  }
}

extension StoredRow.Value {
  var database: any DatabaseValueConvertible {
    switch self {
    case .text(let v): v
    case .integer(let v): v
    case .real(let v): v
    case .null: DatabaseValue.null
    }
  }
}
