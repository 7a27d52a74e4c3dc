/// The small stores that sources have of their own, beside their cursors.

import Foundation
import GRDB

extension Store {
  /// What a source keeps under a key, nil where it keeps nothing.
  public func state(of source: String, key: String) throws(StoreError) -> [UInt8]? {
    do {
      return try pool.read { db in
        try Data.fetchOne(
          db, sql: "SELECT value FROM source_state WHERE source = ? AND key = ?", arguments: [source, key]
        ).map { [UInt8]($0) }
      }
    } catch {
      throw StoreError(error, doing: "reading what \(source) keeps")
    }
  }

  /// Keeps a value, durably once this returned.
  /// - Parameter most: how many keys a source may have.
  /// - Returns: false where it has as many already, and this is another.
  public func keep(state value: [UInt8], of source: String, key: String, most: Int) throws(StoreError) -> Bool {
    do {
      return try pool.write { db in
        let others = try Int.fetchOne(
          db, sql: "SELECT count(*) FROM source_state WHERE source = ? AND key <> ?", arguments: [source, key])
        guard others ?? 0 < most else { return false }
        try db.execute(
          sql: "INSERT OR REPLACE INTO source_state VALUES (?, ?, ?)", arguments: [source, key, Data(value)])
        return true
      }
    } catch {
      throw StoreError(error, doing: "storing what \(source) keeps")
    }
  }

  public func forgetState(of source: String, key: String) throws(StoreError) {
    do {
      try pool.write { db in
        try db.execute(sql: "DELETE FROM source_state WHERE source = ? AND key = ?", arguments: [source, key])
      }
    } catch {
      throw StoreError(error, doing: "forgetting what \(source) keeps")
    }
  }
}
