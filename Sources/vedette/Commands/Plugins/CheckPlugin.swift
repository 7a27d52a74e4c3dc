/// `vedette plugin check`: what its author, or who is to trust it, can find out about a plugin.

import ArgumentParser
import JSON
import PluginCheck

struct CheckPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a plugin against the contract.",
    discussion: """
      Each check runs in a process of its own, so that a crash or a hang is a finding. A fault breaks the contract; a \
      remark is for the author to know. Exit status: 0 no fault; 1 faults; 2 wrong use.
      """)

  @Argument(help: "The plugin's file.") var file: String
  @Option(help: ArgumentHelp("A capture of a dissector's protocol; may be repeated.", valueName: "file"))
  var pcap: [String] = []
  @Option(help: ArgumentHelp("A data file of a source's format; may be repeated.", valueName: "file"))
  var data: [String] = []
  @Option(help: ArgumentHelp("Other captures or data, which it must survive and not claim.", valueName: "folder"))
  var corpus: String?
  @Option(help: ArgumentHelp("Keep the conversations that faults are found in here, as captures.", valueName: "folder"))
  var keep: String?
  @Option(help: ArgumentHelp("How long mutated input is tried.", valueName: "n")) var seconds = 10
  @Option(help: ArgumentHelp("How many seconds a check may say nothing before it counts as hanging.", valueName: "n"))
  var patience = 20
  @Option(help: ArgumentHelp("Seed of the random cuts and mutations.", valueName: "n")) var seed: UInt64 = 1
  @Option(help: ArgumentHelp("A source's parameters, a JSON object.", valueName: "json")) var parameters = ""
  @Option(help: ArgumentHelp("The plugin's configuration, a JSON object.", valueName: "json")) var config = ""
  @Option(help: ArgumentHelp("Make only these checks.", valueName: "check,…")) var only: String?
  @Flag(help: "The report as JSON.") var json = false
  @Option(help: .hidden) var step: String?

  func run() throws {
    var request = CheckRequest(file: file)
    request.captures = pcap
    request.data = data
    request.corpus = corpus
    request.keep = keep
    request.patience = max(patience, 1)
    request.seconds = seconds
    request.seed = seed
    request.parameters = parameters
    request.config = config
    if let step, let one = CheckStep(rawValue: step) {
      CheckChild.run(one, request)
      return
    }
    guard (0...86_400).contains(seconds) else { throw Failure.usage("--seconds \(seconds): expected 0 to 86400") }
    for path in [file] + pcap + data + [corpus, keep].compactMap(\.self) {
      guard FileState(path).isThere else { throw Failure.usage("\(path): is not there") }
    }
    let style = Style.standardOutput
    if !json { StandardOutput.write("\(style.bold(file))\n") }
    let checker = PluginChecker(request) { step in Watch.ownArguments + ["--step", step.rawValue] }
    let report = checker.run(try steps()) { step in
      if !json { StandardOutput.write(CheckLines(style).text(step)) }
    }
    if json {
      var w = JSONWriter()
      report.write(to: &w)
      w.newline()
      StandardOutput.write(w.text)
    } else {
      let faults = report.steps.flatMap(\.findings).filter { $0.severity == .fault }.count
      StandardOutput.write(
        faults == 0 ? "no fault found\n" : "\(faults) \(faults == 1 ? "fault" : "faults") found\n")
    }
    if !report.passes { throw ExitCode(1) }
  }

  private func steps() throws -> [CheckStep] {
    guard let only else { return CheckStep.allCases }
    return try only.split(separator: ",").map { word in
      guard let step = CheckStep(rawValue: String(word)) else {
        throw Failure.usage("--only \(word): known are \(CheckStep.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return step
    }
  }
}

/// A step's report as lines for a person.
private struct CheckLines {
  private let style: Style
  init(_ style: Style) { self.style = style }

  func text(_ report: StepReport) -> String {
    let remarks = report.findings.filter { $0.severity == .remark }
    let mark = report.hasFaults ? "✗" : report.skipped != nil ? "–" : remarks.isEmpty ? "✓" : "✓"
    var out = "  \(mark) \(report.step.rawValue.padded(to: 13))\(report.step.title)"
    let figures = report.figures.map { "\($0.name) \(Self.number($0.value))\($0.unit.isEmpty ? "" : " " + $0.unit)" }
    if let skipped = report.skipped {
      out += style.dim("  not made: \(printable(skipped))")
    } else if !figures.isEmpty {
      out += style.dim("  " + figures.joined(separator: ", "))
    }
    out += "\n"
    for finding in report.findings {
      let label = finding.severity == .fault ? style.severity(.high, "fault") : style.dim("remark")
      out += "      \(label)  \(printable(finding.text, limit: 1500))\n"
    }
    return out
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String((value * 100).rounded() / 100)
  }
}
