/// The input of a file source: opened, decompressed where it has to be, and handed on as a readable descriptor.

import CZlib
import CZstd
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How an input is packed, by its first bytes.
enum Packing: Sendable {
  case plain, gzip, zstd

  init(_ start: [UInt8]) {
    if start.starts(with: [0x1F, 0x8B]) {
      self = .gzip  // RFC 1952 §2.3.1
    } else if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd  // RFC 8878 §3.1.1
    } else {
      self = .plain
    }
  }
}

/// Why reading or unpacking stopped before the end.
struct InputFault: Error {
  var text: String
}

/// Unpacks an input piece by piece. `read` gives decompressed bytes, 0 at the end.
final class Unpacker {
  static let pieceBytes = 1 << 16

  private let descriptor: Int32
  private let packing: Packing
  private var input: [UInt8]
  private var inputAt = 0
  private var inputCount = 0
  private var atEnd = false
  /// At one address for life: zlib's state points back to it.
  private var gzip: UnsafeMutablePointer<z_stream>?
  private var zstd: OpaquePointer?
  /// Whether the last zstd frame, or gzip member, was complete.
  private var complete = true

  /// Takes the descriptor, which must be at the start of the input or just behind `start`.
  init(descriptor: Int32, start: [UInt8], packing: Packing) throws(InputFault) {
    self.descriptor = descriptor
    self.packing = packing
    input = start
    inputCount = start.count
    if input.count < Self.pieceBytes { input += [UInt8](repeating: 0, count: Self.pieceBytes - input.count) }
    switch packing {
    case .plain: break
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      // 15 bits of window, +16: a gzip header is expected.
      guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        stream.deallocate()
        throw InputFault(text: "no memory to decompress it")
      }
      gzip = stream
    case .zstd:
      guard let stream = ZSTD_createDStream() else { throw InputFault(text: "no memory to decompress it") }
      ZSTD_initDStream(stream)
      zstd = stream
    }
  }

  deinit {
    if let gzip {
      inflateEnd(gzip)
      gzip.deallocate()
    }
    if let zstd { ZSTD_freeDStream(zstd) }
    close(descriptor)
  }

  func read(into output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
    while true {
      if inputAt == inputCount, !atEnd { try refill() }
      switch packing {
      case .plain:
        let count = min(output.count, inputCount - inputAt)
        input.withUnsafeBytes {
          output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[inputAt..<inputAt + count]))
        }
        inputAt += count
        return count
      case .gzip, .zstd:
        if inputAt == inputCount, atEnd {
          guard complete else { throw InputFault(text: "the compressed data is cut short") }
          return 0
        }
        let count = packing == .gzip ? try inflate(output) : try decompress(output)
        if count > 0 { return count }
      }
    }
  }

  private func refill() throws(InputFault) {
    let count = input.withUnsafeMutableBytes { buffer in
      var n: Int
      repeat { n = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while n < 0 && errno == EINTR
      return n
    }
    guard count >= 0 else { throw InputFault(text: "cannot be read: \(systemWords)") }
    inputAt = 0
    inputCount = count
    atEnd = count == 0
  }

  private func inflate(_ output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
    guard let stream = gzip else { return 0 }
    let status = input.withUnsafeMutableBytes { buffer in
      stream.pointee.next_in = buffer.baseAddress.map { ($0 + inputAt).assumingMemoryBound(to: UInt8.self) }
      stream.pointee.avail_in = UInt32(inputCount - inputAt)
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      return CZlib.inflate(stream, Z_NO_FLUSH)
    }
    inputAt = inputCount - Int(stream.pointee.avail_in)
    switch status {
    case Z_OK, Z_BUF_ERROR: complete = false
    case Z_STREAM_END:
      // Members may follow one another (RFC 1952 §2.2).
      complete = true
      inflateReset(stream)
    default: throw InputFault(text: "the gzip data is broken (\(status))")
    }
    return output.count - Int(stream.pointee.avail_out)
  }

  private func decompress(_ output: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
    var out = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = input.withUnsafeBytes { buffer in
      var piece = ZSTD_inBuffer(src: buffer.baseAddress, size: inputCount, pos: inputAt)
      let status = ZSTD_decompressStream(zstd, &out, &piece)
      inputAt = piece.pos
      return status
    }
    guard ZSTD_isError(status) == 0 else {
      throw InputFault(text: "the zstd data is broken: \(String(cString: ZSTD_getErrorName(status)))")
    }
    complete = status == 0
    return out.pos
  }
}

/// An input ready for a plugin: its first decompressed bytes, and a descriptor of the whole.
public final class SourceInput: @unchecked Sendable {  // `start`, `path` are set in init; `fault` is behind its mutex

  /// How much of an input a plugin is shown to recognise it.
  public static let sniffedBytes = 1 << 16

  /// F_SETPIPE_SZ of linux/fcntl.h, which the Glibc module leaves out.
  private static let setPipeSize: Int32 = 1031

  public let path: String
  /// Where it was opened; nil for a descriptor that somebody else did, whose name is no place.
  let openedPath: String?
  /// The first 64 KiB, decompressed; fewer only where there are no more.
  public let start: [UInt8]
  /// To be passed to the plugin. Closed by ``close()``.
  let descriptor: Int32
  private let fault = Mutex<String?>(nil)
  private var feeder: pthread_t?

