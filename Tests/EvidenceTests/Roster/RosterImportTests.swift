/// Rosters change: an import updates who is there, and what changed can be read afterwards.

import Evidence
import Testing

private let today = Timestamp(seconds: 1_788_224_858)

private func roster(_ text: String) throws -> Roster { try Roster.read(text).roster }

private let before = """
  organisation: {names: [Northwind]}
  people:
    - {id: "1", name: Jane Doe, emails: [jane@example.org], title: Clerk, sensitivity: high}
    - {id: "2", name: Bob Ray, emails: [bob@example.org], department: Sales}
    - {id: "3", name: Old Hand, active: false, end: 2020-01-01}
  """

@Suite("Changes of the roster")
struct RosterImportTests {
  private func imported(_ table: String, _ mode: RosterImportMode) throws -> (Roster, [RosterChange]) {
    let old = try roster(before)
    let new = old.importing(try Roster.read(table, format: .csv), mode: mode, at: today)
    return (new, old.changes(to: new, at: today))
  }

  @Test("Merging updates what the import says, keeps what it leaves out, and lets the absent be")
  func merge() throws {
    let (new, changes) = try imported("id,name,title\n1,Jane Smith,Head\n4,New One,\n", .merge)
    #expect(new.people.map(\.id) == ["1", "2", "3", "4"])
    let jane = new.people[0]
    #expect(jane.name == "Jane Smith")
    #expect(jane.aliases == ["Jane Doe"])
    #expect(jane.title == "Head")
    #expect(jane.emails == ["jane@example.org"])
    #expect(jane.sensitivity == .high)
    #expect(new.people[1].active)
    #expect(new.organisation.names == ["Northwind"])
    #expect(
      changes.map { "\($0.person) \($0.kind) \($0.field ?? "")" } == [
        "1 changed name", "1 changed aliases", "1 changed title", "4 joined ",
      ])
    #expect(changes[0].from == "Jane Doe")
    #expect(changes[0].to == "Jane Smith")
  }

  @Test("Who is new has joined today, unless the import says when; on a first import nobody has")
  func joiners() throws {
    let (new, _) = try imported("id,name,start\n4,New One,\n5,Other One,2026-08-01\n", .merge)
    #expect(new.people[3].start == today)
    #expect(new.people[4].start == Timestamp(rfc3339: "2026-08-01"))
    let first = Roster().importing(try Roster.read("id,name\n1,A\n", format: .csv), mode: .replace, at: today)
    #expect(first.people[0].start == nil)
  }

  @Test("Replacing says that the absent have left, and keeps them")
  func replace() throws {
    let (new, changes) = try imported("id,name\n1,Jane Doe\n", .replace)
    #expect(new.people.map(\.active) == [true, false, false])
    #expect(new.people[1].end == today)
    #expect(new.people[2].end == Timestamp(rfc3339: "2020-01-01"))
    #expect(changes.map { "\($0.person) \($0.kind) \($0.field ?? "")" } == ["2 left ", "2 changed end"])
  }

  @Test("Whoever is on the list again is back; a status in the list outweighs that")
  func back() throws {
    let (new, changes) = try imported("id,name\n3,Old Hand\n", .merge)
    #expect(new.people[2].active)
    #expect(new.people[2].end == nil)
    #expect(changes.map(\.kind) == [.returned, .changed])
    let (stays, none) = try imported("id,name,status\n3,Old Hand,left\n", .merge)
    #expect(!stays.people[2].active)
    #expect(none.isEmpty)
  }

  @Test("A person is found by address where the id is another, if only one person has it")
  func byAddress() throws {
    let (new, changes) = try imported("email,name,department\nbob@example.org,Bob Ray,Legal\n", .merge)
    #expect(new.people.count == 3)
    #expect(new.people[1].id == "2")
    #expect(new.people[1].department == "Legal")
    #expect(changes.map(\.field) == ["department"])
  }

  @Test("The same import a second time changes nothing")
  func twice() throws {
    let table = try Roster.read("id,name,title,hosts\n1,Jane Smith,Head,PC1\n4,New,,\n", format: .csv)
    let once = try roster(before).importing(table, mode: .replace, at: today)
    let again = once.importing(table, mode: .replace, at: today.advanced(by: 1_000_000_000))
    #expect(once.changes(to: again, at: today).isEmpty)
    #expect(once.assets.map(\.owner) == ["1"])
    #expect(again.assets.count == 1)
  }
}
