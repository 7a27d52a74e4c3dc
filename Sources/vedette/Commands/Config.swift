/// `vedette config`: check a configuration, show what it comes to, print its schema.

import ArgumentParser
import Engine
import JSON

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check a configuration, show it, print its schema.",
    subcommands: [Check.self, Show.self, Schema.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Whether a configuration can be used.")
    @Argument(help: "Configuration file.") var file: String
    @Option(help: ArgumentHelp("Override a key; may be repeated.", valueName: "key=value")) var set: [String] = []

    func run() throws {
      _ = try loadConfiguration(file: file, overrides: set)
      StandardOutput.write("\(file): can be used\n")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Every key with its value and where it is from.")
    @Argument(help: "Configuration file.") var file: String?
    @Option(help: ArgumentHelp("Override a key; may be repeated.", valueName: "key=value")) var set: [String] = []

    func run() throws {
      let configuration = try loadConfiguration(file: file, overrides: set)
      var out = ""
      for key in ConfigurationKey.all {
        let value = configuration.value(key.path).map(describe) ?? ""
        out += "\(key.path): \(value)".padded(to: 52) + (configuration.isGiven(key.path) ? "" : "  # default") + "\n"
      }
      StandardOutput.write(out)
    }

    private func describe(_ value: ConfigurationValue) -> String {
      switch value {
      case .text(let v): printable(v)
      case .flag(let v): String(v)
      case .integer(let v): String(v)
      case .number(let v): String(v)
      case .duration(let v): v % 1_000_000_000 == 0 ? "\(v / 1_000_000_000)s" : "\(v)ns"
      case .size(let v): v % (1 << 20) == 0 ? "\(v >> 20)MiB" : "\(v)B"
      case .texts(let v): "[" + v.map { printable($0) }.joined(separator: ", ") + "]"
      case .object(let v): v.description
      case .mappings(let v): v.isEmpty ? "[]" : "\(v.count) entries"
      }
    }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "schema", abstract: "The JSON Schema of the configuration.")

    func run() throws {
      var w = JSONWriter()
      w.value(ConfigurationKey.jsonSchema)
      w.newline()
      StandardOutput.write(w.text)
    }
  }
}
