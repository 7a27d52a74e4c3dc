// Bytes that come one after the other: a file that is being written, a pipe, and what is compressed.

import CZlib
import CZstd
import Glibc

enum StreamRead {
  case bytes(Int)
  /// Nothing now; more may come.
  case idle
  case end
}

protocol ByteStream: AnyObject {
  /// Fills the beginning of `room`, which is not empty.
  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead
}

/// Compression, seen from the first bytes.
enum CompressionFormat {
  case gzip, zstd

  init?(of bytes: UnsafeRawBufferPointer) {
    if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
      self = .gzip
    } else if bytes.count >= 4, bytes[0] == 0x28, bytes[1] == 0xB5, bytes[2] == 0x2F, bytes[3] == 0xFD {
      self = .zstd
    } else {
      return nil
    }
  }
}

/// A stream over a descriptor, which it takes over; decompressing if its first bytes say so.
func openStream(_ descriptor: Int32, name: String, follow: Bool) throws(CaptureError) -> any ByteStream {
  let plain = DescriptorStream(descriptor, name: name, follow: follow)
  guard !follow else { return plain }
  switch try plain.sniff() {
  case .gzip: return try GzipStream(plain)
  case .zstd: return try ZstdStream(plain)
  case nil: return plain
  }
}

/// A descriptor, read as it is.
final class DescriptorStream: ByteStream {
  let name: String
  private let descriptor: Int32
  private let follow: Bool
  /// Bytes read ahead to see what they are.
  private var ahead: [UInt8] = []
  /// Bytes handed out so far.
  private(set) var offset: UInt64 = 0

  init(_ descriptor: Int32, name: String, follow: Bool) {
    self.descriptor = descriptor
    self.name = name
    self.follow = follow
  }

  deinit { close(descriptor) }

  /// The compression of the first four bytes. Waits for them.
  func sniff() throws(CaptureError) -> CompressionFormat? {
    var head = [UInt8](repeating: 0, count: 4)
    var have = 0
    while have < 4 {
      let count = head.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + have }, 4 - have) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CaptureError(.unreadable, name, CaptureError.system(errno)) }
      if count == 0 { break }
      have += count
    }
    ahead = Array(head[..<have])
    return ahead.withUnsafeBytes { CompressionFormat(of: $0) }
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    if !ahead.isEmpty {
      let count = min(ahead.count, room.count)
      room.copyBytes(from: ahead[..<count])
      ahead.removeFirst(count)
      offset &+= UInt64(count)
      return .bytes(count)
    }
    while true {
      // So that a silent pipe does not hold up whoever wants to stop. A plain file is always ready.
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, 100) == 0 { return .idle }
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return .idle }
      guard count >= 0 else { throw CaptureError(.unreadable, name, at: offset, CaptureError.system(errno)) }
      if count == 0 {
        guard follow else { return .end }
        usleep(100_000)
        return .idle
      }
      offset &+= UInt64(count)
      return .bytes(count)
    }
  }
}

/// gzip (RFC 1952), of any number of members.
final class GzipStream: ByteStream {
  private let source: DescriptorStream
  private var inflater = z_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var isBetweenMembers = false
  private var hasEnded = false

  init(_ source: DescriptorStream) throws(CaptureError) {
    self.source = source
    guard inflateInit2_(&inflater, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw CaptureError(.compression, source.name, "zlib cannot be set up")
    }
  }

  deinit {
    inflateEnd(&inflater)
    input.deallocate()
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    if hasEnded { return .end }
    inflater.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    inflater.avail_out = UInt32(clamping: room.count)
    while true {
      if inflater.avail_in == 0 {
        switch try source.read(into: input) {
        case .idle:
          return produced(room) ?? .idle
        case .end:
          if let some = produced(room) { return some }
          hasEnded = true
          guard isBetweenMembers else {
            throw CaptureError(.truncated, source.name, "the gzip stream ends in its middle; what came before is kept")
          }
          return .end
        case .bytes(let count):
          inflater.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
          inflater.avail_in = UInt32(clamping: count)
        }
      }
      if isBetweenMembers {
        // What follows the last member and is none itself is padding, as tapes have it: gzip ignores it too.
        guard inflater.next_in.pointee == 0x1F else {
          hasEnded = true
          return produced(room) ?? .end
        }
        inflateReset(&inflater)
        isBetweenMembers = false
      }
      let status = inflate(&inflater, Z_NO_FLUSH)
      switch status {
      case Z_STREAM_END: isBetweenMembers = true
      case Z_OK, Z_BUF_ERROR: break
      default:
        hasEnded = true
        let at = source.offset &- UInt64(inflater.avail_in)
        throw CaptureError(.compression, source.name, "the gzip data are broken before byte \(at) of the file")
      }
      if inflater.avail_out == 0, let some = produced(room) { return some }
    }
  }

  private func produced(_ room: UnsafeMutableRawBufferPointer) -> StreamRead? {
    let count = room.count &- Int(inflater.avail_out)
    return count > 0 ? .bytes(count) : nil
  }
}

/// Zstandard (RFC 8878), of any number of frames.
final class ZstdStream: ByteStream {
  private let source: DescriptorStream
  private let decompressor: OpaquePointer
  private let inputBytes: UnsafeMutableRawBufferPointer
  private var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
  /// What zstd said last: 0 at the end of a frame.
  private var pending = 1
  private var hasEnded = false

  init(_ source: DescriptorStream) throws(CaptureError) {
    guard let decompressor = ZSTD_createDStream() else {
      throw CaptureError(.compression, source.name, "zstd cannot be set up")
    }
    self.source = source
    self.decompressor = decompressor
    // 128 MiB, the largest window of levels 1-19: a hostile header must not ask for more.
    ZSTD_DCtx_setParameter(decompressor, ZSTD_d_windowLogMax, 27)
    inputBytes = .allocate(byteCount: 256 << 10, alignment: 64)
  }

  deinit {
    ZSTD_freeDStream(decompressor)
    inputBytes.deallocate()
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    if hasEnded { return .end }
    var output = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
    while output.pos < output.size {
      if input.pos == input.size {
        switch try source.read(into: inputBytes) {
        case .idle: return output.pos > 0 ? .bytes(output.pos) : .idle
        case .end:
          if output.pos > 0 { return .bytes(output.pos) }
          hasEnded = true
          guard pending == 0 else {
            throw CaptureError(.truncated, source.name, "the zstd stream ends in its middle; what came before is kept")
          }
          return .end
        case .bytes(let count):
          input = ZSTD_inBuffer(src: inputBytes.baseAddress, size: count, pos: 0)
        }
      }
      pending = ZSTD_decompressStream(decompressor, &output, &input)
      if ZSTD_isError(pending) != 0 {
        hasEnded = true
        let at = source.offset &- UInt64(input.size &- input.pos)
        let reason = String(cString: ZSTD_getErrorName(pending))
        throw CaptureError(
          .compression, source.name, "the zstd data are broken before byte \(at) of the file: \(reason)")
      }
    }
    return .bytes(output.pos)
  }
}
