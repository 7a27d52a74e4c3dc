/// Memory that ends where it says: reading one byte beyond it is a crash, not a guess.

#if canImport(Glibc)
  import Glibc
#endif

/// Room for bytes just before a page that nobody may touch. Used by one thread.
///
/// Invariant: `start` is `room` bytes of readable and writable memory, mapped in `init` and unmapped in `deinit`; the page
/// behind it is mapped without any right.
final class GuardedBytes {
  private let start: UnsafeMutableRawPointer
  private let room: Int
  private let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Nil where the system has no memory for it. `room`: the most bytes that it is to hold.
  init?(room: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    self.room = (max(room, 1) + page - 1) / page * page
    guard let mapped = mmap(nil, self.room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapped != MAP_FAILED
    else { return nil }
    start = mapped
    mprotect(start + self.room, page, PROT_NONE)
  }

  deinit { munmap(start, room + page) }

  /// Calls `body` with a copy of the bytes that ends at the forbidden page; without one where they are too many.
  func with<R>(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    guard bytes.count <= room, let source = bytes.baseAddress, bytes.count > 0 else { return body(bytes) }
    let place = start + (room - bytes.count)
    place.copyMemory(from: source, byteCount: bytes.count)
    return body(UnsafeRawBufferPointer(start: place, count: bytes.count))
  }
}
