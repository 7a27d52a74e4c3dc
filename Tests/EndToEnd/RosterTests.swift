// Rosters as people hand them over: by files of personnel systems, over JSON-RPC and by hand.

import Foundation
import JSON
import RPC
import TestSupport
import Testing

@Suite struct RosterImportsEndToEnd {
  private let table = "id,name,email,title\n1,Jane Doe,jane@example.org,Clerk\n2,Bob Ray,bob@example.org,\n"

  @Test(
    "An import is in force at once and after a restart; who is missing has left only where it says so; the history tells"
  )
  func imports() throws {
    try withFolder { (folder: URL) throws in
      var daemon = try RunningDaemon(in: folder)
      var client = try daemon.client()
      let first = try client.call("roster.import", ["text": .string(table)])
      #expect(first["format"] == "csv")
      #expect(first["read"] == 2)
      #expect(first["people"] == 2)

      let card = "BEGIN:VCARD\nUID:1\nFN:Jane Smith\nEND:VCARD\nBEGIN:VCARD\nUID:3\nFN:New One\nEND:VCARD\n"
      let trial = try client.call(
        "roster.import", ["text": .string(card), "mode": "replace", "dry_run": true])
      #expect(trial["kept"] == false)
      #expect(trial["left"] == 1)
      #expect(try client.call("engine.status")["people"] == 2)

      let merged = try client.call("roster.import", ["text": .string(card)])
      #expect(merged["joined"] == 1)
      #expect(merged["left"] == 0)
      #expect(merged["changed"] == 1)
      let replaced = try client.call("roster.import", ["text": .string(card), "mode": "replace"])
      #expect(replaced["left"] == 1)
      #expect(daemon.end(SIGTERM) == 0)

      daemon = try RunningDaemon(in: folder)
      client = try daemon.client()
      let people = try client.call("roster.get")["roster"]?["people"]?.elements ?? []
      #expect(people.map { $0["name"]?.string } == ["Jane Smith", "Bob Ray", "New One"])
      #expect(people[0]["aliases"]?.elements == ["Jane Doe"])
      #expect(people[1]["active"] == false)
      let history = try client.call("roster.history")["items"]?.elements ?? []
      #expect(
        history.map { "\($0["person"]?.string ?? "") \($0["kind"]?.string ?? "") \($0["field"]?.string ?? "")" } == [
          "1 changed name", "1 changed aliases", "3 joined ", "2 left ", "2 changed end",
        ])
      let page = try client.call("roster.history", ["filter": ["person": "1"], "limit": 1, "order": "desc"])
      #expect(page["items"]?.elements?.map { $0["field"]?.string } == ["aliases"])
      let next = try client.call(
        "roster.history", ["filter": ["person": "1"], "limit": 1, "order": "desc", "cursor": page["next"] ?? nil])
      #expect(next["items"]?.elements?.map { $0["from"]?.string } == ["Jane Doe"])
      #expect(next["next"]?.isNull == true)
    }
  }

  @Test("A text that is no roster, and an empty one that would say that all have left, are refused")
  func refused() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let client = try daemon.client()
      for params: JSONValue in [
        ["text": "a,b\n1,2\n", "format": "csv"], ["text": "id,name\n", "mode": "replace"], ["text": "people: ["],
        ["text": "{}", "format": "scim"],
      ] {
        #expect(throws: RPCClientError.self) { try client.call("roster.import", params) }
      }
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  @Test("A roster's file that changed while the daemon was down is told in the history")
  func fileChanged() throws {
    try withFolder { (folder: URL) throws in
      let file = folder.appendingPathComponent("people.csv")
      try Data(table.utf8).write(to: file)
      let arguments = ["--set", "roster=\(file.path)"]
      #expect(try RunningDaemon(in: folder, arguments).end(SIGTERM) == 0)
      try Data("id,name\n1,Jane Doe\n".utf8).write(to: file)
      let daemon = try RunningDaemon(in: folder, arguments)
      let client = try daemon.client()
      let history = try client.call("roster.history")["items"]?.elements ?? []
      #expect(history.contains { $0["person"] == "2" && $0["kind"] == "left" && $0["by"] == "start" })
      #expect(daemon.end(SIGTERM) == 0)
    }
  }

  @Test("vedette roster import says what changed, and with status 1 what was left out, by line")
  func command() throws {
    try withFolder { (folder: URL) throws in
      let daemon = try RunningDaemon(in: folder)
      let file = folder.appendingPathComponent("people.csv")
      try Data((table + "3,\n").utf8).write(to: file)
      let first = try run("vedette", ["roster", "import", "--socket", daemon.socket, file.path])
      #expect(first.status == 1)
      #expect(first.errors.contains("people.csv:4: person '3' without a name"))
      #expect(first.output.contains("2 read, 2 joined, 0 left, 0 returned, 0 changed; 2 on the roster"))
      try Data("id,name,title\n1,Jane Doe,Head\n".utf8).write(to: file)
      let second = try run("vedette", ["roster", "import", "--socket", daemon.socket, file.path])
      #expect(second.status == 0)
      #expect(second.output.contains("1 (Jane Doe) changed title: Clerk → Head"))
      let history = try run("vedette", ["roster", "history", "--socket", daemon.socket, "1"])
      #expect(history.output.contains("changed title: Clerk → Head"))
      #expect(try run("vedette", ["roster", "import", "--mode", "all", file.path]).status == 2)
    }
  }

  @Test("Several rosters add up: the organisation from one, its people from another")
  func several() throws {
    try withFolder { (folder: URL) throws in
      func file(_ name: String, _ text: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
      }
      let personas = try file(
        "p.csv",
        "time,platform,account_id,handle,display_name,employer,title\n2026-09-01,linkedin,9,jdoe9,Jane Doe,Northwind,Clerk\n"
      )
      let run = try run(
        "vedette",
        [
          "analyze", "--output", "json", "--records", "signal", "--roster",
          try file("org.yaml", "organisation: {names: [Northwind], domains: [example.org]}\n"), "--roster",
          try file("people.csv", table), "--personas", personas,
        ])
      #expect(run.status == 0, "\(run.errors)")
      #expect(try run.records.contains { $0["analytic"] == "persona.risk" })
    }
  }
}
