// ABI 1.0 as it was frozen, compared with the headers of this tree.

import TestSupport
import Testing

@testable import PluginHost

@Suite("The frozen plugin ABI")
struct FrozenTests {
  static let frozen = "\(Corpus.repository)/proto/abi/1.0"

  /// What `tools/abi-layout` prints: the name of each struct, member, constant and function → the rest of its line.
  private func layout(of include: String) throws -> [String: [String]] {
    let path = try FixturePlugins.write("", to: "layout-\(include.split(separator: "/").count).tsv")
    try #require(run("'\(Corpus.repository)/tools/abi-layout' '\(include)' > '\(path)'") == 0)
    return try Self.read(path)
  }

  private static func read(_ path: String) throws -> [String: [String]] {
    var out: [String: [String]] = [:]
    let text = String(decoding: try Corpus.bytes(of: path), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      out["\(cells[0]) \(cells[1])"] = Array(cells[2...])
    }
    return out
  }

  @Test("What was frozen still has its place, its size, its type and its value; structs only grow")
  func promise() throws {
    let then = try Self.read(Self.frozen + "/layout.tsv")
    let now = try layout(of: HeaderTests.include)
    #expect(then.count > 300)
    for (name, was) in then where name != "constant VDT_ABI_MINOR" && name != "constant VDT_ABI_VERSION" {
      let found = try #require(now[name], "\(name) is gone")
      if name.hasPrefix("struct "), name != "struct vdt_str", name != "struct vdt_bytes" {
        #expect(try #require(Int(found[0])) >= #require(Int(was[0])), "\(name) has shrunk")
      } else {
        #expect(found == was, "\(name) has changed")
      }
    }
  }

  @Test("The frozen headers have the frozen layout")
  func consistent() throws {
    #expect(try layout(of: Self.frozen + "/include") == Self.read(Self.frozen + "/layout.tsv"))
  }

  @Test("Only structs that begin with their size, and two that are frozen, are in the ABI")
  func sizes() throws {
    let layout = try Self.read(Self.frozen + "/layout.tsv")
    for name in layout.keys where name.hasPrefix("struct ") && name != "struct vdt_str" && name != "struct vdt_bytes" {
      #expect(layout["member " + name.dropFirst(7) + ".size"]?.prefix(3) == ["0", "4", "uint32_t"], "\(name)")
    }
  }

  @Test("The sizes below which this host refuses a struct are those of ABI 1.0")
  func oldestSizes() throws {
    let layout = try Self.read(Self.frozen + "/layout.tsv")
    for (name, size) in ABI10.sizes { #expect(layout["struct \(name)"] == ["\(size)"], "\(name)") }
  }

  @Test("A plugin built with the frozen headers is loaded, and exports one name", arguments: ["frames", "lines"])
  func loads(_ source: String) throws {
    let path = try FixturePlugins.build(source, include: Self.frozen + "/include")
    let plugin = try Plugin(path: path)
    #expect(plugin.identity.abiMinor == 0)
    #expect(
      run("test \"$(nm -D --defined-only '\(path)' | awk '$2 == \"T\" { print $3 }')\" = vedette_plugin_entry") == 0)
  }
}
