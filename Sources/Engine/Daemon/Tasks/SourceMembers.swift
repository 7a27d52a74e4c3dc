/// What a source reads, one after the other: its file, or each member of the archive that the file is.

import Evidence
import JSON
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

/// The inputs of one round, and the place in them as it is stored.
///
/// The cursor of an archive says which archive (its size and when it was changed), which member, and the plugin's own
/// cursor in it. An archive that is another one is read from its beginning: what it tells again has the same ids.
struct SourceMembers {
  /// As `PluginShelf.openSource` takes them; one where the file is no archive.
  private let specs: [String]
  private var at = 0
  /// Nil: the file is no archive.
  private let archive: Identity?
  private let file: String
  /// The plugin's own, in the input at hand.
  private(set) var cursor: [UInt8]
  /// What was wrong with members, the first few: kept over a restart, for they are not read again.
  private var failures: [String] = []
  private static let mostFailures = 5
  /// Of an archive that is read from its beginning: what of it is not read.
  private(set) var notes: [String] = []

  private struct Identity: Equatable {
    var size: Int64
    /// Nanoseconds since 1970.
    var changed: Int64
  }

  /// - Parameters:
  ///   - stored: the cursor that `place(of:)` made last, or empty.
  ///   - isWanted: false once the source is to stop.
  init(_ order: SourceOrder, _ shelf: PluginShelf, stored: [UInt8], isWanted: () -> Bool) throws(PluginError) {
    let whole = order.plugin + ":" + (order.file ?? "")
    let mark = ArchiveCursor(stored)
    self.file = order.file ?? ""
    guard let file = order.file else {
      (specs, archive, cursor) = ([whole], nil, stored)
      return
    }
    // Before it is looked into: one that is changed meanwhile is found to be another one the next time.
    let identity = Self.identity(of: file)
    var notes: [String] = []
    let found = try shelf.expanded(whole, kind: order.kind, isWanted: isWanted) { notes.append($0) }
    guard let identity, found != [whole] else {
      // What was an archive is none any more.
      (specs, archive, cursor) = ([whole], nil, mark == nil ? stored : [])
      return
    }
    specs = found
    archive = identity
    guard let mark, mark.size == identity.size, mark.changed == identity.changed, found.indices.contains(mark.at),
      mark.member == Self.member(found[mark.at])
    else {
      cursor = []
      self.notes = notes
      return
    }
    at = mark.at
    cursor = mark.cursor
    failures = mark.failures
  }

  /// The input at hand.
  var spec: String { specs[at] }

  /// What a message about the input at hand begins with: the member's name, where there is one.
  var prefix: String { isArchive ? Self.member(spec) + ": " : "" }

  var isArchive: Bool { archive != nil }

  /// The archive is the one that was looked into; false where the file is none.
  var isUnchanged: Bool { archive.map { Self.identity(of: file) == $0 } ?? false }

  /// Something is wrong with the input at hand.
  mutating func fail(_ words: String) {
    if failures.count < Self.mostFailures { failures.append(String((prefix + words).prefix(300))) }
  }

  /// What was wrong; nil: nothing.
  var failure: String? { failures.isEmpty ? nil : failures.joined(separator: "; ") }

  /// Goes on with the next input; false where there is none.
  mutating func advance() -> Bool {
    guard at + 1 < specs.count else { return false }
    at += 1
    cursor = []
    return true
  }

  /// Takes the plugin's cursor in the input at hand.
  /// - Returns: what is stored of it.
  mutating func place(of cursor: [UInt8]) -> [UInt8] {
    self.cursor = cursor
    return stored
  }

  /// The place as it is stored.
  var stored: [UInt8] {
    guard let archive else { return cursor }
    return ArchiveCursor(
      size: archive.size, changed: archive.changed, at: at, member: Self.member(spec), cursor: cursor,
      failures: failures
    ).bytes
  }

  private static func member(_ spec: String) -> String {
    spec.lastIndex(of: "!").map { String(spec[spec.index(after: $0)...]) } ?? spec
  }

  private static func identity(of path: String) -> Identity? {
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    return Identity(
      size: Int64(facts.st_size),
      changed: Int64(facts.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_mtim.tv_nsec))
  }
}

/// The cursor of an archive: `vedette-archive/1` and a JSON object.
private struct ArchiveCursor {
  private static let mark = Array("vedette-archive/1 ".utf8)

  var size: Int64
  var changed: Int64
  var at: Int
  var member: String
  var cursor: [UInt8]
  var failures: [String]

  init(size: Int64, changed: Int64, at: Int, member: String, cursor: [UInt8], failures: [String]) {
    self.size = size
    self.changed = changed
    self.at = at
    self.member = member
    self.cursor = cursor
    self.failures = failures
  }

  /// Nil: another cursor.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: Self.mark),
      let node = try? JSONValue(parsing: String(decoding: bytes.dropFirst(Self.mark.count), as: UTF8.self)),
      let size = node["size"]?.int64, let changed = node["changed"]?.int64,
      let at = node["at"]?.int64.flatMap({ Int(exactly: $0) }),
      let member = node["member"]?.string, let cursor = node["cursor"]?.string.flatMap({ Base64.decode($0) })
    else { return nil }
    self.init(
      size: size, changed: changed, at: at, member: member, cursor: cursor,
      failures: (node["failed"]?.elements ?? []).compactMap(\.string))
  }

  var bytes: [UInt8] {
    var w = JSONWriter(capacity: 256)
    w.beginObject()
    w.member("size", size)
    w.member("changed", changed)
    w.member("at", at)
    w.member("member", member)
    w.member("cursor", Base64.encode(cursor))
    if !failures.isEmpty { w.member("failed", failures) }
    w.endObject()
    return Self.mark + w.bytes
  }
}
