/// Pictures that lie beside what a source reads: in the same folder or below it, or in the same archive.

import Synchronization
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// Reads them one at a time. A name comes from the input, so that it is hostile: it leads down from the folder, over no link,
/// to a regular file that begins as a picture does, or nowhere. So whoever takes over a plugin in a process of its own can read
/// pictures there, and no other file. Any thread.
final class PicturesBeside: Sendable {
  private let place: Place
  private let state = Mutex(State())

  private enum Place {
    case folder(String)
    /// `prefix`: the folder within, with a slash behind it, or nothing.
    case archive(String, prefix: String)
  }

  private struct State {
    /// What became of the one that was last asked for: it is asked for piece by piece, and maybe again in the next line.
    var last: (name: String, found: Result<[UInt8], PictureRefusal>)?
    var searches = 0
  }

  /// Each picture of an archive is searched for from the archive's start or directory.
  private static let mostSearches = 1024
  /// Of a tar archive, all that lies before it is unpacked for that.
  private static let mostTarSearches = 16

  /// Nil for standard input, which lies nowhere.
  init?(path: String) {
    guard path != "-", !path.isEmpty else { return nil }
    if let inner = ArchivePath(path) {
      let folder = inner.member.lastIndex(of: "/").map { String(inner.member[...$0]) }
      place = .archive(inner.archive, prefix: folder ?? "")
    } else {
      place = .folder(path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./")
    }
  }

  /// As ``HostServices`` has it.
  var reading: @Sendable (String, UInt64) -> Result<[UInt8], PictureRefusal> {
    { name, offset in
      Result { () throws(PictureRefusal) in
        let bytes = try self.picture(name)
        let start = Int(min(offset, UInt64(bytes.count)))
        return Array(bytes[start...].prefix(Int(VDT_MAX_PICTURE_PIECE)))
      }
    }
  }

  private func picture(_ name: String) throws(PictureRefusal) -> [UInt8] {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }) else {
      throw PictureRefusal(code: VDT_E_ARGUMENT)
    }
    let found = state.withLock { state -> Result<[UInt8], PictureRefusal> in
      if let last = state.last, last.name == name { return last.found }
      state.last = nil
      let found = Result { () throws(PictureRefusal) in
        switch place {
        case .folder(let folder): try Self.read(parts, below: folder)
        case .archive(let archive, let prefix): try Self.read(prefix + name, of: archive, &state.searches)
        }
      }
      state.last = (name, found)
      return found
    }
    return try found.get()
  }

  // MARK: In a folder

  private static func read(_ parts: [String], below folder: String) throws(PictureRefusal) -> [UInt8] {
    var at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard at >= 0 else { throw PictureRefusal(code: VDT_E_UNKNOWN) }
    defer { close(at) }
    for part in parts.dropLast() {
      // No link, and so never up or across.
      let below = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard below >= 0 else { throw PictureRefusal(code: VDT_E_UNKNOWN) }
      close(at)
      at = below
    }
    guard let name = parts.last else { throw PictureRefusal(code: VDT_E_ARGUMENT) }
    // A pipe or a device is not even opened, unless it takes the file's place just now; and then it is not waited for.
    var facts = stat()
    guard fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw PictureRefusal(code: VDT_E_UNKNOWN)
    }
    let file = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard file >= 0 else { throw PictureRefusal(code: errno == EACCES ? VDT_E_IO : VDT_E_UNKNOWN) }
    defer { close(file) }
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw PictureRefusal(code: VDT_E_UNKNOWN)
    }
    return try all { buffer in
      while true {
        let count = Glibc.read(file, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        return count
      }
    }
  }

  // MARK: In an archive

  private static func read(
    _ member: String, of archive: String, _ searches: inout Int
  ) throws(PictureRefusal) -> [UInt8] {
    searches += 1
    guard searches <= mostSearches, let path = ArchivePath("\(archive)!\(member)") else {
      throw PictureRefusal(code: VDT_E_LIMIT)
    }
    let stream: any ByteStream
    do throws(InputFault) { stream = try Archive.open(path) } catch { throw PictureRefusal(code: VDT_E_UNKNOWN) }
    if stream is TarStream { searches += mostSearches / mostTarSearches - 1 }
    return try all { buffer in
      do throws(InputFault) { return try stream.read(into: buffer) } catch { return -1 }
    }
  }

  // MARK: Bytes

  /// Reads to the end, as far as it is a picture, and not larger than one may be.
  private static func all(
    _ read: (UnsafeMutableRawBufferPointer) -> Int
  ) throws(PictureRefusal) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = piece.withUnsafeMutableBytes { read($0) }
      guard count >= 0 else { throw PictureRefusal(code: VDT_E_IO) }
      if count == 0 { break }
      bytes += piece[..<count]
      guard bytes.count <= Int(VDT_MAX_PICTURE) else { throw PictureRefusal(code: VDT_E_LIMIT) }
      guard bytes.count < 12 || isPicture(bytes) else { throw PictureRefusal(code: VDT_E_TYPE) }
    }
    guard isPicture(bytes) else { throw PictureRefusal(code: VDT_E_TYPE) }
    return bytes
  }

  /// Whether bytes begin as JPEG, PNG, GIF or WebP does.
  private static func isPicture(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      || bytes.starts(with: "GIF8".utf8)
      || bytes.starts(with: "RIFF".utf8) && bytes.count >= 12 && bytes[8..<12].elementsEqual("WEBP".utf8)
  }
}
