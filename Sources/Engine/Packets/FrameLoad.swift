/// Frames on their way to one worker, and what is to be done when they are through.

import Capture
import Evidence
import Flows

/// A handful of frames in memory of its lane, passed on as a whole: what two threads agree on, they agree on once a load.
struct FrameLoad {
  static let capacity = 1024
  /// Bytes of frames from which on a load goes on its way: what the processor's cache still has when the worker begins.
  static let fullBytes = 128 << 10
  /// Owned by the lane.
  let frames: UnsafeMutablePointer<FrameView>
  private(set) var count = 0
  private var bytes = 0
  /// The end of a stretch: the clock is set forward to it, and what was found is handed over.
  var mark: Int64?
  /// Flows to be closed then; what that brings to light is handed over.
  var closing: Closing?
  /// The time at which the flows still open are to be listed.
  var listing: Int64?

  struct Closing {
    var reason: FlowEndReason
    /// Up to this one.
    var bound: FlowOrder
  }

  init(frames: UnsafeMutablePointer<FrameView>) { self.frames = frames }

  var isEmpty: Bool { count == 0 }
  /// Whether it is to go on its way before another frame comes.
  var isFull: Bool { count == Self.capacity || bytes >= Self.fullBytes }
  /// Whether it ends a stretch, so that what the worker found is handed over.
  var handsOver: Bool { mark != nil || closing != nil }

  mutating func add(_ frame: FrameView) {
    frames[count] = frame
    count &+= 1
    bytes &+= frame.bytes.count
  }

  /// Does all that it asks for.
  func work(_ worker: PacketWorker) {
    worker.process(UnsafeBufferPointer(start: frames, count: count))
    if let time = mark, time > .min { worker.advance(to: time) }
    if let time = listing { worker.list(at: time) }
    if let closing { worker.finish(reason: closing.reason, through: closing.bound) }
  }
}
