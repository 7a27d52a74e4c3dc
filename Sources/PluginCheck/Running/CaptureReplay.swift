/// Captures through the flow engine, for one consumer of their streams: what `plugin run` and `plugin check` begin with.

import Capture
import Evidence
import Flows
import Packets

/// Reads captures frame by frame on the caller's thread.
public enum CaptureReplay {
  /// Runs the frames of a capture through a flow engine until its end.
  ///
  /// - Parameters:
  ///   - between: called after each batch of frames; false ends the reading.
  /// - Returns: how many frames there were.
  @discardableResult
  public static func read(
    _ path: String, into engine: FlowEngine, between: () -> Bool = { true }
  ) throws(CaptureError) -> UInt64 {
    let file = try CaptureFile(path)
    engine.capture = path
    var decoder = PacketDecoder()
    var packet = Packet()
    var batch: [FrameView] = []
    var frames: UInt64 = 0
    reading: while true {
      switch try file.nextBatch(&batch, frameLimit: 1024) {
      case .end: break reading
      case .idle: continue
      case .frames: break
      }
      for frame in batch {
        decoder.decode(
          frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
          wireLength: Int(frame.wireLength), hasInvalidTime: frame.hasInvalidTime, interface: frame.interface,
          into: &packet)
        repeat {
          engine.process(&packet, frame: frame.bytes)
        } while decoder.decodeInner(frame.bytes, into: &packet)
      }
      frames &+= UInt64(batch.count)
      if !between() { break }
    }
    if let problem = file.problems.first { throw problem }
    return frames
  }
}
