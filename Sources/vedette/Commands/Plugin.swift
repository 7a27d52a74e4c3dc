/// `vedette plugin`: what plugins there are, here or in the daemon, and what one of them says of itself.

import ArgumentParser
import Engine
import JSON
import PluginHost
import RPC

struct Plugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin",
    abstract: "List plugins; begin, run, check and sign one of your own; load them into the daemon.",
    subcommands: [
      List.self, Info.self, NewPlugin.self, RunPlugin.self, CheckPlugin.self, SignPlugin.self, VerifyPlugin.self,
      LoadPlugin.self, UnloadPlugin.self, ReloadPlugin.self, Host.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "The plugins that would be used, and why others are not.",
      discussion: "With --daemon, those that the daemon has, with what each did and what it costs.")

    @Option(help: "Configuration file.") var config: String?
    @Flag(help: "As JSON.") var json = false
    @Flag(name: .customLong("daemon"), help: "Those of the daemon that runs.") var ofDaemon = false
    @OptionGroup var daemon: DaemonOptions

    private func listOfDaemon() throws {
      let client = try daemon.connect()
      let items = try loads(client, daemon)
      guard json else { return showTable(items, LoadedPluginReport.columns) }
      for item in items { StandardOutput.write(item.description + "\n") }
    }

    func run() throws {
      if ofDaemon { return try listOfDaemon() }
      let shelf = try trustedShelf(config)
      if json {
        var w = JSONWriter()
        w.beginArray()
        for plugin in shelf.plugins {
          plugin.writeListed(to: &w, shelf.isolation)
        }
        w.endArray()
        w.newline()
        StandardOutput.write(w.text)
      } else {
        StandardOutput.write(PluginReport.list(shelf.plugins, shelf.isolation))
      }
      for one in shelf.shadowed { StandardError.line("vedette: \(one.path): not used, \(one.by) came first") }
      for refusal in shelf.refusals { StandardError.line("vedette: \(refusal)") }
      if !shelf.refusals.isEmpty { throw ExitCode(1) }
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "info", abstract: "What one plugin declares; and what it does in the daemon, where one runs.")

    @Argument(help: "Name, id, or file of the plugin.") var name: String
    @Option(help: "Configuration file.") var config: String?
    @OptionGroup var daemon: DaemonOptions

    func run() throws {
      let plugin: PluginHost.Plugin
      let isolation: PluginIsolation
      if name.contains("/") {
        let configuration = try loadConfiguration(file: config, overrides: [])
        isolation = PluginIsolation(configuration)
        do throws(PluginError) {
          plugin = try PluginHost.Plugin(path: name, trust: try PluginTrust(configuration))
        } catch {
          throw Failure.refused(error.description)
        }
      } else {
        let shelf = try trustedShelf(config)
        guard let found = shelf.plugin(named: name) else {
          // It may be one that was loaded while the daemon ran.
          if let loaded = loadedOnly() {
            StandardOutput.write(loaded)
            return
          }
          // Perhaps it is there, and refused.
          for refusal in shelf.refusals { StandardError.line("vedette: \(refusal)") }
          let known = shelf.plugins.map(\.identity.name).joined(separator: ", ")
          throw Failure.refused("no plugin '\(name)'; there are \(known)")
        }
        plugin = found
        isolation = shelf.isolation
      }
      StandardOutput.write(PluginReport(plugin, isolation).text + figures(of: plugin.identity.id))
    }

    /// What the daemon has of a plugin that is not found here; nil where it has none.
    private func loadedOnly() -> String? {
      guard let client = try? daemon.connect(), let all = try? loads(client, daemon) else { return nil }
      let own = all.filter { $0["name"]?.string == name || $0["id"]?.string == name }
      return own.isEmpty
        ? nil : own.map { LoadedPluginReport($0).line + "\n" + LoadedPluginReport($0).figures }.joined()
    }

    /// What the daemon has of it; nothing where none answers.
    private func figures(of id: String) -> String {
      guard let client = try? daemon.connect(), let all = try? loads(client, daemon, of: id) else { return "" }
      return all.map { LoadedPluginReport($0).figures }.joined()
    }
  }
}

/// The loads of the daemon, or those of one plugin.
private func loads(_ client: RPCClient, _ daemon: DaemonOptions, of id: String? = nil) throws -> [JSONValue] {
  var params: [(String, JSONValue)] = [("limit", 1000)]
  if let id { params.append(("filter", ["id": .string(id)])) }
  return try daemon.call(client, "plugin.list", .object(params))["items"]?.elements ?? []
}

/// The plugins that a configuration finds and trusts.
private func trustedShelf(_ config: String?) throws -> PluginShelf {
  let configuration = try loadConfiguration(file: config, overrides: [])
  do throws(PluginError) { return try PluginShelf.load(configuration) } catch {
    throw Failure.usage(error.description)
  }
}

extension PluginHost.Plugin {
  /// The plugin as `plugin.list` shows it.
  fileprivate func writeListed(to w: inout JSONWriter, _ isolation: PluginIsolation) {
    w.beginObject()
    w.member("id", identity.id)
    w.member("name", identity.name)
    w.member("version", identity.version)
    w.member("vendor", identity.vendor)
    w.member("licence", identity.licence)
    w.member("abi", "\(identity.abiMajor).\(identity.abiMinor)")
    w.member("summary", identity.summary)
    w.member("interfaces", interfaces.map(\.rawValue))
    w.member("path", path)
    if let sha256 = sha256 { w.member("sha256", sha256) }
    w.member("trust", standing?.words ?? "unverified")
    w.member("runs", place(isolation))
    w.endObject()
  }
}
