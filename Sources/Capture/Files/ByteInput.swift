// The bytes of a capture file: mapped if it is plain, else read, and decompressed, through a buffer of fixed size.

import Glibc

/// Where the parsers read. `window` is what is at hand: of a mapped file all of it.
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
  /// Bytes at hand; valid until `refill`, or as long as this lives if `isMapped`.
  private(set) var window: UnsafeRawBufferPointer
  /// How much of `window` has been used.
  var position = 0
  /// Where in the file (decompressed) `window` begins.
  private(set) var windowOffset: UInt64 = 0
  let isMapped: Bool

  private var stream: (any ByteStream)?
  private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Bytes still to be passed over.
  private var skipping: UInt64 = 0
  /// How much of a mapping has been given back.
  private var released = 0
  /// Of a mapped file, kept to see whether it is cut.
  private var mappedDescriptor: Int32 = -1

  /// Where the next byte lies in the file.
  var offset: UInt64 { windowOffset &+ UInt64(position) }
  var remaining: Int { window.count &- position }
  /// Whether bytes that had to be passed over have not all come.
  var isSkipping: Bool { skipping > 0 }

  /// Whether it is a plain file that is not being written: its first bytes are there without waiting.
  let isAtHand: Bool

  /// Opens a path, or standard input for `-`. With `follow`, the end of a plain file is not the end: more may be written.
  /// - Parameter mapped: whether a plain file may be mapped; otherwise it is read.
  init(path: String, follow: Bool, mapped: Bool) throws(CaptureError) {
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
    if mapped, isAtHand, let size = Int(exactly: status.st_size),
      let mapped = Self.map(descriptor, size)
    {
      mappedDescriptor = descriptor
      window = mapped
      isMapped = true
      return
    }
    isMapped = false
    buffer = .allocate(byteCount: Self.bufferSize, alignment: 64)
    window = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<0])
    stream = SniffingStream(DescriptorStream(descriptor, name: path, follow: follow && isRegular && path != "-"))
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: window.baseAddress), window.count)
      close(mappedDescriptor)
    } else {
      buffer.deallocate()
    }
  }

  /// Maps a file; nil if that cannot be done or it is compressed: then it is read as a stream.
  private static func map(_ descriptor: Int32, _ size: Int) -> UnsafeRawBufferPointer? {
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else { return nil }
    let mapped = UnsafeRawBufferPointer(start: base, count: size)
    if CompressionFormat(of: mapped) != nil {
      munmap(base, size)
      return nil
    }
    madvise(base, size, MADV_SEQUENTIAL)
    return mapped
  }

  /// Whether a mapped file has become shorter: its lost pages must not be touched. Asked before each batch; somebody who
  /// cuts the file in the middle of one still ends the program.
  var isCut: Bool {
    guard isMapped else { return false }
    var status = stat()
    return fstat(mappedDescriptor, &status) != 0 || Int(status.st_size) < window.count
  }

  /// Gives pages that have been used back to the system: they count as this program's memory else. They can be read again,
  /// but the last ones are left, for workers that are behind.
  func releaseUsedPages() {
    let behind = 8 << 20
    guard isMapped, position &- released >= 16 << 20 &+ behind, let base = window.baseAddress else { return }
    let upTo = (position &- behind) & ~4095
    madvise(UnsafeMutableRawPointer(mutating: base + released), upTo &- released, MADV_DONTNEED)
    released = upTo
  }

  /// Passes over bytes, also over those that are not at hand yet.
  func skip(_ count: UInt64) {
    let here = min(count, UInt64(remaining))
    position &+= Int(here)
    skipping &+= count &- here
  }

  /// Gets more bytes behind those at hand, which move: what was handed out from `window` is no longer valid.
  ///
  /// - Parameter needed: how many bytes the next record has, as far as is known.
  func refill(_ needed: Int) throws(CaptureError) -> Refill {
    guard stream != nil, let base = buffer.baseAddress else { return .end }
    let rest = remaining
    if position > 0 {
      if rest > 0 { memmove(base, base + position, rest) }
      windowOffset &+= UInt64(position)
      position = 0
    }
    window = UnsafeRawBufferPointer(start: base, count: rest)
    guard rest < buffer.count else { return .more }
    let end = min(buffer.count, max(Self.readSize, needed, rest &+ 4096))
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[rest..<end])
    do {
      switch try stream?.read(into: room) {
      case .bytes(let count):
        window = UnsafeRawBufferPointer(start: base, count: rest &+ count)
        if skipping > 0 {
          let pending = skipping
          skipping = 0
          skip(pending)
        }
        return .more
      case .idle: return .idle
      case .restarted(let why):
        window = UnsafeRawBufferPointer(start: base, count: 0)
        windowOffset = 0
        skipping = 0
        return .restarted(why)
      case .end, nil: return .end
      }
    } catch {
      var placed = error
      placed.offset = placed.offset ?? (windowOffset &+ UInt64(rest))
      throw placed
    }
  }
}
