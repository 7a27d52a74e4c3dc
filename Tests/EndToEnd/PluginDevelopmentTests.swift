// What a plugin's author does: begin one, run it, and follow the guide.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Writing plugins")
struct PluginDevelopmentTests {
  /// The folder with a `vedette` to be found by name.
  static var path: String { "\(productFolder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")" }

  static func has(_ tool: String) -> Bool { TestSupport.run("command -v \(tool) >/dev/null") == 0 }

  /// Runs a shell script in a folder; its status and all it printed.
  static func shell(_ script: String, in folder: URL) throws -> (status: Int32, text: String) {
    let log = folder.appendingPathComponent("log-\(UUID().uuidString)")
    let file = folder.appendingPathComponent("script-\(UUID().uuidString)")
    try Data(script.utf8).write(to: file)
    let status = TestSupport.run(
      """
      cd '\(folder.path)' && env PATH='\(path)' HOME='\(folder.path)' XDG_DATA_HOME= SWIFT_BACKTRACE=enable=no \
      bash -eu '\(file.path)' > '\(log.path)' 2>&1
      """)
    defer { for one in [log, file] { try? FileManager.default.removeItem(at: one) } }
    return (status, String(decoding: try Data(contentsOf: log), as: UTF8.self))
  }

  static let languages: [(language: String, tool: String)] = [
    ("c", "cc"), ("cpp", "c++"), ("swift", "swift"), ("rust", "cargo"),
  ]
  static let kinds = ["dissector", "persona-source", "process-source"]

  @Test("A new plugin builds and passes its tests at once, outside this repository", arguments: kinds, languages)
  func beginning(_ kind: String, _ language: (language: String, tool: String)) throws {
    guard Self.has(language.tool) else { return }
    try withFolder { folder in
      let made = try run(
        "vedette", ["plugin", "new", "--kind", kind, "--language", language.language, "first"], in: folder)
      #expect(made.status == 0, "\(made.errors)")
      // cargo and swift keep what they have in the home folder of whoever runs the tests.
      let home = ProcessInfo.processInfo.environment["HOME"] ?? "/"
      let (status, text) = try Self.shell("export HOME='\(home)'; make -C first test CHECK_SECONDS=1", in: folder)
      #expect(status == 0, "\(text)")
      #expect(text.contains("test/expected.jsonl: as expected"))
      #expect(text.contains("no fault found"))
      #expect(!text.contains("warning:"), "\(text)")
    }
  }

  @Test("Nothing is overwritten, and a name that will not do is refused with the reason")
  func names() throws {
    try withFolder { folder in
      func new(_ name: String) throws -> Run {
        try run("vedette", ["plugin", "new", "--kind", "dissector", "--language", "c", name], in: folder)
      }
      #expect(try new("mine").status == 0)
      let again = try new("mine")
      #expect(again.status == 2)
      #expect(again.errors.contains("File exists"))
      for (name, words) in [
        ("Mine", "begins with a letter"), ("my-own", "has only a-z and 0-9"), ("../up", "begins with a letter"),
        ("plugin", "another meaning"), (String(repeating: "a", count: 33), "at most 32"),
      ] {
        let refused = try new(name)
        #expect(refused.status == 2)
        #expect(refused.errors.contains(words), "\(refused.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mine"])
    }
  }

  @Test("An example is under 150 lines a file")
  func length() throws {
    let examples = Corpus.repository + "/plugins/examples"
    let sources = Corpus.files(below: examples, suffixes: [".c", ".cpp", "Ident.swift", "Report.swift", "lib.rs"])
    #expect(sources.count >= 8)
    for file in sources {
      let lines = try Corpus.bytes(of: file).count { $0 == 0x0A }
      #expect(lines < 150, "\(file)")
    }
  }

  @Test("Records that differ from those expected are told by member, and end with status 1")
  func expecting() throws {
    try withFolder { folder in
      let plugin = try FixturePlugins.build("ident-fault")
      _ = try run("vedette", ["plugin", "new", "--kind", "dissector", "--language", "c", "sample"], in: folder)
      let wrong = folder.appendingPathComponent("wrong.jsonl")
      try Data("{\"fields\":{\"client_port\":24}}\n{\"fields\":{\"server_port\":6195}}\n{}\n".utf8).write(to: wrong)
      let made = try run(
        "vedette", ["plugin", "run", plugin, "--pcap", "sample/test/sample.pcap", "--expect", "wrong.jsonl"], in: folder
      )
      #expect(made.status == 1)
      #expect(
        made.errors == """
          vedette: wrong.jsonl: expected line 1: fields.client_port is 23 instead of 24
          vedette: wrong.jsonl: expected line 3: no such record came

          """)
    }
  }

