/// `vedette suppressions`: what analysts say is of no concern, and saying so.

import ArgumentParser
import JSON

struct Suppressions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suppressions",
    abstract: "Signals that raise no case because an analyst says so: who, why, until when.",
    subcommands: [ListSuppressions.self, AddSuppression.self, RemoveSuppression.self],
    defaultSubcommand: ListSuppressions.self)
}

struct ListSuppressions: ListCommand {
  static let abstract = "Suppressions, newest first, and how many signals each covers now."
  static let commandName = "list"
  static let method = "suppression.list"
  static let columns: [(heading: String, path: String)] = [
    ("ID", "id"), ("ANALYTIC", "analytic"), ("OF", "about"), ("SIGNALS", "signals"), ("BY", "by"), ("UNTIL", "until"),
    ("REASON", "reason"),
  ]
  @OptionGroup var daemon: DaemonOptions
  @OptionGroup var options: ListOptions
}

struct AddSuppression: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Lets signals raise no case any more.",
    discussion: """
      All that is given must hold of a signal; give at least one of --persona, --domain, --employee, --host and \
      --image. The signals are still kept and shown.
      """)

  @OptionGroup var daemon: DaemonOptions
  @Option(help: "Only this analytic, for example persona.outreach.") var analytic: String?
  @Option(help: ArgumentHelp("An account.", valueName: "platform/account or platform/@handle")) var persona: String?
  @Option(help: "Accounts whose id or handle is an address of this domain, or below it.") var domain: String?
  @Option(help: "The only employee whom a signal names, by id of the roster.") var employee: String?
  @Option(help: "A host's name or address.") var host: String?
  @Option(help: "The image of a process: a path or a file name.") var image: String?
  @Option(help: "Why it is of no concern.") var reason: String
  @Option(help: ArgumentHelp("What happens from this time on counts again (RFC 3339).", valueName: "time"))
  var until: String?

  func run() throws {
    var params: [(String, JSONValue)] = [("reason", .string(reason))]
    for (name, value) in [
      ("analytic", analytic), ("domain", domain), ("employee", employee), ("host", host), ("image", image),
      ("until", until),
    ] {
      if let value { params.append((name, .string(value))) }
    }
    if let persona {
      guard let slash = persona.firstIndex(of: "/"), slash > persona.startIndex else {
        throw Failure.usage("--persona \(persona): expected PLATFORM/ACCOUNT or PLATFORM/@HANDLE")
      }
      let name = String(persona[persona.index(after: slash)...])
      let member = name.hasPrefix("@") ? ("handle", String(name.dropFirst())) : ("account_id", name)
      params.append(
        (
          "persona",
          .object([("platform", .string(String(persona[..<slash]))), (member.0, .string(member.1))])
        ))
    }
    guard params.contains(where: { ["persona", "domain", "employee", "host", "image"].contains($0.0) }) else {
      throw Failure.usage("give at least one of --persona, --domain, --employee, --host and --image")
    }
    let answer = try daemon.call(try daemon.connect(), "suppression.add", .object(params))
    StandardOutput.write((answer["id"]?.string ?? "") + "\n")
  }
}

struct RemoveSuppression: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Takes a suppression back: its signals count again.")

  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Its id.") var id: String
  @Option(help: "Why, for the audit log.") var reason: String?

  func run() throws {
    var params: [(String, JSONValue)] = [("id", .string(id))]
    if let reason { params.append(("reason", .string(reason))) }
    let answer = try daemon.call(try daemon.connect(), "suppression.remove", .object(params))
    StandardOutput.write("\(answer["removed"]?.string ?? "") removed\n")
  }
}
