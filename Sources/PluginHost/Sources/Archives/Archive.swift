/// An archive on disk as a list of files: a ZIP file, a tar archive, or a tar archive in gzip or zstd.

#if canImport(Glibc)
  import Glibc
#endif

/// What separates an archive from a member in a path: `export.zip!messages.csv`. The last `!` does: a folder may
/// have one in its name, and a member that has one is not read.
struct ArchivePath {
  var archive: String
  var member: String

  /// Nil where no member is named, or a file of the whole name is there.
  init?(_ path: String) {
    guard let mark = path.lastIndex(of: "!"), mark > path.startIndex, access(path, F_OK) != 0 else { return nil }
    archive = String(path[..<mark])
    member = String(path[path.index(after: mark)...])
    guard !member.isEmpty else { return nil }
  }
}

enum Archive {
  /// Shows the beginning of each member that may be a table or a document, in the archive's own order, in one pass.
  /// - Parameters:
  ///   - isWanted: asked before each member; false ends it.
  ///   - note: told of what is not read: encrypted members, unknown packing, what is out of all proportion.
  ///   - look: the member, and its first 64 KiB.
  /// - Returns: how many members there are; nil where the file is no archive.
  static func scan(
    _ path: String, isWanted: () -> Bool = { true }, note: (String) -> Void, look: (ArchiveMember, [UInt8]) -> Void
  ) throws(InputFault) -> Int? {
    guard let file = try opened(path) else { return nil }
    switch file {
    case .zip(let descriptor):
      defer { close(descriptor) }
      let zip = try ZipFile(descriptor)
      if zip.leftOut > 0 {
        note("\(zip.leftOut) members are not read: encrypted, packed in an unknown way, or out of all proportion")
      }
      for member in zip.members where member.size > 0 && isDocument(member.name) {
        guard isWanted() else { break }
        do throws(InputFault) {
          let own = dup(descriptor)
          guard own >= 0 else { throw InputFault(text: systemWords) }
          look(member, try zip.open(member.name, own).read(upTo: SourceInput.sniffedBytes))
        } catch {
          note("\(member.name): \(error.text)")
        }
      }
      return zip.members.count
    case .tar(let tar):
      var count = 0
      while isWanted(), let member = try tar.next() {
        count += 1
        if member.size > 0, isDocument(member.name) { look(member, try tar.read(upTo: SourceInput.sniffedBytes)) }
      }
      if tar.leftOut > 0 { note("\(tar.leftOut) members are not read: their names are too long, or have a ! in them") }
      return count
    }
  }

  /// Pictures and films are most of an export, and no plugin reads them.
  private static let media: Set<String> = [
    "jpg", "jpeg", "png", "gif", "webp", "heic", "avif", "svg", "mp4", "mov", "webm", "mkv", "mp3", "ogg", "m4a", "wav",
    "pdf", "html", "css", "woff", "woff2", "ttf", "zip", "gz", "zst", "tar", "tgz",
  ]

  private static func isDocument(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return true }
    return !media.contains(name[name.index(after: dot)...].lowercased())
  }

  /// The bytes of one member.
  static func open(_ path: ArchivePath) throws(InputFault) -> any ByteStream {
    guard let file = try opened(path.archive) else { throw InputFault(text: "is no archive that is known") }
    switch file {
    case .zip(let descriptor):
      let zip: ZipFile
      do throws(InputFault) { zip = try ZipFile(descriptor) } catch {
        close(descriptor)
        throw error
      }
      return try zip.open(path.member, descriptor)
    case .tar(let tar):
      while let member = try tar.next() {
        if member.name == path.member { return tar }
      }
      throw InputFault(text: "has no member '\(path.member)' that can be read")
    }
  }

  private enum File {
    case zip(Int32)
    case tar(TarStream)
  }

  private static func opened(_ path: String) throws(InputFault) -> File? {
    var facts = stat()
    // A pipe is not even opened: whoever writes into it would find its reader gone.
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var start = [UInt8](repeating: 0, count: Unpacker.pieceBytes)
    let count = pread(descriptor, &start, start.count, 0)
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, count > 0 else {
      close(descriptor)
      return nil
    }
    start.removeLast(start.count - count)
    if ZipFile.isLikely(start) { return .zip(descriptor) }
    // The unpacker closes it, also where it cannot be made.
    let packing = Packing(start)
    let isTar: Bool
    if packing == .plain {
      isTar = TarStream.isLikely(start)
    } else {
      let look = Glibc.open(path, O_RDONLY | O_CLOEXEC)
      guard look >= 0 else {
        close(descriptor)
        return nil
      }
      let unpacker = try Unpacker(descriptor: look, start: [], packing: packing)
      let head = (try? unpacker.read(upTo: TarStream.headerBytes)) ?? []
      isTar = TarStream.isLikely(head)
    }
    guard isTar else {
      close(descriptor)
      return nil
    }
    return .tar(TarStream(try Unpacker(descriptor: descriptor, start: [], packing: packing)))
  }
}
