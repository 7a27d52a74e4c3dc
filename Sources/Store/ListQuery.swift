/// What a list asks for, and the page it gets: {filter, from, to, limit, cursor, order} of interfaces.md.

import Evidence
import GRDB

public struct ListQuery: Sendable {
  public enum Order: String, Sendable {
    case ascending = "asc"
    case descending = "desc"
  }

  /// Members of the record (`app_proto`, or `entity.kind` within an object) and the values of which it must have one.
  public var filter: [String: [StoredRow.Value]]
  /// Records not before this time.
  public var from: Timestamp?
  /// Records before this time.
  public var to: Timestamp?
  /// 1…`maximum`.
  public var limit: Int
  /// `next` of the page before.
  public var cursor: String?
  public var order: Order

  public static let maximum = 10_000

  public init(
    filter: [String: [StoredRow.Value]] = [:], from: Timestamp? = nil, to: Timestamp? = nil, limit: Int = 100,
    cursor: String? = nil, order: Order = .ascending
  ) {
    self.filter = filter
    self.from = from
    self.to = to
    self.limit = min(max(limit, 1), ListQuery.maximum)
    self.cursor = cursor
    self.order = order
  }

  /// The column of a member, or where it lies in the record's JSON. Only names of letters, digits and `_` get into SQL.
  private static func place(of name: String, in kind: RecordKind) throws(StoreError) -> String {
    if name == "id" || name == "source" || kind.columns.contains(where: { $0.name == name }) { return name }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isPath =
      parts.count <= 4
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.count <= 64
          && part.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }
      }
    guard isPath else {
      throw StoreError(.badQuery, "\(kind.rawValue): '\(name.prefix(80))' is no member to filter by")
    }
    return "json_extract(body, '$.\(name)')"
  }

  static func cursor(time: Int64, row: Int64) -> String { "\(time).\(row)" }

  /// The statement that fetches one record more than the page holds: whether there is a next page.
  func statement(for kind: RecordKind) throws(StoreError) -> (String, [any DatabaseValueConvertible]) {
    var conditions: [String] = []
    var arguments: [any DatabaseValueConvertible] = []
    for (name, values) in filter.sorted(by: { $0.key < $1.key }) {
      let place = try ListQuery.place(of: name, in: kind)
      var alternatives: [String] = []
      for value in values {
        if case .null = value {
          alternatives.append("\(place) IS NULL")
        } else {
          alternatives.append("\(place) = ?")
          arguments.append(value.database)
        }
      }
      conditions.append(alternatives.isEmpty ? "0" : "(" + alternatives.joined(separator: " OR ") + ")")
    }
    if let from {
      conditions.append("time >= ?")
      arguments.append(from.nanoseconds)
    }
    if let to {
      conditions.append("time < ?")
      arguments.append(to.nanoseconds)
    }
    if let cursor {
      let parts = cursor.split(separator: ".")
      guard parts.count == 2, let time = Int64(parts[0]), let row = Int64(parts[1]) else {
        throw StoreError(.badQuery, "'\(cursor.prefix(40))' is no cursor; give `next` of the page before")
      }
      conditions.append("(time, rowid) \(order == .ascending ? ">" : "<") (?, ?)")
      arguments.append(time)
      arguments.append(row)
    }
    let direction = order == .ascending ? "ASC" : "DESC"
    let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return (
      "SELECT body, time, rowid FROM \(kind.table)\(condition) ORDER BY time \(direction), rowid \(direction) LIMIT \(limit + 1)",
      arguments
    )
  }
}

public struct ListPage: Sendable {
  /// Records as JSON.
  public var items: [String] = []
  /// Where the next page begins, nil after the last one.
  public var next: String?
  var last: String?
}
