// Sources: which plugin reads a file, and what comes out of it.

import Evidence
import TestSupport
import Testing

@testable import PluginHost

@Suite("Sources")
struct SourceTests {
  let shelf: PluginShelf

  init() throws {
    shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines"))])
  }

  private func all(_ source: SourceInstance, max: Int = 1000) throws -> SourceBatch {
    var sum = SourceBatch(observations: [], cursor: nil, rejects: [], status: .more)
    while sum.status == .more {
      let batch = try source.next(max: max)
      #expect(batch.observations.count <= max)
      sum.observations += batch.observations
      sum.rejects += batch.rejects
      sum.cursor = batch.cursor ?? sum.cursor
      sum.status = batch.status
    }
    return sum
  }

  static let text = """
    process alpha 10 /bin/ls
    this is no process
    process beta 20
    process gamma 30 /bin/cat {"colour": "red",  "n": 1}
    process delta 40 /bin/dog 46

    """

  @Test("Records become observations, with the source's name and an id; bad ones are told with their line")
  func records() throws {
    let path = try FixturePlugins.write(Self.text, to: "records.txt")
    let source = try shelf.openSource(path)
    let sum = try all(source)
    #expect(sum.status == .end)
    #expect(sum.observations.count == 3)
    guard case .process(let first) = sum.observations[0] else {
      Issue.record("the first is no process")
      return
    }
    #expect(first.host == "alpha")
    #expect(first.pid == 10)
    #expect(first.image == "/bin/ls")
    #expect(first.head.time == Timestamp(nanoseconds: 1_000_000_000))
    #expect(first.head.source == "lines:records.txt")
    #expect(first.head.id == sum.observations[0].canonicalID())
    #expect(first.head.id.count == 64)
    #expect(sum.rejects.map(\.description) == ["line 2: is no process", "image: is required"])
    #expect(sum.cursor == Array("5".utf8))
  }

  @Test("Extra is kept in one line, and a field that the house has no name for goes there")
  func extra() throws {
    let path = try FixturePlugins.write(Self.text, to: "extra.txt")
    let sum = try all(try shelf.openSource("lines:" + path))
    #expect(sum.observations[1].head.extra == #"{"colour":"red","n":1}"#)
    #expect(sum.observations[2].head.extra == #"{"shoe_size":46}"#)
  }

  @Test("The same records come out whatever the size of the batches", arguments: [1, 2, 1000])
  func batches(_ max: Int) throws {
    let path = try FixturePlugins.write(Self.text, to: "batches-\(max).txt")
    let sum = try all(try shelf.openSource(path), max: max)
    #expect(sum.observations.map { $0.head.id }.count == 3)
    #expect(Set(sum.observations.map { $0.head.id }).count == 3)
  }

  @Test("A cursor goes on where it was given")
  func cursor() throws {
    let path = try FixturePlugins.write(Self.text, to: "cursor.txt")
    let first = try shelf.openSource(path).next(max: 1)
    let cursor = try #require(first.cursor)
    let rest = try all(try shelf.openSource(path, cursor: cursor))
    #expect(first.observations.count == 1)
    #expect(rest.observations.count == 2)
  }

  @Test("Compressed files are read as if they were plain", arguments: ["gzip -kf", "zstd -qkf"])
  func compressed(_ tool: String) throws {
    // Larger than a pipe and than what is sniffed.
    let many = (1...20_000).map { "process host\($0) \($0) /bin/ls" }.joined(separator: "\n") + "\n"
    let name = tool.hasPrefix("gzip") ? "many-g.txt" : "many-z.txt"
    let path = try FixturePlugins.write(many, to: name)
    try #require(run("\(tool) '\(path)'") == 0)
    let sum = try all(try shelf.openSource(path + (tool.hasPrefix("gzip") ? ".gz" : ".zst")))
    #expect(sum.status == .end)
    #expect(sum.observations.count == 20_000)
    #expect(sum.rejects.isEmpty)
  }

  @Test("Compressed data that is cut short is a format failure after what was whole")
  func cutShort() throws {
    let many = (1...20_000).map { "process host\($0) \($0) /bin/ls" }.joined(separator: "\n") + "\n"
    let path = try FixturePlugins.write(many, to: "cut.txt")
    try #require(run("gzip -kf '\(path)' && head -c 40000 '\(path).gz' > '\(path).cut.gz'") == 0)
    let sum = try all(try shelf.openSource(path + ".cut.gz"))
    #expect(sum.status == .failed(.format, "the compressed data is cut short"))
    #expect(sum.observations.count > 100)
  }

