/// `vedette plugin host`: the processes that plugins are loaded in before, or instead of, the one that works.

import ArgumentParser
import PluginHost

extension Plugin {
  struct Host: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Loads plugins in a process of their own and prints what they say of themselves, a line of JSON each.",
      shouldDisplay: false)

    @Flag(help: "Describe and end.") var describe = false
    @Argument(help: "Files of plugins.") var files: [String]

    func validate() throws {
      guard describe else { throw ValidationError("say --describe") }
    }

    func run() { DescribingChild.describeAll(files) }
  }
}
