/// Records of any kind by their ids, as a case names them.

import GRDB

/// What was found of some ids.
public struct FoundRecords: Sendable {
  /// As JSON, in the order of kinds, and within one of time and id.
  public var bodies: [String] = []
  /// Ids of records that are not there, or no longer, in the order in which they were asked for.
  public var missing: [String] = []
  /// Ids of records that are there, and did not fit.
  public var leftOut: [String] = []
}

extension Store {
  /// - Parameters:
  ///   - ids: of one that is given twice the second is passed over.
  ///   - kinds: where they may be.
  ///   - mostBytes: of all bodies together; what does not fit is named.
  public func records(
    _ ids: [String], of kinds: [RecordKind] = RecordKind.allCases, mostBytes: Int
  ) throws(StoreError) -> FoundRecords {
    var asked: Set<String> = []
    let ids = ids.filter { asked.insert($0).inserted }
    do {
      return try pool.read { [ids] db in
        var found = FoundRecords()
        var seen: Set<String> = []
        var bytes = 0
        for kind in kinds {
          var rows: [(time: Int64, id: String, body: String)] = []
          // SQLite takes a few hundred parameters at once.
          for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            let marks = Array(repeating: "?", count: some.count).joined(separator: ",")
            let cursor = try Row.fetchCursor(
              db, sql: "SELECT time, id, body FROM \(kind.table) WHERE id IN (\(marks))",
              arguments: StatementArguments(some))
            while let row = try cursor.next() {
              let one: (time: Int64, id: String, body: String) = (row[0], row[1], row[2])
              seen.insert(one.id)
              guard bytes + one.body.utf8.count <= mostBytes else {
                found.leftOut.append(one.id)
                continue
              }
              bytes += one.body.utf8.count
              rows.append(one)
            }
          }
          rows.sort { ($0.time, $0.id) < ($1.time, $1.id) }
          found.bodies += rows.map(\.body)
        }
        found.missing = ids.filter { !seen.contains($0) }
        return found
      }
    } catch {
      throw StoreError(error, doing: "reading \(ids.count) records")
    }
  }
}
