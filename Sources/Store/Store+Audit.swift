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
}
