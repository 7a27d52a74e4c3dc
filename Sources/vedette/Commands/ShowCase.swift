/// `vedette case ID`: one case as a story, or as JSON.

import ArgumentParser
import Engine
import Evidence
import JSON

struct ShowCase: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "case", abstract: "One case, as a story.")

  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Id of the case.") var id: String
  @Argument(help: "pcap: its packets instead, as pcapng.") var what: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where pcap writes; - is standard output.", valueName: "file"))
  var write = "-"
  @Flag(help: "As JSON.") var json = false

  func run() throws {
    switch what {
    case nil: break
    case "pcap": return try CasePackets(daemon: daemon, id: id, target: write).run()
    case let word?: throw Failure.usage("case \(id) \(word): expected pcap")
    }
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
