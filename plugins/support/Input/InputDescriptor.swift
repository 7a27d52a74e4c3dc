/// The descriptor that an input is read from, and the bell that ends a wait for it.

import Glibc
import Synchronization

/// A file or a pipe. One thread at a time, but `wake`. The descriptor stays the host's.
final class InputDescriptor {
  enum Reading {
    /// So many bytes were read, at least one.
    case bytes(Int)
    /// Nothing came in the time given, or `wake` was called.
    case waiting
    case end
    /// An error number of the system.
    case failed(Int32)
  }

  private let descriptor: Int32
  /// `wake` writes into it, so that a wait ends. −1 where there is none.
  private let bell: (listen: Int32, ring: Int32)
  private let woken = Atomic<Bool>(false)
  private var toSkip: UInt64 = 0
  /// In bytes; nil for what is no regular file.
  let size: UInt64?

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    size = Self.size(of: descriptor)
    var ends: [Int32] = [-1, -1]
    bell = pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
    for end in ends where end >= 0 {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    if bell.listen >= 0 { close(bell.listen) }
    if bell.ring >= 0 { close(bell.ring) }
  }

  static func size(of descriptor: Int32) -> UInt64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return UInt64(clamping: status.st_size)
  }

  /// Goes on at an offset: what cannot seek is read over up to there, from where it stands.
  func goOn(at offset: UInt64) {
    let seeked = size != nil && offset <= UInt64(Int64.max) && lseek(descriptor, off_t(offset), SEEK_SET) >= 0
    toSkip = seeked ? 0 : offset
  }

  /// Ends a wait, or the next one. Any thread.
  func wake() {
    woken.store(true, ordering: .releasing)
    // A full pipe is fine: it rings already.
    var one: UInt8 = 1
    if bell.ring >= 0 { _ = write(bell.ring, &one, 1) }
  }

  /// Reads to the front of `room`, which is not empty. `wait`: the most milliseconds that it waits for a pipe.
  func read(into room: UnsafeMutableRawBufferPointer, wait: Int32) -> Reading {
    while true {
      if size == nil, let reading = poll(wait: wait) { return reading }
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .waiting : .failed(errno)
      }
      if count == 0 { return .end }
      let over = Int(min(UInt64(count), toSkip))
      toSkip -= UInt64(over)
      if over == count { continue }
      if over > 0, let base = room.baseAddress { memmove(base, base + over, count - over) }
      return .bytes(count - over)
    }
  }

  /// Waits for bytes. Nil: there are some, or an end.
  private func poll(wait: Int32) -> Reading? {
    if woken.exchange(false, ordering: .acquiring) {
      var rung: UInt64 = 0
      while bell.listen >= 0, Glibc.read(bell.listen, &rung, 8) > 0 {}
      return .waiting
    }
    var watched = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: bell.listen, events: Int16(POLLIN), revents: 0),
    ]
    let ready = Glibc.poll(&watched, 2, wait)
    guard ready >= 0 else { return errno == EINTR ? .waiting : .failed(errno) }
    return watched[0].revents != 0 ? nil : .waiting
  }
}
