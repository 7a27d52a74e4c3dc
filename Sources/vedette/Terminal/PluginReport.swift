/// What a plugin declares, for a person.

import PluginHost

struct PluginReport {
  private let plugin: PluginHost.Plugin
  private let style = Style.standardOutput

  private let isolation: PluginIsolation

  init(_ plugin: PluginHost.Plugin, _ isolation: PluginIsolation) {
    self.plugin = plugin
    self.isolation = isolation
  }

  /// One line a plugin, as wide as its columns need; of the SHA-256 as much as tells files apart.
  static func list(_ plugins: [PluginHost.Plugin], _ isolation: PluginIsolation) -> String {
    let rows = plugins.map { plugin in
      let i = plugin.identity
      return [
        i.name, printable(i.version), plugin.interfaces.map(\.rawValue).joined(separator: ", "),
        String(plugin.sha256?.prefix(12) ?? "-"), plugin.standing?.words ?? "unverified",
        plugin.place(isolation),
      ]
    }
    let widths = (0..<6).map { column in (rows.map { $0[column].count }.max() ?? 0) + 2 }
    var out = ""
    for (row, plugin) in zip(rows, plugins) {
      for (cell, width) in zip(row, widths) { out += cell.padded(to: width) }
      out += printable(plugin.identity.summary) + "\n"
    }
    return out
  }

  var text: String {
    let i = plugin.identity
    var out = "\(style.bold(i.name)) \(printable(i.version))  \(printable(i.summary))\n"
    out += line("id", i.id) + line("file", plugin.path)
    out += line("SHA-256", plugin.sha256 ?? "") + line("trust", plugin.standing?.words ?? "")
    for interface in plugin.worked { out += placeLines(interface) }
    out += line("vendor", i.vendor) + line("licence", i.licence)
    out += line("url", i.url) + line("ABI", "\(i.abiMajor).\(i.abiMinor), needs \(i.abiMajor).\(i.minMinor)")
    out += line("interfaces", plugin.interfaces.map(\.rawValue).joined(separator: ", "))
    out += line("settings", i.configSchema)
    let d = plugin.description
    for p in d.protocols { out += protocolLines(p) }
    if !d.protocols.isEmpty { out += line("look-ahead", "\(d.lookahead) bytes of a direction") }
    for s in d.sources { out += sourceLines(s) }
    if !d.flowFields.isEmpty { out += line("of a flow", d.flowFields.map(\.name).joined(separator: ", ")) }
    out += recordLines(d.records)
    if !d.anomalies.isEmpty {
      out += "\n  anomalies\n"
      let width = (d.anomalies.map(\.reportedID.count).max() ?? 0) + 2
      for a in d.anomalies {
        out += "    " + a.reportedID.padded(to: width) + a.severity.name.padded(to: 10) + printable(a.definition) + "\n"
        for f in a.fields { out += "      " + fieldLine(f, width: width - 2) }
      }
    }
    return out
  }

  private func line(_ label: String, _ value: String) -> String {
    value.isEmpty ? "" : "  " + style.dim(label.padded(to: 18)) + printable(value, limit: 4096) + "\n"
  }

  /// Where an interface of it runs, and how a process of its own is held.
  private func placeLines(_ interface: PluginInterface) -> String {
    guard isolation.isolates(plugin, interface) else { return line("runs", "in the program, as \(interface.rawValue)") }
    var out = line("runs", "in a process of its own, as \(interface.rawValue)")
    do throws(PluginError) {
      let confinement = try isolation.confinement(of: plugin, interface)
      out += line("  held by", confinement.applied.joined(separator: ", "))
      out += line("  not to be had", confinement.lacking.joined(separator: ", "))
    } catch {
      out += line("  cannot run", error.words)
    }
    return out
  }

  private func protocolLines(_ p: ProtocolDescription) -> String {
    let transports = [p.overTCP ? "tcp" : nil, p.overUDP ? "udp" : nil].compactMap { $0 }
    let ports = p.ports.map { ports in
      let (first, last) = (ports.range.lowerBound, ports.range.upperBound)
      return (first == last ? "\(first)" : "\(first)-\(last)") + (ports.transport == 6 ? "/tcp" : "/udp")
    }
    var words = "\(p.name) over \(transports.joined(separator: " and "))"
    if !ports.isEmpty { words += ", usual on " + ports.joined(separator: ", ") }
    if !p.alpn.isEmpty { words += ", ALPN " + p.alpn.joined(separator: ", ") }
    if !p.parents.isEmpty { words += ", also within " + p.parents.joined(separator: ", ") }
    if !p.patterns.isEmpty { words += ", \(p.patterns.count) patterns" }
    if let first = p.firstSpeaker { words += first == 0 ? ", the client speaks first" : ", the server speaks first" }
    return line("protocol", words)
  }

  private func sourceLines(_ s: SourceDescription) -> String {
    let ways = [s.readsFiles ? "reads files" : nil, s.polls ? "polls" : nil, s.streams ? "streams" : nil]
    var out = line(s.interface.rawValue, ways.compactMap { $0 }.joined(separator: ", "))
    out += line("  parameters", s.parametersSchema)
    for limit in s.rateLimits {
      out += line("  keeps to", "\(limit.requests) in \(limit.perMilliseconds) ms: \(limit.doc)")
    }
    for spot in s.blindSpots { out += line("  does not see", spot) }
    return out
  }

  /// Records with the same fields are shown once.
  private func recordLines(_ records: [RecordDescription]) -> String {
    var out = ""
    var shown: [(names: [String], fields: [FieldDescription])] = []
    for r in records {
      if let at = shown.firstIndex(where: { $0.fields == r.fields }) {
        shown[at].names.append(r.name)
      } else {
        shown.append(([r.name], r.fields))
      }
    }
    for (names, fields) in shown {
      out += "\n  record\(names.count > 1 ? "s" : "") \(style.bold(printable(names.joined(separator: ", "))))\n"
      let width = (fields.map(\.name.count).max() ?? 0) + 2
      for f in fields { out += "    " + fieldLine(f, width: width) }
    }
    return out
  }

  private func fieldLine(_ f: FieldDescription, width: Int) -> String {
    let type = f.type.name + (f.isList ? " …" : "")
    var notes = [f.unit, f.isKey ? "key" : "", f.isSensitive ? "sensitive" : ""].filter { !$0.isEmpty }
    if !f.ecs.isEmpty { notes.append("ECS \(f.ecs)") }
    var words = [f.doc].filter { !$0.isEmpty }
    if !notes.isEmpty { words.append("(\(notes.joined(separator: ", ")))") }
    guard !words.isEmpty else { return f.name.padded(to: width) + type + "\n" }
    return f.name.padded(to: width) + type.padded(to: 8) + printable(words.joined(separator: " "), limit: 400) + "\n"
  }
}

extension PluginHost.Plugin {
  /// Those of its interfaces that have instances of their own.
  fileprivate var worked: [PluginInterface] {
    interfaces.filter { [.dissector, .personaSource, .processSource].contains($0) }
  }

  /// `in the program` or `own process`, and both where its interfaces differ.
  func place(_ isolation: PluginIsolation) -> String {
    let places = worked.map { isolation.isolates(self, $0) ? "own process" : "in the program" }
    return places.enumerated().filter { places.firstIndex(of: $0.element) == $0.offset }.map(\.element)
      .joined(separator: ", ")
  }
}
