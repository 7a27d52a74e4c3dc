// What the host does when a plugin breaks the contract while it is loaded, or as a source. docs/plugin-abi/misbehaviour.md has
// a line for each; what a dissector does to a stream is in InspectionTests.

import Evidence
import Glibc
import TestSupport
import Testing
import VedettePluginABI

@testable import PluginHost

@Suite("A plugin that misbehaves")
struct MisbehaviourTests {
  /// The child of the tests: the program that is built beside them.
  private func child(milliseconds: Int32 = 10_000) throws -> DescribingChild {
    var child = try #require(DescribingChild.standard(), "no vedette beside the tests")
    child.milliseconds = milliseconds
    return child
  }

  // MARK: Loading

  static let deeds: [(String, String, String)] = [
    ("AT_LOAD", "abort()", "crashed the child that loaded it (signal 6)"),
    ("AT_LOAD", "*(volatile int*)0=1", "crashed the child that loaded it (signal 11)"),
    ("AT_LOAD", "_exit(0)", "ended the child that loaded it (exit 0)"),
    ("AT_LOAD", "for(;;)pause()", "hung: 1000 ms were not enough to load and describe it"),
    ("IN_DESCRIBE", "abort()", "crashed the child that loaded it (signal 6)"),
    ("IN_DESCRIBE", "for(;;)", "hung: 1000 ms were not enough to load and describe it"),
  ]

  @Test("One that crashes, ends or hangs when it is loaded is refused, and those beside it are not", arguments: deeds)
  func fatal(_ place: String, _ deed: String, _ words: String) throws {
    let bad = try FixturePlugins.build("frames", [place: deed])
    let files = [try FixturePlugins.build("lines"), bad, try FixturePlugins.build("future")]
    let shelf = PluginShelf.load(
      PluginSearch(folders: files), child: try child(milliseconds: words.hasPrefix("hung") ? 1000 : 10_000))
    #expect(shelf.plugins.map(\.identity.name) == ["future", "lines"])
    #expect(shelf.refusals.map(\.description) == ["\(bad): \(words)"])
  }

  @Test("What one writes to standard output when it is loaded disturbs nothing")
  func chatty() throws {
    let path = try FixturePlugins.build("frames", ["AT_LOAD": "write(1,\"{}\\n\",3)"])
    let answers = try child().describe([SealedFile(path: path)])
    #expect(answers == [.described(try Plugin(path: path).json)])
  }

  @Test("One that says something else the second time is refused")
  func moody() throws {
    let path = try FixturePlugins.build("frames", ["MOODY": ""])
    let shelf = PluginShelf.load(PluginSearch(folders: [path]), child: try child())
    let plugin = try #require(shelf.plugins.first)
    let error = #expect(throws: PluginError.self) { _ = try Dissector(plugin) }
    #expect(error?.description == "\(path): does not always say the same of itself")
  }

  @Test("A library that only the plugin's own RUNPATH finds is refused, and named")
  func runPath() throws {
    let folder = FixturePlugins.folder
    let source = try FixturePlugins.write("int nobody_has_this(void) { return 0; }\n", to: "own.c")
    try #require(run("cc -shared -fPIC -o '\(folder)/libvedette_own.so' '\(source)'") == 0)
    let path = try FixturePlugins.build(
      "frames", ["NO_SYMBOL": ""], options: "-L'\(folder)' -lvedette_own '-Wl,-rpath,\(folder)'")
    // The loader itself would find it.
    #expect(run("ldd '\(path)' | grep -q 'libvedette_own.so => /'") == 0)
    let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
    #expect(
      error?.words
        == "needs libvedette_own.so, which the system's loader does not find, and a plugin's own RUNPATH does "
        + "not count; link it in")
  }

  @Test("A plugin that links a library by its path is refused")
  func byPath() throws {
    let source = try FixturePlugins.write("int nobody_has_this(void) { return 0; }\n", to: "path.c")
    let library = FixturePlugins.folder + "/libvedette_path.so"
    try #require(run("cc -shared -fPIC -o '\(library)' '\(source)'") == 0)
    let path = try FixturePlugins.build("frames", ["NO_SYMBOL": ""], options: "'\(library)'")
    let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
    #expect(error?.words == "needs the library \(library) by its path; link it in")
  }

  @Test("A file that is swapped between check and load is loaded as it was checked")
  func swapped() throws {
    let path = FixturePlugins.folder + "/libdissector_swapped.so"
    try #require(run("cp '\(try FixturePlugins.build("frames"))' '\(path)'") == 0)
    let file = try SealedFile(path: path)
    let other = try FixturePlugins.build("lines")
    try #require(run("cp '\(other)' '\(path)'") == 0)
    #expect(try Plugin(file).identity.name == "frames")
    #expect(try Plugin(path: path).identity.name == "lines")
  }

  @Test("Two versions of one file live side by side")
  func sideBySide() throws {
    let path = FixturePlugins.folder + "/libdissector_versions.so"
    try #require(run("cp '\(try FixturePlugins.build("frames"))' '\(path)'") == 0)
    let old = try Plugin(path: path)
    try #require(run("cp '\(try FixturePlugins.build("frames", ["CERTAINTY": "40"]))' '\(path)'") == 0)
    let new = try Plugin(path: path)
    #expect(try old.image().descriptor != new.image().descriptor)
    _ = try Dissector(old)
    _ = try Dissector(new)
  }

  // MARK: Sources

  @Test("A cursor over the limit is an error of the plugin, and says how large it was")
  func cursor() throws {
    let shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines", ["CURSOR": "4097"]))])
    let source = try shelf.openSource(try FixturePlugins.write(SourceTests.text, to: "large-cursor.txt"))
    let error = #expect(throws: PluginError.self) { _ = try source.next(max: 10) }
    #expect(error?.description == "org.example.lines: gave a cursor of 4097 bytes, the limit is 4096")
  }

  // MARK: What only a checker can see

  @Test("Instances that share a static count each other's work: what two at once are run for")
  func statics() throws {
    let plugin = try Plugin(path: FixturePlugins.build("frames"))
    let first = try Dissector(plugin)
    let second = try Dissector(plugin)
    #expect(count(first) == 1)
    #expect(count(second) == 2)
  }

  /// What the fixture says that it has counted.
  private func count(_ dissector: Dissector) -> UInt64? {
    let call = dissector.calls
    var session: OpaquePointer?
    var flow = vdt_flow()
    flow.size = UInt32(MemoryLayout<vdt_flow>.size)
    guard call.open(call.instance, &flow, &session) == VDT_OK else { return nil }
    let bytes = Array("FX\0\u{5}count".utf8)
    var chunk = vdt_chunk()
    var result = vdt_data_result()
    chunk.size = UInt32(MemoryLayout<vdt_chunk>.size)
    result.size = UInt32(MemoryLayout<vdt_data_result>.size)
    bytes.withUnsafeBytes {
      chunk.bytes = vdt_make_bytes($0.baseAddress, UInt64($0.count))
      _ = call.data(session, &chunk, call.sink, &result)
    }
    call.finishCall()
    let end = RecordReader.end(of: 0, in: call.state)
    let fields = dissector.reader.fields(0, end, in: call.state)
    call.state.pointee.clear()
    _ = call.close(session, call.sink, VDT_CLOSE_SHUTDOWN)
    call.state.pointee.clear()
    guard case .u64(let counted)? = fields.first(where: { $0.name == "length" })?.value else { return nil }
    return counted
  }
}
