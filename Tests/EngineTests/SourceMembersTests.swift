import Foundation
import PluginHost
import TestSupport
import Testing

@testable import Engine

/// Processes as the fixture `lines` reads them.
private func lines(_ host: String, _ count: Int) -> String {
  (1...count).map { "process \(host) \($0) /bin/true\n" }.joined()
}

@Suite("The members of an archive as one source")
struct SourceMembersTests {
  private let shelf: PluginShelf

  init() throws { shelf = PluginShelf(plugins: [try Plugin(path: FixturePlugins.build("lines"))]) }

  private func order(_ file: String) -> SourceOrder { SourceOrder(name: "feed", plugin: "lines", file: file) }

  /// `host pid` of what is read in one life: so many batches of so many records.
  private func live(_ file: String, _ stored: inout [UInt8], batches: Int, max: Int) throws -> (
    told: [String], ended: Bool
  ) {
    var members = try SourceMembers(order(file), shelf, stored: stored, isWanted: { true })
    var told: [String] = []
    var left = batches
    repeat {
      let source = try shelf.openSource(members.spec, name: "feed", cursor: members.cursor)
      defer { source.close() }
      while true {
        guard left > 0 else { return (told, false) }
        let batch = try source.next(max: max)
        left -= batch.observations.isEmpty ? 0 : 1
        for case .process(let one) in batch.observations { told.append("\(one.host) \(one.pid ?? 0)") }
        if let cursor = batch.cursor { stored = members.place(of: cursor) }
        if batch.status == .end { break }
      }
    } while members.advance()
    return (told, true)
  }

  private func archive(_ hosts: [String]) throws -> String {
    let entries = hosts.map { TarEntry("in/\($0).txt", lines($0, 10)) } + [TarEntry("readme", "hello\n")]
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("members-\(UUID().uuidString).tar").path
    try Data(TarBuilder.archive(entries)).write(to: URL(fileURLWithPath: file))
    return file
  }

  @Test("Killed after any batch, in any member, it goes on there: nothing is missed or told twice", arguments: 1...7)
  func killed(_ max: Int) throws {
    let hosts = ["alpha", "beta", "gamma"]
    let file = try archive(hosts)
    defer { unlink(file) }
    let wanted = hosts.flatMap { host in (1...10).map { "\(host) \($0)" } }
    for batches in 1...4 {
      var stored: [UInt8] = []
      var told: [String] = []
      for _ in 0..<100 {
        let life = try live(file, &stored, batches: batches, max: max)
        told += life.told
        if life.ended { break }
      }
      #expect(told == wanted)
      // At its end it stays.
      #expect(try live(file, &stored, batches: 100, max: max).told.isEmpty)
    }
  }

  @Test("An archive that was replaced is read from its beginning")
  func replaced() throws {
    let file = try archive(["alpha", "beta"])
    defer { unlink(file) }
    var stored: [UInt8] = []
    #expect(try live(file, &stored, batches: 3, max: 5).told.count == 15)
    let members = try SourceMembers(order(file), shelf, stored: stored, isWanted: { true })
    #expect(members.isUnchanged)
    let other = TarBuilder.archive([TarEntry("x.txt", lines("delta", 3))])
    try Data(other).write(to: URL(fileURLWithPath: file))
    #expect(!members.isUnchanged)
    #expect(try live(file, &stored, batches: 100, max: 5).told == ["delta 1", "delta 2", "delta 3"])
    // A plain file of that name is no archive, and has no part of its cursor.
    try Data(lines("plain", 2).utf8).write(to: URL(fileURLWithPath: file))
    #expect(try !SourceMembers(order(file), shelf, stored: stored, isWanted: { true }).isUnchanged)
    #expect(try live(file, &stored, batches: 100, max: 5).told == ["plain 1", "plain 2"])
    #expect(try live(file, &stored, batches: 100, max: 5).told.isEmpty)
  }

  @Test("A file has its plugin's own cursor, an archive's names archive and member")
  func cursors() throws {
    let file = try archive(["alpha"])
    defer { unlink(file) }
    var members = try SourceMembers(order(file), shelf, stored: [], isWanted: { true })
    #expect(members.isArchive)
    #expect(members.prefix == "in/alpha.txt: ")
    let stored = members.place(of: Array("7".utf8))
    #expect(String(decoding: stored, as: UTF8.self).hasPrefix("vedette-archive/1 {\"size\":"))
    #expect(try SourceMembers(order(file), shelf, stored: stored, isWanted: { true }).cursor == Array("7".utf8))
    // What begins like one and is none begins anew.
    for broken in ["vedette-archive/1 ", "vedette-archive/1 {}", "vedette-archive/1 {\"at\":1e99}", "7"] {
      #expect(try SourceMembers(order(file), shelf, stored: Array(broken.utf8), isWanted: { true }).cursor.isEmpty)
    }
  }

  @Test("What was wrong with a member is still known after a restart behind it")
  func failures() throws {
    let file = try archive(["alpha", "beta"])
    defer { unlink(file) }
    var members = try SourceMembers(order(file), shelf, stored: [], isWanted: { true })
    #expect(members.failure == nil)
    members.fail("is cut short")
    let goesOn = members.advance()
    #expect(goesOn)
    let stored = members.place(of: Array("3".utf8))
    let again = try SourceMembers(order(file), shelf, stored: stored, isWanted: { true })
    #expect(again.failure == "in/alpha.txt: is cut short")
    #expect(again.prefix == "in/beta.txt: ")
    for _ in 0..<9 { members.fail(String(repeating: "x", count: 1000)) }
    #expect(members.stored.count < 4096)
  }

  @Test("An archive with nothing for the plugin is refused in words")
  func nothing() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("members-\(UUID().uuidString).zip").path
    defer { unlink(file) }
    try Data(ZipBuilder([ZipEntry("a.md", "# nothing")]).bytes).write(to: URL(fileURLWithPath: file))
    #expect(throws: PluginError.self) {
      try SourceMembers(order(file), shelf, stored: [], isWanted: { true })
    }
  }
}
