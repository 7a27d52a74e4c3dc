/// `vedette case ID`: one case as a story, or as JSON.

import ArgumentParser
import Engine
import Evidence
import JSON

#if canImport(Glibc)
  import Glibc
#endif

struct ShowCase: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "One case, as a story, or what you say of it.",
    discussion: """
      vedette case ID assign PERSON, comment TEXT, escalate REASON, close --verdict benign|true-positive REASON: each is \
      noted with your name. What is closed as benign raises no case any more, until the time given with --until.
      """)

  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Id of the case.") var id: String
  @Argument(
    help:
      "pcap: its packets instead, as pcapng; export: all it stands on, as JSON; or assign, comment, escalate, close.")
  var what: String?
  @Argument(help: "Whom it is assigned to, the comment, or the reason.") var words: String?
  @Option(help: "With close: benign or true-positive.") var verdict: String?
  @Option(help: ArgumentHelp("With close: what happens from then on counts again (RFC 3339).", valueName: "time"))
  var until: String?
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where pcap and export write; - is standard output.", valueName: "file"))
  var write = "-"
  @Flag(help: "As JSON.") var json = false

  func run() throws {
    switch what {
    case nil: break
    case "pcap": return try CasePackets(daemon: daemon, id: id, target: write).run()
    case "export": return try export()
    case "assign": return try say("case.assign", "to")
    case "comment": return try say("case.comment", "text")
    case "escalate": return try say("case.escalate", "reason")
    case "close": return try close()
    case let word?:
      throw Failure.usage("case \(id) \(word): expected pcap, export, assign, comment, escalate or close")
    }
    let client = try daemon.connect()
    let value = try daemon.call(client, "case.get", ["id": .string(id)])
    if json {
      StandardOutput.write(value.description + "\n")
    } else if let one = Case(value) {
      StandardOutput.write(CaseStory().text(one))
    } else {
      throw Failure.refused("the daemon's answer is no case that this version can read; try --json")
    }
  }

  /// Says what of it could not be had, and ends with 1 then.
  private func export() throws {
    let bundle = try daemon.call(try daemon.connect(), "case.export", ["id": .string(id)])
    let text = Array((bundle.description + "\n").utf8)
    let descriptor = write == "-" ? 1 : open(write, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw Failure.refused("\(write): \(String(cString: strerror(errno)))") }
    defer { if descriptor != 1 { Glibc.close(descriptor) } }
    guard text.withUnsafeBytes({ writeAll(descriptor, $0) }) else {
      throw Failure.refused("\(write): \(String(cString: strerror(errno)))")
    }
    func count(_ member: String) -> Int { bundle["missing"]?[member]?.elements?.count ?? 0 }
    let missing =
      ["signals", "evidence", "left_out"].reduce(0) { $0 + count($1) }
      + Int(clamping: bundle["missing"]?["reasons"]?.int64 ?? 0)
    StandardError.line(
      "vedette: \(bundle["signals"]?.elements?.count ?? 0) signals, \(bundle["evidence"]?.elements?.count ?? 0) records"
        + (missing > 0 ? "; \(missing) that the case names are not in it: its member missing says which" : ""))
    if missing > 0 { throw ExitCode(1) }
  }

  private func say(_ method: String, _ member: String, _ more: [(String, JSONValue)] = []) throws {
    guard let words, !words.isEmpty else {
      throw Failure.usage("case \(id) \(what ?? ""): give the \(member) behind it")
    }
    let answer = try daemon.call(
      try daemon.connect(), method, .object([("id", .string(id)), (member, .string(words))] + more))
    let one = answer["case"] ?? answer
    StandardOutput.write("\(id) is \(one["status"]?.string ?? "?")\n")
    for lesson in answer["learned"]?.elements ?? [] {
      StandardOutput.write("suppressed: \(lesson["about"]?.string ?? "") (\(lesson["id"]?.string ?? ""))\n")
    }
  }

  private func close() throws {
    guard let verdict = verdict?.replacing("-", with: "_") else {
      throw Failure.usage("case \(id) close: give --verdict benign or --verdict true-positive")
    }
    var more: [(String, JSONValue)] = [("verdict", .string(verdict))]
    if let until { more.append(("until", .string(until))) }
    try say("case.close", "reason", more)
  }
}
