/// `vedette plugin host`: the processes that plugins are loaded in before, or instead of, the one that works.

import ArgumentParser
import PluginHost

extension Plugin {
  struct Host: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "host",
      abstract: "Runs a plugin in a process of its own, or prints what plugins say of themselves, a line of JSON each.",
      shouldDisplay: false)

    @Flag(help: "Describe and end.") var describe = false
    @Flag(help: "Run an instance for the process that started this one.") var serve = false
    @Argument(help: "Files of plugins.") var files: [String]

    func validate() throws {
      guard describe != serve, describe || files.count == 1 else { throw ValidationError("say --describe or --serve") }
    }

    func run() throws {
      guard let file = files.first, serve else { return DescribingChild.describeAll(files) }
      throw ExitCode(HostedPlugin.serve(file))
    }
  }
}
