import Evidence
import Foundation
import Testing

@testable import Store

/// A store in a folder of its own, gone with the test.
private func withStore(_ body: (Store, String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-store-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let path = folder.appendingPathComponent("test.db").path
  try body(try Store(path: path), path)
}

private func persona(_ id: String, at seconds: Int64) -> StoredRow {
  StoredRow(
    .persona(
      PersonaObservation(
        head: ObservationHead(id: id, time: Timestamp(seconds: seconds), source: "test"), platform: "mastodon",
        accountID: id, handle: "h" + id, displayName: "Name " + id)))
}

@Suite struct StoreTests {
  @Test("The same observation twice is stored once")
  func storedOnce() throws {
    try withStore { (store: Store, _: String) throws in
      #expect(try store.write([persona("a", at: 1), persona("b", at: 2)]) == [true, true])
      #expect(try store.write([persona("a", at: 1), persona("c", at: 3)]) == [false, true])
      #expect(try store.count(.persona) == 3)
    }
  }

  @Test("Records are found by their ids whatever their kind, and what is not there or does not fit is named")
  func bundles() throws {
    try withStore { (store: Store, _: String) throws in
      let asset = StoredRow(
        .asset(
          AssetObservation(
            head: ObservationHead(id: "m", time: Timestamp(seconds: 9), source: "test"), host: "loom1")))
      // More than SQLite is asked for at once.
      let many = (0..<1200).map { persona("p\($0)", at: Int64(2000 - $0)) }
      try store.write(many + [asset])
      let ids = ["m", "gone"] + (0..<1200).map { "p\($0)" }
      let found = try store.records(ids, mostBytes: 1 << 20)
      #expect(found.bodies.count == 1201)
      #expect(found.missing == ["gone"])
      #expect(found.leftOut.isEmpty)
      // Kind after kind, in order of time.
      #expect(found.bodies.first?.contains("\"id\":\"p1199\"") == true)
      #expect(found.bodies.last?.contains("loom1") == true)
      #expect(try store.records(["m", "p1"], of: [.asset], mostBytes: 1 << 20).missing == ["p1"])
      let size = try #require(try store.get(.persona, id: "p1")).utf8.count
      let cut = try store.records(["p1", "p2"], mostBytes: size)
      #expect(cut.bodies.count == 1 && cut.leftOut.count == 1 && cut.missing.isEmpty)
      #expect(try store.records([], mostBytes: 0).bodies.isEmpty)
    }
  }

  @Test("Records of two kinds that share an id are both found, and an id that is given twice is looked for once")
  func sharedID() throws {
    try withStore { (store: Store, _: String) throws in
      let asset = StoredRow(
        .asset(
          AssetObservation(
            head: ObservationHead(id: "7", time: Timestamp(seconds: 9), source: "test"), host: "loom1")))
      try store.write([persona("7", at: 1), asset])
      let found = try store.records(["7", "gone", "7", "gone"], mostBytes: 1 << 20)
      #expect(found.bodies.count == 2)
      #expect(found.missing == ["gone"])
      let many = ["7"] + (0..<600).map { "x\($0)" } + ["7"]
      #expect(try store.records(many, mostBytes: 1 << 20).bodies.count == 2)
    }
  }

  @Test("A cursor is stored with the records it covers and found after reopening")
  func cursor() throws {
    try withStore { (store: Store, path: String) throws in
      #expect(try store.cursor(of: "s") == nil)
      try store.write([persona("a", at: 1)], cursor: ("s", [1, 2, 0, 255]))
      let again = try Store(path: path)
      #expect(try again.cursor(of: "s") == [1, 2, 0, 255])
      #expect(try again.count(.persona) == 1)
    }
  }

  @Test(
    "A source takes over where one with other parameters is that read last, and what an unkeyed one left; its own counts first"
  )
  func takeOver() throws {
    try withStore { (store: Store, _: String) throws in
      func place(_ key: String) throws -> [UInt8]? { try store.takeOver(key, beginning: "s#1.", name: "s") }
      #expect(try place("s#1.a") == nil)
      // Left by a store of before.
      try store.write([], cursor: ("s", [1]))
      #expect(try store.keep(state: [7], of: "s", key: "k", most: 2))
      #expect(try place("s#1.a") == [1])
      #expect(try store.cursor(of: "s") == nil)
      #expect(try store.state(of: "s#1.a", key: "k") == [7])
      try store.write([], cursor: ("s#1.b", [2]), now: Timestamp(nanoseconds: 1))
      try store.write([], cursor: ("s#10.a", [9]))
      #expect(try place("s#1.c") == [1])
      #expect(try store.state(of: "s#1.c", key: "k") == [7])
      #expect(try place("s#1.b") == [2])
      #expect(try store.cursor(of: "s#1.a") == [1])
    }
  }

  @Test("What a source puts by is its own, found after reopening, and bounded")
  func sourceState() throws {
    try withStore { (store: Store, path: String) throws in
      #expect(try store.keep(state: [1], of: "a", key: "k", most: 2))
      #expect(try store.keep(state: [2], of: "a", key: "l", most: 2))
      #expect(try !store.keep(state: [3], of: "a", key: "m", most: 2))
      #expect(try store.keep(state: [4, 0], of: "a", key: "k", most: 2))
      #expect(try store.keep(state: [], of: "b", key: "k", most: 2))
      let again = try Store(path: path)
      #expect(try again.state(of: "a", key: "k") == [4, 0])
      #expect(try again.state(of: "b", key: "k") == [])
      #expect(try again.state(of: "a", key: "m") == nil)
      try again.forgetState(of: "a", key: "k")
      #expect(try again.state(of: "a", key: "k") == nil)
      #expect(try again.keep(state: [3], of: "a", key: "m", most: 2))
    }
  }

  @Test(
    "Pages follow each other without a record missed or doubled, in both orders",
    arguments: [ListQuery.Order.ascending, .descending])
  func pages(order: ListQuery.Order) throws {
    try withStore { (store: Store, _: String) throws in
      // Several records share each second, so that pages are cut within one moment.
      try store.write((0..<25).map { persona("p\($0)", at: Int64($0 / 4)) })
      var seen: [String] = []
      var cursor: String?
      repeat {
        let page = try store.list(.persona, ListQuery(limit: 7, cursor: cursor, order: order))
        seen += page.items
        cursor = page.next
      } while cursor != nil
      #expect(seen.count == 25)
      #expect(Set(seen).count == 25)
    }
  }

  @Test("A list is bounded by time and filtered by a column")
  func filtered() throws {
    try withStore { (store: Store, _: String) throws in
      try store.write((0..<10).map { persona("p\($0)", at: Int64($0)) })
      let page = try store.list(.persona, ListQuery(from: Timestamp(seconds: 2), to: Timestamp(seconds: 5)))
      #expect(page.items.count == 3)
      let one = try store.list(.persona, ListQuery(filter: ["account_id": [.text("p4")]]))
      #expect(one.items.count == 1)
      let inside = try store.list(.persona, ListQuery(filter: ["display_name": [.text("Name p1"), .text("Name p2")]]))
      #expect(inside.items.count == 2)
    }
  }

  @Test("An unknown filter or a made-up cursor is refused with what is known")
  func refused() throws {
    try withStore { (store: Store, _: String) throws in
      #expect(throws: StoreError.self) { try store.list(.flow, ListQuery(filter: ["1=1; --": [.text("x")]])) }
      #expect(throws: StoreError.self) { try store.list(.flow, ListQuery(cursor: "zz")) }
    }
  }

  @Test("Records older than the retention go, cases stay")
  func retention() throws {
    try withStore { (store: Store, _: String) throws in
      let old = Case(
        id: "c", time: Timestamp(seconds: 1), end: Timestamp(seconds: 1), severity: .low, score: 0.5, title: "t")
      try store.write([persona("a", at: 1), persona("b", at: 100), StoredRow(old)])
      #expect(try store.expire(before: Timestamp(seconds: 50)) == 1)
      #expect(try store.count(.persona) == 1)
      #expect(try store.count(.case) == 1)
    }
  }

  @Test("An update changes a record where it stands: its page neither skips nor doubles it")
  func updated() throws {
    try withStore { (store: Store, _: String) throws in
      func story(_ id: String, _ title: String) -> StoredRow {
        StoredRow(
          Case(
            id: id, time: Timestamp(seconds: 1), end: Timestamp(seconds: 1), severity: .low, score: 0.5, title: title))
      }
      try store.update([story("a", "old"), story("b", "b"), story("c", "c")])
      let first = try store.list(.case, ListQuery(limit: 1))
      try store.update([story("a", "new")])
      let rest = try store.list(.case, ListQuery(cursor: first.next))
      #expect(rest.items.count == 2)
      #expect(try store.get(.case, id: "a")?.contains("new") == true)
      try store.remove(.case, ids: ["a", "nothing"])
      #expect(try store.count(.case) == 2)
    }
  }

  @Test("The newest records are read in order of time, and whether there are older ones is told")
  func newest() throws {
    try withStore { (store: Store, _: String) throws in
      try store.write([persona("c", at: 2), persona("a", at: 1), persona("b", at: 1), persona("d", at: 3)])
      func read(_ limit: Int) throws -> ([String], Bool) {
        var ids: [String] = []
        let isCut = try store.forEach(.persona, newest: limit) { body in
          ids += ["a", "b", "c", "d"].filter { body.contains("\"h\($0)\"") }
        }
        return (ids, isCut)
      }
      #expect(try read(3) == (["b", "c", "d"], true))
      #expect(try read(4) == (["a", "b", "c", "d"], false))
    }
  }

  @Test("What changed in the roster is told in order, page by page, of all or of one person")
  func rosterHistory() throws {
    try withStore { store, _ in
      #expect(try store.rosterInForce() == nil)
      let changes = ["1", "2", "1"].enumerated().map { index, person in
        RosterChange(
          time: Timestamp(seconds: Int64(index)), person: person, name: "n", kind: .changed, field: "title",
          from: "a\(index)", to: nil)
      }
      try store.note(rosterInForce: "{}", changes: changes)
      #expect(try store.rosterInForce() == "{}")
      let page = try store.rosterHistory(limit: 2)
      #expect(page.changes == Array(changes[..<2]))
      let rest = try store.rosterHistory(cursor: page.next, limit: 2)
      #expect(rest.changes == [changes[2]])
      #expect(rest.next == nil)
      #expect(try store.rosterHistory(person: "1", newestFirst: true).changes == [changes[2], changes[0]])
      #expect(try store.rosterHistory(from: Timestamp(seconds: 1), to: Timestamp(seconds: 2)).changes == [changes[1]])
    }
  }

  @Test("A roster that was put is found after reopening, until it is forgotten")
  func roster() throws {
    try withStore { (store: Store, path: String) throws in
      #expect(try store.roster() == nil)
      try store.keep(roster: "{}", now: Timestamp(seconds: 1))
      try store.keep(roster: "{\"people\":[]}", now: Timestamp(seconds: 2))
      let kept = try Store(path: path).roster()
      #expect(kept?.json == "{\"people\":[]}")
      #expect(kept?.recorded == Timestamp(seconds: 2))
      try store.forgetRoster()
      #expect(try store.roster() == nil)
    }
  }

  @Test("A path that cannot be opened is one error that names it")
  func cannotOpen() {
    #expect(throws: StoreError.self) { try Store(path: "/nonexistent/folder/x.db") }
  }
}
