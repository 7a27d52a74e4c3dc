// Fuzz target: capture files of any bytes, mapped and through a pipe.

import Glibc

/// The first byte says how the rest is read: as a file in memory, which is mapped, or through a pipe, which is where
/// decompression and records that come in pieces are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  // What a pipe holds at once.
  guard count > 1, count <= 60_000 else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
  if start[0] & 1 == 0 {
    let path = "/dev/shm/vedette-fuzz-\(getpid())"
    let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    defer {
      close(file)
      unlink(path)
    }
    guard file >= 0, write(file, bytes.baseAddress, bytes.count) == bytes.count else { return 0 }
    readThrough(path, limit: 3)
  } else {
    var ends: (Int32, Int32) = (0, 0)
    let made = withUnsafeMutableBytes(of: &ends) { pipe($0.assumingMemoryBound(to: Int32.self).baseAddress) }
    guard made == 0 else { return 0 }
    defer { close(ends.0) }
    let written = write(ends.1, bytes.baseAddress, bytes.count)
    close(ends.1)
    guard written == bytes.count else { return 0 }
    readThrough("/proc/self/fd/\(ends.0)", limit: 1024)
  }
  return 0
}

/// Reads all frames. Every byte of each is touched, so that a view that leaves its file is found.
private func readThrough(_ path: String, limit: Int) {
  do throws(CaptureError) {
    let file = try CaptureFile(path)
    var batch: [FrameView] = []
    var sum: UInt8 = 0
    var number: UInt64 = 0
    while true {
      switch try file.nextBatch(&batch, frameLimit: limit) {
      case .end: return
      case .idle: continue
      case .frames:
        for frame in batch {
          for byte in frame.bytes { sum ^= byte }
          guard frame.number > number, frame.bytes.count <= frameLengthLimit else {
            fatalError("a frame out of bounds")
          }
          number = frame.number
        }
      }
      if sum == 0, file.annotations.leftOut == .max { return }
    }
  } catch {
    guard !error.description.contains("\n") else { fatalError("an error of more than one line") }
  }
}
