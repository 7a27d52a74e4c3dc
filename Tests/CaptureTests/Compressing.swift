// Compressed files, made by the programs or libraries that define them.

import CZstd
import TestSupport

struct CompressionFailed: Error {}

/// What gzip(1) makes of the bytes.
@Sendable func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
  try withTemporaryFile(bytes) { path in
    try withTemporaryFile([], suffix: ".gz") { compressed in
      guard run("gzip -c \(path) > \(compressed)") == 0 else { throw CompressionFailed() }
      return try Corpus.bytes(of: compressed)
    }
  }
}

/// A Zstandard frame of the bytes.
@Sendable func zstdCompressed(_ bytes: [UInt8]) throws -> [UInt8] {
  var out = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
  let count = ZSTD_compress(&out, out.count, bytes, bytes.count, 3)
  guard ZSTD_isError(count) == 0 else { throw CompressionFailed() }
  return Array(out[..<count])
}
