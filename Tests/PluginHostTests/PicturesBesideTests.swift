// Pictures that a source's input names: those in its folder or archive, and nothing else of the machine.

import Evidence
import Foundation
import PictureSupport
import TestSupport
import Testing
import VedettePluginABI

@testable import PluginHost

@Suite("Pictures beside an input")
struct PicturesBesideTests {
  private func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("in/faces"), withIntermediateDirectories: true)
    return try body(folder)
  }

  private static let face = SmallPicture.baseline.bytes

  /// All pieces of a picture, or the error.
  private func read(_ name: String, _ input: String) throws -> Result<[UInt8], PictureRefusal> {
    let reading = try #require(PicturesBeside(path: input)).reading
    var all: [UInt8] = []
    while true {
      switch reading(name, UInt64(all.count)) {
      case .failure(let refusal): return .failure(refusal)
      case .success(let piece):
        #expect(piece.count <= Int(VDT_MAX_PICTURE_PIECE))
        if piece.isEmpty { return .success(all) }
        all += piece
      }
    }
  }

  private func code(_ name: String, _ input: String) throws -> Int32? {
    if case .failure(let refusal) = try read(name, input) { refusal.code } else { nil }
  }

  @Test("A picture in the folder of the input, or below it, is read piece by piece")
  func inFolder() throws {
    try withFolder { folder in
      let large = Self.face + [UInt8](repeating: 7, count: 200_000)
      try Data(Self.face).write(to: folder.appendingPathComponent("in/a.jpg"))
      try Data(large).write(to: folder.appendingPathComponent("in/faces/b.jpg"))
      let input = folder.path + "/in/lines.jsonl"
      #expect(try read("a.jpg", input).get() == Self.face)
      #expect(try read("faces/b.jpg", input).get() == large)
    }
  }

  @Test("No name leads out of the folder, over a link, or to what is no regular file")
  func escapes() throws {
    try withFolder { folder in
      let (inside, outside) = (folder.path + "/in", folder.path + "/secret.jpg")
      try Data(Self.face).write(to: URL(fileURLWithPath: outside))
      #expect(symlink(outside, inside + "/link.jpg") == 0)
      #expect(symlink("..", inside + "/up") == 0)
      #expect(symlink("faces", inside + "/sideways") == 0)
      #expect(mkfifo(inside + "/pipe.jpg", 0o600) == 0)
      let input = inside + "/lines.jsonl"
      for name in [
        "../secret.jpg", outside, "faces/../../secret.jpg", "./a.jpg", "faces//a.jpg", "faces/", "a\u{0}.jpg",
      ] {
        #expect(try code(name, input) == VDT_E_ARGUMENT, "\(name)")
      }
      for name in ["link.jpg", "up/secret.jpg", "sideways/a.jpg", "pipe.jpg", "faces", "missing.jpg"] {
        #expect(try code(name, input) == VDT_E_UNKNOWN, "\(name)")
      }
    }
  }

  @Test("What does not begin as a picture is not handed over, nor what is too large for one")
  func noPicture() throws {
    try withFolder { folder in
      let input = folder.path + "/in/lines.jsonl"
      for (name, bytes) in [
        ("token", Array("hush".utf8)), ("empty.jpg", []), ("riff.webp", Array("RIFF0000WAVE".utf8)),
      ] {
        try Data(bytes).write(to: folder.appendingPathComponent("in/\(name)"))
        #expect(try code(name, input) == VDT_E_TYPE)
      }
      let large = Self.face + [UInt8](repeating: 0, count: Int(VDT_MAX_PICTURE))
      try Data(large).write(to: folder.appendingPathComponent("in/large.jpg"))
      #expect(try code("large.jpg", input) == VDT_E_LIMIT)
    }
  }

  @Test("Standard input has no folder")
  func standardInput() { #expect(PicturesBeside(path: "-") == nil) }

  @Test("A member of an archive has the archive's other members beside it", arguments: ["zip", "tar", "tar.gz"])
  func inArchive(kind: String) throws {
    try withFolder { folder in
      try Data(Self.face).write(to: folder.appendingPathComponent("in/avatar.jpg"))
      try Data(Array("{}".utf8)).write(to: folder.appendingPathComponent("in/actor.json"))
      try Data(Array("hush".utf8)).write(to: folder.appendingPathComponent("in/token"))
      let archive = folder.path + "/export." + kind
      let pack =
        switch kind {
        case "zip": "python3 -m zipfile -c '\(archive)' in"
        case "tar": "tar -cf '\(archive)' in"
        default: "tar -czf '\(archive)' in"
        }
      try #require(run("cd '\(folder.path)' && \(pack)") == 0)
      let input = archive + "!in/actor.json"
      #expect(try read("avatar.jpg", input).get() == Self.face)
      #expect(try code("missing.jpg", input) == VDT_E_UNKNOWN)
      #expect(try code("../in/avatar.jpg", input) == VDT_E_ARGUMENT)
      #expect(try code("token", input) == VDT_E_TYPE)
    }
  }

  @Test("A tar archive is searched a few times only")
  func searches() throws {
    try withFolder { folder in
      try Data(Self.face).write(to: folder.appendingPathComponent("in/avatar.jpg"))
      let archive = folder.path + "/export.tar"
      try #require(run("cd '\(folder.path)' && tar -cf '\(archive)' in") == 0)
      let reading = try #require(PicturesBeside(path: archive + "!in/lines.jsonl")).reading
      var found = 0
      for _ in 0..<100 {
        if case .success = reading("avatar.jpg", 0) { found += 1 }
        // Another one, so that the last is not at hand any more.
        if case .success = reading("missing.jpg", 0) { Issue.record("there is no such member") }
      }
      #expect((1...16).contains(found))
    }
  }

  @Test("A plugin asks for pictures in the program as in a process of its own", arguments: [false, true])
  func asked(isIsolated: Bool) throws {
    try withFolder { folder in
      let large = Self.face + [UInt8](repeating: 7, count: 200_000)
      try Data(large).write(to: folder.appendingPathComponent("in/faces/b.jpg"))
      let input = folder.path + "/in/lines.txt"
      try Data("picture faces/b.jpg\npicture /etc/passwd\npicture faces/c.jpg\n".utf8)
        .write(to: URL(fileURLWithPath: input))
      var shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines", ["ASKS": ""]))])
      if isIsolated { shelf.isolation = PluginIsolation(.process) }
      let said = try shelf.openSource("lines:" + input).next(max: 100).observations.map { observation in
        if case .process(let record) = observation { record.image } else { "" }
      }
      #expect(said == ["0 \(large.count) 7", "\(VDT_E_ARGUMENT) 0 0", "\(VDT_E_UNKNOWN) 0 0"])
    }
  }
}