  /// Opens a file, standard input for `-`, or a member of an archive: `export.zip!messages.csv`.
  public init(path: String) throws(PluginError) {
    self.path = path
    openedPath = path
    if let inner = ArchivePath(path) {
      do throws(InputFault) {
        let stream = try Archive.open(inner)
        start = try stream.read(upTo: Self.sniffedBytes)
        var ends: [Int32] = [-1, -1]
        try Self.makePipe(&ends)
        descriptor = ends[0]
        feeder = Feed(input: self, unpacker: stream, writeEnd: ends[1], start: start).run()
        return
      } catch {
        throw PluginError(.file, path, error.text)
      }
    }
    let fd = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { throw PluginError(.file, path, "cannot be opened: \(systemWords)") }
    var info = stat()
    guard fstat(fd, &info) == 0, info.st_mode & S_IFMT != S_IFDIR else {
      Glibc.close(fd)
      throw PluginError(.file, path, "is a folder")
    }
    do throws(InputFault) {
      let head = try Self.read(fd, atMost: Self.sniffedBytes)
      let packing = Packing(head)
      if packing == .plain, lseek(fd, 0, SEEK_SET) == 0 {
        start = head
        descriptor = fd
        return
      }
      let unpacker = try Unpacker(descriptor: fd, start: head, packing: packing)
      start = try unpacker.read(upTo: Self.sniffedBytes)
      var ends: [Int32] = [-1, -1]
      try Self.makePipe(&ends)
      descriptor = ends[0]
      let feed = Feed(input: self, unpacker: unpacker, writeEnd: ends[1], start: start)
      feeder = feed.run()
    } catch {
      throw PluginError(.file, path, error.text)
    }
  }

  /// What is read from a descriptor, which is this object's from now on; `start` is what a plugin is shown of it.
  public init(descriptor: Int32, name: String, start: [UInt8] = []) {
    path = name
    openedPath = nil
    self.start = start
    self.descriptor = descriptor
  }

  /// What went wrong behind the pipe, once the plugin has seen its end.
  var problem: String? { fault.withLock { $0 } }

  fileprivate func failed(_ text: String) { fault.withLock { $0 = text } }

  /// A thread decompresses it into a pipe, so that there may be nothing to read for a while.
  var isFed: Bool { feeder != nil }

  /// Waits until there are bytes to read, or the end, for so long at most; false where the time ran out.
  func waitForBytes(milliseconds: Int32) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, milliseconds) > 0
  }

  /// Closes the descriptor and waits for the feeding thread, which then finds nobody reading.
  func finish() {
    guard !finished else { return }
    finished = true
    Glibc.close(descriptor)
    if let feeder { pthread_join(feeder, nil) }
  }
  private var finished = false

  deinit { finish() }

  private static func read(_ fd: Int32, atMost limit: Int) throws(InputFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      let n = bytes.withUnsafeMutableBytes { Glibc.read(fd, $0.baseAddress.map { $0 + count }, limit - count) }
      if n < 0, errno == EINTR { continue }
      guard n >= 0 else { throw InputFault(text: "cannot be read: \(systemWords)") }
      if n == 0 { break }
      count += n
    }
    bytes.removeLast(limit - count)
    return bytes
  }

  private static func makePipe(_ ends: inout [Int32]) throws(InputFault) {
    guard pipe(&ends) == 0 else { throw InputFault(text: "no pipe to decompress through: \(systemWords)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A larger pipe means fewer switches between the two threads; refusal does no harm.
    _ = fcntl(ends[1], setPipeSize, 1 << 20)
  }
}

/// The thread that feeds the pipe. It alone has the unpacker and the write end once it runs.
private final class Feed: @unchecked Sendable {
  private weak var input: SourceInput?
  private let unpacker: any ByteStream
  private let writeEnd: Int32
  private let start: [UInt8]

  init(input: SourceInput, unpacker: any ByteStream, writeEnd: Int32, start: [UInt8]) {
    self.input = input
    self.unpacker = unpacker
    self.writeEnd = writeEnd
    self.start = start
  }

  /// Starts the thread; nil where there is none to be had, and then the input says so.
  func run() -> pthread_t? {
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Feed>.fromOpaque(context).takeRetainedValue().feed() }
        return nil
      }, me.toOpaque())
    guard status == 0 else {
      me.release()
      close(writeEnd)
      input?.failed("no thread to decompress it")
      return nil
    }
    return thread
  }

  private func feed() {
    // A write without a reader must be an error here, not a signal to the process.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    defer { close(writeEnd) }
    guard start.withUnsafeBytes(write) else { return }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Unpacker.pieceBytes, alignment: 16)
    defer { piece.deallocate() }
    while true {
      do throws(InputFault) {
        let count = try unpacker.read(into: piece)
        guard count > 0, write(UnsafeRawBufferPointer(rebasing: piece[..<count])) else { return }
      } catch {
        input?.failed(error.text)
        return
      }
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var at = 0
    while at < bytes.count {
      let n = Glibc.write(writeEnd, bytes.baseAddress.map { $0 + at }, bytes.count - at)
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { return false }
      at += n
    }
    return true
  }
}
