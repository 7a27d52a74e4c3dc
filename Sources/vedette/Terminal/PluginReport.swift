/// What a plugin declares, for a person.

import PluginHost

struct PluginReport {
  private let plugin: PluginHost.Plugin
  private let style = Style.standardOutput

  init(_ plugin: PluginHost.Plugin) { self.plugin = plugin }

  var text: String {
    let i = plugin.identity
    var out = "\(style.bold(i.name)) \(i.version)  \(printable(i.summary))\n"
    func line(_ label: String, _ value: String) {
      if !value.isEmpty { out += "  " + style.dim(label.padded(to: 12)) + printable(value, limit: 400) + "\n" }
    }
    line("id", i.id)
    line("file", plugin.path)
    line("vendor", i.vendor)
    line("licence", i.licence)
    line("url", i.url)
    line("ABI", "\(i.abiMajor).\(i.abiMinor), needs \(i.abiMajor).\(i.minMinor)")
    line("interfaces", plugin.interfaces.map(\.rawValue).joined(separator: ", "))
    let d = plugin.description
    for p in d.protocols {
      let transports = [p.overTCP ? "tcp" : nil, p.overUDP ? "udp" : nil].compactMap { $0 }.joined(separator: ", ")
      let ports = p.ports.map {
        $0.range.count == 1 ? "\($0.range.lowerBound)" : "\($0.range.lowerBound)-\($0.range.upperBound)"
      }
      line(
        "protocol", "\(p.name) over \(transports)" + (ports.isEmpty ? "" : ", ports " + ports.joined(separator: ", ")))
    }
    for s in d.sources {
      let ways = [s.readsFiles ? "reads files" : nil, s.polls ? "polls" : nil, s.streams ? "streams" : nil]
      line(s.interface.rawValue, ways.compactMap { $0 }.joined(separator: ", "))
      for spot in s.blindSpots { line("", "does not see: " + spot) }
    }
    for r in d.records {
      out += "\n  record \(style.bold(printable(r.name)))\n"
      for f in r.fields {
        let type = f.type.name + (f.isList ? " …" : "")
        out += "    " + printable(f.name).padded(to: 28) + type.padded(to: 8) + printable(f.doc) + "\n"
      }
    }
    if !d.anomalies.isEmpty {
      out += "\n  anomalies\n"
      for a in d.anomalies {
        out += "    " + printable(a.reportedID).padded(to: 36) + a.severity.name.padded(to: 8)
        out += printable(a.definition.isEmpty ? (a.kind?.definition ?? "") : a.definition) + "\n"
      }
    }
    return out
  }
}
