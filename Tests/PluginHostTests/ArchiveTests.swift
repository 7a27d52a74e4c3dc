// Archives: members as sources, and archives that were made to do harm.

import Foundation
import Testing

@testable import PluginHost

@Suite("Archives")
struct ArchiveTests {
  /// By Python's zipfile, deflated: notes/read me.txt, data/first.csv ("a,b" and 200 times "1,2"), the folder empty/,
  /// data/second.csv.
  private static let zip = """
    UEsDBBQAAAAIAABIYlx9CAzCEAAAAA4AAAARAAAAbm90ZXMvcmVhZCBtZS50eHTzyy/JyMxLV8hILUrV4wIAUEsDBBQAAAAIAABIYlx1TQDMDwAAACQDAAAO\
    AAAAZGF0YS9maXJzdC5jc3ZL1EniMtQxGsWjeBTjwABQSwMEFAAAAAgAAEhiXAAAAAACAAAAAAAAAAYAAABlbXB0eS8DAFBLAwQUAAAACAAASGJcyH/E2AYA\
    AAAEAAAADwAAAGRhdGEvc2Vjb25kLmNzdkvWSeECAFBLAQIUAxQAAAAIAABIYlx9CAzCEAAAAA4AAAARAAAAAAAAAAAAAACAAQAAAABub3Rlcy9yZWFkIG1l\
    LnR4dFBLAQIUAxQAAAAIAABIYlx1TQDMDwAAACQDAAAOAAAAAAAAAAAAAACAAT8AAABkYXRhL2ZpcnN0LmNzdlBLAQIUAxQAAAAIAABIYlwAAAAAAgAAAAAA\
    AAAGAAAAAAAAAAAAAACAAXoAAABlbXB0eS9QSwECFAMUAAAACAAASGJcyH/E2AYAAAAEAAAADwAAAAAAAAAAAAAAgAGgAAAAZGF0YS9zZWNvbmQuY3N2UEsF\
    BgAAAAAEAAQA7AAAANMAAAAAAA==
    """

  /// By Python's tarfile in gzip, pax format: ./actor.json ({"a":1}), and 100 lines {"b":2} under a name of 137 bytes.
  private static let tar = """
    H4sIABdtDWsC/+3VywqCQACF4Vn7FOIDOBenBCFo2bJXGFOIFileQAjfPXMRYUErjfD/Nmdw42I4c0LpTk1RhZe6uIqZqMHW2jEH01RKv5wf37VSsRW+Egto\
    68ZVw+/FOt0CFyS69wRWKZSh3B9dd8hdllfz9f9D75+dNyaa9t9oI/yO/s9O29gvXXPeZXleyu5HZNE2adGNK8RTtKQlrv3L/mtrJ/sfbVQcsf/L7H8aJKb3\
    SJJ8TxYCAAAAAAAAAAAA/+QO7F0OuwAoAAA=
    """

