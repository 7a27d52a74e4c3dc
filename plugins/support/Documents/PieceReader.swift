/// Reads what comes from a descriptor piece by piece, with the place of each.

import Glibc
import Synchronization

/// Reads a file or a pipe. One thread at a time, but `wake`.
///
/// Unsafe core: `buffer` is owned by the reader, and a piece that was given out is valid until the next call.
public final class PieceReader {
  public enum Step {
    case piece(UnsafeRawBufferPointer, Place)
    /// Nothing came in the time given, or `wake` was called.
    case waiting
    case end
    /// An error number of the system.
    case failed(Int32)
  }

  private let descriptor: Int32
  private let isFile: Bool
  /// `wake` writes into it, so that a wait ends. −1 where there is none.
  private let bell: (listen: Int32, ring: Int32)
  private let woken = Atomic<Bool>(false)
  private let buffer: UnsafeMutableRawBufferPointer
  /// The place behind what was given out.
  public private(set) var place: Place
  private var toSkip: UInt64 = 0
  /// Bytes of the buffer that were read before this reader was made.
  private var ahead: Int

  /// Goes on at `start`; what cannot seek is read over up to there. `ahead`: what was read from the descriptor already.
  public init(descriptor: Int32, start: Place = .start, pieceBytes: Int = 1 << 16, ahead: [UInt8] = []) {
    self.descriptor = descriptor
    var ends: [Int32] = [-1, -1]
    bell = pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
    for end in ends where end >= 0 {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    var status = stat()
    isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    buffer = .allocate(byteCount: max(pieceBytes, 4096), alignment: 16)
    self.ahead = min(ahead.count, 4096)
    buffer.copyBytes(from: ahead.prefix(self.ahead))
    place = start
    let seeked =
      isFile && start.offset <= UInt64(Int64.max) && lseek(descriptor, off_t(start.offset), SEEK_SET) >= 0
    if !seeked { toSkip = start.offset }
  }

  deinit {
    buffer.deallocate()
    if bell.listen >= 0 { close(bell.listen) }
    if bell.ring >= 0 { close(bell.ring) }
  }

  /// Ends a wait, or the next one. Any thread.
  public func wake() {
    woken.store(true, ordering: .releasing)
    // A full pipe is fine: it rings already.
    var one: UInt8 = 1
    if bell.ring >= 0 { _ = write(bell.ring, &one, 1) }
  }

  /// The next bytes; waits at most `wait` milliseconds for them.
  public func next(wait: Int32) -> Step {
    while true {
      if ahead == 0, !isFile, let step = poll(wait: wait) { return step }
      let count = ahead > 0 ? ahead : read(descriptor, buffer.baseAddress, buffer.count)
      ahead = 0
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .waiting : .failed(errno)
      }
      if count == 0 { return .end }
      let over = Int(min(UInt64(count), toSkip))
      toSkip -= UInt64(over)
      if over == count { continue }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[over..<count])
      let here = place
      place.offset &+= UInt64(piece.count)
      place.line &+= UInt64(piece.count { $0 == 0x0a })
      return .piece(piece, here)
    }
  }

  private func poll(wait: Int32) -> Step? {
    if woken.exchange(false, ordering: .acquiring) {
      var rung: UInt64 = 0
      while bell.listen >= 0, read(bell.listen, &rung, 8) > 0 {}
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
