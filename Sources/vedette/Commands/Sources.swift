/// `vedette sources`: what feeds the daemon beside the wire, and how it is changed while it runs.

import ArgumentParser
import JSON

struct Sources: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources", abstract: "Sources of the daemon: list, add, swap, pause, resume, remove.",
    subcommands: [
      ListSources.self, AddSource.self, SwapSource.self, PauseSource.self, ResumeSource.self, RemoveSource.self,
    ], defaultSubcommand: ListSources.self)
}

struct ListSources: ListCommand {
  static let abstract = "Sources, the one that began last first."
  static let commandName = "list"
  static let method = "source.list"
  static let columns: [(heading: String, path: String)] = [
    ("NAME", "name"), ("STATE", "state"), ("PLUGIN", "plugin"), ("FILE", "file"), ("RECORDS", "records"),
    ("REJECTED", "rejected"), ("ASKS AGAIN", "retry_at"), ("ERROR", "error"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

/// What a source is to read.
struct SourceArguments: ParsableArguments {
  @Argument(help: "Its name in lists and records.") var name: String
  @Argument(help: "The plugin that reads; vedette plugin list shows them.") var plugin: String
  @Argument(help: "For a plugin that reads files: a path on the daemon's machine.") var file: String?
  @Option(
    help: ArgumentHelp("As the plugin's schema says (vedette plugin info PLUGIN).", valueName: "json"))
  var parameters: String?
  @Option(help: "personas or processes, of a plugin that has both.") var kind: String?
  @Option(help: ArgumentHelp("Seconds between two readings; once unless said.", valueName: "seconds")) var every: Int?

  var params: JSONValue {
    get throws {
      var members: [(String, JSONValue)] = [("name", .string(name)), ("plugin", .string(plugin))]
      if let file { members.append(("file", .string(file))) }
      if let kind { members.append(("kind", .string(kind))) }
      if let every { members.append(("every", .int(Int64(every)))) }
      if let parameters {
        do throws(JSONError) { members.append(("parameters", try JSONValue(parsing: parameters))) } catch {
          throw Failure.usage("--parameters: no JSON: \(error)")
        }
      }
      return .object(members)
    }
  }
}

/// A command that changes one source and says what has become of it.
protocol SourceCommand: ParsableCommand {
  static var commandName: String { get }
  static var abstract: String { get }
  static var discussion: String { get }
  var daemon: DaemonOptions { get }
  var json: Bool { get }
  var call: (method: String, params: JSONValue) { get throws }
}

extension SourceCommand {
  static var discussion: String { "" }
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: commandName, abstract: abstract, discussion: discussion)
  }

  func run() throws {
    let (method, params) = try call
    let client = try daemon.connect()
    // What swaps, pauses and removes waits for a batch in hand.
    client.timeoutMilliseconds = 120_000
    let answer = try daemon.call(client, method, params)
    StandardOutput.write((json ? answer.description : line(answer)) + "\n")
  }

  private func line(_ source: JSONValue) -> String {
    func text(_ name: String) -> String? { source[name]?.string.map { printable($0, limit: 500) } }
    guard let name = text("name") else { return "removed" }
    var line = "\(name) is \(text("state") ?? "there"): \(text("plugin") ?? "")"
    if let file = text("file") { line += " \(file)" }
    if let error = text("error") { line += ": \(error)" }
    return line
  }
}

struct AddSource: SourceCommand {
  static let commandName = "add"
  static let abstract = "Starts a source."
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var source: SourceArguments
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { get throws { ("source.add", try source.params) } }
}

struct SwapSource: SourceCommand {
  static let commandName = "swap"
  static let abstract = "Puts another source in a source's place, under its name."
  static let discussion = """
    The new one is opened and read first; then the old one hands over what it has, and the new one goes on. Where the \
    new one fails, the old one goes on. Swapped back, a source goes on where it stopped.
    """
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var source: SourceArguments
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { get throws { ("source.swap", try source.params) } }
}

struct PauseSource: SourceCommand {
  static let commandName = "pause"
  static let abstract = "Stops a source after the batch in hand; it stays listed."
  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Its name.") var name: String
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { ("source.pause", ["name": .string(name)]) }
}

struct ResumeSource: SourceCommand {
  static let commandName = "resume"
  static let abstract = "Goes on with a paused source where it stopped."
  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Its name.") var name: String
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { ("source.resume", ["name": .string(name)]) }
}

struct RemoveSource: SourceCommand {
  static let commandName = "remove"
  static let abstract = "Ends a source and forgets it, though not where it was."
  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Its name.") var name: String
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { ("source.remove", ["name": .string(name)]) }
}
