import Evidence
import Foundation
import GRDB
import Testing

@testable import Store

@Suite struct SuppressionStoreTests {
  private func withStore(_ body: (Store, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("test.db").path
    try body(try Store(path: path), path)
  }

  private func word(_ scope: SuppressionScope, at seconds: Int64) -> Suppression {
    Suppression(scope: scope, reason: "r", by: "ann", created: Timestamp(seconds: seconds))
  }

  private func auditors(_ store: Store) throws -> [String] {
    try store.pool.read { db in try String.fetchAll(db, sql: "SELECT who FROM audit ORDER BY seq") }
  }

  private let entry = (who: "ann", what: "suppression.add", detail: "d")

  @Test("Suppressions are found after reopening, in the order in which they were given, and gone once removed")
  func kept() throws {
    try withStore { (store: Store, path: String) throws in
      let (a, b) = (word(SuppressionScope(host: "a"), at: 2), word(SuppressionScope(host: "b"), at: 1))
      #expect(try store.add(a, audit: entry))
      #expect(try store.add(b, audit: entry))
      #expect(try Store(path: path).suppressions().map(\.id) == [b.id, a.id])
      #expect(try store.removeSuppression(id: a.id, audit: entry))
      #expect(try !store.removeSuppression(id: a.id, audit: entry))
      #expect(try store.suppressions().map(\.scope.host) == ["b"])
    }
  }

  @Test("Each that is given or taken back is in the audit log; what did not happen is not")
  func audited() throws {
    try withStore { (store: Store, _: String) throws in
      let one = word(SuppressionScope(host: "a"), at: 2)
      #expect(try store.add(one, audit: entry))
      #expect(try store.removeSuppression(id: one.id, audit: (who: "bob", what: "suppression.remove", detail: "d")))
      _ = try store.removeSuppression(id: one.id, audit: (who: "eve", what: "suppression.remove", detail: "d"))
      #expect(try auditors(store) == ["ann", "bob"])
    }
  }

  @Test("Who is forgotten is forgotten in suppressions too: by id, and by the handles it was seen with")
  func forgotten() throws {
    try withStore { (store: Store, _: String) throws in
      try store.write([
        StoredRow(
          .persona(
            PersonaObservation(
              head: ObservationHead(id: "p", time: Timestamp(seconds: 1), source: "s"), platform: "x", accountID: "1",
              handle: "Mallory", displayName: "M")))
      ])
      let scopes = [
        SuppressionScope(account: .id(AccountKey(platform: "x", accountID: "1"))),
        SuppressionScope(account: .handle(platform: "x", "mallory")),
        SuppressionScope(account: .id(AccountKey(platform: "y", accountID: "1"))), SuppressionScope(host: "a"),
      ]
      for scope in scopes { #expect(try store.add(word(scope, at: 1), audit: entry)) }
      // The snapshot and two suppressions.
      #expect(try store.forget(platform: "x", account: "1") == 3)
      #expect(try Set(store.suppressions().map(\.scope)) == Set(scopes.suffix(2)))
    }
  }
}
