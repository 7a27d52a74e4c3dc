// ZIP64 and tar in zstd: as they are written, and as they are forged.

import Foundation
import TestSupport
import Testing

@testable import PluginHost

/// A folder of its own, gone afterwards.
private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

private func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

private func content(_ path: String, _ member: String) throws -> String {
  let stream = try Archive.open(try #require(ArchivePath("\(path)!\(member)")))
  var all: [UInt8] = []
  while case let piece = try stream.read(upTo: 1000), !piece.isEmpty { all += piece }
  return String(decoding: all, as: UTF8.self)
}

private func scanned(_ path: String) throws -> (count: Int?, names: [String], notes: [String]) {
  var (names, notes): ([String], [String]) = ([], [])
  let count = try Archive.scan(path, note: { notes.append($0) }, look: { member, _ in names.append(member.name) })
  return (count, names, notes)
}

@Suite("ZIP64")
struct ZIP64Tests {
  private static let table = "a,b\n" + String(repeating: "1,2\n", count: 100)

  /// Both records of ZIP64: sizes and places of the members, and the place of the directory.
  private static var whole: ZipBuilder {
    var first = ZipEntry("data/first.csv", table)
    first.isZip64 = true
    var builder = ZipBuilder([first, ZipEntry("data/second.csv", "c,d\n")])
    builder.isZip64 = true
    return builder
  }

  @Test("Members whose sizes and places are in the extended information are read, as Python reads them")
  func extended() throws {
    try withFolder { folder in
      let path = folder + "/big.zip"
      var commented = Self.whole
      commented.comment = Array("PK a comment".utf8)
      for builder in [Self.whole, commented] {
        try write(builder.bytes, path)
        let found = try scanned(path)
        #expect(found.count == 2)
        #expect(found.names == ["data/first.csv", "data/second.csv"])
        #expect(found.notes.isEmpty)
        #expect(try content(path, "data/first.csv") == Self.table)
        #expect(try content(path, "data/second.csv") == "c,d\n")
        let python = "python3 -c 'import zipfile,sys;z=zipfile.ZipFile(sys.argv[1]);print(z.testzip(),*z.namelist())'"
        #expect(output("\(python) '\(path)'") == "None data/first.csv data/second.csv\n")
      }
    }
  }

  @Test("What Python writes with ZIP64 and with sizes behind the data is read")
  func python() throws {
    try withFolder { folder in
      let script = """
        import io, sys, zipfile
        class Pipe(io.RawIOBase):
            def __init__(self, file): self.file = file
            def writable(self): return True
            def write(self, data): return self.file.write(data)
        with open(sys.argv[1], "wb") as file, zipfile.ZipFile(Pipe(file), "w", zipfile.ZIP_DEFLATED) as z:
            with z.open("a.csv", "w", force_zip64=True) as member: member.write(b"1,2\\n" * 5000)
            with z.open("b.csv", "w", force_zip64=True) as member: member.write(b"3,4\\n")
        """
      try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/make.py"))
      let path = folder + "/made.zip"
      #expect(output("python3 '\(folder)/make.py' '\(path)' && echo made") == "made\n")
      #expect(try content(path, "a.csv") == String(repeating: "1,2\n", count: 5000))
      #expect(try content(path, "b.csv") == "3,4\n")
    }
  }

  struct Forged: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var change: @Sendable (inout ZipBuilder) -> Void
  }

  static let forged = [
    Forged(testDescription: "2^40 members", words: "members, more than 100000") { $0.claimedCount = 1 << 40 },
    Forged(testDescription: "one member more than there are", words: "broken directory") { $0.claimedCount = 3 },
    Forged(testDescription: "a directory behind the end", words: "does not lie within it") {
      $0.claimedStart = 1 << 62
    },
    Forged(testDescription: "a directory of 2^63 bytes", words: "does not lie within it") {
      $0.claimedLength = 1 << 63
    },
    Forged(testDescription: "an end record behind the end", words: "points beyond its end") { $0.claimedRecord = .max },
    Forged(testDescription: "an end record that is none", words: "lacks its ZIP64 directory") { $0.claimedRecord = 0 },
    Forged(testDescription: "no locator", words: "lacks its ZIP64 directory") { $0.lacksLocator = true },
  ]

  @Test("A directory that is not what it says is refused in words", arguments: forged)
  func directories(_ one: Forged) throws {
    try withFolder { folder in
      let path = folder + "/forged.zip"
      var builder = Self.whole
      one.change(&builder)
      try write(builder.bytes, path)
      do {
        let found = try scanned(path)
        Issue.record("it was read: \(found.names)")
      } catch let fault as InputFault {
        #expect(fault.text.contains(one.words), "\(fault.text)")
      }
    }
  }

  struct Member: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Left out of the list, or refused when it is read.
    var isListed: Bool
    var change: @Sendable (inout ZipEntry) -> Void
  }

  static let members = [
    Member(testDescription: "2^63 bytes", isListed: false) { $0.claimedSize = 1 << 63 },
    Member(testDescription: "16 GiB and a byte", isListed: false) { $0.claimedSize = (16 << 30) + 1 },
    Member(testDescription: "2 GiB of 404 bytes, a bomb", isListed: false) { $0.claimedSize = 2 << 30 },
    Member(testDescription: "2^62 packed bytes", isListed: false) { $0.claimedPacked = 1 << 62 },
    Member(testDescription: "a byte more than there is", isListed: true) { $0.claimedSize = 405 },
    Member(testDescription: "a byte less than there is", isListed: true) { $0.claimedSize = 403 },
    Member(testDescription: "packed bytes beyond the end", isListed: true) { $0.claimedPacked = 1 << 20 },
    Member(testDescription: "a place beyond the end", isListed: true) { $0.claimedPlace = 1 << 40 },
    Member(testDescription: "a place of no number of a file", isListed: true) { $0.claimedPlace = .max },
    Member(testDescription: "a place within the data", isListed: true) { $0.claimedPlace = 7 },
    Member(testDescription: "no place", isListed: true) { $0.missingExtra = 8 },
    Member(testDescription: "no packed size and no place", isListed: true) { $0.missingExtra = 16 },
  ]

  @Test(
    "A member that is not what its directory says is not handed over whole, and the next one is", arguments: members)
  func entries(_ one: Member) throws {
    try withFolder { folder in
      let path = folder + "/forged.zip"
      var builder = Self.whole
      one.change(&builder.entries[0])
      try write(builder.bytes, path)
      let found = try scanned(path)
      #expect(found.names.contains("data/second.csv"))
      #expect(found.count == (one.isListed ? 2 : 1))
      if !one.isListed { #expect(found.notes.contains { $0.hasPrefix("1 members are not read") }) }
      #expect(throws: InputFault.self) { try content(path, "data/first.csv") }
      #expect(try content(path, "data/second.csv") == "c,d\n")
    }
  }
}

