// Plugins and hosts of other minors than this one's: what each may rely on, and under the address sanitizer that nobody reads
// or writes beyond what the other has.

import Glibc
import TestSupport
import Testing

@testable import PluginHost

@Suite("Plugins and hosts from the future")
struct FutureTests {
  @Test(
    "A plugin with larger structs, later functions and unknown interfaces is loaded, and described as far as we know it"
  )
  func larger() throws {
    let plugin = try Plugin(path: FixturePlugins.build("future"))
    #expect(plugin.identity.abiMinor == 1)
    #expect(plugin.interfaces == [.dissector])
    #expect(plugin.description.records.first?.fields.map(\.name) == ["text", "newer"])
  }

  @Test("A plugin that needs a later minor is refused, with what it needs")
  func tooNew() throws {
    let path = try FixturePlugins.build("future", ["MIN_MINOR": "1"])
    let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
    #expect(error?.words == "needs ABI 1.1, this host has 1.0; update Vedette")
  }

  @Test("A plugin that sends a constant which this host cannot know is refused, with the place")
  func impolite() throws {
    let path = try FixturePlugins.build("future", ["IMPOLITE": ""])
    let error = #expect(throws: PluginError.self) { _ = try Plugin(path: path) }
    #expect(error?.words == "field 3 of word: name, id or type is not usable")
  }

  // MARK: Under the address sanitizer

  private static let sanitized = "-g -fsanitize=address,undefined -fno-sanitize-recover=undefined"

  /// The sanitized host, built once.
  private static let program = Result {
    let program = FixturePlugins.folder + "/minor-host"
    let source = "\(Corpus.repository)/Tests/Fixtures/hosts/minor.c"
    try #require(run("cc -std=gnu11 -O1 \(sanitized) -I'\(HeaderTests.include)' '\(source)' -o '\(program)' -ldl") == 0)
    return program
  }

  /// Runs a plugin in a sanitized host of some minor; its exit status and what it said.
  private func host(
    minor: Int, _ source: String, _ defines: [String: String] = [:], include: String? = nil
  ) throws -> (status: Int32, said: String) {
    let program = try Self.program.get()
    let plugin = try FixturePlugins.build(
      source, defines, include: include, options: Self.sanitized, compiler: "cc")
    let said = plugin + "-\(minor).txt"
    let status = run("ASAN_OPTIONS=detect_leaks=1 '\(program)' \(minor) '\(plugin)' > '\(said)' 2>&1")
    return (status, String(decoding: try Corpus.bytes(of: said), as: UTF8.self))
  }

  @Test("A plugin of a later minor stays within the structs of a host of 1.0, and does without what that lacks")
  func newPluginOldHost() throws {
    let (status, said) = try host(minor: 0, "future")
    #expect(status == 0, Comment(rawValue: said))
    #expect(said.contains("  2 = 0\n"))
    #expect(said.hasSuffix("later functions: 0\n"))
  }

  @Test("The same plugin uses what a host of the later minor has")
  func newPluginNewHost() throws {
    let (status, said) = try host(minor: 1, "future")
    #expect(status == 0, Comment(rawValue: said))
    // uptime at create, label in describe, uuid in each of two calls of two sessions
    #expect(said.hasSuffix("later functions: 6\n"))
  }

  @Test(
    "A plugin built with the frozen headers stays within what 1.0 has, however large a later host's structs are",
    arguments: [0, 1, 7])
  func oldPluginNewHost(_ minor: Int) throws {
    let (status, said) = try host(minor: minor, "frames", include: FrozenTests.frozen + "/include")
    #expect(status == 0, Comment(rawValue: said))
    #expect(said.hasSuffix("later functions: 0\n"))
  }

  @Test("So does a source", arguments: [0, 1, 7])
  func oldSourceNewHost(_ minor: Int) throws {
    let (status, said) = try host(minor: minor, "lines", include: FrozenTests.frozen + "/include")
    #expect(status == 0, Comment(rawValue: said))
    #expect(said.contains("  1 = alpha\n  2 = 1\n  3 = /bin/ls\nend\n"))
  }

  @Test("One that writes beyond what it was given is caught by the sanitizer, at the line")
  func overwrite() throws {
    let (status, said) = try host(minor: 0, "future", ["OVERWRITE": ""])
    #expect(status != 0)
    #expect(said.contains("heap-buffer-overflow"))
    #expect(said.contains("future.c:"))
  }

  @Test("One that leaks is caught by the sanitizer, with how much it lost")
  func leak() throws {
    let (status, said) = try host(minor: 0, "frames", ["LEAK_AT_CLOSE": ""])
    #expect(status != 0)
    #expect(said.contains("LeakSanitizer: detected memory leaks"))
  }
}
