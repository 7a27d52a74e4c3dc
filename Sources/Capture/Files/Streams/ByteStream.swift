// Bytes that come one after the other: a file that is being written, a pipe, and what is compressed.

enum StreamRead {
  case bytes(Int)
  /// Nothing now; more may come.
  case idle
  case end
  /// What follows begins anew: the file was replaced or cut to nothing. The text says which.
  case restarted(String)
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
    } else if bytes.count >= 4, bytes[0] & 0xF0 == 0x50, bytes[1] == 0x2A, bytes[2] == 0x4D, bytes[3] == 0x18 {
      // A skippable frame (RFC 8878 §3.1.2), as parallel compressors put first.
      self = .zstd
    } else {
      return nil
    }
  }
}

/// A stream over a descriptor, decompressed if its first bytes say so. Never waits for them: a pipe may be silent.
final class SniffingStream: ByteStream {
  private let plain: DescriptorStream
  /// What reads from `plain`, once the first bytes have been seen.
  private var decoder: (any ByteStream)?
  private var head: [UInt8] = []
  /// How many of `head` have been handed on, when the bytes turned out to be plain.
  private var handedOn = 0
  private var isPlain = false

  init(_ plain: DescriptorStream) { self.plain = plain }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    while decoder == nil, !isPlain {
      var next = [UInt8](repeating: 0, count: 4 - head.count)
      switch try plain.read(into: &next) {
      case .bytes(let count): head += next[..<count]
      case .idle: return .idle
      case .restarted(let why): return restart(why)
      case .end: isPlain = true
      }
      if head.count == 4 { try choose() }
    }
    if let decoder {
      let result = try decoder.read(into: room)
      if case .restarted(let why) = result { return restart(why) }
      return result
    }
    if handedOn < head.count {
      let count = min(head.count - handedOn, room.count)
      room.copyBytes(from: head[handedOn..<(handedOn + count)])
      handedOn += count
      return .bytes(count)
    }
    let result = try plain.read(into: room)
    if case .restarted(let why) = result { return restart(why) }
    return result
  }

  private func choose() throws(CaptureError) {
    switch head.withUnsafeBytes({ CompressionFormat(of: $0) }) {
    case .gzip: decoder = try GzipStream(plain, head: head)
    case .zstd: decoder = try ZstdStream(plain, head: head)
    case nil: isPlain = true
    }
  }

  private func restart(_ why: String) -> StreamRead {
    decoder = nil
    head = []
    handedOn = 0
    isPlain = false
    return .restarted(why)
  }
}

extension DescriptorStream {
  fileprivate func read(into bytes: inout [UInt8]) throws(CaptureError) -> StreamRead {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { room.deallocate() }
    let result = try read(into: room)
    if case .bytes(let count) = result { bytes.replaceSubrange(..<count, with: room[..<count]) }
    return result
  }
}
