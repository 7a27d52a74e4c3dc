/// What an analyst types: lists over JSON-RPC, as tables or as JSON.

import ArgumentParser
import JSON

/// Options of all lists.
struct ListOptions: ParsableArguments {
  @Option(help: "At most so many.") var limit = 50
  @Option(help: ArgumentHelp("Not before (RFC 3339).", valueName: "time")) var from: String?
  @Option(help: ArgumentHelp("Before (RFC 3339).", valueName: "time")) var to: String?
  @Option(help: ArgumentHelp("Only where a member has a value; may be repeated.", valueName: "member=value"))
  var filter: [String] = []
  @Flag(help: "JSON Lines instead of a table.") var json = false
  @Flag(help: "Oldest first.") var oldest = false

  var params: JSONValue {
    get throws {
      var members: [(String, JSONValue)] = [
        ("limit", .int(Int64(min(max(limit, 1), 1000)))), ("order", oldest ? "asc" : "desc"),
      ]
      if let from { members.append(("from", .string(from))) }
      if let to { members.append(("to", .string(to))) }
      if !filter.isEmpty {
        members.append(
          (
            "filter",
            .object(
              try filter.map { text in
                guard let equals = text.firstIndex(of: "=") else {
                  throw Failure.usage("--filter \(text): expected MEMBER=VALUE")
                }
                let value = String(text[text.index(after: equals)...])
                return (String(text[..<equals]), Int64(value).map { .int($0) } ?? .string(value))
              })
          ))
      }
      return .object(members)
    }
  }
}

/// A command that shows a list of the daemon's: what sets one apart from the others is its method and its columns.
protocol ListCommand: ParsableCommand {
  static var abstract: String { get }
  /// To work it out from the type's name takes milliseconds at each start of the program, of whatever command.
  static var commandName: String { get }
  static var method: String { get }
  /// Each a heading and the path of a member.
  static var columns: [(heading: String, path: String)] { get }
  var daemon: DaemonOptions { get }
  var options: ListOptions { get }
}

/// A list of which one record can be asked for by its id.
protocol RecordCommand: ListCommand {
  /// What answers with one record.
  static var getMethod: String { get }
  var id: String? { get }
}

extension RecordCommand {
  func run() throws {
    guard let id else { return try list() }
    let record = try daemon.call(try daemon.connect(), Self.getMethod, ["id": .string(id)])
    if options.json {
      StandardOutput.write(record.description + "\n")
      return
    }
    let members = record.members ?? []
    let width = members.map(\.0.count).max() ?? 0
    for (name, value) in members {
      let text = printable(value.string ?? value.description, limit: 4_000)
      StandardOutput.write(Style.standardOutput.bold(name.padded(to: width)) + "  " + text + "\n")
    }
  }
}

extension ListCommand {
  static var configuration: CommandConfiguration { CommandConfiguration(commandName: commandName, abstract: abstract) }

  func run() throws { try list() }

  fileprivate func list() throws {
    let client = try daemon.connect()
    let page = try daemon.call(client, Self.method, try options.params)
    let items = page["items"]?.elements ?? []
    if options.json {
      for item in items { StandardOutput.write(item.description + "\n") }
    } else {
      showTable(items, Self.columns)
    }
    if page["next"]?.string != nil {
      StandardError.line("vedette: there are more; raise --limit or narrow with --filter")
    }
  }
}

/// Writes records as a table, a line each.
func showTable(_ items: [JSONValue], _ columns: [(heading: String, path: String)]) {
  let rows = items.map { item in columns.map { cell(item, $0.path) } }
  let widths = columns.indices.map { i in
    min(60, max(columns[i].heading.count, rows.map { $0[i].count }.max() ?? 0))
  }
  func line(_ cells: [String]) -> String {
    zip(cells, widths).map { cell, width in
      (cell.count > width ? String(cell.prefix(width - 1)) + "…" : cell).padded(to: width)
    }.joined(separator: "  ")
  }
  StandardOutput.write(Style.standardOutput.bold(line(columns.map(\.heading))) + "\n")
  for row in rows { StandardOutput.write(line(row) + "\n") }
}