  @Test("A dissector wants a capture and a source wants data; the other is wrong use")
  func wrongInput() throws {
    let dissector = try FixturePlugins.build("ident-fault")
    #expect(try run("vedette", ["plugin", "run", dissector]).status == 2)
    #expect(try run("vedette", ["plugin", "run", dissector, "--data", "/dev/null"]).status == 2)
    #expect(
      try run("vedette", ["plugin", "run", try FixturePlugins.build("lines"), "--pcap", "/dev/null"]).status == 2)
  }

  // MARK: The guide

  /// A fenced block of a page: what stands behind the fence, and its lines.
  struct Block {
    var info: String
    var text: String
  }

  static func blocks(of page: String) -> [Block] {
    var out: [Block] = []
    var open: Block?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open {
          out.append(block)
          open = nil
        } else {
          open = Block(info: String(line.dropFirst(3)), text: "")
        }
      } else {
        open?.text += line + "\n"
      }
    }
    return out
  }

  /// Replaces each hunk's lines that go, with those that stay between them, by those that come.
  static func apply(_ diff: String, to folder: URL) throws {
    var file: URL?
    var hunks: [(old: String, new: String)] = []
    for line in diff.split(separator: "\n", omittingEmptySubsequences: true) {
      if line.hasPrefix("+++ b/") {
        file = folder.appendingPathComponent(String(line.dropFirst(6)))
      } else if line.hasPrefix("@@") {
        hunks.append(("", ""))
      } else if !line.hasPrefix("---"), !hunks.isEmpty {
        if !line.hasPrefix("+") { hunks[hunks.count - 1].old += line.dropFirst() + "\n" }
        if !line.hasPrefix("-") { hunks[hunks.count - 1].new += line.dropFirst() + "\n" }
      }
    }
    let target = try #require(file)
    var text = String(decoding: try Data(contentsOf: target), as: UTF8.self)
    for hunk in hunks {
      #expect(text.components(separatedBy: hunk.old).count == 2, "stands once in the file: \(hunk.old)")
      text = text.replacingOccurrences(of: hunk.old, with: hunk.new)
    }
    try Data(text.utf8).write(to: target)
  }

  @Test("The guide works, followed to the letter", .enabled(if: has("cc") && has("make")))
  func guide() throws {
    let page = String(decoding: try Corpus.bytes(of: Corpus.repository + "/docs/first-dissector.md"), as: UTF8.self)
    let blocks = Self.blocks(of: page)
    #expect(blocks.count > 10)
    try withFolder { folder in
      var last = ""
      // The first block enters the folder that it makes; each later one begins there.
      var entered = ""
      for block in blocks {
        switch block.info {
        case "sh", "fails":
          let (status, text) = try Self.shell(entered + block.text, in: folder)
          if block.info == "sh" {
            #expect(status == 0, "\(block.text)\(text)")
          } else {
            #expect(status == 1, "\(block.text)\(text)")
          }
          last = text
          if block.text.contains("cd auth") { entered = "cd auth\n" }
        case "diff": try Self.apply(block.text, to: folder.appendingPathComponent("auth"))
        case "output":
          for line in block.text.split(separator: "\n") { #expect(last.contains(line), "\(line) in \(last)") }
        default: Issue.record("a block that this test does not follow: \(block.info)")
        }
      }
    }
  }
}
