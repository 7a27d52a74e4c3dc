/// `vedette coverage`: what could not be seen, by sensor, source and host.

import ArgumentParser
import JSON

struct Coverage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage", abstract: "What could not be seen: by sensor, source, host and time.")

  @OptionGroup var daemon: DaemonOptions
  @Option(help: "Only this sensor, source or host.") var subject: String?
  @Option(help: "Only gaps of this kind, for example source_interrupted.") var kind: String?
  @Option(help: ArgumentHelp("Only what reaches beyond this time (RFC 3339).", valueName: "time")) var from: String?
  @Option(help: ArgumentHelp("Only what began before this time (RFC 3339).", valueName: "time")) var to: String?
  @Flag(help: "As JSON.") var json = false

  func run() throws {
    let given = [("subject", subject), ("kind", kind), ("from", from), ("to", to)]
    let params = given.compactMap { name, value in value.map { (name, JSONValue.string($0)) } }
    let answer = try daemon.call(try daemon.connect(), "coverage.report", .object(params))
    if json {
      StandardOutput.write(answer.description + "\n")
      return
    }
    let style = Style.standardOutput
    for one in answer["subjects"]?.elements ?? [] {
      StandardOutput.write(style.bold(printable(one["subject"]?.string ?? "")) + "\n")
      for gap in one["gaps"]?.elements ?? [] {
        let times = [gap["from"]?.string, gap["to"]?.string].map { $0.map { String($0.prefix(19)) } ?? "…" }
        let span = times == ["…", "…"] ? "" : "  (\(times.joined(separator: " – ")))"
        StandardOutput.write(
          "  \(printable(gap["kind"]?.string ?? "")): \(printable(gap["reason"]?.string ?? "", limit: 400))\(span)\n")
      }
    }
    if answer["gaps"]?.int64 == 0 { StandardOutput.write("Nothing is known that could not be seen.\n") }
  }
}