  @Test("A source that is let go of before its end leaves nobody behind")
  func abandoned() throws {
    let many = (1...200_000).map { "process host\($0) \($0) /bin/ls" }.joined(separator: "\n") + "\n"
    let path = try FixturePlugins.write(many, to: "abandoned.txt")
    try #require(run("gzip -kf '\(path)'") == 0)
    let source = try shelf.openSource(path + ".gz")
    #expect(try source.next(max: 10).observations.count == 10)
    source.close()
  }

  @Test("A file that no plugin knows, a missing file and an unknown plugin are one line each")
  func unknown() throws {
    let path = try FixturePlugins.write("something else\n", to: "unknown.txt")
    let none = #expect(throws: PluginError.self) { _ = try shelf.openSource(path) }
    #expect(none?.description == "\(path): no source plugin knows this file; name one (PLUGIN:FILE), there are: lines")
    let missing = #expect(throws: PluginError.self) { _ = try shelf.openSource(path + "-missing") }
    #expect(missing?.words.hasPrefix("cannot be opened") == true)
    let plugin = #expect(throws: PluginError.self) { _ = try shelf.openSource("mastodont:" + path) }
    #expect(plugin?.words == "no source plugin is called 'mastodont'; there are: lines")
  }

  @Test("A source that says for ever that there is more, or that there is nothing yet, holds nobody")
  func endless() throws {
    let shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines", ["ENDLESS": "VDT_NEXT_OK"]))])
    let source = try shelf.openSource(try FixturePlugins.write(Self.text, to: "endless.txt"))
    let error = #expect(throws: PluginError.self) { for _ in 0...1000 { _ = try source.next(max: 10) } }
    #expect(error?.kind == .contract)
    let idle = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines", ["ENDLESS": "VDT_NEXT_IDLE"]))])
    let other = try idle.openSource(try FixturePlugins.write(Self.text, to: "idle.txt"))
    #expect(try other.next(max: 10).status == .idle(retryMilliseconds: 0))
  }

  @Test("A status that this host does not know is an error of the plugin")
  func unknownStatus() throws {
    let shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines", ["ENDLESS": "77"]))])
    let source = try shelf.openSource(try FixturePlugins.write(Self.text, to: "status.txt"))
    let error = #expect(throws: PluginError.self) { _ = try source.next(max: 10) }
    #expect(error?.words == "returned status 77, which ABI 1.0 does not know")
  }

  @Test(
    "A source is named with its plugin, its parameters and its file",
    arguments: [
      ("lines:a.txt", "lines", nil, "a.txt"), ("lines,host=web01:/x/a:b.txt", "lines", "host=web01", "/x/a:b.txt"),
      ("lab:", "lab", nil, ""), ("lab:seed=7", "lab", nil, "seed=7"),
    ])
  func spec(text: String, plugin: String, parameters: String?, file: String) throws {
    let spec = try #require(SourceSpec(text))
    #expect(spec.plugin == plugin)
    #expect(spec.parameters == parameters)
    #expect(spec.file == file)
  }

  @Test("A name without a plugin is a file", arguments: ["a.txt", "/x:y/a.txt", "./lines:a.txt", ""])
  func noSpec(text: String) { #expect(SourceSpec(text) == nil) }

  @Test("A list of parameters is an object of what its values look like; JSON stays as it is")
  func parameterList() {
    #expect(SourceSpec.json(of: "seed=7,name=a b,all=true") == #"{"seed":7,"name":"a b","all":true}"#)
    #expect(SourceSpec.json(of: #"{"seed":7}"#) == #"{"seed":7}"#)
    for bad in ["", "seed", "=7", "seed=7,"] { #expect(SourceSpec.json(of: bad) == nil, Comment(rawValue: bad)) }
  }

  @Test("Parameters that the source refuses are told in its words")
  func parameters() throws {
    let path = try FixturePlugins.write(Self.text, to: "parameters.txt")
    let error = #expect(throws: PluginError.self) { _ = try shelf.openSource(path, parameters: "{}") }
    #expect(error?.words == "lines cannot read it: lines takes no parameters")
  }
}
