/// One daemon a store: two would each conclude from a part of what is in it.

#if canImport(Glibc)
  import Glibc
#endif

/// Held as long as the daemon lives; the system lets go of it however the daemon ends.
final class StoreLock {
  private let descriptor: Int32

  /// Locks the file beside the store.
  init(_ store: String) throws(DaemonError) {
    let path = store + ".lock"
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard opened >= 0 else {
      throw DaemonError(
        "\(store): cannot be opened as a store: \(path): \(String(cString: strerror(errno))); give another path or mend its permissions"
      )
    }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      close(opened)
      throw DaemonError("\(store): another daemon has this store; stop it first, or give another path (store.path)")
    }
    descriptor = opened
  }

  deinit { close(descriptor) }
}
