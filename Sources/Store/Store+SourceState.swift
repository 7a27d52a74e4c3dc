/// Where sources go on, and the small stores that they have of their own.

import Foundation
import GRDB

extension Store {
  /// The cursor of a source that is known by a key. Where none is stored, the source takes over what another left: the
  /// last one whose key has the same beginning, which keeps its own, or what is stored under a name alone, as before
  /// sources had keys. With the cursor goes what the source keeps.
  /// - Parameters:
  ///   - beginning: of keys of sources that differ from it in parameters only; it ends in a full stop.
  public func takeOver(
    _ key: String, beginning: String, name: String
  ) throws(StoreError) -> [UInt8]? {
    do {
      return try pool.write { db in
        func cursor() throws -> [UInt8]? {
          try Data.fetchOne(db, sql: "SELECT value FROM cursor WHERE source = ?", arguments: [key]).map { [UInt8]($0) }
        }
        if let own = try cursor() { return own }
        // What follows a full stop is a slash: between the two are all keys that begin so.
        let other = try String.fetchOne(
          db, sql: "SELECT source FROM cursor WHERE source > ? AND source < ? ORDER BY recorded DESC LIMIT 1",
          arguments: [beginning, beginning.dropLast() + "/"])
        if let other {
          try db.execute(
            sql: "INSERT INTO cursor SELECT ?, value, recorded FROM cursor WHERE source = ?", arguments: [key, other])
          try db.execute(
            sql: "INSERT OR IGNORE INTO source_state SELECT ?, key, value FROM source_state WHERE source = ?",
            arguments: [key, other])
        } else {
          try db.execute(sql: "UPDATE cursor SET source = ? WHERE source = ?", arguments: [key, name])
          try db.execute(sql: "UPDATE OR IGNORE source_state SET source = ? WHERE source = ?", arguments: [key, name])
        }
        return try cursor()
      }
    } catch {
      throw StoreError(error, doing: "reading the cursor of \(name)")
    }
  }

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
