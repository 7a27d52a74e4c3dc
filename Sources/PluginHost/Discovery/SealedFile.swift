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
  /// Where it was found.
  public let path: String
  let descriptor: Int32
  /// The name that the loader gets.
  let loadName: String
  /// The folder that it lay in, whatever links led there, and who owned it; nil for what was sealed before.
  let origin: (folder: String, owner: uid_t)?

  /// Which state of which file this is a copy of; nil where it is none.
  let identity: FileIdentity?

  /// Checks the file and copies it: ``CheckedFile`` says what is refused.
  public convenience init(path: String) throws(PluginError) { try self.init(CheckedFile(path: path)) }

  /// Copies a file that was checked.
  init(_ checked: CheckedFile) throws(PluginError) {
    path = checked.path
    origin = checked.origin
    // A child is handed what its parent has checked and sealed.
    if checked.isSealed {
      identity = nil
      descriptor = dup(checked.descriptor)
      loadName = "/proc/self/fd/\(descriptor)"
      return
    }
    if CheckedFile.isInPlace {
      identity = nil
      descriptor = -1
      // A name without a slash would be searched for elsewhere.
      loadName = path.contains("/") ? path : "./" + path
      return
    }
    let name = path.split(separator: "/").last.map(String.init) ?? "plugin"
    let copy = vedette_memory_file(String(name.prefix(200)))
    guard copy >= 0 else { throw PluginError(.file, path, "no memory to load it from: \(systemWords)") }
    do throws(PluginError) {
      try Self.copy(checked, to: copy)
    } catch {
      close(copy)
      throw error
    }
    identity = checked.identity
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
    guard fstat(descriptor, &info) == 0 else { throw PluginError(.file, path, "cannot be read: \(systemWords)") }
    let size = Int(info.st_size)
    guard size > 0 else { return SHA256.digest(UnsafeRawBufferPointer(start: nil, count: 0)) }
    // Sealed: it neither shrinks nor changes under the mapping.
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw PluginError(.file, path, "no memory to check it: \(systemWords)")
    }
    defer { munmap(start, size) }
    let digest = SHA256.digest(UnsafeRawBufferPointer(start: start, count: size))
    guard digest.count == 32 else { throw PluginError(.file, path, "OpenSSL could not give its SHA-256") }
    return digest
  }

  private static func copy(_ file: CheckedFile, to copy: Int32) throws(PluginError) {
    // The offset is this call's own: a descriptor that waited may be copied again.
    var at: off_t = 0
    while at < off_t(file.size) {
      let count = sendfile(copy, file.descriptor, &at, Int(file.size) - Int(at))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw PluginError(.file, file.path, "cannot be read: \(systemWords)") }
      // It was cut while it was read: what is there is judged by the loader.
      if count == 0 { break }
    }
    guard vedette_seal(copy) == 0 else { throw PluginError(.file, file.path, "cannot be sealed: \(systemWords)") }
  }
}
