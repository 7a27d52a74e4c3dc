/// `vedette plugin load`, `unload` and `reload`: plugins of a daemon that runs.

import ArgumentParser
import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A command that changes the plugins of the daemon and says what has become of one.
protocol PluginCommand: ParsableCommand {
  static var commandName: String { get }
  static var abstract: String { get }
  static var discussion: String { get }
  var daemon: DaemonOptions { get }
  var json: Bool { get }
  var call: (method: String, params: JSONValue) { get }
}

extension PluginCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: commandName, abstract: abstract, discussion: discussion)
  }

  func run() throws {
    let (method, params) = call
    let client = try daemon.connect()
    // A plugin that hangs when it describes itself is waited for, for ten seconds.
    client.timeoutMilliseconds = 60_000
    let answer = try daemon.call(client, method, params)
    StandardOutput.write((json ? answer.description : LoadedPluginReport(answer).line) + "\n")
  }
}

struct LoadPlugin: PluginCommand {
  static let commandName = "load"
  static let abstract = "Load a plugin into the daemon."
  static let discussion = """
    It is used for flows that begin from now on, and by sources that are added. It is gone when the daemon ends: put it \
    into a folder of plugins.path to have it there at the next start.
    """
  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "The plugin's file, on the daemon's machine.") var file: String
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { ("plugin.load", ["path": .string(absolute(file))]) }
}

struct UnloadPlugin: PluginCommand {
  static let commandName = "unload"
  static let abstract = "Have the daemon use a plugin no more."
  static let discussion = """
    Sessions of a dissector go on until they end, or until plugins.drain is over. A plugin that a source reads by is not \
    unloaded.
    """
  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Its name or id.") var name: String
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) { ("plugin.unload", ["plugin": .string(name)]) }
}

struct ReloadPlugin: PluginCommand {
  static let commandName = "reload"
  static let abstract = "Put a new version of a plugin in its place."
  static let discussion = """
    Flows that begin then have the new version; those under way end with the old one. What is refused changes nothing.
    """
  @OptionGroup var daemon: DaemonOptions
  @Argument(help: "Its name or id.") var name: String
  @Argument(help: "The file of the new version, on the daemon's machine; the old one's unless said.") var file: String?
  @Flag(help: "The daemon's answer as JSON.") var json = false
  var call: (method: String, params: JSONValue) {
    var params: [(String, JSONValue)] = [("plugin", .string(name))]
    if let file { params.append(("path", .string(absolute(file)))) }
    return ("plugin.reload", .object(params))
  }
}

/// The daemon has a working folder of its own.
private func absolute(_ path: String) -> String {
  guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
  defer { free(folder) }
  return String(cString: folder) + "/" + path
}
