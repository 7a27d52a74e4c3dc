/// `vedette plugin`: what plugins there are, and what one of them says of itself.

import ArgumentParser
import Engine
import JSON
import PluginHost

struct Plugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List plugins, and run, check and begin one of your own.",
    subcommands: [List.self, Info.self, NewPlugin.self, RunPlugin.self, CheckPlugin.self, Host.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The plugins that would be used, and why others are not.")

    @Option(help: "Configuration file.") var config: String?
    @Flag(help: "As JSON.") var json = false

    func run() throws {
      let shelf = PluginShelf.load(
        .standard(configured: try loadConfiguration(file: config, overrides: []).texts("plugins.path")))
      if json {
        var w = JSONWriter()
        w.beginArray()
        for plugin in shelf.plugins {
          plugin.identity.write(to: &w, path: plugin.path, interfaces: plugin.interfaces.map(\.rawValue))
        }
        w.endArray()
        w.newline()
        StandardOutput.write(w.text)
      } else {
        StandardOutput.write(PluginReport.list(shelf.plugins))
      }
      for one in shelf.shadowed { StandardError.line("vedette: \(one.path): not used, \(one.by) came first") }
      for refusal in shelf.refusals { StandardError.line("vedette: \(refusal)") }
      if !shelf.refusals.isEmpty { throw ExitCode(1) }
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What one plugin declares.")

    @Argument(help: "Name, id, or file of the plugin.") var name: String
    @Option(help: "Configuration file.") var config: String?

    func run() throws {
      let plugin: PluginHost.Plugin
      if name.contains("/") {
        do throws(PluginError) { plugin = try PluginHost.Plugin(path: name) } catch {
          throw Failure.refused(error.description)
        }
      } else {
        let shelf = PluginShelf.load(
          .standard(configured: try loadConfiguration(file: config, overrides: []).texts("plugins.path")))
        guard let found = shelf.plugin(named: name) else {
          let known = shelf.plugins.map(\.identity.name).joined(separator: ", ")
          throw Failure.refused("no plugin '\(name)'; there are \(known)")
        }
        plugin = found
      }
      StandardOutput.write(PluginReport(plugin).text)
    }
  }
}

extension PluginIdentity {
  /// The plugin as `plugin.list` shows it.
  func write(to w: inout JSONWriter, path: String, interfaces: [String]) {
    w.beginObject()
    w.member("id", id)
    w.member("name", name)
    w.member("version", version)
    w.member("vendor", vendor)
    w.member("licence", licence)
    w.member("abi", "\(abiMajor).\(abiMinor)")
    w.member("summary", summary)
    w.member("interfaces", interfaces)
    w.member("path", path)
    w.endObject()
  }
}
