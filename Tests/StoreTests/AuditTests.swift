// Who did what, page by page.

import Evidence
import Foundation
import Testing

@testable import Store

@Suite("The audit log")
struct AuditTests {
  private func withStore(_ body: (Store) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store(path: folder.appendingPathComponent("test.db").path)
    for second in 1...5 {
      try store.audit(
        who: second % 2 == 0 ? "ann" : "bob", what: second < 4 ? "early" : "late", detail: "\(second)",
        now: Timestamp(seconds: Int64(second)))
    }
    try body(store)
  }

  @Test("Lines come in pages, each once, oldest or newest first", arguments: [ListQuery.Order.ascending, .descending])
  func pages(_ order: ListQuery.Order) throws {
    try withStore { (store: Store) throws in
      var found: [String] = []
      var cursor: String?
      var pages = 0
      repeat {
        let page = try store.auditLines(ListQuery(limit: 2, cursor: cursor, order: order))
        found += page.lines.map(\.detail)
        cursor = page.next
        pages += 1
      } while cursor != nil
      #expect(found == (order == .ascending ? ["1", "2", "3", "4", "5"] : ["5", "4", "3", "2", "1"]))
      #expect(pages == 3)
    }
  }

  @Test("Times, who and what narrow the list, and nothing else does")
  func filters() throws {
    try withStore { (store: Store) throws in
      func details(_ query: ListQuery) throws -> [String] { try store.auditLines(query).lines.map(\.detail) }
      #expect(try details(ListQuery(from: Timestamp(seconds: 2), to: Timestamp(seconds: 4))) == ["2", "3"])
      #expect(try details(ListQuery(filter: ["who": [.text("ann")]])) == ["2", "4"])
      #expect(
        try details(ListQuery(filter: ["who": [.text("bob")], "what": [.text("late"), .text("never")]])) == ["5"])
      #expect(throws: StoreError.self) { try details(ListQuery(filter: ["detail": [.text("1")]])) }
      #expect(throws: StoreError.self) { try details(ListQuery(cursor: "1 OR 1")) }
    }
  }
}
