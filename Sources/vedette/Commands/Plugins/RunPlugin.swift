/// `vedette plugin run`: one plugin over one input, for the person who writes it.

import ArgumentParser
import Engine
import JSON
import PluginCheck
import PluginHost

struct RunPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run one plugin over captures or data and show its records as JSON Lines.",
    discussion: """
      Only this plugin is loaded, so all that is shown is its own. With --expect the records are compared, in order, with \
      those of a file of JSON Lines; a member that an expected record does not have may be anything. Exit status: 0 done; \
      1 something was refused, failed or differs; 2 wrong use.
      """)

  @Argument(help: "The plugin's file.") var file: String
  @Option(help: ArgumentHelp("A capture, for a dissector; may be repeated.", valueName: "file")) var pcap: [String] = []
  @Option(help: ArgumentHelp("A data file, for a source; may be repeated.", valueName: "file")) var data: [String] = []
  @Option(help: ArgumentHelp("Kinds to show: record, anomaly, flow.", valueName: "kind,…")) var records: String?
  @Option(help: ArgumentHelp("Compare with these records instead of showing them.", valueName: "file"))
  var expect: String?
  @Option(help: ArgumentHelp("The plugin's configuration, a JSON object.", valueName: "json")) var config = ""
  @Option(help: ArgumentHelp("A source's parameters: a JSON object.", valueName: "json")) var parameters = ""
  @Flag(help: "Run again whenever the plugin is rebuilt or an input changes, until interrupted.") var watch = false

  func run() throws {
    var kinds: Set<PluginRun.Kind> = [.record, .anomaly]
    if let records {
      kinds = []
      for word in records.split(separator: ",") {
        guard let kind = PluginRun.Kind(rawValue: String(word)) else {
          let known = PluginRun.Kind.allCases.map(\.rawValue).joined(separator: ", ")
          throw Failure.usage("--records \(word): known are \(known)")
        }
        kinds.insert(kind)
      }
    }
    let inputs = [file] + pcap + data + (expect.map { [$0] } ?? [])
    if watch { try Watch(inputs).rerun(Watch.ownArguments.filter { $0 != "--watch" }) }
    if try !show(kinds) { throw ExitCode(1) }
  }

  /// Whether all went well.
  private func show(_ kinds: Set<PluginRun.Kind>) throws -> Bool {
    let plugin: PluginHost.Plugin
    do throws(PluginError) { plugin = try PluginHost.Plugin(path: file) } catch {
      throw Failure.refused(error.description)
    }
    let isDissector = plugin.interfaces.contains(.dissector)
    let isSource = plugin.interfaces.contains(.personaSource) || plugin.interfaces.contains(.processSource)
    guard pcap.isEmpty || isDissector else { throw Failure.usage("--pcap: \(file) is no dissector; give --data") }
    guard data.isEmpty || isSource else { throw Failure.usage("--data: \(file) is no source; give --pcap") }
    let readsFiles = plugin.description.sources.contains { $0.readsFiles }
    if pcap.isEmpty, data.isEmpty, !isSource || readsFiles {
      throw Failure.usage("nothing to run on: give \(isDissector ? "--pcap" : "--data")")
    }
    var expected: ExpectedRecords?
    if let expect {
      do { expected = try ExpectedRecords(readTextFile(expect)) } catch { throw Failure.usage("\(expect): \(error)") }
    }
    let run = PluginRun(
      plugin, kinds: kinds,
      emit: { record in
        guard expect == nil else {
          expected?.take(record)
          return true
        }
        return StandardOutput.write(record + "\n")
      }, complain: { StandardError.line("vedette: " + printable($0, limit: 2000)) })
    var isSound = true
    for path in pcap { isSound = run.run(capture: path, config: config) && isSound }
    for path in data { isSound = run.run(data: path, parameters: parameters, config: config) && isSound }
    if pcap.isEmpty, data.isEmpty { isSound = run.run(data: nil, parameters: parameters, config: config) }
    if let expect {
      expected?.finish()
      let differences = expected?.differences ?? []
      for one in differences.prefix(20) { StandardError.line("vedette: \(expect): " + printable(one, limit: 2000)) }
      if differences.count > 20 { StandardError.line("vedette: \(expect): and \(differences.count - 20) more") }
      if differences.isEmpty, isSound { StandardOutput.write("\(expect): as expected\n") }
      isSound = isSound && differences.isEmpty
    }
    return isSound
  }
}
