// The headers as a product: what somebody who has nothing else of Vedette builds with.

import Glibc
import TestSupport
import Testing

@Suite("The headers of the plugin ABI")
struct HeaderTests {
  static let include = "\(Corpus.repository)/Sources/VedettePluginABI/include"
  static let headers = [
    "types", "entry", "host", "describe", "sink", "records", "dissector", "source", "reconfigure", "metrics", "state",
    "selftest", "host-secret", "host-state", "host-pictures", "plugin",
  ]

  @Test("Each header compiles alone, without a warning, as C11 and as C++17", arguments: headers)
  func alone(_ header: String) throws {
    let warnings = "-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I'\(Self.include)'"
    let source = try FixturePlugins.write("#include \"vedette/\(header).h\"\n", to: "alone-\(header).c")
    #expect(run("cc -x c -std=c11 \(warnings) '\(source)'") == 0)
    #expect(run("cc -x c++ -std=c++17 \(warnings) '\(source)'") == 0)
  }

  @Test("Each header is seen from Swift alone")
  func fromSwift() throws {
    // Away from the module map, which would lead one header's inclusions to the module of all.
    let headers = FixturePlugins.folder + "/headers"
    try #require(run("mkdir -p '\(headers)' && cp -r '\(Self.include)/vedette' '\(headers)/'") == 0)
    var script = ""
    for header in Self.headers {
      let module = "Alone_" + header.replacing("-", with: "_")
      let folder = FixturePlugins.folder + "/" + module
      mkdir(folder, 0o755)
      _ = try FixturePlugins.write(
        "module \(module) { header \"\(headers)/vedette/\(header).h\" }\n", to: "\(module)/module.modulemap")
      script += "import \(module)\n"
    }
    // One after the other in one file: each is a module of its own, which the compiler builds from its header alone.
    let source = try FixturePlugins.write(script, to: "alone.swift")
    let folders = Self.headers.map { "-I '\(FixturePlugins.folder)/Alone_\($0.replacing("-", with: "_"))'" }
    #expect(
      run("swiftc -typecheck \(folders.joined(separator: " ")) -Xcc -I'\(headers)' '\(source)' 2>&1") == 0)
  }

  @Test("All headers of the folder are tested here")
  func complete() throws {
    let listed = Self.headers.map { "\(Self.include)/vedette/\($0).h" }
    for path in listed { #expect(access(path, R_OK) == 0, Comment(rawValue: path)) }
    #expect(run("test $(ls '\(Self.include)/vedette' | wc -l) -eq \(listed.count)") == 0)
  }
}
