// What the configuration says of sources that ask a service: parameters, intervals, secrets, back-off.

import Foundation
import JSON
import Testing

@testable import Engine

@Suite("Sources in the configuration")
struct SourceSettingsTests {
  private func read(_ yaml: String) throws -> Configuration {
    var configuration = Configuration()
    try configuration.read(yaml: yaml, file: "v.yaml")
    return configuration
  }

  @Test("Parameters are JSON by YAML's core schema: what is quoted is text")
  func parameters() throws {
    let yaml = """
      sources:
        - name: a
          plugin: p
          every: 5m
          parameters: {n: 3, f: 1.5, t: true, s: "3", none: null, list: [x, {y: 1}], plain: word}
      """
    let entry = try #require(try read(yaml).mappings("sources").first)
    guard case .object(let value)? = entry["parameters"] else {
      Issue.record("no object")
      return
    }
    #expect(
      value.description
        == #"{"n":3,"f":1.5,"t":true,"s":"3","none":null,"list":["x",{"y":1}],"plain":"word"}"#)
    #expect(entry["every"] == .duration(300_000_000_000))
  }

  @Test(
    "A secret has a name of its own and is in one place",
    arguments: [
      "secrets: [{value: x}]", "secrets: [{name: a}]", "secrets: [{name: a, value: x, file: y}]",
      "secrets: [{name: a, value: x}, {name: a, value: y}]", "sources: [{name: a, plugin: b, parameters: 3}]",
      "sources: [{name: a, plugin: b, every: soon}]",
    ])
  func refused(_ yaml: String) {
    #expect(throws: ConfigurationError.self) { try read(yaml) }
  }

  @Test("Secrets are read from the configuration, a file or the environment when they are asked for")
  func secrets() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID().uuidString)").path
    defer { unlink(path) }
    try Data("first\n".utf8).write(to: URL(fileURLWithPath: path))
    chmod(path, 0o640)
    let name = "VEDETTE_TEST_\(UUID().uuidString.prefix(8))"
    setenv(name, "from the environment", 1)
    let secrets = Secrets(
      try read(
        "secrets: [{name: v, value: plain}, {name: f, file: \(path)}, {name: e, environment: \(name)}, {name: g, environment: \(name)_NOT}]"
      ))
    #expect(try secrets.value(of: "v") == "plain")
    #expect(try secrets.value(of: "f") == "first")
    #expect(try secrets.value(of: "e") == "from the environment")
    #expect(try secrets.value(of: "other") == nil)
    #expect(throws: SecretError.self) { try secrets.value(of: "g") }
    try Data("second\r\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try secrets.value(of: "f") == "second")
    chmod(path, 0o644)
    #expect(throws: SecretError.self) { try secrets.value(of: "f") }
  }

  @Test("Waits after failures double up to five minutes, with up to a quarter more, and begin anew after a success")
  func backOff() {
    var backOff = BackOff()
    for least: UInt64 in [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000] {
      #expect((least...least + least / 4).contains(backOff.next()))
    }
    backOff.reset()
    #expect((1000...1250).contains(backOff.next()))
  }
}
