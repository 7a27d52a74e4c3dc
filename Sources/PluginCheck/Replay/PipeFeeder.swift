/// A pipe whose reader gets an input in pieces: each one only once the one before it was read.

import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Owns the write end and the thread that feeds it; the read end is the reader's.
///
/// Unchecked: `bytes`, `cut` and `writeEnd` are written in `init` only and used by the feeding thread alone from then on;
/// `thread` is its owner's.
final class PipeFeeder: @unchecked Sendable {
  let descriptor: Int32
  private let bytes: [UInt8]
  private let cut: Cut
  private let writeEnd: Int32
  private let ended = Atomic<Bool>(false)
  private var thread: pthread_t?

  init?(_ bytes: [UInt8], _ cut: Cut) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    descriptor = ends[0]
    writeEnd = ends[1]
    self.bytes = bytes
    self.cut = cut
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<PipeFeeder>.fromOpaque(context).takeRetainedValue().feed() }
        return nil
      }, me.toOpaque())
    guard status == 0 else {
      me.release()
      close(ends[0])
      close(ends[1])
      return nil
    }
    self.thread = thread
  }

  /// Whether all was written, or the reader is gone.
  var isDone: Bool { ended.load(ordering: .acquiring) }

  /// Waits for the feeding thread; the read end must be closed by then, or all be read.
  func finish() {
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  private func feed() {
    defer {
      close(writeEnd)
      ended.store(true, ordering: .releasing)
    }
    var lengths = cut.lengths()
    var at = 0
    while at < bytes.count {
      let length = lengths.next(bytes.count - at)
      var done = 0
      while done < length {
        let n = bytes.withUnsafeBytes { write(writeEnd, $0.baseAddress.map { $0 + at + done }, length - done) }
        if n < 0, errno == EINTR { continue }
        // Nobody reads any more (SIGPIPE is ignored in a step).
        guard n > 0 else { return }
        done += n
      }
      at += length
      if case .whole = cut { continue }
      guard waitUntilRead() else { return }
    }
  }

  /// Until the pipe is empty; false where its reader is gone.
  private func waitUntilRead() -> Bool {
    while true {
      var waiting: Int32 = 0
      guard ioctl(writeEnd, UInt(FIONREAD), &waiting) == 0 else { return false }
      if waiting == 0 { return true }
      var watched = pollfd(fd: writeEnd, events: 0, revents: 0)
      if poll(&watched, 1, 0) > 0, watched.revents & Int16(POLLERR) != 0 { return false }
      sched_yield()
    }
  }
}
