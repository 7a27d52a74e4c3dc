/// A plugin of the daemon, as `plugin.list` shows it, for a person.

import JSON

struct LoadedPluginReport {
  private let plugin: JSONValue
  private let style = Style.standardOutput

  init(_ plugin: JSONValue) { self.plugin = plugin }

  /// What the list of the daemon's plugins shows of each.
  static let columns: [(heading: String, path: String)] = [
    ("NAME", "name"), ("VERSION", "version"), ("STATE", "state"), ("SESSIONS", "sessions"), ("OPEN", "open_sessions"),
    ("RECORDS", "records"), ("NS/CALL", "ns_per_call"), ("NS/PACKET", "ns_per_packet"), ("TRUST", "trust"),
    ("FILE", "path"), ("ERROR", "error"),
  ]

  private func text(_ name: String) -> String? { plugin[name]?.string.map { printable($0, limit: 500) } }
  private func count(_ name: String) -> Int64 { plugin[name]?.int64 ?? 0 }

  /// What has become of it, in one line.
  var line: String {
    var line = "\(text("name") ?? "?") \(text("version") ?? "") is \(text("state") ?? "there")"
    if let reason = text("reason") { line += " (\(reason))" }
    line += ": \(text("path") ?? "")"
    if let trust = text("trust") { line += ", \(trust)" }
    if count("open_sessions") > 0 { line += "; \(count("open_sessions")) sessions go on" }
    if let state = text("state_handover") { line += "; its state: \(state)" }
    if plugin["pending"]?.bool == true { line += "; not every capture has taken it yet" }
    return line
  }

  /// Its figures, as `plugin info` shows them below what the plugin says of itself.
  var figures: String {
    var out = "\n  \(style.bold("in the daemon"))\n"
    func add(_ label: String, _ value: String) { out += "    " + style.dim(label.padded(to: 16)) + value + "\n" }
    let since = text("loaded").map { ", since \($0.prefix(19))Z by \(text("loaded_by") ?? "?")" } ?? ""
    add("state", (text("state") ?? "?") + (text("reason").map { " (\($0))" } ?? "") + since)
    if plugin["sessions"] != nil {
      add(
        "sessions", "\(count("sessions")), \(count("open_sessions")) of them open, \(count("cut_sessions")) cut short")
      add("calls", "\(count("calls")), with \(count("bytes")) bytes")
      add(
        "emitted",
        "\(count("records")) records, \(count("emitted_bytes")) bytes of text; \(count("refused")) times refused")
      let costs = [("ns_per_call", "call"), ("ns_per_byte", "byte"), ("ns_per_packet", "packet of all")].compactMap {
        name, what in plugin[name]?.double.map { "\(rounded($0)) ns a \(what)" }
      }
      if count("crashes") > 0 {
        add(
          "crashed",
          "\(count("crashes")) times, \(count("lost_sessions")) sessions lost; the last time it \(text("last_crash") ?? "?")"
        )
      }
      add("costs", costs.isEmpty ? "no call was timed yet (one in 64 is)" : costs.joined(separator: ", "))
    }
    return out
  }

  private func rounded(_ value: Double) -> String {
    value >= 100 ? "\(Int64(value.rounded()))" : "\((value * 100).rounded() / 100)"
  }
}
