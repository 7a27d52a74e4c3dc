/// What describing children said in earlier runs, so that a run need not start one for files that are as they were.
///
/// A file of the user's own in the user's own folder. It saves time and decides nothing: where `plugins.trust` has a rule it
/// is not asked, what it says is read by the rules for a plugin's own words, and a plugin whose code then says something else
/// is refused. Where it cannot be read or written, children are started as if it were not there.

import Evidence
import JSON

#if canImport(Glibc)
  import Glibc
#endif

public struct DescriptionCache: Sendable {
  /// The folder; made when something is kept, if need be.
  let folder: String
  /// Files that changed less than so many nanoseconds ago are not kept: their next change may bear the same time.
  var youngest: Int64 = 2_000_000_000

  private static let name = "plugins.json"
  private static let format: UInt64 = 1
  private static let mostBytes = 4 << 20
  private static let mostEntries = 256

  public init(folder: String) { self.folder = folder }

  /// `XDG_CACHE_HOME/vedette`, or `~/.cache/vedette`; nil where there is neither, or plugins are loaded in place.
  public static func standard() -> DescriptionCache? {
    guard !CheckedFile.isInPlace else { return nil }
    func absolute(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let place = absolute("XDG_CACHE_HOME") ?? absolute("HOME").map({ $0 + "/.cache" }) else { return nil }
    return DescriptionCache(folder: place + "/vedette")
  }

  /// What was said of one state of one file.
  struct Entry: Sendable, Equatable {
    var file: FileIdentity
    /// The plugin's JSON.
    var description: String
  }

  /// What the answers depend on beside the file: the program that asked, and which libraries the loader found.
  private struct Circumstances: Equatable {
    var program: FileIdentity
    var libraries: FileIdentity?

    init?(_ program: String) {
      guard let identity = FileIdentity(path: program) else { return nil }
      self.program = identity
      libraries = FileIdentity(path: "/etc/ld.so.cache")
    }

    init?(_ node: JSONNode?) {
      guard let node, let program = node["program"].flatMap(FileIdentity.init) else { return nil }
      self.program = program
      libraries = node["libraries"].flatMap(FileIdentity.init)
    }

    func write(to w: inout JSONWriter) {
      w.beginObject()
      w.key("program")
      program.write(to: &w)
      if let libraries {
        w.key("libraries")
        libraries.write(to: &w)
      }
      w.endObject()
    }
  }

  // MARK: Reading

  /// What `program` found in earlier runs, newest last.
  func entries(of program: String) -> [Entry] {
    guard let now = Circumstances(program), let bytes = read() else { return [] }
    let reader = JSONReader()
    guard let root = try? reader.parse(bytes), root["format"]?.uint64 == Self.format,
      Circumstances(root["circumstances"]) == now
    else { return [] }
    return root["files"]?.elements.compactMap { node in
      guard let file = node["file"].flatMap(FileIdentity.init), let text = node["description"]?.string else {
        return nil
      }
      return Entry(file: file, description: text)
    } ?? []
  }

  private func read() -> [UInt8]? {
    guard let folder = openFolder() else { return nil }
    defer { close(folder) }
    let file = openat(folder, Self.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, Self.isOwn(info),
      (1...Self.mostBytes).contains(Int(info.st_size))
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
    let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
    return count == bytes.count ? bytes : nil
  }

  /// The folder, if it is the user's and nobody else may enter it.
  private func openFolder() -> Int32? {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return nil }
    var info = stat()
    guard fstat(descriptor, &info) == 0, Self.isOwn(info) else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func isOwn(_ info: stat) -> Bool { info.st_uid == geteuid() && info.st_mode & 0o077 == 0 }

  // MARK: Writing

  /// Keeps `new` beside what was `known`; the oldest go where there are too many. A further run at the same time may win:
  /// then the next one finds less.
  func keep(_ new: [Entry], beside known: [Entry], of program: String) {
    let latest = Timestamp.now().nanoseconds &- youngest
    let settled = new.filter { max($0.file.modified, $0.file.changed) < latest }
    guard !settled.isEmpty, let circumstances = Circumstances(program) else { return }
    let stale = Set(settled.map(\.file))
    let entries = (known.filter { !stale.contains($0.file) } + settled).suffix(Self.mostEntries)
    var w = JSONWriter()
    w.beginObject()
    w.member("format", Self.format)
    w.key("circumstances")
    circumstances.write(to: &w)
    w.objects("files", entries) { entry, w in
      w.key("file")
      entry.file.write(to: &w)
      w.member("description", entry.description)
    }
    w.endObject()
    w.newline()
    w.withBytes { write($0) }
  }

  /// Puts a file in the place of the old one, whole or not at all.
  private func write(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= Self.mostBytes else { return }
    // The folder above is the user's, too, and may not be there yet.
    if let slash = folder.lastIndex(of: "/") { mkdir(String(folder[..<slash]), 0o700) }
    mkdir(folder, 0o700)
    guard let folder = openFolder() else { return }
    defer { close(folder) }
    let draft = "\(Self.name).\(getpid())"
    let file = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return }
    let count = Glibc.write(file, bytes.baseAddress, bytes.count)
    let isWhole = close(file) == 0 && count == bytes.count
    if !isWhole || renameat(folder, draft, folder, Self.name) != 0 { unlinkat(folder, draft, 0) }
  }

  /// What it says does not hold: the next run asks anew.
  func forget() {
    guard let folder = openFolder() else { return }
    unlinkat(folder, Self.name, 0)
    close(folder)
  }
}

extension FileIdentity {
  fileprivate init?(_ node: JSONNode) {
    guard let device = node["device"]?.uint64, let inode = node["inode"]?.uint64, let size = node["size"]?.int64,
      let modified = node["modified"]?.int64, let changed = node["changed"]?.int64
    else { return nil }
    self.init(device: device, inode: inode, size: size, modified: modified, changed: changed)
  }

  fileprivate func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("device", device)
    w.member("inode", inode)
    w.member("size", size)
    w.member("modified", modified)
    w.member("changed", changed)
    w.endObject()
  }
}
