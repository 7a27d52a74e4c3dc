import Evidence
import TestSupport
import Testing

@testable import Engine

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Several roster files")
struct RosterFilesTests {
  private func read(_ texts: [String]) throws -> (Roster, problems: [String], notes: [String]) {
    var paths: [String] = []
    defer { for path in paths { unlink(path) } }
    for (at, text) in texts.enumerated() {
      let path = "/tmp/vedette-roster-\(getpid())-\(UInt64.random(in: 0 ... .max))-\(at).yaml"
      let file = try #require(fopen(path, "w"))
      fputs(text, file)
      fclose(file)
      paths.append(path)
    }
    var (problems, notes): ([String], [String]) = ([], [])
    let roster = try RosterFiles.read(paths, problem: { problems.append($0) }, note: { notes.append($0) })
    func named(_ lines: [String]) -> [String] {
      lines.map { line in
        paths.enumerated().reduce(line) { $0.replacing($1.element, with: "\($1.offset).yaml") }
      }
    }
    return (roster, named(problems), named(notes))
  }

  @Test("Each adds to those before it; of what two say of one person the later counts, and that is said")
  func conflicts() throws {
    let (roster, problems, notes) = try read([
      "organisation: {names: [Aurora]}\npeople:\n  - {id: e1, name: Ann Vale, title: Weaver}\n  - {id: e2, name: Bob Reed}\n",
      "people:\n  - {id: e1, name: Ann Vale, title: Director, department: Sales}\n  - {id: e3, name: Cleo Marsh}\n",
    ])
    #expect(roster.organisation.names == ["Aurora"])
    #expect(roster.people.map(\.id) == ["e1", "e2", "e3"])
    #expect(roster.people.first?.title == "Director" && roster.people.first?.department == "Sales")
    // Nobody joined by being in the second file.
    #expect(roster.people.last?.start == nil)
    #expect(problems.isEmpty)
    #expect(notes == ["1.yaml: e1: title is 'Director', before it 'Weaver'; the later counts"])
  }

  @Test("Files that say the same, or something of others, are in no conflict")
  func agreement() throws {
    let text = "people:\n  - {id: e1, name: Ann Vale, title: Weaver}\n"
    let (roster, problems, notes) = try read([text, text, "people: [{id: e2, name: Bob Reed}]"])
    #expect(roster.people.count == 2)
    #expect(problems.isEmpty && notes.isEmpty)
  }

  @Test("A file that cannot be read ends it, and an entry that cannot be used does not")
  func failures() throws {
    #expect(throws: FileError.self) {
      try RosterFiles.read(["/nowhere/roster.yaml"], problem: { _ in }, note: { _ in })
    }
    let (roster, problems, _) = try read(["people: [{id: e1, name: Ann Vale}]", "people: [{id: e2}]"])
    #expect(roster.people.count == 1)
    #expect(problems.count == 1 && problems[0].hasPrefix("1.yaml:1: "))
  }

  @Test("The configuration takes one file or a list", arguments: ["roster: a.yaml", "roster: [a.yaml]"])
  func key(yaml: String) throws {
    var configuration = Configuration()
    #expect(configuration.texts("roster").isEmpty)
    try configuration.read(yaml: yaml, file: "v.yaml")
    #expect(configuration.texts("roster") == ["a.yaml"])
    try configuration.read(yaml: "roster:\n  - a.yaml\n  - b.csv\n", file: "v.yaml")
    #expect(configuration.texts("roster") == ["a.yaml", "b.csv"])
  }
}