@Suite("Tar in zstd")
struct TarZstdTests {
  private func packed(_ tar: [UInt8], _ folder: String, _ how: String = "zstd -q -c") throws -> String {
    try write(tar, folder + "/a.tar")
    let path = folder + "/a.tar.zst"
    #expect(output("\(how) < '\(folder)/a.tar' > '\(path)' && echo packed") == "packed\n")
    return path
  }

  private static let lines = String(repeating: "{\"a\":1}\n", count: 5000)

  @Test("Members are found and unpacked, in one frame or in several, with long names of pax and of GNU")
  func members() throws {
    try withFolder { folder in
      let deep = String(repeating: "deep/", count: 40) + "outbox.json"
      var gnu = TarEntry("././@LongLink", deep + ".2\0")
      gnu.type = "L"
      var folderEntry = TarEntry("data/", "")
      folderEntry.type = "5"
      var link = TarEntry("data/link.json", "")
      link.type = "2"
      let tar = TarBuilder.archive([
        folderEntry, TarEntry("./data/a.json", Self.lines), link, TarBuilder.pax("path", deep),
        TarEntry("short", "1\n"),
        gnu, TarEntry("short", "2\n"), TarEntry("last.json", "3\n"),
      ])
      let split = "head -c 3000 '\(folder)/a.tar' | zstd -q -c; tail -c +3001"
      for how in ["zstd -q -c", "zstd -q -19 -c", "{ \(split) | zstd -q -c; }"] {
        let path = try packed(tar, folder, how)
        let found = try scanned(path)
        #expect(found.names == ["data/a.json", deep, deep + ".2", "last.json"])
        #expect(try content(path, "data/a.json") == Self.lines)
        #expect(try content(path, deep) == "1\n")
        #expect(try content(path, deep + ".2") == "2\n")
        #expect(try content(path, "last.json") == "3\n")
      }
      // Without the frame's end.
      let path = try packed(tar, folder, "zstd -q -c | head -c 200")
      #expect(throws: InputFault.self) { try content(path, "last.json") }
    }
  }

  @Test("A name that climbs out or begins at the root is a name and no place; nothing is written")
  func names() throws {
    try withFolder { folder in
      let tar = TarBuilder.archive([
        TarEntry("../../climbed.json", "1\n"), TarEntry("/tmp/vedette-absolute.json", "2\n"),
        TarBuilder.pax("path", "../../../etc/passwd"), TarEntry("x", "3\n"), TarEntry("a!b.json", "4\n"),
      ])
      let path = try packed(tar, folder)
      // What has the mark that parts archive and member cannot be named, and is not listed.
      let found = try scanned(path)
      #expect(found.names == ["../../climbed.json", "/tmp/vedette-absolute.json", "../../../etc/passwd"])
      #expect(found.notes == ["1 members are not read: their names are too long, or have a ! in them"])
      #expect(try content(path, "../../climbed.json") == "1\n")
      #expect(try content(path, "/tmp/vedette-absolute.json") == "2\n")
      #expect(try content(path, "../../../etc/passwd") == "3\n")
      #expect(access("/tmp/vedette-absolute.json", F_OK) != 0)
      #expect(output("ls -A '\(folder)'") == "a.tar\na.tar.zst\n")
    }
  }

