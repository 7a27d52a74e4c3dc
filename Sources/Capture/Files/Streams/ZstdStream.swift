// Zstandard (RFC 8878), of any number of frames.

import CZstd

final class ZstdStream: ByteStream {
  private let source: DescriptorStream
  private let decompressor: OpaquePointer
  private let inputBytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var input: ZSTD_inBuffer
  /// What zstd said last: 0 at the end of a frame.
  private var pending = 1
  private var hasEnded = false
  /// What came while there still was output to hand out.
  private var restart: String?
  private var failure: CaptureError?

  /// - Parameter head: bytes that were read from the source already; fewer than 256 KiB.
  init(_ source: DescriptorStream, head: [UInt8]) throws(CaptureError) {
    guard let decompressor = ZSTD_createDStream() else {
      inputBytes.deallocate()
      throw CaptureError(.compression, source.name, "zstd cannot be set up")
    }
    self.source = source
    self.decompressor = decompressor
    // 128 MiB, the largest window of levels 1-19: a hostile header must not ask for more.
    ZSTD_DCtx_setParameter(decompressor, ZSTD_d_windowLogMax, 27)
    inputBytes.copyBytes(from: head.prefix(inputBytes.count))
    input = ZSTD_inBuffer(src: inputBytes.baseAddress, size: min(head.count, inputBytes.count), pos: 0)
  }

  deinit {
    ZSTD_freeDStream(decompressor)
    inputBytes.deallocate()
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws(CaptureError) -> StreamRead {
    if let why = restart { return .restarted(why) }
    if let error = failure {
      failure = nil
      throw error
    }
    if hasEnded { return .end }
    var output = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
    while output.pos < output.size {
      if input.pos == input.size {
        switch try source.read(into: inputBytes) {
        case .idle: return output.pos > 0 ? .bytes(output.pos) : .idle
        case .restarted(let why):
          restart = why
          return output.pos > 0 ? .bytes(output.pos) : .restarted(why)
        case .end:
          if output.pos > 0 { return .bytes(output.pos) }
          hasEnded = true
          guard pending == 0 else {
            throw CaptureError(
              .truncated, source.name,
              "the zstd stream ends in its middle, at byte \(source.offset) of the file; what came before is kept")
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
        let error = CaptureError(
          .compression, source.name,
          "the zstd data are broken before byte \(at) of the file: \(reason); what came before is kept")
        // What was decompressed before the broken byte counts; the error comes when it is asked for more.
        guard output.pos > 0 else { throw error }
        failure = error
        return .bytes(output.pos)
      }
    }
    return .bytes(output.pos)
  }
}
