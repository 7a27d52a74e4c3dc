/// What `analyze` shows a person: what was read, the cases as stories, then what else is worth a look or was missed.

import Catalog
import Engine
import Evidence

struct AnalysisReport {
  private let outcome: AnalysisOutcome
  private let style: Style
  private let width: Int

  init(_ outcome: AnalysisOutcome, style: Style = .standardOutput, width: Int = terminalWidth()) {
    self.outcome = outcome
    self.style = style
    self.width = width
  }

  var text: String {
    var out = summary + "\n"
    let cases = outcome.conclusion.cases
    if cases.isEmpty {
      out += "No case: nothing that was seen adds up to one.\n"
    } else {
      out += style.bold(counted(cases.count, "case") + (cases.count == 1 ? "" : ", the most severe first")) + "\n\n"
      let story = CaseStory(style: style, width: width)
      for one in cases { out += story.text(one) + "\n" }
    }
    return out + loneSignals + missed
  }

  /// A line of what was read, and one of what was not.
  private var summary: String {
    let s = outcome.statistics
    let suppressed = outcome.conclusion.suppressed.values.reduce(0, +)
    var read = [
      counted(s.frames, "packet"), counted(s.flows, "flow"), counted(s.anomalies, "anomaly", "anomalies"),
      counted(s.observations, "observation") + " of personas and hosts", counted(s.signals, "signal"),
    ]
    if suppressed > 0 { read.append("of which \(grouped(suppressed)) \(suppressed == 1 ? "is" : "are") suppressed") }
    var out = wrapped(read.joined(separator: ", ") + ".", width: width).map(style.dim).joined(separator: "\n") + "\n"
    var lacking: [String] = []
    if s.refusals > 0 { lacking.append(counted(s.refusals, "error")) }
    if s.rejects > 0 { lacking.append(counted(s.rejects, "record") + " refused") }
    for (cap, count) in s.caps.sorted(by: { $0.key < $1.key }) where count > 0 {
      lacking.append("limit \(printable(cap)) reached \(count == 1 ? "once" : grouped(count) + " times")")
    }
    if !outcome.conclusion.gaps.isEmpty { lacking.append(counted(outcome.conclusion.gaps.count, "visibility gap")) }
    if !lacking.isEmpty {
      out +=
        wrapped("Not all was seen: " + lacking.joined(separator: ", ") + ".", width: width).joined(separator: "\n")
        + "\n"
    }
    return out
  }

  /// The strongest signals that are in no case, one for each thing they speak of.
  private var loneSignals: String {
    let inCases = Set(outcome.conclusion.cases.flatMap(\.signals))
    var byEntity: [Entity: [Signal]] = [:]
    for signal in outcome.conclusion.signals
    where signal.score >= 0.5 && signal.suppression == nil && !inCases.contains(signal.id) {
      // Of an account its calibrated score counts: its parts alone say too much.
      if case .persona = signal.entity, signal.analytic != "persona.risk" { continue }
      byEntity[signal.entity, default: []].append(signal)
    }
    guard !byEntity.isEmpty else { return "" }
    func isBefore(_ a: Signal, _ b: Signal) -> Bool { a.score != b.score ? a.score > b.score : a.id < b.id }
    let leads = byEntity.values.compactMap { list in
      list.min(by: isBefore).map { (signal: $0, others: list.count - 1) }
    }.sorted { isBefore($0.signal, $1.signal) }
    let most = 10
    var out = style.bold("Signals in no case") + style.dim(" (\(leads.count); --output json shows all)") + "\n"
    for lead in leads.prefix(most) {
      let more = lead.others > 0 ? " (and \(counted(lead.others, "more signal")))" : ""
      let head = "  " + percent(lead.signal.score).padded(to: 6) + lead.signal.analytic.padded(to: 28)
      out += hanging(head, indent: 36, printable(lead.signal.reason, limit: 400) + more, width: max(width, 76)) + "\n"
    }
    if leads.count > most { out += "  " + style.dim("and \(leads.count - most) more") + "\n" }
    return out + "\n"
  }

  /// Gaps that no case lists: they concern the whole.
  private var missed: String {
    let told = Set(outcome.conclusion.cases.flatMap(\.gaps))
    let rest = outcome.conclusion.gaps.filter { !told.contains($0) }
    guard !rest.isEmpty else { return "" }
    let most = 10
    var out = style.bold("What could not be seen") + "\n"
    for gap in rest.prefix(most) {
      out += hanging("  • ", indent: 4, printable(gap.reason, limit: 400), width: width) + "\n"
    }
    if rest.count > most { out += "    " + style.dim("and \(counted(rest.count - most, "more gap"))") + "\n" }
    return out
  }
}