  struct Forged: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var change: @Sendable (inout TarEntry) -> Void
  }

  static let forged = [
    Forged(testDescription: "more than follows", words: "cut short") { $0.claimedSize = 1 << 20 },
    Forged(testDescription: "less than follows", words: "broken") { $0.claimedSize = 1 },
    Forged(testDescription: "16 GiB and a byte", words: "too large") { $0.claimedSize = (16 << 30) + 1 },
    Forged(testDescription: "2^63 bytes", words: "too large") {
      $0.claimedSize = 1 << 63
      $0.isBase256 = true
    },
  ]

  @Test("A size that lies ends the archive in words", arguments: forged)
  func sizes(_ one: Forged) throws {
    try withFolder { folder in
      var first = TarEntry("a.json", String(repeating: "7", count: 1500))
      one.change(&first)
      let path = try packed(TarBuilder.archive([first, TarEntry("b.json", "1\n")]), folder)
      do {
        let found = try scanned(path)
        Issue.record("it was read: \(found.names)")
      } catch let fault as InputFault {
        #expect(fault.text.contains(one.words), "\(fault.text)")
      }
    }
  }

  @Test("A size in a pax header counts, and one that is no size is refused")
  func paxSizes() throws {
    try withFolder { folder in
      var entry = TarEntry("a.json", Self.lines)
      entry.claimedSize = 0
      let last = TarEntry("b.json", "1\n")
      let good = try packed(
        TarBuilder.archive([TarBuilder.pax("size", "\(Self.lines.utf8.count)"), entry, last]), folder)
      #expect(try content(good, "a.json") == Self.lines)
      #expect(try content(good, "b.json") == "1\n")
      for size in ["-1", "99999999999999999999", "x", "17179869185"] {
        let bad = try packed(TarBuilder.archive([TarBuilder.pax("size", size), entry, last]), folder)
        #expect(throws: InputFault.self) { try scanned(bad) }
      }
    }
  }

  /// Zeros without an end, behind a header.
  private final class Zeros: ByteStream {
    var start: [UInt8]
    private(set) var given: UInt64 = 0
    init(_ start: [UInt8]) { self.start = start }

    func read(into output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
      let count = min(output.count, start.isEmpty ? output.count : start.count)
      for at in 0..<count { output[at] = start.isEmpty ? 0 : start[at] }
      start.removeFirst(min(count, start.count))
      given += UInt64(count)
      return count
    }
  }

  @Test("A bomb is read over no further than the limit, and that is said")
  func bombs() throws {
    var entry = TarEntry("bomb.json", "")
    entry.claimedSize = 1 << 20
    // The first block of the archive is the header; the zeros that end it are taken off.
    let header = Array(TarBuilder.archive([entry])[..<512])
    let zeros = Zeros(header)
    let tar = TarStream(zeros, mostBytes: (1 << 20) - 1)
    #expect(throws: InputFault.self) { try tar.next() }
    #expect(zeros.given == 512)
    // Members that are small enough each, and too much together.
    let many = Zeros(header + [UInt8](repeating: 0, count: 1 << 20) + header)
    let two = TarStream(many, mostBytes: (1 << 20) + 512)
    #expect(try two.next()?.size == 1 << 20)
    #expect(try two.next()?.size == 1 << 20)
    do {
      _ = try two.next()
      Issue.record("it goes on")
    } catch { #expect(error.text.hasPrefix("unpacks to more than")) }
    #expect(many.given <= (2 << 20) + 2048)
  }

  @Test("A frame that asks for more memory than 128 MiB is refused in words")
  func window() throws {
    try withFolder { folder in
      // Of a pipe zstd knows no size, and so the frame asks for all of its window.
      let path = try packed(
        TarBuilder.archive([TarEntry("a.json", "1\n")]), folder, "cat | zstd -q --long=31 --ultra -c")
      do {
        _ = try content(path, "a.json")
        Issue.record("it was read")
      } catch let fault as InputFault {
        #expect(!fault.text.isEmpty)
      }
    }
  }

  @Test("A pipe is no archive, and is not opened to find that out", .timeLimit(.minutes(1)))
  func pipes() throws {
    try withFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      // Opening it would wait for a writer.
      let found = try scanned(path)
      #expect(found.count == nil)
    }
  }
}
