/// A plugin's file as it was checked: what is checked is what is loaded, whatever happens to the path meanwhile.

import CMemoryFile
import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A copy of a plugin's file in memory that nobody can change, loaded from `/proc/self/fd/N`.
///
/// The descriptor stays open as long as the image may be mapped, which is for ever once it is loaded: the loader knows
/// images by that name, and a reused number would give it the old image.
public final class SealedFile: Sendable {
  /// A plugin's file may be so large.
  public static let mostBytes = 512 << 20

  /// Where it was found.
  public let path: String
  let descriptor: Int32
  /// The name that the loader gets.
  let loadName: String
  /// The folder that it lay in, whatever links led there, and who owned it; nil for what was sealed before.
  let origin: (folder: String, owner: uid_t)?

  /// Checks the file and copies it. Refuses what others can change than root, the user of this process and the owner of
  /// this program: by the file's owner and mode, and by those of its folder.
  public init(path: String) throws(PluginError) {
    self.path = path
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw PluginError(.file, path, "cannot be read: \(Self.errorWords)") }
    defer { close(file) }
    // A child is handed what its parent has checked and sealed.
    if vedette_is_sealed(file) == 1 {
      origin = nil
      descriptor = dup(file)
      loadName = "/proc/self/fd/\(descriptor)"
      return
    }
    let info = try Self.check(file, path)
    guard let folder = FileOwnership.folder(of: file) else {
      throw PluginError(.file, path, "lies in a folder that cannot be told; refused")
    }
    if let fault = FileOwnership.fault(ofFolder: folder) { throw PluginError(.file, path, fault) }
    origin = (folder, info.st_uid)
    if getenv("VEDETTE_PLUGINS_IN_PLACE") != nil {
      descriptor = -1
      // A name without a slash would be searched for elsewhere.
      loadName = path.contains("/") ? path : "./" + path
      return
    }
    let name = path.split(separator: "/").last.map(String.init) ?? "plugin"
    let copy = vedette_memory_file(String(name.prefix(200)))
    guard copy >= 0 else { throw PluginError(.file, path, "no memory to load it from: \(Self.errorWords)") }
    do throws(PluginError) {
      try Self.copy(file, to: copy, Int(info.st_size), path)
    } catch {
      close(copy)
      throw error
    }
    descriptor = copy
    loadName = "/proc/self/fd/\(copy)"
  }

  deinit {
    if descriptor >= 0, !loaded { close(descriptor) }
  }

  /// Whether an image of it is mapped; then its descriptor is never closed.
  nonisolated(unsafe) private var loaded = false

  /// To be called before the loader sees it, by the one thread that loads.
  func keepForEver() { loaded = true }

  /// The SHA-256 of what will be loaded, 32 bytes; nil where that is the file itself, which may change until then.
  public func sha256() throws(PluginError) -> [UInt8]? {
    guard descriptor >= 0 else { return nil }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw PluginError(.file, path, "cannot be read: \(Self.errorWords)") }
    let size = Int(info.st_size)
    guard size > 0 else { return SHA256.digest(UnsafeRawBufferPointer(start: nil, count: 0)) }
    // Sealed: it neither shrinks nor changes under the mapping.
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw PluginError(.file, path, "no memory to check it: \(Self.errorWords)")
    }
    defer { munmap(start, size) }
    let digest = SHA256.digest(UnsafeRawBufferPointer(start: start, count: size))
    guard digest.count == 32 else { throw PluginError(.file, path, "OpenSSL could not give its SHA-256") }
    return digest
  }

  /// What the system says of a file that is to be trusted.
  private static func check(_ file: Int32, _ path: String) throws(PluginError) -> stat {
    var info = stat()
    guard fstat(file, &info) == 0 else { throw PluginError(.file, path, "cannot be read: \(errorWords)") }
    guard info.st_mode & S_IFMT == S_IFREG else { throw PluginError(.file, path, "is no file") }
    if let fault = FileOwnership.fault(info) { throw PluginError(.file, path, fault) }
    guard info.st_size <= mostBytes else {
      throw PluginError(.file, path, "is \(info.st_size) bytes, \(mostBytes) are the limit")
    }
    return info
  }

  private static func copy(_ file: Int32, to copy: Int32, _ size: Int, _ path: String) throws(PluginError) {
    var left = size
    while left > 0 {
      let count = sendfile(copy, file, nil, left)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw PluginError(.file, path, "cannot be read: \(errorWords)") }
      // It was cut while it was read: what is there is judged by the loader.
      if count == 0 { break }
      left -= count
    }
    guard vedette_seal(copy) == 0 else { throw PluginError(.file, path, "cannot be sealed: \(errorWords)") }
  }

  private static var errorWords: String { String(cString: strerror(errno)) }
}
