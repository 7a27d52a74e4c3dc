/// Cuts what comes from a descriptor into lines, within bounded memory and with the place of each.

import Glibc

/// Reads lines from a file or a pipe. One thread at a time, but `wake`.
///
/// Unsafe core: `buffer` is owned by the reader, `read..<filled` are its bytes not yet given out, and a line
/// that was given out is valid until the next call.
public final class LineReader {
  public enum Step {
    /// Without its end (LF or CRLF).
    case line(UnsafeRawBufferPointer, Place)
    /// A line longer than the limit was read over.
    case tooLong(Place)
    /// Nothing came in the time given, or `wake` was called.
    case waiting
    case end
    /// An error number of the system.
    case failed(Int32)
  }

  let input: InputDescriptor
  private let limit: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var read = 0
  private var filled = 0
  /// Bytes from `read` on that are known to hold no line end.
  private var searched = 0
  /// The place of the byte at `read`.
  public private(set) var place: Place
  private var skipping: Place?
  private var ended = false

  /// Goes on at `start`; what cannot seek is read over up to there. `limit`: the longest line, in bytes. `ahead`: what
  /// was read from the descriptor already, at most 4096 bytes.
  public init(descriptor: Int32, start: Place = .start, limit: Int = 1 << 20, ahead: [UInt8] = []) {
    input = InputDescriptor(descriptor)
    self.limit = limit
    buffer = .allocate(byteCount: min(max(limit, 1024), 1 << 18) + 4096, alignment: 16)
    place = start
    filled = min(ahead.count, 4096)
    buffer.copyBytes(from: ahead.prefix(filled))
    if start.offset > 0 { input.goOn(at: start.offset) }
  }

  deinit { buffer.deallocate() }

  /// Ends a wait, or the next one. Any thread.
  public func wake() { input.wake() }

  /// The next line; waits at most `wait` milliseconds for one.
  public func next(wait: Int32) -> Step {
    while true {
      if let step = take() { return step }
      if ended { return .end }
      if let step = fill(wait: wait) { return step }
    }
  }

  /// A line of what is in the buffer, if it holds one.
  private func take() -> Step? {
    let unread = UnsafeRawBufferPointer(rebasing: buffer[read..<filled])
    let fresh = UnsafeRawBufferPointer(rebasing: unread[min(searched, unread.count)...])
    var length: Int?
    if let base = fresh.baseAddress, fresh.count > 0, let hit = memchr(base, 0x0a, fresh.count) {
      length = unread.count - fresh.count + UnsafeRawPointer(hit).distanceFrom(base)
    }
    guard let length = length ?? (ended && (unread.count > 0 || skipping != nil) ? unread.count : nil) else {
      searched = unread.count
      if unread.count > limit {
        skipping = skipping ?? place
        advance(unread.count, newLine: false)
      }
      return nil
    }
    let here = place
    let hasEnd = length < unread.count
    advance(hasEnd ? length + 1 : length, newLine: true)
    if let start = skipping {
      skipping = nil
      return .tooLong(start)
    }
    guard length <= limit else { return .tooLong(here) }
    var line = UnsafeRawBufferPointer(rebasing: unread[..<length])
    if line.last == 0x0d { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
    // A byte order mark is no part of the first line.
    if here.offset == 0, line.starts(with: [0xef, 0xbb, 0xbf]) { line = UnsafeRawBufferPointer(rebasing: line[3...]) }
    return .line(line, here)
  }

  private func advance(_ count: Int, newLine: Bool) {
    read += count
    searched = 0
    place.offset &+= UInt64(count)
    if newLine { place.line &+= 1 }
  }

  /// Reads more. Nil: look again.
  private func fill(wait: Int32) -> Step? {
    makeRoom()
    switch input.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), wait: wait) {
    case .bytes(let count): filled += count
    case .end: ended = true
    case .waiting: return .waiting
    case .failed(let number): return .failed(number)
    }
    return nil
  }

  /// Moves what is unread to the front, and grows the buffer up to the limit and a little more.
  private func makeRoom() {
    if read > 0 {
      if filled > read, let base = buffer.baseAddress { memmove(base, base + read, filled - read) }
      filled -= read
      read = 0
    }
    guard buffer.count - filled < 4096 else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: min(buffer.count * 2, limit + 8192), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[0..<filled]))
    buffer.deallocate()
    buffer = larger
  }
}

extension UnsafeRawPointer {
  fileprivate func distanceFrom(_ start: UnsafeRawPointer) -> Int { self - start }
}
