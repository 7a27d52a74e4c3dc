// What is loaded, and what is refused in one line.

import Glibc
import TestSupport
import Testing

@testable import PluginHost

@Suite("Loading plugins")
struct LoadingTests {
  @Test("A plugin tells who it is and what it emits")
  func describes() throws {
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    #expect(plugin.identity.id == "org.example.frames")
    #expect(plugin.identity.name == "frames")
    #expect(plugin.identity.version == "1.2.3")
    #expect(plugin.interfaces == [.dissector])
    let record = try #require(plugin.description.records.first)
    #expect(record.name == "frame")
    #expect(record.fields.map(\.name) == ["body", "length", "side", "packet", "parts", "address", "sure"])
    #expect(record.fields.first { $0.name == "parts" }?.isList == true)
    #expect(plugin.description.protocols.map(\.name) == ["frames"])
    #expect(plugin.description.protocols.first?.ports.first?.range == 7000...7009)
    #expect(plugin.description.protocols.first?.firstSpeaker == 0)
    #expect(plugin.description.protocols.first?.alpn == ["fx"])
    #expect(plugin.description.protocols.first?.parents == ["tls"])
    #expect(plugin.description.protocols.first?.patterns == [.init(direction: 0, offset: 0, bytes: Array("FX".utf8))])
  }

  @Test("An anomaly of the catalog keeps its id, one of the plugin's own goes under the plugin's id")
  func anomalyNames() throws {
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    #expect(plugin.description.anomalies.map(\.reportedID) == ["org.example.frames.broken_frame", "app.nul_in_line"])
    #expect(plugin.description.anomalies[0].severity == .medium)
    #expect(plugin.description.anomalies[1].kind == .appNulInLine)
  }

  @Test("A source tells how it reads and what it cannot see")
  func describesSource() throws {
    let plugin = try Plugin(path: FixturePlugins.build("lines"))
    let source = try #require(plugin.description.sources.first)
    #expect(source.interface == .processSource)
    #expect(source.readsFiles && !source.polls)
    #expect(source.blindSpots == ["All that is not a line."])
    #expect(source.rateLimits.first?.requests == 10)
  }

  static let refused: [([String: String], String)] = [
    (["ABI_MAJOR": "2"], "is built for ABI 2, this host has 1.0"),
    (["MIN_MINOR": "9"], "needs ABI 1.9, this host has 1.0"),
    (["NO_ENTRY": ""], "exports no vedette_plugin_entry"),
    (["NO_DESCRIBE": ""], "the moon is in the wrong house"),
    (["BAD_FIELD": ""], "field pid of process is u64, and declared as text"),
    (["PLUGIN_ID": "\"Frames Inc\""], "its id is no reverse DNS name"),
    (["NO_SYMBOL": ""], "undefined symbol: nobody_has_this"),
    (["NO_PROTOCOL": ""], "it offers dissector/1 and describes no protocol"),
    (["FLAGS": "64"], "field sure of frame: flags 64 are not known to this host"),
    (["TRANSPORTS": "4"], "protocol frames: transports 4 are not known to this host"),
    (["TRANSPORTS": "0"], "protocol frames: transports 0 are not known to this host"),
    (["FACT": ""], "flow field ja3 is text, and declared as u64"),
    (["MODES": "8"], "process-source/1: modes 8 are not known to this host"),
    (["MODES": "VDT_SOURCE_FILE"], "it describes process-source/1 and does not offer it"),
    (["SCHEMA": ""], "process-source/1: the parameters' schema is no UTF-8"),
    (["RATE": ""], "process-source/1: a rate limit of nothing"),
    (["STATUS": "3"], "it could not describe itself: error 3"),
  ]

  @Test("A plugin that does not fit is refused in one line that says why", arguments: refused)
  func refuses(_ defines: [String: String], _ words: String) throws {
    let path = try FixturePlugins.build("frames", defines)
    let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
    let line = error?.description ?? ""
    #expect(line.contains(words))
    #expect(line.contains(path))
    #expect(!line.contains("\n"))
  }

  @Test("A file that others can write to is refused")
  func writableByOthers() throws {
    let path = try FixturePlugins.build("frames", ["CERTAINTY": "41"])
    // The group counts where it is not root's: chown to another one, which only root may.
    if getuid() == 0 {
      #expect(chown(path, 0, 1) == 0)
      chmod(path, 0o775)
      let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
      #expect(error?.words.contains("can be written by others") == true)
    }
    for mode: mode_t in [0o777, 0o757] {
      chmod(path, mode)
      let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
      #expect(error?.kind == .file)
      #expect(error?.words.contains("can be written by others") == true)
    }
    chmod(path, 0o755)
    _ = try Plugin(path: path)
  }

  @Test("A library that is no plugin, and a file that is no library, are refused; the others are loaded")
  func search() throws {
    let folder = FixturePlugins.folder + "/search"
    mkdir(folder, 0o755)
    #expect(run("cp '\(try FixturePlugins.build("lines"))' '\(folder)/libprocess_lines.so'") == 0)
    #expect(run("cp '\(try FixturePlugins.build("frames"))' '\(folder)/libdissector_frames.so'") == 0)
    #expect(
      run("cp '\(try FixturePlugins.build("frames", ["CERTAINTY": "42"]))' '\(folder)/libdissector_later.so'") == 0)
    #expect(run("echo text > '\(folder)/libsource_text.so'") == 0)
    #expect(run("echo text > '\(folder)/libother.so'") == 0)
    let shelf = PluginShelf.load(PluginSearch(folders: [folder, folder + "/none"]))
    #expect(shelf.plugins.map(\.identity.name) == ["frames", "lines"])
    #expect(shelf.refusals.map(\.place) == [folder + "/libsource_text.so"])
    #expect(shelf.shadowed.map(\.path) == [folder + "/libdissector_later.so"])
    #expect(shelf.plugin(named: "org.example.lines")?.identity.name == "lines")
  }

  @Test("A folder that was named and is not there is told; one that is only usual is not")
  func missingFolder() {
    let none = FixturePlugins.folder + "/nowhere"
    let shelf = PluginShelf.load(PluginSearch(folders: [none, none + "/else"], named: [none]))
    #expect(
      shelf.refusals.map(\.description) == ["\(none): plugins are not looked for here: No such file or directory"])
  }

  @Test("Of two plugins with one short name the second is refused, for a person could not tell them apart")
  func sameName() throws {
    let first = try FixturePlugins.build("frames")
    let second = try FixturePlugins.build("frames", ["PLUGIN_ID": "\"org.example.others\""])
    let shelf = PluginShelf.load(PluginSearch(folders: [first, second]))
    #expect(shelf.plugins.map(\.identity.id) == ["org.example.frames"])
    #expect(shelf.refusals.map(\.place) == [second])
    #expect(shelf.refusals.first?.words.contains("is called 'frames' as is org.example.frames") == true)
  }

  @Test("Of what an instance logs the first thousand lines are passed on, and the rest is counted and said once")
  func logBudget() throws {
    let heard = HeardLines()
    do { _ = try Dissector(try Plugin(path: FixturePlugins.build("frames")), config: "loud") { heard.add($0) } }
    #expect(heard.lines.count == 1001)
    #expect(heard.lines.first?.text == "it is late")
    #expect(heard.lines.last?.text == "500 lines more were left out, for an instance may log 1000")
  }

  @Test("A configuration that the plugin refuses is told in its words")
  func configuration() throws {
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    let error = #expect(throws: PluginError.self) { _ = try Dissector(plugin, config: "bad") }
    #expect(error?.description == "org.example.frames: makes no instance: 'bad' is no configuration")
  }
}
