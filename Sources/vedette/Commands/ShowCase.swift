/// `vedette case ID`: one case as a story, or as JSON.

import ArgumentParser
import Engine
import Evidence
import JSON

struct ShowCase: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "case", abstract: "One case, as a story.")

  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Id of the case.") var id: String
  @Flag(help: "As JSON.") var json = false

  func run() throws {
    let client = try daemon.connect()
    let value = try daemon.call(client, "case.get", ["id": .string(id)])
    if json {
      StandardOutput.write(value.description + "\n")
    } else if let one = Case(value) {
      StandardOutput.write(CaseStory().text(one))
    } else {
      throw Failure.refused("the daemon's answer is no case that this version can read; try --json")
    }
  }
}
