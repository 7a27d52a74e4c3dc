// What Capture hands out: frames in batches, without copying where the source allows it.

import Packets

/// One captured frame. A trivial value; the bytes belong to the reader.
///
/// Unchecked Sendable: nothing writes to the bytes from when a batch is handed out until the next call of `nextBatch`
/// (`CaptureReader.keepsFrames`: until the reader asks for their room), so that any thread may read them in between.
public struct FrameView: @unchecked Sendable {
  public var bytes: UnsafeRawBufferPointer
  /// Nanoseconds since 1970 UTC.
  public var time: Int64
  /// Its place in the capture, from 1. Frames that a filter or an unsupported link type left out are counted.
  public var number: UInt64
  /// Bytes on the wire as the capture states them.
  public var wireLength: UInt32
  public var linkType: LinkType
  /// The interface, from 0, counted through all sections of a file.
  public var interface: UInt32
  /// Whether the time is impossible (a fraction above one second, beyond what 64 bits of nanoseconds hold) or lies more than
  /// `timeTolerance` before that of the frame before.
  public var hasInvalidTime: Bool

  /// How far a capture's clock may run back between two frames before it is flagged: 10 s, in nanoseconds. Merged
  /// captures and several capture queues give less.
  public static let timeTolerance: Int64 = 10_000_000_000
}

/// What a call of `nextBatch` has done.
public enum CaptureProgress: Sendable {
  /// `batch` has frames.
  case frames
  /// Nothing has come for some 100 ms; more may come.
  case idle
  /// There will be no more.
  case end
}

/// A source of frames: a file, a pipe or an interface. Used by one thread at a time.
public protocol CaptureReader: AnyObject {
  /// What the source is called: a path, `-` or an interface.
  var name: String { get }
  /// Whether frames stay readable until the reader asks for their room, not only until the next call of `nextBatch`.
  var keepsFrames: Bool { get }
  /// What was seen and lost.
  var counters: CaptureCounters { get }
  /// Frames are left out unless they match; nil takes all. Called between two calls of `nextBatch`.
  func setFilter(_ expression: String?) throws(CaptureError)
  /// Replaces `batch` by the next frames, at most `frameLimit`. An error comes when all frames before it have been handed out,
  /// and is the last thing that comes.
  func nextBatch(_ batch: inout [FrameView], frameLimit: Int) throws(CaptureError) -> CaptureProgress
  /// Asks the system what was lost, and puts it into `counters`. A file says it by itself.
  func updateDrops()
}

extension CaptureReader {
  public func updateDrops() {}

  /// With the usual limit of 1024 frames.
  public func nextBatch(_ batch: inout [FrameView]) throws(CaptureError) -> CaptureProgress {
    try nextBatch(&batch, frameLimit: 1024)
  }
}

/// What a reader has seen and lost so far.
public struct CaptureCounters: Sendable, Equatable {
  /// Frames handed out.
  public var frames: UInt64 = 0
  /// Captured bytes of them.
  public var bytes: UInt64 = 0
  /// Frames that the filter left out (files; the kernel does not count those of an interface).
  public var filtered: UInt64 = 0
  /// Frames of interfaces whose link type has no decoder.
  public var unsupported: UInt64 = 0
  /// Frames that the kernel had no room for, and those that the interface lost; of a pcapng file, as it says.
  public var dropped: UInt64 = 0
  public var interfaceDropped: UInt64 = 0

  public init() {}
}
