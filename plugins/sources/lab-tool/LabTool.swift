/// `vedette-lab`: makes lab worlds. What a world is, LabWorld knows; this writes files.

import ArgumentParser
import LabWorld

@main
struct LabTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vedette-lab", abstract: "Makes lab worlds for Vedette: people, personas, a capture, host events.",
    discussion: "The same seed gives the same bytes. Nothing in a world is real.", subcommands: [Make.self, World.self])
}

/// The whole story.
struct Make: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the demo: an organisation, sixty days online, an hour of its network, its hosts' logs.")

  @Argument(help: "The folder to write to; it is made where it is missing.") var folder: String
  @Option(help: "All chance comes from this number.") var seed: UInt64 = 7
  @Option(help: "People on the roster, 12 to 400.") var people = 40
  @Option(help: "Days of what was seen online, 30 to 1000.") var days = 60

  func validate() throws {
    guard (12...400).contains(people) else { throw ValidationError("--people \(people): give 12 to 400") }
    guard (30...1000).contains(days) else { throw ValidationError("--days \(days): give 30 to 1000") }
  }

  func run() throws {
    var plan = LabPlan()
    plan.seed = seed
    plan.people = people
    plan.days = days
    let story = LabStory(plan)
    try write(
      [
        ("roster.yaml", story.roster), ("personas.jsonl", story.personaLines),
        ("windows-events.jsonl", story.windowsEvents),
        ("linux-audit.log", story.auditLog), ("capture.pcap", story.capture), ("truth.tsv", story.truth),
        ("story.md", story.story),
      ], to: folder)
  }
}

/// Only the online part, larger.
struct World: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes only a world of personas, with the truth, for scoring and benchmarks.")

  @Argument(help: "The folder to write to; it is made where it is missing.") var folder: String
  @Option(help: "All chance comes from this number.") var seed: UInt64 = 7
  @Option(help: "People on the roster, 12 to 50,000.") var people = 180
  @Option(help: "Benign accounts of others, 1 to 1,000,000.") var outsiders = 2000
  @Option(help: "Approaches more by each benign account, at the mean, 0 to 20.") var chatter = 0.0
  @Option(help: "Days of what was seen online, 30 to 1000.") var days = 60
  @Option(help: "The organisation: \(LabHouse.all.map(\.key).joined(separator: ", ")).") var house = "tarnwell"

  func validate() throws {
    guard LabHouse.all.contains(where: { $0.key == house }) else {
      throw ValidationError("--house \(house): give one of \(LabHouse.all.map(\.key).joined(separator: ", "))")
    }
    guard (12...50_000).contains(people) else { throw ValidationError("--people \(people): give 12 to 50000") }
    guard (1...1_000_000).contains(outsiders) else {
      throw ValidationError("--outsiders \(outsiders): give 1 to 1000000")
    }
    guard (0...20).contains(chatter) else { throw ValidationError("--chatter \(chatter): give 0 to 20") }
    guard (30...1000).contains(days) else { throw ValidationError("--days \(days): give 30 to 1000") }
  }

  func run() throws {
    var plan = LabPlan()
    plan.seed = seed
    plan.people = people
    plan.days = days
    plan.outsiders = outsiders
    plan.chatter = chatter
    if let house = LabHouse.all.first(where: { $0.key == house }) { plan.house = house }
    let world = LabPersonas(plan)
    try write([("roster.yaml", world.roster), ("personas.jsonl", world.lines), ("truth.tsv", world.truth)], to: folder)
  }
}
