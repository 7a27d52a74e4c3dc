/// A plugin's file that was looked at and may be loaded, before anything is copied.

import CMemoryFile

#if canImport(Glibc)
  import Glibc
#endif

/// Which bytes a path led to, as the system tells two states of a file apart: by the file itself, its length, and the times
/// of its last change and of the last change to its inode, which nobody but the system's clock can set.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64
  var size: Int64
  /// Nanoseconds since 1970.
  var modified: Int64
  var changed: Int64

  init(_ info: stat) {
    device = UInt64(info.st_dev)
    inode = UInt64(info.st_ino)
    size = Int64(info.st_size)
    modified = Self.nanoseconds(info.st_mtim)
    changed = Self.nanoseconds(info.st_ctim)
  }

  /// Nil where there is no such file.
  init?(path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    self.init(info)
  }

  init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

/// An open file that only those can change who may. It is held open until it is copied: what is loaded is this file, though
/// another may have taken its path, and only as it was when it was checked.
final class CheckedFile: Sendable {
  /// A plugin's file may be so large.
  static let mostBytes = 512 << 20

  /// Where it was found.
  let path: String
  let descriptor: Int32
  let identity: FileIdentity
  var size: Int64 { identity.size }
  /// The folder that it lies in, whatever links led there, and who owns it; nil for what was sealed before.
  let origin: (folder: String, owner: uid_t)?
  /// A copy that nobody can change already: a child's.
  var isSealed: Bool { origin == nil }

  /// Whether plugins are loaded from their own paths, as debuggers need it.
  static var isInPlace: Bool { getenv("VEDETTE_PLUGINS_IN_PLACE") != nil }

  /// Refuses what others can change than root, the user of this process and the owner of this program: by the file's owner
  /// and mode, and by those of its folder.
  init(path: String) throws(PluginError) {
    self.path = path
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw PluginError(.file, path, "cannot be read: \(systemWords)") }
    descriptor = file
    do throws(PluginError) {
      (identity, origin) = try Self.check(file, path)
    } catch {
      close(file)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Copies it; refuses it where it was written to since it was checked.
  func sealed() throws(PluginError) -> SealedFile {
    let copy = try SealedFile(self)
    // After the copy: before it, it could still change.
    var info = stat()
    guard fstat(descriptor, &info) == 0, FileIdentity(info) == identity else {
      throw PluginError(.file, path, "was changed since it was checked; start again")
    }
    return copy
  }

  /// What the system says of a file that is to be trusted.
  private static func check(
    _ file: Int32, _ path: String
  ) throws(PluginError) -> (FileIdentity, (folder: String, owner: uid_t)?) {
    var info = stat()
    guard fstat(file, &info) == 0 else {
      throw PluginError(.file, path, "cannot be read: \(systemWords)")
    }
    if vedette_is_sealed(file) == 1 { return (FileIdentity(info), nil) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw PluginError(.file, path, "is no file") }
    if let fault = FileOwnership.fault(info) { throw PluginError(.file, path, fault) }
    guard info.st_size <= mostBytes else {
      throw PluginError(.file, path, "is \(info.st_size) bytes, \(mostBytes) are the limit")
    }
    guard let folder = FileOwnership.folder(of: file) else {
      throw PluginError(.file, path, "lies in a folder that cannot be told; refused")
    }
    if let fault = FileOwnership.fault(ofFolder: folder) { throw PluginError(.file, path, fault) }
    return (FileIdentity(info), (folder, info.st_uid))
  }
}
