/// `vedette serve`: the daemon, in the foreground.

import ArgumentParser
import Capture
import Engine
import Logging

#if canImport(Glibc)
  import Glibc
#endif

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the daemon, in the foreground.")

  @Option(help: "Configuration file.")
  var config: String?

  @Option(help: ArgumentHelp("Override a key of the configuration; may be repeated.", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Say more.")
  var verbose = false

  func run() throws {
    // Before anything starts a thread: capabilities are a thread's own.
    do throws(CaptureError) {
      try Privileges.keepOnlyCapture()
    } catch {
      throw Failure.usage(error.description)
    }
    let configuration = try loadConfiguration(file: config, overrides: set)
    let level: Logger.Level = verbose ? .debug : .info
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    // What is stored is about people: not for everybody to read.
    umask(0o027)
    do throws(DaemonError) {
      try Daemon(configuration).run()
    } catch {
      throw Failure.usage(error.description)
    }
  }
}
