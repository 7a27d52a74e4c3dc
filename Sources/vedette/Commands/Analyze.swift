/// `vedette analyze`: the whole engine on recorded evidence.

import ArgumentParser
import Catalog
import Engine
import Evidence
import Glibc

enum OutputFormat: String, CaseIterable, ExpressibleByArgument { case text, json }

struct Analyze: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze", abstract: "Turn recorded evidence into cases.",
    discussion: """
      Captures are pcap or pcapng, also compressed with gzip or zstd, or - for standard input. Captures whose times do \
      not overlap are one sensor's, continued; those that overlap are different sensors. Evidence files may be \
      compressed too; SPEC is a file, PLUGIN:FILE, PLUGIN,NAME=VALUE:FILE, or PLUGIN:NAME=VALUE where the plugin reads \
      no file (lab:seed=7).
      """)

  @Argument(help: ArgumentHelp("Capture files.", valueName: "pcap"))
  var captures: [String] = []

  @Option(help: "Roster of the organisation (YAML, JSON, CSV, vCard, LDIF or SCIM); several add up.")
  var roster: [String] = []

  @Option(help: ArgumentHelp("Persona evidence; may be repeated.", valueName: "spec"))
  var personas: [String] = []

  @Option(help: ArgumentHelp("Host events; may be repeated.", valueName: "spec"))
  var processes: [String] = []

  @Option(help: "Configuration file.")
  var config: String?

  @Option(help: "How to show the results.")
  var output: OutputFormat = .text

  @Option(help: ArgumentHelp("Kinds of record to write as JSON, separated by commas.", valueName: "kind,…"))
  var records: String?

  @Option(help: "SQLite file that takes everything found.")
  var store: String?

  @Option(help: "Packet workers, each a thread's work; the results are the same for any number.")
  var workers: Int = 1

  @Flag(help: "Take all captures as one sensor's, in order of time.")
  var merge = false

  @Option(help: ArgumentHelp("A capture and the sensor it is of; may be repeated.", valueName: "name=pcap"))
  var sensor: [String] = []

  @Flag(help: "Go on reading the last capture as it grows, until interrupted.")
  var follow = false

  @Option(help: ArgumentHelp("TLS key log; refused: decryption is not there yet.", valueName: "file"))
  var keylog: String?

  @Option(help: ArgumentHelp("Exit with 1 when a case is at least this severe.", valueName: "severity"))
  var failOn: String?

  @Option(help: ArgumentHelp("Override a key of the configuration; may be repeated.", valueName: "key=value"))
  var set: [String] = []

  func run() throws {
    guard keylog == nil else { throw Failure.usage("--keylog: decryption is not there yet; run without it") }
    guard (1...64).contains(workers) else { throw Failure.usage("--workers \(workers): expected 1 to 64") }
    let threshold = try failOn.map { word in
      guard let severity = Severity(name: word) else {
        throw Failure.usage("--fail-on \(word): expected \(Severity.allCases.map(\.name).joined(separator: ", "))")
      }
      return severity
    }
    var request = AnalysisRequest()
    request.captures = captures
    request.sensors = try sensor.map(Analyze.sensor)
    request.merge = merge
    request.follow = follow
    request.workers = workers
    request.rosters = roster
    request.personas = personas
    request.processes = processes
    request.store = store
    guard !captures.isEmpty || !sensor.isEmpty || !personas.isEmpty || !processes.isEmpty else {
      throw Failure.usage("nothing to analyse: give captures, --personas or --processes (vedette analyze --help)")
    }
    guard !(follow && merge) else {
      throw Failure.usage("--follow and --merge: a capture that still grows cannot be put in order of time; give one")
    }
    let configuration = try loadConfiguration(file: config, overrides: set)
    let kinds = try outputKinds()
    let writer = output == .json ? RecordWriter(descriptor: 1, kinds: kinds) : nil

    Interruption.listen()
    let progress = Progress()
    let analysis = Analysis(
      request, configuration: configuration, output: writer,
      refuse: { refusal in
        progress.clear()
        StandardError.line("vedette: " + printable(refusal.description, limit: 1000))
      },
      progress: { progress.show("vedette: " + printable($0, limit: 120)) })
    let outcome: AnalysisOutcome
    do throws(AnalysisError) {
      outcome = try analysis.run()
    } catch {
      progress.clear()
      throw Failure.usage(error.description)
    }
    progress.clear()
    if output == .text { StandardOutput.write(AnalysisReport(outcome).text) }
    let met = threshold.map { limit in outcome.conclusion.cases.contains { $0.severity >= limit } } ?? false
    // The end of the program gives back at once what was held; taking it apart piece by piece would take milliseconds.
    withExtendedLifetime((analysis, outcome)) { Glibc.exit(met || outcome.refusals > 0 ? 1 : 0) }
  }

  private static func sensor(_ text: String) throws -> (name: String, path: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex,
      text.index(after: equals) != text.endIndex
    else { throw Failure.usage("--sensor \(text): expected NAME=PCAP") }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  private func outputKinds() throws -> Set<OutputKind> {
    guard let records else { return [.flow, .transaction, .anomaly, .signal, .case, .stats] }
    var kinds: Set<OutputKind> = []
    for word in records.split(separator: ",") {
      guard let kind = OutputKind(rawValue: String(word)) else {
        throw Failure.usage(
          "--records \(word): known are \(OutputKind.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      kinds.insert(kind)
    }
    return kinds
  }
}

/// The configuration from a file, with overrides; ends with 2 when it cannot be used.
func loadConfiguration(file: String?, overrides: [String]) throws -> Configuration {
  var configuration = Configuration()
  do {
    if let file { try configuration.read(yaml: readTextFile(file, limit: 4 << 20), file: file) }
    for assignment in overrides { try configuration.set(assignment) }
    try configuration.check(file: file ?? "--set")
  } catch let error as ConfigurationError {
    throw Failure.usage(error.description)
  } catch let error as FileError {
    throw Failure.usage(error.description)
  }
  return configuration
}
