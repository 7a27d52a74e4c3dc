// A vendor's day with signatures, and what the program and the daemon say of plugins that they do not trust.

import Foundation
import JSON
import RPC
import Store
import TestSupport
import Testing

@Suite("The program and trust in plugins", .serialized)
struct PluginTrustTests {
  /// A folder with a copy of a fixture, and a configuration that finds it and has these rules.
  private func bench(_ folder: URL, _ rules: String, _ name: String = "vedette.yaml") throws -> (
    file: String, config: String
  ) {
    let file = folder.appendingPathComponent("libdissector_frames.so").path
    if !FileManager.default.fileExists(atPath: file) {
      try FileManager.default.copyItem(atPath: try FixturePlugins.build("frames"), toPath: file)
    }
    let config = folder.appendingPathComponent(name)
    try Data("plugins: {path: [\(folder.path)], trust: \(rules)}\n".utf8).write(to: config)
    return (file, config.path)
  }

  @Test("A plugin is signed with a new key, verified, listed as signed, and refused everywhere once it was changed")
  func vendor() throws {
    try withFolder { (folder: URL) throws in
      let key = folder.appendingPathComponent("vendor.pem").path
      let publicKey = folder.appendingPathComponent("vendor.pub.pem").path
      let (file, config) = try bench(folder, "{require: signature, keys: [\(publicKey)]}")
      let signed = try run("vedette", ["plugin", "sign", file, "--key", key, "--new-key"])
      #expect(signed.status == 0, "\(signed.errors)")
      #expect(signed.output.contains("\(publicKey): its public half"))
      // Not written over.
      #expect(try run("vedette", ["plugin", "sign", file, "--key", key, "--new-key"]).status == 1)

      let verified = try run("vedette", ["plugin", "verify", file, "--key", publicKey])
      #expect(verified.status == 0, "\(verified.errors)")
      let signer = try #require(verified.output.split(separator: "signed by ").last?.prefix(32))
      #expect(try run("vedette", ["plugin", "verify", file, "--config", config]).output == verified.output)
      #expect(
        try run("vedette", ["plugin", "info", "frames", "--config", config]).output.contains("signed by \(signer)"))
      #expect(try run("vedette", ["plugin", "info", file, "--config", config]).output.contains("signed by \(signer)"))

      let list = try run("vedette", ["plugin", "list", "--config", config, "--json"])
      #expect(list.status == 0, "\(list.errors)")
      guard case .array(let all) = try JSONValue(parsing: list.output) else {
        Issue.record("no list: \(list.output)")
        return
      }
      let frames = try #require(all.first { $0["id"]?.string == "org.example.frames" })
      #expect(frames["trust"]?.string == "signed by \(signer)")
      #expect(verified.output.contains("SHA-256 \(frames["sha256"]?.string ?? "?")"))
      // Those beside the program are its own.
      #expect(all.first { $0["name"]?.string == "dns" }?["trust"]?.string == "beside the program")

      let handle = try #require(FileHandle(forWritingAtPath: file))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([0]))
      try handle.close()
      for arguments in [
        ["plugin", "verify", file, "--key", publicKey], ["plugin", "list", "--config", config],
        ["plugin", "info", file, "--config", config], ["plugin", "info", "frames", "--config", config],
      ] {
        let refused = try run("vedette", arguments)
        #expect(refused.status == 1, "\(arguments)")
        #expect(refused.errors.contains("the file was changed after it was signed"), "\(arguments): \(refused.errors)")
      }
    }
  }

  @Test("The daemon notes in its audit log what it loaded and why, and what it refused and why")
  func audit() throws {
    try withFolder { (folder: URL) throws in
      let (file, config) = try bench(folder, "{require: pin}")
      let daemon = try RunningDaemon(in: folder, ["--config", config])
      #expect(daemon.log.contains("\(file): its SHA-256 is "))
      let client = try daemon.client()
      let plugins = try client.all("plugin.list")
      let dns = try #require(plugins.first { $0["name"]?.string == "dns" })
      #expect(dns["trust"]?.string == "beside the program")
      #expect(!plugins.contains { $0["id"]?.string == "org.example.frames" })
      #expect(daemon.end(SIGTERM) == 0)

      let store = try Store(path: folder.appendingPathComponent("v.db").path)
      let loads = try store.auditLines(of: "plugin.load")
      #expect(
        loads.contains {
          $0.who == "daemon" && $0.detail.hasPrefix("org.vedette.dissector.dns ")
            && $0.detail.hasSuffix("SHA-256 \(dns["sha256"]?.string ?? "?"): beside the program")
        }, "\(loads)")
      let refusals = try store.auditLines(of: "plugin.refuse")
      #expect(refusals.count == 1)
      #expect(refusals.first?.detail.hasPrefix("\(file): its SHA-256 is ") == true)
      #expect(refusals.first?.detail.hasSuffix("; refused") == true)
    }
  }

  @Test("A daemon whose trusted key cannot be read does not start, in one line")
  func noKey() throws {
    try withFolder { (folder: URL) throws in
      let (_, config) = try bench(folder, "{keys: [\(folder.path)/none.pem]}")
      let daemon = try RunningDaemon(in: folder, ["--config", config])
      #expect(daemon.log.contains("none.pem: cannot be read: No such file or directory"))
      #expect(!daemon.log.contains("ready"))
    }
  }
}
