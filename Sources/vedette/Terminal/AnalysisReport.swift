/// What `analyze` shows a person: a line of what was read, the cases as stories, then what else is worth a look.

import Catalog
import Engine
import Evidence

struct AnalysisReport {
  private let outcome: AnalysisOutcome
  private let style = Style.standardOutput

  init(_ outcome: AnalysisOutcome) { self.outcome = outcome }

  var text: String {
    let s = outcome.statistics
    var out =
      style.dim(
        "\(number(s.frames)) packets, \(number(s.flows)) flows, \(number(s.anomalies)) anomalies, "
          + "\(number(s.observations)) observations of personas and hosts, \(number(s.signals)) signals.") + "\n\n"
    let cases = outcome.conclusion.cases
    if cases.isEmpty {
      out += "No case: nothing that was seen adds up to one.\n"
    } else {
      let count = cases.count == 1 ? "1 case" : "\(cases.count) cases"
      out += style.bold("\(count), the most severe first") + "\n\n"
      let story = CaseStory()
      for one in cases { out += story.text(one) + "\n" }
    }
    out += loneSignals
    return out
  }

  /// The strongest signals that are in no case.
  private var loneSignals: String {
    let inCases = Set(outcome.conclusion.cases.flatMap(\.signals))
    let lone = outcome.conclusion.signals.filter { $0.score >= 0.5 && !inCases.contains($0.id) }
    guard !lone.isEmpty else { return "" }
    let strongest = lone.sorted { a, b in a.score != b.score ? a.score > b.score : a.id < b.id }.prefix(10)
    var out = style.bold("Signals in no case") + style.dim(" (\(lone.count); --output json shows all)") + "\n"
    for signal in strongest {
      let head = "  \(Int((signal.score * 100).rounded())) %".padded(to: 8) + signal.analytic.padded(to: 28)
      let rows = wrapped(printable(signal.reason, limit: 400), width: max(40, terminalWidth() - 38))
      for (i, row) in rows.enumerated() { out += (i == 0 ? head : String(repeating: " ", count: 36)) + row + "\n" }
    }
    return out
  }

  private func number(_ value: UInt64) -> String {
    let digits = Array(String(value))
    var out = ""
    for (i, digit) in digits.enumerated() {
      if i > 0, (digits.count - i) % 3 == 0 { out += "," }
      out.append(digit)
    }
    return out
  }
}
