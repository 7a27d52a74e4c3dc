// Plugins are known without their code, from a child or from a run before, and loaded when something of them runs.

import Glibc
import TestSupport
import Testing

@testable import PluginHost

@Suite("Loading plugins when they are needed")
struct LazyLoadingTests {
  /// A folder with a plugin in it, a cache, and a child that says how often it was started.
  private struct Bench {
    let folder: String
    let file: String
    var cache: DescriptionCache
    let child: DescribingChild

    init(_ name: String) throws {
      folder = FixturePlugins.folder + "/lazy-" + name
      mkdir(folder, 0o755)
      file = folder + "/libdissector_frames.so"
      cache = DescriptionCache(folder: folder + "/cache")
      cache.youngest = 0
      let real = try #require(DescribingChild.standard(), "no vedette beside the tests").program
      let program = folder + "/child"
      try #require(
        run("printf '#!/bin/sh\\necho >> \"%s/started\"\\nexec \"%s\" \"$@\"\\n' '\(folder)' '\(real)' > '\(program)'")
          == 0)
      chmod(program, 0o755)
      child = DescribingChild(program: program)
      try put("frames")
    }

    func put(_ fixture: String, _ defines: [String: String] = [:]) throws {
      try #require(run("cp '\(try FixturePlugins.build(fixture, defines))' '\(file)'") == 0)
    }

    func load(trust: PluginTrust = PluginTrust()) -> PluginShelf {
      PluginShelf.load(PluginSearch(folders: [file]), trust: trust, child: child, cache: cache)
    }

