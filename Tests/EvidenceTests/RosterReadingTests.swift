/// A roster is read as far as it can be, and each thing that cannot is told of with its line.

import Evidence
import Testing

@Suite("Rosters are read as far as they can be")
struct RosterReadingTests {
  private func problems(_ text: String) throws -> [(line: Int, text: String)] {
    try Roster.read(text).problems.map { ($0.line, $0.text) }
  }

  @Test("A misspelt key is told of once, with the line where it first stands")
  func unknownKey() throws {
    let text = """
      people:
        - {id: e1, name: Ann, tittle: Clerk}
        - {id: e2, name: Bob, tittle: Clerk}
      relations:
        - {kind: vendor, name: Acme, untill: 2026-01-01}
      """
    let found = try problems(text)
    #expect(found.map(\.line) == [2, 5])
    #expect(found.allSatisfy { $0.text.contains("unknown key") })
    #expect(try Roster.read(text).roster.people.count == 2)
  }

  @Test("An id given twice keeps the first entry")
  func duplicate() throws {
    let (roster, problems) = try Roster.read("people:\n  - {id: e1, name: Ann}\n  - {id: e1, name: Bob}\n")
    #expect(roster.people.map(\.name) == ["Ann"])
    #expect(problems.map(\.line) == [3])
  }

  @Test(
    "Text that is no roster is refused as a whole",
    arguments: ["people: [", "just words", "- a list", "", "a: b: c", "people: &a [*a]"])
  func refused(_ text: String) {
    #expect(throws: RosterError.self) { try Roster.read(text) }
  }

  @Test("JSON is read like YAML")
  func json() throws {
    let roster = try Roster.read(#"{"people": [{"id": "e1", "name": "赵晓明", "hosts": ["ALPHA"]}]}"#).roster
    #expect(roster.people.first?.name == "赵晓明")
    #expect(roster.assets.map(\.host) == ["ALPHA"])
  }
}