private func cell(_ item: JSONValue, _ path: String) -> String {
  var value: JSONValue? = item
  for part in path.split(separator: ".") { value = value?[String(part)] }
  guard let value, !value.isNull else { return "" }
  if let text = value.string {
    // Times to the second are enough in a table.
    if path == "time", text.count == 30 { return text.prefix(10) + " " + text.dropFirst(11).prefix(8) }
    return printable(text, limit: 100)
  }
  // Measured means: as many digits as mean something.
  if path.hasPrefix("ns_per_"), let number = value.double { return "\((number * 100).rounded() / 100)" }
  return value.description
}

struct Cases: ListCommand {
  static let commandName = "cases"
  static let abstract = "Cases, newest first."
  static let method = "case.list"
  static let columns: [(heading: String, path: String)] = [
    ("SEVERITY", "severity"), ("SCORE", "score"), ("STATUS", "status"), ("TIME", "time"), ("ID", "id"),
    ("TITLE", "title"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Signals: ListCommand {
  static let commandName = "signals"
  static let abstract = "Signals, newest first."
  static let method = "signal.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("SCORE", "score"), ("ANALYTIC", "analytic"), ("REASON", "reason"),
    ("SUPPRESSED BY", "suppressed.by"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct ListPersonas: RecordCommand {
  static let abstract = "Snapshots of personas, newest first, or one by its id."
  static let getMethod = "persona.get"
  static let commandName = "list"
  static let method = "persona.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("PLATFORM", "platform"), ("ACCOUNT", "account_id"), ("HANDLE", "handle"),
    ("NAME", "display_name"), ("EMPLOYER", "employer"),
  ]
  @Argument(help: "Id of one.") var id: String?
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Flows: RecordCommand {
  static let commandName = "flows"
  static let abstract = "Flows, newest first, or one by its id."
  static let getMethod = "flow.get"
  static let method = "flow.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("PROTO", "proto"), ("APP", "app_proto"), ("SOURCE", "src_ip"), ("PORT", "src_port"),
    ("DESTINATION", "dest_ip"), ("PORT", "dest_port"), ("STATE", "tcp.conn_state"), ("NAME", "server_name"),
  ]
  @Argument(help: "Id of one.") var id: String?
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Anomalies: ListCommand {
  static let commandName = "anomalies"
  static let abstract = "Anomalies, newest first."
  static let method = "anomaly.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("SEVERITY", "severity"), ("ANOMALY", "anomaly"), ("COUNT", "count"), ("SOURCE", "src_ip"),
    ("DESTINATION", "dest_ip"), ("PACKET", "packet"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Processes: RecordCommand {
  static let commandName = "processes"
  static let abstract = "Process events, newest first, or one by its id."
  static let getMethod = "process.get"
  static let method = "process.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("EVENT", "event"), ("HOST", "host"), ("PID", "pid"), ("IMAGE", "image"),
    ("COMMAND LINE", "command_line"),
  ]
  @Argument(help: "Id of one.") var id: String?
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Transactions: ListCommand {
  static let commandName = "transactions"
  static let abstract = "What dissectors made of flows, newest first."
  static let method = "transaction.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("APP", "app_proto"), ("RECORD", "record"), ("FLOW", "flow"), ("FIELDS", "fields"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Assets: ListCommand {
  static let commandName = "assets"
  static let abstract = "Machines as sources and people told of them, newest first."
  static let method = "asset.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("HOST", "host"), ("ADDRESSES", "ips"), ("NAMES", "names"), ("OWNER", "owner"),
    ("SOURCE", "source"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct Audit: ListCommand {
  static let commandName = "audit"
  static let abstract = "Who did what: changes, loads and refusals of plugins, what was deleted."
  static let method = "audit.list"
  static let columns: [(heading: String, path: String)] = [
    ("TIME", "time"), ("WHO", "who"), ("WHAT", "what"), ("DETAIL", "detail"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}
