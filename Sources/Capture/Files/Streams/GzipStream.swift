// gzip (RFC 1952), of any number of members.

import CZlib

final class GzipStream: ByteStream {
  private let source: DescriptorStream
  private var inflater = z_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var isBetweenMembers = false
  private var hasEnded = false
  /// What came while there still was output to hand out.
  private var restart: String?
  private var failure: CaptureError?

  /// - Parameter head: bytes that were read from the source already; fewer than 256 KiB.
  init(_ source: DescriptorStream, head: [UInt8]) throws(CaptureError) {
    self.source = source
    guard inflateInit2_(&inflater, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw CaptureError(.compression, source.name, "zlib cannot be set up")
    }
    input.copyBytes(from: head.prefix(input.count))
    inflater.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    inflater.avail_in = UInt32(clamping: min(head.count, input.count))
  }

  deinit {
    inflateEnd(&inflater)
    input.deallocate()
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    if let why = restart { return .restarted(why) }
    if let error = failure {
      failure = nil
      throw error
    }
    if hasEnded { return .end }
    inflater.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    inflater.avail_out = UInt32(clamping: room.count)
    while true {
      if inflater.avail_in == 0 {
        switch try source.read(into: input) {
        case .idle:
          return produced(room) ?? .idle
        case .restarted(let why):
          restart = why
          return produced(room) ?? .restarted(why)
        case .end:
          if let some = produced(room) { return some }
          hasEnded = true
          guard isBetweenMembers else {
            throw CaptureError(
              .truncated, source.name,
              "the gzip stream ends in its middle, at byte \(source.offset) of the file; what came before is kept")
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
        let error = CaptureError(
          .compression, source.name, "the gzip data are broken before byte \(at) of the file; what came before is kept")
        // What was decompressed before the broken byte counts; the error comes when it is asked for more.
        guard let some = produced(room) else { throw error }
        failure = error
        return some
      }
      if inflater.avail_out == 0, let some = produced(room) { return some }
    }
  }

  private func produced(_ room: UnsafeMutableRawBufferPointer) -> StreamRead? {
    let count = room.count &- Int(inflater.avail_out)
    return count > 0 ? .bytes(count) : nil
  }
}
