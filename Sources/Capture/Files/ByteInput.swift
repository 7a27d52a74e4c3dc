// The bytes of a capture file: read, and decompressed, through buffers of fixed size.
//
// Nothing is mapped: each page of a mapping costs a fault, which is more than copying it, and a file that is cut while it is
// mapped ends the program.

import Glibc

/// Where the parsers read. `window` is what is at hand, in one of the buffers, which are used in turn.
final class ByteInput {
  enum Refill {
    case more, idle, end
    /// The file begins anew; nothing of what was at hand is left.
    case restarted(String)
  }

  /// Room for the largest record or block that is read.
  static let bufferSize = 2 << 20
  /// What is read at once, unless a record needs more: it stays in the processor's cache until it has been looked at.
  private static let readSize = 256 << 10

  let name: String
  /// Bytes at hand; valid until their buffer's turn comes again.
  private(set) var window: UnsafeRawBufferPointer
  /// How much of `window` has been used.
  var position = 0
  /// Where in the file (decompressed) `window` begins.
  private(set) var windowOffset: UInt64 = 0

  private let stream: any ByteStream
  /// One after the other; of `count` bytes together, each of `bufferSize`.
  private let buffers: UnsafeMutableRawBufferPointer
  private let bufferCount: Int
  /// The buffer that `window` lies in.
  private var current = 0
  /// Called before another buffer is written to: nobody may need what it had when this returns.
  var willReuse: ((_ buffer: Int) -> Void)?
  /// Bytes still to be passed over.
  private var skipping: UInt64 = 0

  /// Where the next byte lies in the file.
  var offset: UInt64 { windowOffset &+ UInt64(position) }
  var remaining: Int { window.count &- position }
  /// Whether bytes that had to be passed over have not all come.
  var isSkipping: Bool { skipping > 0 }

  /// Whether it is a plain file that is not being written: its first bytes are there without waiting.
  let isAtHand: Bool

  /// Opens a path, or standard input for `-`. With `follow`, the end of a plain file is not the end: more may be written.
  /// - Parameter buffers: how many there are, at least one.
  init(path: String, follow: Bool, buffers count: Int) throws(CaptureError) {
    name = path
    // Not to wait for somebody to open the other end of a pipe; plain files do not know the flag.
    let descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CaptureError(.unreadable, path, CaptureError.system(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = CaptureError.system(errno)
      close(descriptor)
      throw CaptureError(.unreadable, path, reason)
    }
    let format = status.st_mode & S_IFMT
    guard format != S_IFDIR else {
      close(descriptor)
      throw CaptureError(.unreadable, path, "is a directory")
    }
    let isRegular = format == S_IFREG
    isAtHand = isRegular && !follow && path != "-" && status.st_size > 0
    bufferCount = max(1, count)
    // Pages that are never written to are never there: what is not read at once costs nothing.
    buffers = .allocate(byteCount: bufferCount * Self.bufferSize, alignment: 4096)
    window = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffers)[..<0])
    stream = SniffingStream(DescriptorStream(descriptor, name: path, follow: follow && isRegular && path != "-"))
  }

  deinit { buffers.deallocate() }

  private var buffer: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      rebasing: buffers[(current &* Self.bufferSize)..<((current &+ 1) &* Self.bufferSize)])
  }

  /// Passes over bytes, also over those that are not at hand yet.
  func skip(_ count: UInt64) {
    let here = min(count, UInt64(remaining))
    position &+= Int(here)
    skipping &+= count &- here
  }

  /// Gets more bytes behind those at hand, which move: to the next buffer, or, where there is but one, to its beginning.
  ///
  /// - Parameter needed: how many bytes the next record has, as far as is known.
  func refill(_ needed: Int) throws(CaptureError) -> Refill {
    // Little pieces, as pipes give them, gather in one buffer.
    let isWellUsed = position >= Self.readSize / 2 || Self.bufferSize &- position < max(needed, remaining &+ 4096)
    if position > 0, isWellUsed { turn() }
    let buffer = buffer
    let held = window.count
    guard let base = buffer.baseAddress else { return .end }
    guard held < buffer.count else { return .more }
    let end = min(buffer.count, max(Self.readSize, position &+ needed, held &+ 4096))
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[held..<end])
    do {
      switch try stream.read(into: room) {
      case .bytes(let count):
        window = UnsafeRawBufferPointer(start: base, count: held &+ count)
        if skipping > 0 {
          let pending = skipping
          skipping = 0
          skip(pending)
        }
        return .more
      case .idle: return .idle
      case .restarted(let why):
        // What was at hand before may still be looked at.
        position = window.count
        turn()
        windowOffset = 0
        skipping = 0
        return .restarted(why)
      case .end: return .end
      }
    } catch {
      var placed = error
      placed.offset = placed.offset ?? (windowOffset &+ UInt64(held))
      throw placed
    }
  }

  /// Goes on in the next buffer, or at the beginning of the only one, with what is left of this one.
  private func turn() {
    let rest = UnsafeRawBufferPointer(rebasing: window[position...])
    if bufferCount > 1 {
      current = (current &+ 1) % bufferCount
      willReuse?(current)
    }
    let buffer = buffer
    if let start = buffer.baseAddress, let old = rest.baseAddress { memmove(start, old, rest.count) }
    window = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<rest.count])
    windowOffset &+= UInt64(position)
    position = 0
  }
}
