/// A case as a person wants to read it: what happened in order of time, why it counts, what could not be seen.

import Catalog
import Evidence

struct CaseStory {
  let style: Style
  let width: Int
  /// Lines of the story, links and gaps shown; the most telling ones, and how many are left out is said.
  var mostLines = 40
  var mostLinks = 12
  var mostGaps = 8

  init(style: Style = .standardOutput, width: Int = terminalWidth()) {
    self.style = style
    self.width = width
  }

  func text(_ c: Case) -> String {
    var out = ""
    func line(_ text: String = "") { out += text + "\n" }
    let word = c.severity.name.uppercased()
    let indent = word.count + 3
    let rows = wrapped(printable(c.title, limit: 400), width: width - indent)
    for (i, row) in rows.enumerated() {
      line(
        (i == 0 ? style.severity(c.severity, " \(word) ") + " " : String(repeating: " ", count: indent))
          + style.bold(row))
    }
    line(style.dim("\(c.id) · score \(percent(c.score)) · \(status(c)) · \(span(c.time, c.end))"))
    line()
    for (label, values) in entities(c.entities) { line(labelled(label, values)) }
    if !c.attack.isEmpty { line(labelled("ATT&CK", [c.attack.joined(separator: ", ")])) }
    line()
    line(style.bold("  What happened"))
    out += timeline(c.timeline)
    let links = self.links(c.links)
    if !links.isEmpty {
      line()
      line(style.bold("  Why it belongs together"))
      for row in bullets(links, most: mostLinks, of: "link") { line(row) }
    }
    if !c.gaps.isEmpty {
      line()
      line(style.bold("  What could not be seen"))
      for row in bullets(c.gaps.map({ printable($0.reason, limit: 400) }), most: mostGaps, of: "gap") { line(row) }
    }
    return out
  }

  private func status(_ c: Case) -> String {
    if let closure = c.closure {
      return "closed as \(closure.verdict == .benign ? "benign" : "a true positive") by \(printable(closure.by))"
    }
    return c.status.rawValue + (c.assignee.map { ", \(printable($0))" } ?? "")
  }

  // MARK: - Who and what

  private func entities(_ e: CaseEntities) -> [(String, [String])] {
    var all: [(String, [String])] = []
    func add(_ label: String, _ values: [String]) {
      if !values.isEmpty { all.append((label, values)) }
    }
    add(
      "Personas",
      e.personas.map { "\(printable($0.displayName)) (@\(printable($0.handle)) on \(printable($0.account.platform)))" })
    add("Employees", e.employees.map { "\(printable($0.name)) (\(printable($0.id)))" })
    add(
      "Hosts",
      e.hosts.map {
        printable($0.host) + ($0.ips.isEmpty ? "" : " " + $0.ips.map(\.description).joined(separator: ", "))
      })
    add(
      "Processes",
      e.processes.map { p in
        "\(printable(p.image)) on \(printable(p.host))" + (p.commandLine.map { ": " + printable($0, limit: 120) } ?? "")
      })
    add("Flows", flows(e.flows))
    return all
  }

  /// Flows to one service as one, with their count.
  private func flows(_ all: [CaseFlow]) -> [String] {
    var order: [String] = []
    var many: [String: [CaseFlow]] = [:]
    for f in all {
      let to =
        "\(f.proto.name)/\(f.appProto) \(f.sourceIP) → \(endpoint(f.destinationIP, f.destinationPort))"
        + (f.serverName.map { " (\(printable($0)))" } ?? "")
      if many[to] == nil { order.append(to) }
      many[to, default: []].append(f)
    }
    return order.map { to in
      let count = many[to]?.count ?? 1
      guard count == 1, let only = many[to]?.first else { return "\(to), \(count) flows" }
      return to.replacing(
        "\(only.sourceIP) →", with: "\(endpoint(only.sourceIP, only.sourcePort)) →", maxReplacements: 1)
    }
  }

  /// A label and its values, one a line; many are summed up.
  private func labelled(_ label: String, _ values: [String]) -> String {
    let shown = values.count > 6 ? Array(values.prefix(5)) + ["and \(values.count - 5) more"] : values
    return shown.enumerated().map { i, value in
      hanging("  " + style.dim((i == 0 ? label : "").padded(to: 11)), indent: 13, value, width: width)
    }.joined(separator: "\n")
  }

  // MARK: - The story

  private func timeline(_ entries: [TimelineEntry]) -> String {
    var out = ""
    var day = ""
    var left = 0
    func tellLeft() {
      if left > 0 { out += "    " + style.dim("… \(counted(left, "line")) left out") + "\n" }
      left = 0
    }
    let telling = telling(entries)
    for (at, entry) in entries.enumerated() {
      guard telling.contains(at) else {
        left += 1
        continue
      }
      tellLeft()
      let moment = entry.time.rfc3339
      let today = String(moment.prefix(10))
      if today != day {
        day = today
        out += "  " + style.bold(today) + "\n"
      }
      let head = "    " + style.dim(String(moment.dropFirst(11).prefix(8))) + "  " + streamWord(entry.stream)
      out += hanging(head, indent: 23, printable(entry.text, limit: 600), width: width) + "\n"
    }
    tellLeft()
    return out
  }

