// From when to when a capture goes, which says whether two captures are one sensor's, continued, or two sensors'.

import Glibc

/// The times of a capture file.
public struct CaptureTimeRange: Sendable, Equatable {
  /// Nanoseconds since 1970 UTC: the lowest and the highest time of any frame.
  public var first: Int64
  public var last: Int64
  /// Frames that can be read.
  public var frames: UInt64

  public init(first: Int64, last: Int64, frames: UInt64) {
    self.first = first
    self.last = last
    self.frames = frames
  }

  /// Whether the two have more than a moment in common. Touching does not count: where a capture was cut in pieces, frames
  /// of one instant are on both sides of the cut.
  public func overlaps(_ other: CaptureTimeRange) -> Bool { first < other.last && other.first < last }
}

extension CaptureFile {
  /// Whether a path is a plain file, or none at all, which reading will tell of. Pipes, sockets, terminals and standard input
  /// give their bytes once.
  public static func canBeReadTwice(_ path: String) -> Bool {
    guard path != "-" else { return false }
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// The times of a file, found by going through its record headers once; nil if it has no frame. What comes before an error
  /// in the middle of the file counts, and the error is left to whoever reads it. Not for pipes, which can be read only once.
  public static func timeRange(_ path: String) throws(CaptureError) -> CaptureTimeRange? {
    let file = try CaptureFile(path)
    var batch: [FrameView] = []
    var range: CaptureTimeRange?
    while true {
      let progress: CaptureProgress
      do {
        progress = try file.nextBatch(&batch)
      } catch {
        if range == nil { throw error }
        return range
      }
      if progress == .end { return range }
      for frame in batch {
        var known = range ?? CaptureTimeRange(first: frame.time, last: frame.time, frames: 0)
        known.first = min(known.first, frame.time)
        known.last = max(known.last, frame.time)
        known.frames &+= 1
        range = known
      }
    }
  }
}
