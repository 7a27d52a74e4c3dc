/// The audit log: several lines at once, and reading it.

import Evidence
import GRDB

extension Store {
  /// Notes what one did, all of it or nothing.
  public func audit(
    who: String, _ deeds: [(what: String, detail: String)], now: Timestamp = .now()
  ) throws(StoreError) {
    do {
      try pool.write { db in
        for deed in deeds {
          try db.execute(
            sql: "INSERT INTO audit (time, who, what, detail) VALUES (?, ?, ?, ?)",
            arguments: [now.nanoseconds, who, deed.what, deed.detail])
        }
      }
    } catch {
      throw StoreError(error, doing: "writing the audit log")
    }
  }

  /// What the audit log has of one kind of deed, oldest first.
  public func auditLines(of what: String) throws(StoreError) -> [(who: String, detail: String)] {
    do {
      return try pool.read { db in
        try Row.fetchAll(db, sql: "SELECT who, detail FROM audit WHERE what = ? ORDER BY seq", arguments: [what])
          .map { (who: $0["who"], detail: $0["detail"]) }
      }
    } catch {
      throw StoreError(error, doing: "reading the audit log")
    }
  }

  /// A line of the audit log.
  public struct AuditLine: Sendable, Hashable {
    /// Rises with every line.
    public var seq: Int64
    public var time: Timestamp
    public var who: String
    public var what: String
    public var detail: String
  }

  /// A page of the audit log. The filter may name `who` and `what`.
  public func auditLines(_ query: ListQuery) throws(StoreError) -> (lines: [AuditLine], next: String?) {
    var conditions: [String] = []
    var arguments: [any DatabaseValueConvertible] = []
    for (name, values) in query.filter.sorted(by: { $0.key < $1.key }) {
      guard name == "who" || name == "what" else {
        throw StoreError(.badQuery, "audit: '\(name.prefix(80))' is no member to filter by; who and what are")
      }
      conditions.append("\(name) IN (\(values.map { _ in "?" }.joined(separator: ", ")))")
      arguments += values.map(\.database)
    }
    if let from = query.from {
      conditions.append("time >= ?")
      arguments.append(from.nanoseconds)
    }
    if let to = query.to {
      conditions.append("time < ?")
      arguments.append(to.nanoseconds)
    }
    if let cursor = query.cursor {
      guard let seq = Int64(cursor) else {
        throw StoreError(.badQuery, "'\(cursor.prefix(40))' is no cursor; give `next` of the page before")
      }
      conditions.append("seq \(query.order == .ascending ? ">" : "<") ?")
      arguments.append(seq)
    }
    let chosen = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let direction = query.order == .ascending ? "ASC" : "DESC"
    do {
      let lines = try pool.read { db in
        try Row.fetchAll(
          db,
          sql:
            "SELECT seq, time, who, what, detail FROM audit \(chosen) ORDER BY seq \(direction) LIMIT \(query.limit + 1)",
          arguments: StatementArguments(arguments)
        ).map { row in
          AuditLine(
            seq: row["seq"], time: Timestamp(nanoseconds: row["time"]), who: row["who"], what: row["what"],
            detail: row["detail"])
        }
      }
      let page = Array(lines.prefix(query.limit))
      return (page, lines.count > page.count ? page.last.map { "\($0.seq)" } : nil)
    } catch {
      throw StoreError(error, doing: "reading the audit log")
    }
  }
}