  /// The places of the lines to show: what was judged on machines and wires first, then personas, then what else there
  /// was; of equal ones the earlier.
  private func telling(_ entries: [TimelineEntry]) -> Set<Int> {
    guard entries.count > mostLines else { return Set(entries.indices) }
    func rank(_ entry: TimelineEntry) -> Int {
      let isJudged = entry.evidence.first?.hasPrefix("signal-") == true
      return entry.stream == "persona" ? (isJudged ? 1 : 2) : isJudged ? 0 : 3
    }
    let order = entries.indices.sorted { (rank(entries[$0]), $0) < (rank(entries[$1]), $1) }
    return Set(order.prefix(mostLines))
  }

  private func streamWord(_ stream: String) -> String {
    let word = stream.padded(to: 9)
    switch stream {
    case "persona": return style.persona(word)
    case "network": return style.network(word)
    case "process": return style.process(word)
    default: return style.dim(word)
    }
  }

  // MARK: - Why

  /// Links as sentences: those of a process to its flows as one, and without those that say no more than that a host
  /// told of its process.
  private func links(_ all: [CaseLink]) -> [String] {
    var out: [String] = []
    var joined: [String: (at: Int, count: Int, low: Double, high: Double, link: CaseLink)] = [:]
    for link in all {
      let isFlow =
        switch (link.from, link.to) {
        case (.host, .process): false
        case (_, .flow), (.flow, _): true
        default: false
        }
      if case (.host, .process) = (link.from, link.to) { continue }
      guard isFlow else {
        out.append(
          "\(name(link.from)) → \(name(link.to)): \(printable(link.reason, limit: 400)) (\(percent(link.confidence)))")
        continue
      }
      let other = if case .flow = link.to { name(link.from) } else { name(link.to) }
      let key = other + "\n" + link.reason
      if var known = joined[key] {
        known.count += 1
        known.low = min(known.low, link.confidence)
        known.high = max(known.high, link.confidence)
        joined[key] = known
      } else {
        joined[key] = (out.count, 1, link.confidence, link.confidence, link)
        out.append("")
      }
    }
    for group in joined.values { out[group.at] = flowLinks(group.link, group.count, group.low, group.high) }
    return out
  }

  private func flowLinks(_ link: CaseLink, _ count: Int, _ low: Double, _ high: Double) -> String {
    let sure = percent(low) == percent(high) ? percent(low) : "\(percent(low)) to \(percent(high))"
    func flow(_ entity: Entity) -> String { count == 1 ? name(entity) : counted(count, "flow") }
    let ends =
      if case .flow = link.to { "\(name(link.from)) → \(flow(link.to))" } else {
        "\(flow(link.from)) → \(name(link.to))"
      }
    // What the ends say already need not be said again.
    let words = printable(link.reason, limit: 400)
    let short = words.firstRange(of: "it: ").map { String(words[$0.upperBound...]) } ?? words
    return "\(ends): \(short) (\(sure))"
  }

  private func bullets(_ texts: [String], most: Int, of what: String) -> [String] {
    var out = texts.prefix(most).map { hanging("  • ", indent: 4, $0, width: width) }
    if texts.count > most { out.append("    " + style.dim("and \(counted(texts.count - most, "more \(what)"))")) }
    return out
  }

  private func name(_ entity: Entity) -> String {
    switch entity {
    case .persona(let account, let handle, let displayName):
      printable(displayName ?? handle ?? account.accountID)
    case .process(let p): "\(printable(lastComponent(p.image))) on \(printable(p.host))"
    case .flow(let id, let communityID): communityID.isEmpty ? id.description : "flow " + communityID
    case .host(let host): printable(host)
    case .hostPair(let a, let b): "\(a) ↔ \(b)"
    case .employee(let id, let name): printable(name ?? id)
    case .campaign(let id): "campaign \(printable(id))"
    }
  }

  private func lastComponent(_ path: String) -> String {
    path.split { $0 == "\\" || $0 == "/" }.last.map(String.init) ?? path
  }
  private func endpoint(_ ip: IPAddress, _ port: UInt16?) -> String {
    guard let port else { return ip.description }
    return ip.isIPv4 ? "\(ip):\(port)" : "[\(ip)]:\(port)"
  }
  /// `2026-09-01 01:07 to 05:12`, with the second day where it is another.
  private func span(_ from: Timestamp, _ to: Timestamp) -> String {
    func minute(_ time: Timestamp) -> (day: String, hour: String) {
      let text = time.rfc3339
      return (String(text.prefix(10)), String(text.dropFirst(11).prefix(5)))
    }
    let (a, b) = (minute(from), minute(to))
    if a == b { return "\(a.day) \(a.hour)" }
    return a.day == b.day ? "\(a.day) \(a.hour) to \(b.hour)" : "\(a.day) \(a.hour) to \(b.day) \(b.hour)"
  }
}
