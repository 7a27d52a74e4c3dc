// What the tests of this folder share: a file in, frames out.

import Capture
import Packets
import TestSupport
import Testing

/// A frame with its bytes copied, which outlives the reader.
struct ReadFrame: Equatable {
  var time: Int64
  var bytes: [UInt8]
  var wireLength: Int
  var linkType: LinkType
  var number: UInt64
  var interface: UInt32
  var hasInvalidTime: Bool
}

/// All frames of a reader, and the error that ended it.
func readAll(_ reader: any CaptureReader, frameLimit: Int = 1024) -> (frames: [ReadFrame], error: CaptureError?) {
  var frames: [ReadFrame] = []
  var batch: [FrameView] = []
  while true {
    do throws(CaptureError) {
      if try reader.nextBatch(&batch, frameLimit: frameLimit) == .end { return (frames, nil) }
    } catch {
      return (frames, error)
    }
    for frame in batch {
      frames.append(
        ReadFrame(
          time: frame.time, bytes: Array(frame.bytes), wireLength: Int(frame.wireLength), linkType: frame.linkType,
          number: frame.number, interface: frame.interface, hasInvalidTime: frame.hasInvalidTime))
    }
  }
}

/// All frames of a file of those bytes, and the error that ended it: read through one buffer, and the same through several.
func read(_ bytes: [UInt8], suffix: String = ".pcap", frameLimit: Int = 1024) throws -> (
  frames: [ReadFrame], error: CaptureError?
) {
  try withTemporaryFile(bytes, suffix: suffix) { path in
    func result(buffers: Int) -> (frames: [ReadFrame], error: CaptureError?) {
      do throws(CaptureError) {
        return readAll(try CaptureFile(path, buffers: buffers), frameLimit: frameLimit)
      } catch {
        return ([], error)
      }
    }
    let one = result(buffers: 1)
    let several = result(buffers: 3)
    #expect(several.frames == one.frames)
    #expect(several.error?.description == one.error?.description)
    return one
  }
}

/// Frames one second and one microsecond apart, each of a different length.
func someFrames(_ count: Int = 3) -> [CapturedFrame] {
  (0..<count).map {
    CapturedFrame(
      at: 1_700_000_000_000_000_000 + Int64($0) * 1_000_001_000, Array(repeating: UInt8($0 % 251), count: 14 + $0 % 50),
      wireLength: 1500)
  }
}

/// The bytes of a number in either order.
func bytes(_ value: some FixedWidthInteger, bigEndian: Bool = false) -> [UInt8] {
  withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
}
