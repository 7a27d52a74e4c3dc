/// The case in words: its title, its story in order of time, and what could not be seen around it.

import Analytics
import Evidence

enum Day {
  /// A moment to the minute, as people read it.
  static func text(_ time: Timestamp) -> String {
    let text = time.rfc3339
    return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
  }
}

extension CaseBuilder {
  func title() -> String {
    let activity = story.activity.map { graph.signals[$0] }
    // What the persona led to says more than how sure either is.
    let lead = activity.max { a, b in a.score != b.score ? a.score < b.score : a.time > b.time }
    var text = lead.map(headline) ?? ""
    let others = entities.hosts.count - 1
    if others > 0, !text.isEmpty { text += others == 1 ? " (and 1 other machine)" : " (and \(others) other machines)" }
    guard let persona = entities.personas.first else { return text.isEmpty ? "Suspicious activity" : text }
    let name = persona.displayName.isEmpty ? "@\(persona.handle)" : persona.displayName
    let more = entities.personas.count > 1 ? " and \(entities.personas.count - 1) more" : ""
    let targets = story.personas.flatMap(\.employees).map(\.id)
    let whom = entities.employees.first { targets.contains($0.id) }?.name
    let rest = Set(targets).count - 1
    let people =
      (whom.map { " approached \($0)" } ?? " is not who it claims to be") + (rest > 0 ? " and \(rest) more" : "")
    let approach = "\(name) (\(persona.account.platform))\(more)\(people)"
    return text.isEmpty ? approach : "\(approach); then \(text)"
  }

  /// The first clause of a signal's reason: what was seen, without what would have been usual.
  private func headline(_ signal: Signal) -> String {
    var text = signal.reason[...]
    for mark in [";", ", which ", ": "] {
      if let end = text.firstRange(of: mark), end.lowerBound > text.startIndex { text = text[..<end.lowerBound] }
    }
    while text.hasSuffix(".") { text = text.dropLast() }
    return text.count > 140 ? text.prefix(139) + "…" : String(text)
  }

  mutating func tell() {
    for part in story.personas {
      let persona = entities.personas.first { $0.account == part.account }
      let name = persona.map { $0.displayName.isEmpty ? "@\($0.handle)" : $0.displayName } ?? part.account.description
      for target in part.employees {
        let whom = graph.people[target.id]?.name ?? target.id
        for approach in target.approaches.prefix(12) {
          let outcome = approach.outcome.map { ", \($0.rawValue)" } ?? ""
          timeline.append(
            TimelineEntry(
              time: approach.time, stream: "persona",
              text:
                "\(name) → \(whom): \(approach.kind.rawValue.replacing("_", with: " ")) on \(approach.platform)\(outcome)",
              evidence: [approach.id]))
        }
      }
    }
    var told: Set<FlowID> = []
    for signal in signals {
      let flows = graph.flows(signal)
      told.formUnion(flows)
      // The sum of an account's signals says again what they say.
      if signal.analytic == "persona.risk",
        signals.contains(where: { $0.entity == signal.entity && $0.analytic != signal.analytic })
      {
        continue
      }
      timeline.append(
        TimelineEntry(
          time: signal.time, stream: Stream(signal).rawValue, text: signal.reason,
          evidence: [signal.id] + flows.prefix(8).map(\.description)))
    }
    for flow in entities.flows where !told.contains(flow.id) {
      let client = flows[flow.id]?.processes.first { $0.role == .client }
      let who = client.map { "\(ImageName.shown($0.image ?? "")) on \($0.host)" } ?? flow.sourceIP.description
      let what = flow.appProto == "unknown" ? flow.proto.name : flow.appProto
      let end = flow.destinationPort.map { "\(flow.destinationIP) port \($0)" } ?? flow.destinationIP.description
      timeline.append(
        TimelineEntry(
          time: flow.start, stream: "network",
          text: "\(who) also spoke \(what) to \(end)\(flow.serverName.map { " (\($0))" } ?? "")",
          evidence: [flow.id.description]))
    }
    timeline.sort { ($0.time, $0.stream, $0.text) < ($1.time, $1.stream, $1.text) }
    if timeline.count > configuration.maximumTimeline {
      note(
        "limit_reached", "case",
        "\(timeline.count - configuration.maximumTimeline) later lines of the story are not shown.")
      timeline.removeLast(timeline.count - configuration.maximumTimeline)
    }
  }

  /// What could not be seen: given gaps that touch the case, and what the case itself lacks.
  mutating func look(_ all: Set<VisibilityGap>, _ hosts: Set<String>) {
    let general: Set<String> = [
      "source_skipped", "capture_loss", "lossy_capture", "limit_reached", "capture_truncated",
    ]
    for gap in all where hosts.contains(graph.names.key(gap.subject)) || general.contains(gap.kind) { gaps.insert(gap) }
    for host in hosts.sorted() where !graph.telling.contains(host) {
      let name = graph.names.display(host)
      note("no_process_events", name, "Nothing is known of the processes of \(name): no log of it was read.")
    }
    for signal in signals where signal.analytic == "process.unusual_protocol" && graph.flows(signal).isEmpty {
      guard case .process(let p) = signal.entity else { continue }
      note(
        "no_capture", p.host,
        "A connection of \(ImageName.shown(p.image)) on \(p.host) was logged by the host, but no capture saw it.")
    }
    for (key, p) in processes.sorted(by: { $0.key < $1.key }) where p.commandLine == nil && isSuspect(key) {
      note(
        "no_command_line", p.host,
        "The command line of \(ImageName.shown(p.image)) on \(p.host) is not known: its start was not logged, or without it."
      )
    }
    for flow in entities.flows where flows[flow.id]?.processes.isEmpty == true {
      note("no_process", flow.communityID, "Which process had the flow \(flow.id) is not known: no host told of it.")
    }
  }

  private func isSuspect(_ key: ProcessKey) -> Bool {
    signals.contains { signal in
      if case .process(let p) = signal.entity { return graph.key(p) == key }
      return false
    }
  }
}