    /// How many children there were so far.
    func started() -> Int {
      var info = stat()
      return stat(folder + "/started", &info) == 0 ? Int(info.st_size) : 0
    }
  }

  // MARK: Without code

  @Test("What a plugin says of itself is the same when it is read back", arguments: ["frames", "lines", "future"])
  func readBack(_ fixture: String) throws {
    let plugin = try Plugin(path: FixturePlugins.build(fixture))
    #expect(try PluginProfile(parsing: plugin.json, path: plugin.path) == plugin.profile)
  }

  static let changes: [(String, String, String)] = [
    ("\"id\":\"org.example.frames\"", "\"id\":\"frames\"", "its id is no reverse DNS name"),
    ("\"name\":\"frames\",\"version\"", "\"name\":\"Frames!\",\"version\"", "its name has other characters"),
    ("\"abi\":\"1.0\"", "\"abi\":\"2.0\"", "is for another ABI"),
    ("\"min_minor\":0", "\"min_minor\":9", "is for another ABI"),
    ("\"type\":\"u64\"", "\"type\":\"word\"", "is not whole"),
    ("\"transports\":[\"tcp\"", "\"transports\":[\"ip\"", "is not as it would be written"),
    ("\"first\":7000", "\"first\":70000", "is not whole"),
    ("\"interfaces\":[\"dissector/1\"]", "\"interfaces\":[\"dissector/9\"]", "is not as it would be written"),
    ("\"summary\":", "\"more\":1,\"summary\":", "is not as it would be written"),
    ("{", "", "is no JSON"),
  ]

  @Test("A text that no plugin can have said is refused", arguments: changes)
  func refused(_ old: String, _ new: String, _ words: String) throws {
    let json = try Plugin(path: FixturePlugins.build("frames")).json
    let place = try #require(json.firstRange(of: old), "\(old) is not in \(json)")
    var changed = json
    changed.replaceSubrange(place, with: new)
    let error = #expect(throws: PluginError.self) { _ = try PluginProfile(parsing: changed, path: "it") }
    #expect(error?.words.contains(words) == true, "\(error?.words ?? "taken")")
  }

  @Test("A plugin that the child could load is loaded by the first instance, not before")
  func firstInstance() throws {
    let plugin = try #require(try Bench("first").load().plugins.first)
    #expect(plugin.identity.name == "frames")
    #expect(!plugin.isLoaded)
    _ = try Dissector(plugin)
    #expect(plugin.isLoaded)
  }

  // MARK: From a run before

  @Test("A file that is as it was needs no child, and serves as before")
  func known() throws {
    let bench = try Bench("known")
    let first = try #require(bench.load().plugins.first)
    #expect(bench.started() == 1)
    let second = try #require(bench.load().plugins.first)
    #expect(bench.started() == 1)
    #expect(second.json == first.json)
    #expect(second.sha256 == first.sha256)
    _ = try Dissector(second)
  }

  @Test("A file that was written anew is tried anew")
  func written() throws {
    let bench = try Bench("written")
    _ = bench.load()
    try bench.put("lines")
    #expect(bench.load().plugins.map(\.identity.name) == ["lines"])
    #expect(bench.started() == 2)
  }

  @Test("Another program, as after an update, tries all files anew")
  func updated() throws {
    let bench = try Bench("updated")
    _ = bench.load()
    try #require(run("echo >> '\(bench.child.program)'") == 0)
    _ = bench.load()
    #expect(bench.started() == 2)
  }

  @Test("A file that changed a moment ago is not remembered: its next change may bear the same time")
  func recent() throws {
    var bench = try Bench("recent")
    bench.cache.youngest = 3_600_000_000_000
    _ = bench.load()
    _ = bench.load()
    #expect(bench.started() == 2)
  }

  @Test("Where plugins.trust has a rule every file is tried", arguments: [false, true])
  func ruled(isKnown: Bool) throws {
    let bench = try Bench("ruled-\(isKnown)")
    if isKnown { _ = bench.load() }
    let before = bench.started()
    var trust = PluginTrust()
    trust.allow = ["org.example.*"]
    _ = bench.load(trust: trust)
    #expect(bench.load(trust: trust).plugins.count == 1)
    #expect(bench.started() == before + 2)
  }

  @Test(
    "A cache that others can enter or change is not used",
    arguments: ["chmod 755 cache", "chmod 644 cache/plugins.json"])
  func open(_ command: String) throws {
    let bench = try Bench("open-\(command.count)")
    _ = bench.load()
    try #require(run("cd '\(bench.folder)' && \(command)") == 0)
    #expect(bench.load().plugins.count == 1)
    #expect(bench.started() == 2)
  }

  @Test(
    "A cache that is damaged is as good as none", arguments: ["", "{}", "{\"format\":1,\"files\":[{}]}", "nonsense"])
  func damaged(_ text: String) throws {
    let bench = try Bench("damaged-\(text.count)")
    _ = bench.load()
    try #require(run("printf '%s' '\(text)' > '\(bench.folder)/cache/plugins.json'") == 0)
    #expect(bench.load().plugins.count == 1)
    #expect(bench.started() == 2)
    _ = bench.load()
    #expect(bench.started() == 2)
  }

  @Test("What a file was refused for is not remembered: it is told at each start")
  func refusals() throws {
    let bench = try Bench("refusals")
    try bench.put("frames", ["AT_LOAD": "abort()"])
    for _ in 0..<2 { #expect(bench.load().refusals.map(\.words) == ["crashed the child that loaded it (signal 6)"]) }
  }

  // MARK: Between check and load

  @Test("A known file that is written to between check and load is refused, and not run")
  func swapped() throws {
    let bench = try Bench("swapped")
    _ = bench.load()
    let plugin = try #require(bench.load().plugins.first)
    try bench.put("lines")
    let error = #expect(throws: PluginError.self) { _ = try Dissector(plugin) }
    #expect(error?.description == "\(bench.file): was changed since it was checked; start again")
    #expect(!plugin.isLoaded)
  }

  @Test("Code that does not say what the cache has is refused, and the cache forgotten")
  func lied() throws {
    let bench = try Bench("lied")
    _ = bench.load()
    try #require(run("sed -i 's/1[.]2[.]3/1.2.4/' '\(bench.folder)/cache/plugins.json'") == 0)
    let plugin = try #require(bench.load().plugins.first)
    #expect(plugin.identity.version == "1.2.4")
    let error = #expect(throws: PluginError.self) { _ = try Dissector(plugin) }
    #expect(error?.words == "does not always say the same of itself")
    let again = try #require(bench.load().plugins.first)
    #expect(bench.started() == 2)
    _ = try Dissector(again)
  }
}
