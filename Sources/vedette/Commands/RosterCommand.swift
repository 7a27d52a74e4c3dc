/// `vedette roster`: who is on it, imports, and what changed.

import ArgumentParser
import Engine
import Evidence
import JSON

struct RosterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roster", abstract: "Who belongs to the organisation: imports, and what changed.",
    subcommands: [Import.self, Show.self, History.self])

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: "Puts people from a file into the daemon's roster.",
      discussion: """
        Reads YAML, JSON, CSV, vCard 3 and 4, LDIF and SCIM 2.0. With --mode merge people in the file are added or \
        updated; with --mode replace the file is everybody, and who is missing from it has left.
        """)

    @OptionGroup var daemon: DaemonOptions
    @Argument(help: "The file.") var file: String
    @Option(help: "yaml, csv, vcard, ldif or scim; else the file tells.") var format: String?
    @Option(help: "merge or replace.") var mode = "merge"
    @Flag(help: "Only say what would change.") var dryRun = false
    @Flag(help: "The daemon's answer as JSON.") var json = false

    func run() throws {
      guard RosterImportMode(rawValue: mode) != nil else {
        throw Failure.usage("--mode \(mode): expected merge or replace")
      }
      if let format, RosterFormat(rawValue: format) == nil {
        let known = RosterFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage("--format \(format): expected one of \(known)")
      }
      let text: String
      do throws(FileError) { text = try readTextFile(file) } catch { throw Failure.usage(error.description) }
      var params: [(String, JSONValue)] = [
        ("text", .string(text)), ("name", .string(file)), ("mode", .string(mode)), ("dry_run", .bool(dryRun)),
      ]
      if let format { params.append(("format", .string(format))) }
      let answer = try daemon.call(try daemon.connect(), "roster.import", .object(params))
      let problems = answer["problems"]?.elements ?? []
      for problem in problems {
        let line = problem["line"]?.int64.map { ":\($0)" } ?? ""
        StandardError.line("\(file)\(line): \(problem["text"]?.string ?? "")")
      }
      if json {
        StandardOutput.write(answer.description + "\n")
      } else {
        show(answer)
      }
      if !problems.isEmpty { throw Failure.refused("\(problems.count) entries of \(file) were left out or cut short") }
    }

    private func show(_ answer: JSONValue) {
      func number(_ name: String) -> Int64 { answer[name]?.int64 ?? 0 }
      for change in answer["changes"]?.elements ?? [] { StandardOutput.write(line(change) + "\n") }
      StandardOutput.write(
        "\(dryRun ? "would be: " : "")\(number("read")) read, \(number("joined")) joined, \(number("left")) left, "
          + "\(number("returned")) returned, \(number("changed")) changed; \(number("people")) on the roster\n")
      for (kind, count) in answer["skipped"]?.members ?? [] {
        StandardOutput.write("\(count.description) of kind \(printable(kind, limit: 64)) are no people\n")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "The roster in force, as JSON.")
    @OptionGroup var daemon: DaemonOptions

    func run() throws {
      let answer = try daemon.call(try daemon.connect(), "roster.get")
      StandardOutput.write((answer["roster"]?.description ?? "{}") + "\n")
    }
  }

  struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "history", abstract: "What changed in the roster, newest first.")
    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var options: ListOptions
    @Argument(help: "Id of a person: only of that one.") var person: String?

    func run() throws {
      var params = try options.params.members ?? []
      if let person {
        params.removeAll { $0.0 == "filter" }
        params.append(("filter", ["person": .string(person)]))
      }
      let answer = try daemon.call(try daemon.connect(), "roster.history", .object(params))
      for change in answer["items"]?.elements ?? [] {
        StandardOutput.write((options.json ? change.description : line(change)) + "\n")
      }
      if answer["next"]?.string != nil { StandardError.line("vedette: there are more; raise --limit") }
    }
  }
}

/// One change as a line of text: `2026-09-01 01:07:38  7 (Jane Doe) changed title: Clerk → Head`.
private func line(_ change: JSONValue) -> String {
  func text(_ name: String) -> String { printable(change[name]?.string ?? "", limit: 200) }
  let time = text("time")
  var line = "\(time.prefix(10)) \(time.dropFirst(11).prefix(8))  \(text("person")) (\(text("name"))) \(text("kind"))"
  if change["field"]?.string != nil {
    line += " \(text("field")): \(change["from"]?.string == nil ? "none" : text("from"))"
    line += " → \(change["to"]?.string == nil ? "none" : text("to"))"
  }
  if !text("by").isEmpty { line += "  by \(text("by"))" }
  return line
}
