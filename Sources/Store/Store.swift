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
  private let pool: DatabasePool

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
    do {
      return try pool.writeWithoutTransaction { db in
        var new: [Bool] = []
        new.reserveCapacity(rows.count)
        try db.inTransaction(.immediate) {
          for row in rows {
            let statement = try db.cachedStatement(sql: Store.insertion(of: row.kind))
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

  private static func insertion(of kind: RecordKind) -> String { insertions[kind] ?? "" }

  private static let insertions: [RecordKind: String] = Dictionary(
    RecordKind.allCases.map { kind in
      let names = ["id", "time", "recorded", "source"] + kind.columns.map(\.name) + ["body"]
      let marks = repeatElement("?", count: names.count).joined(separator: ", ")
      let verb = kind.isReplaced ? "INSERT OR REPLACE" : "INSERT OR IGNORE"
      return (kind, "\(verb) INTO \(kind.table) (\(names.joined(separator: ", "))) VALUES (\(marks))")
    }, uniquingKeysWith: { first, _ in first })

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

  /// All records of a kind in order of time, one at a time: how the engine reads its past when it starts.
  public func forEach(_ kind: RecordKind, _ body: (String) -> Void) throws(StoreError) {
    do {
      try pool.read { db in
        let rows = try String.fetchCursor(db, sql: "SELECT body FROM \(kind.table) ORDER BY time, rowid")
        while let text = try rows.next() { body(text) }
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
