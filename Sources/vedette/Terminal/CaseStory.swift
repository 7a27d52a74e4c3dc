/// A case as a person wants to read it: what happened in order of time, why it counts, what could not be seen.

import Catalog
import Evidence

struct CaseStory {
  let style: Style
  let width: Int

  init(style: Style = .standardOutput, width: Int = terminalWidth()) {
    self.style = style
    self.width = width
  }

  func text(_ c: Case) -> String {
    var out = ""
    func line(_ text: String = "") { out += text + "\n" }
    let badge = style.severity(c.severity, " \(c.severity.name.uppercased()) ")
    line("\(badge) \(style.bold(printable(c.title)))")
    line(style.dim("\(c.id) · score \(percent(c.score)) · \(c.status.rawValue) · \(day(c.time)) to \(day(c.end))"))
    line()
    for (label, values) in entities(c.entities) { line(labelled(label, values)) }
    if !c.attack.isEmpty { line(labelled("ATT&CK", [c.attack.joined(separator: ", ")])) }
    line()
    line(style.bold("  What happened"))
    for entry in c.timeline {
      let stream = streamWord(entry.stream)
      let rows = wrapped(printable(entry.text, limit: 600), width: width - 36)
      for (i, row) in rows.enumerated() {
        line(i == 0 ? "  \(style.dim(moment(entry.time)))  \(stream)  \(row)" : String(repeating: " ", count: 34) + row)
      }
    }
    if !c.links.isEmpty {
      line()
      line(style.bold("  Why it belongs together"))
      for link in c.links {
        let text =
          "\(name(link.from)) → \(name(link.to)): \(printable(link.reason, limit: 400)) (\(percent(link.confidence)))"
        for (i, row) in wrapped(text, width: width - 6).enumerated() { line(i == 0 ? "  • \(row)" : "    \(row)") }
      }
    }
    if !c.gaps.isEmpty {
      line()
      line(style.bold("  What could not be seen"))
      for gap in c.gaps {
        for (i, row) in wrapped(printable(gap.reason, limit: 400), width: width - 6).enumerated() {
          line(i == 0 ? "  • \(row)" : "    \(row)")
        }
      }
    }
    return out
  }

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
    add(
      "Flows",
      e.flows.map { f in
        "\(f.proto.name)/\(f.appProto) \(endpoint(f.sourceIP, f.sourcePort)) → \(endpoint(f.destinationIP, f.destinationPort))"
          + (f.serverName.map { " (\(printable($0)))" } ?? "")
      })
    return all
  }

  /// A label and its values, one a line; many are summed up.
  private func labelled(_ label: String, _ values: [String]) -> String {
    let shown = values.count > 6 ? Array(values.prefix(5)) + ["and \(values.count - 5) more"] : values
    return shown.enumerated().map { i, value in
      let head = i == 0 ? label : ""
      return "  " + style.dim(head.padded(to: 11)) + value
    }.joined(separator: "\n")
  }

  private func streamWord(_ stream: String) -> String {
    let word = stream.padded(to: 8)
    switch stream {
    case "persona": return style.persona(word)
    case "network": return style.network(word)
    case "process": return style.process(word)
    default: return style.dim(word)
    }
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
    case .campaign(let id): "campaign \(id)"
    }
  }

  private func lastComponent(_ path: String) -> String {
    path.split { $0 == "\\" || $0 == "/" }.last.map(String.init) ?? path
  }
  private func endpoint(_ ip: IPAddress, _ port: UInt16?) -> String {
    guard let port else { return ip.description }
    return ip.isIPv4 ? "\(ip):\(port)" : "[\(ip)]:\(port)"
  }
  /// `2026-09-01 01:07:38`: to the second.
  private func moment(_ time: Timestamp) -> String {
    let text = time.rfc3339
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
  }
  private func day(_ time: Timestamp) -> String { String(moment(time).prefix(16)) }
  private func percent(_ score: Double) -> String { "\(Int((score * 100).rounded())) %" }
}

extension String {
  /// Filled up with spaces to a width in characters.
  func padded(to width: Int) -> String { count >= width ? self : self + String(repeating: " ", count: width - count) }
}