  private func bytes(_ base64: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: base64))) }

  private func withFile<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-\(UUID().uuidString)").path
    defer { unlink(path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try body(path)
  }

  private func content(_ path: String, _ member: String) throws -> String {
    let inner = try #require(ArchivePath("\(path)!\(member)"))
    let stream = try Archive.open(inner)
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 100)
    while true {
      let n = try piece.withUnsafeMutableBytes { try stream.read(into: $0) }
      if n == 0 { break }
      all += piece[..<n]
    }
    return String(decoding: all, as: UTF8.self)
  }

  private func scanned(_ path: String) throws -> (count: Int?, names: [String], notes: [String]) {
    var (names, notes): ([String], [String]) = ([], [])
    let count = try Archive.scan(path, note: { notes.append($0) }, look: { member, _ in names.append(member.name) })
    return (count, names, notes)
  }

  @Test("The files of a ZIP are found and unpacked, each by its name")
  func zip() throws {
    try withFile(bytes(Self.zip)) { path in
      let found = try scanned(path)
      #expect(found.count == 3)
      #expect(found.names == ["notes/read me.txt", "data/first.csv", "data/second.csv"])
      #expect(found.notes.isEmpty)
      #expect(try content(path, "data/first.csv") == "a,b\n" + String(repeating: "1,2\n", count: 200))
      #expect(try content(path, "data/second.csv") == "c,d\n")
      #expect(throws: InputFault.self) { try content(path, "data/third.csv") }
    }
  }

  @Test("A folder may have a ! in its name")
  func folderWithMark() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette! \(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("data.zip").path
    try Data(bytes(Self.zip)).write(to: URL(fileURLWithPath: path))
    #expect(try content(path, "data/second.csv") == "c,d\n")
  }

  @Test("The files of a tar in gzip are found and unpacked, long names included")
  func tar() throws {
    try withFile(bytes(Self.tar)) { path in
      let found = try scanned(path)
      let long = "deep/" + String(repeating: "x", count: 120) + "/outbox.json"
      #expect(found.names == ["actor.json", long])
      #expect(try content(path, "actor.json") == "{\"a\":1}\n")
      #expect(try content(path, long) == String(repeating: "{\"b\":2}\n", count: 100))
      #expect(throws: InputFault.self) { try content(path, "inbox.json") }
    }
  }

  @Test("A file that is no archive is none, whatever its name")
  func plain() throws {
    for bytes in [Array("a,b\n1,2\n".utf8), [0x1F, 0x8B, 0x08]] {
      let count = try withFile(bytes) { try scanned($0).count }
      #expect(count == nil)
    }
    #expect(ArchivePath("plain.csv") == nil)
  }

  @Test("A member whose checksum or size is not what its directory says is not handed over as if it were whole")
  func forged() throws {
    let good = try bytes(Self.zip)
    // data/second.csv is the last entry of the directory: 4 entries of 46 bytes and their names before the end record.
    let entry = good.count - 22 - 46 - "data/second.csv".utf8.count
    for (field, value) in [(16, UInt8(0xFF)), (24, 3), (24, 5), (20, 3)] {
      var bad = good
      bad[entry + field] = value
      try withFile(bad) { path in
        #expect(throws: InputFault.self, "\(field)") { try content(path, "data/second.csv") }
        let text = try content(path, "data/first.csv")
        #expect(text.utf8.count == 804)
      }
    }
  }

  @Test("A member that says it unpacks out of all proportion, and an encrypted one, are left out, and that is told")
  func bombs() throws {
    let good = try bytes(Self.zip)
    let entry = good.count - 22 - 46 - "data/second.csv".utf8.count
    var bomb = good
    bomb.replaceSubrange((entry + 24)..<(entry + 28), with: [0, 0, 0, 0x70])
    var locked = good
    locked[entry + 8] = 1
    for bad in [bomb, locked] {
      try withFile(bad) { path in
        let found = try scanned(path)
        #expect(found.names == ["notes/read me.txt", "data/first.csv"])
        #expect(found.notes.count == 1 && found.notes[0].hasPrefix("1 members are not read"))
        #expect(throws: InputFault.self) { try content(path, "data/second.csv") }
      }
    }
  }

  @Test("Archives that are cut short or point beyond themselves end in one line of words, wherever they are cut")
  func cut() throws {
    for (good, step) in [(try bytes(Self.zip), 7), (try bytes(Self.tar), 5)] {
      for length in stride(from: 4, to: good.count, by: step) {
        try withFile(Array(good[..<length])) { path in
          // Either it is refused, or what it still holds is unpacked.
          _ = try? scanned(path)
          _ = try? content(path, "data/first.csv")
          _ = try? content(path, "actor.json")
        }
      }
    }
    let good = try bytes(Self.zip)
    for at in good.indices {
      var bad = good
      bad[at] = ~bad[at]
      try withFile(bad) { path in
        _ = try? scanned(path)
        _ = try? content(path, "data/first.csv")
      }
    }
  }

  @Test("A member's name is no path: one that climbs out of its folder is read where it lies")
  func names() throws {
    var climbing = try bytes(Self.zip)
    let (from, to) = (Array("data/first.csv".utf8), Array("../../etc/pass".utf8))
    for at in 0..<(climbing.count - from.count) where climbing[at..<(at + from.count)].elementsEqual(from) {
      climbing.replaceSubrange(at..<(at + from.count), with: to)
    }
    let text = try withFile(climbing) { try content($0, "../../etc/pass") }
    #expect(text.hasPrefix("a,b\n1,2\n"))
  }
}
