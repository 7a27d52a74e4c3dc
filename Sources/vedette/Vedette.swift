/// The command line: one binary, one file a subcommand.

import ArgumentParser
import Engine

#if canImport(Glibc)
  import Glibc
#endif

@main
struct Vedette: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vedette",
    abstract: "Watches personas, the wire and processes, and joins what it sees into cases.",
    discussion: """
      Exit status: 0 done; 1 done, but something was refused or a case met --fail-on; 2 wrong use or an unusable \
      configuration; 3 the daemon could not be reached.
      """,
    version: "vedette \(engineVersion)",
    subcommands: [
      Analyze.self, Serve.self, RPC.self, Cases.self, ShowCase.self, Personas.self, Flows.self, Anomalies.self,
      Processes.self, Transactions.self, Assets.self, Signals.self, Coverage.self, Suppressions.self, Sources.self,
      RosterCommand.self, Plugin.self,
      Audit.self,
      Config.self,
    ])

  /// Runs the command; wrong use ends with 2, as interfaces.md says, where the library would say 64.
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      StandardError.line(failure.text)
      Glibc.exit(failure.status)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess {
        StandardOutput.write(message.hasSuffix("\n") ? message : message + "\n")
        Glibc.exit(0)
      }
      if !message.isEmpty { StandardError.line(message) }
      Glibc.exit(code == .validationFailure ? 2 : code.rawValue)
    }
  }
}

/// An end with a status of interfaces.md and one line that says why.
struct Failure: Error {
  var status: Int32
  var text: String

  /// Wrong use, or a configuration that cannot be used.
  static func usage(_ text: String) -> Failure { Failure(status: 2, text: "vedette: " + text) }
  /// Done, but something was refused.
  static func refused(_ text: String) -> Failure { Failure(status: 1, text: "vedette: " + text) }
  /// The daemon could not be reached.
  static func unreachable(_ text: String) -> Failure { Failure(status: 3, text: "vedette: " + text) }
}
