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
    if let pattern = story.pattern {
      let shown = pattern.findings.prefix(3).joined(separator: ", ")
      let more = pattern.findings.count > 3 ? " and \(pattern.findings.count - 3) more" : ""
      return "The wire shows the same \(pattern.whom): \(shown)\(more)"
    }
    let activity = story.activity.map { graph.signals[$0] }
    // What the persona led to says more than how sure either is.
    let lead = activity.max { a, b in a.score != b.score ? a.score < b.score : a.time > b.time }
    var text = lead.map(headline) ?? ""
    let others = story.hosts.count - 1
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
    var title = String(text)
    // In a title the machine's own name is enough, where it is one machine's only.
    for host in entities.hosts where graph.names.key(host.host) == HostNames.short(host.host) {
      let whole = host.host
      guard let dot = whole.firstIndex(of: "."), dot > whole.startIndex else { continue }
      if HostNames.short(whole).utf8.count < whole.utf8.count { title = title.replacing(whole, with: whole[..<dot]) }
    }
    return title.count > 140 ? title.prefix(139) + "…" : title
  }

  mutating func tell() {
    if let pattern = story.pattern { tell(pattern) }
    for part in story.personas { tellApproaches(part) }
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
    let further = conversations(besides: told)
    let room = max(0, configuration.maximumTimeline - timeline.count)
    if further.count > room {
      note("limit_reached", CaseBuilder.ownSubject, "\(further.count - room) further lines of the story are not shown.")
    }
    timeline += further.prefix(room)
    timeline.sort { ($0.time, $0.stream, $0.text) < ($1.time, $1.stream, $1.text) }
    if timeline.count > configuration.maximumTimeline {
      note(
        "limit_reached", CaseBuilder.ownSubject,
        "\(timeline.count - configuration.maximumTimeline) later lines of the story are not shown.")
      timeline.removeLast(timeline.count - configuration.maximumTimeline)
    }
  }

  /// The pattern before what each pair shows of it.
  private mutating func tell(_ pattern: Pattern) {
    guard let first = signals.first else { return }
    let shown = pattern.pairs.prefix(16).map { "\($0.first) – \($0.second)" }.joined(separator: ", ")
    let more = pattern.pairs.count > 16 ? " and \(pattern.pairs.count - 16) more" : ""
    timeline.append(
      TimelineEntry(
        time: first.time, stream: "case",
        text:
          "One pattern \(pattern.whom), and nothing else that ties them: \(pattern.findings.joined(separator: ", ")). They are \(shown)\(more).",
        evidence: signals.prefix(32).map(\.id)))
  }

  /// Each approach, or where they are many one line for each way in which the persona came.
  private mutating func tellApproaches(_ part: PersonaPart) {
    let persona = entities.personas.first { $0.account == part.account }
    let name = persona.map { $0.displayName.isEmpty ? "@\($0.handle)" : $0.displayName } ?? part.account.description
    let all = part.employees.flatMap { target in
      target.approaches.map { (approach: $0, whom: graph.people[target.id]?.name ?? target.id) }
    }
    guard all.count > 4 else {
      for (approach, whom) in all {
        let outcome = approach.outcome.map { ", \($0.rawValue)" } ?? ""
        let kind = approach.kind.rawValue.replacing("_", with: " ")
        timeline.append(
          TimelineEntry(
            time: approach.time, stream: "persona",
            text: "\(name) → \(whom): \(kind) on \(approach.platform)\(outcome)", evidence: [approach.id]))
      }
      return
    }
    let byKind = Dictionary(grouping: all) { $0.approach.kind.rawValue }
    for (kind, unordered) in byKind.sorted(by: { $0.key < $1.key }) {
      let list = unordered.sorted { ($0.approach.time, $0.approach.id) < ($1.approach.time, $1.approach.id) }
      guard let first = list.first, let last = list.last else { continue }
      var people: [String] = []
      for one in list where !people.contains(one.whom) { people.append(one.whom) }
      let whom = people.prefix(3).joined(separator: ", ") + (people.count > 3 ? " and \(people.count - 3) more" : "")
      let outcomes = Dictionary(grouping: list.compactMap(\.approach.outcome)) { $0.rawValue }.filter {
        $0.key != "pending"
      }
      let came = outcomes.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
      let word = kind.replacing("_", with: " ")
      let many = list.count == 1 ? word : "\(list.count) × \(word)"
      let span = list.count == 1 ? "" : ", the last on \(Day.text(last.approach.time))"
      timeline.append(
        TimelineEntry(
          time: first.approach.time, stream: "persona",
          text: "\(name) → \(whom): \(many) on \(first.approach.platform)\(span)\(came.isEmpty ? "" : " (\(came))")",
          evidence: list.prefix(32).map(\.approach.id)))
    }
  }

  /// What else the processes of the case spoke, a line for each other end: what a signal told of is not told again.
  private func conversations(besides told: Set<FlowID>) -> [TimelineEntry] {
    struct Talk: Hashable {
      var who: String
      var what: String
      var end: String
      var name: String?
    }
    func talk(_ flow: CaseFlow) -> Talk {
      let client = flows[flow.id]?.processes.first { $0.role == .client }
      return Talk(
        who: client.map { "\(ImageName.shown($0.image ?? "")) on \($0.host)" } ?? flow.sourceIP.description,
        what: flow.appProto == "unknown" ? flow.proto.name.uppercased() : flow.appProto.uppercased(),
        end: flow.destinationPort.map { FlowEnd.text(flow.destinationIP, $0) } ?? flow.destinationIP.description,
        name: flow.serverName)
    }
    let covered = Set(told.compactMap { flows[$0].map { talk($0.flow) } }.map { [$0.who, $0.end] })
    var list: [(talk: Talk, flows: [CaseFlow])] = []
    var places: [Talk: Int] = [:]
    for flow in entities.flows where !told.contains(flow.id) {
      let talk = talk(flow)
      guard !covered.contains([talk.who, talk.end]) else { continue }
      if let at = places[talk] {
        list[at].flows.append(flow)
      } else {
        places[talk] = list.count
        list.append((talk, [flow]))
      }
    }
    return list.compactMap { talk, flows in
      guard let first = flows.first, let last = flows.last else { return nil }
      let many =
        flows.count == 1
        ? "one \(talk.what) connection"
        : "\(flows.count) \(talk.what) connections until \(last.start.rfc3339.dropFirst(11).prefix(8))"
      return TimelineEntry(
        time: first.start, stream: "network",
        text: "\(talk.who) also opened \(many) to \(talk.end)\(talk.name.map { " (\($0))" } ?? "")",
        evidence: flows.prefix(8).map(\.id.description))
    }
  }
}
