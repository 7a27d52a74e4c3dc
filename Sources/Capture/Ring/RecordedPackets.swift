// Finding packets again in what recorders have written.

import Glibc
import Packets

/// Reads the segments that recorders wrote, while they may go on writing.
public enum RecordedPackets {
  /// Gives all frames between two times, ends included, that are recorded below a folder; segments that are deleted
  /// meanwhile are passed over. Frames come folder by folder, within one in the order in which they were captured.
  ///
  /// - Parameter take: false ends the search.
  public static func search(_ folder: String, from: Int64, to: Int64, _ take: (FrameView) -> Bool) {
    let paths = PacketRecorder.segments(folder).map { PacketRecorder.path(folder, $0.number) }
    for (index, path) in paths.enumerated() {
      // Where the next segment begins before the time wanted, so does all of this one, but for what came out of order.
      if index + 1 < paths.count, let next = firstTime(paths[index + 1]),
        next.addingReportingOverflow(FrameView.timeTolerance).partialValue < from
      {
        continue
      }
      guard read(path, from: from, to: to, take) else { return }
    }
    for child in folders(folder) { search(folder + "/" + child, from: from, to: to, take) }
  }

  /// The same for one capture file. False if the search was ended.
  @discardableResult
  public static func read(_ path: String, from: Int64, to: Int64, _ take: (FrameView) -> Bool) -> Bool {
    guard let file = try? CaptureFile(path) else { return true }
    var batch: [FrameView] = []
    // A segment that is being written ends in the middle of a block at worst: what is before that counts.
    while let progress = try? file.nextBatch(&batch), progress != .end {
      for frame in batch where frame.time >= from && frame.time <= to {
        if !take(frame) { return false }
      }
    }
    return true
  }

  private static func firstTime(_ path: String) -> Int64? {
    var batch: [FrameView] = []
    guard let file = try? CaptureFile(path), (try? file.nextBatch(&batch, frameLimit: 1)) == .frames else { return nil }
    return batch.first?.time
  }

  private static func folders(_ folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { found.append(name) }
    }
    return found.sorted()
  }
}

/// A capture file that is made of frames found elsewhere.
public final class PacketCollection {
  private let writer: PcapngWriter
  private let limit: Int
  /// Frames that did not fit under the limit.
  public private(set) var leftOut: UInt64 = 0
  public var frames: UInt64 { writer.frames }

  /// - Parameter limit: bytes that the file may have.
  public init(_ path: String, limit: Int) throws(CaptureError) {
    writer = try PcapngWriter(path)
    self.limit = limit
  }

  public func add(_ frame: FrameView) {
    guard writer.size &+ frame.bytes.count &+ 64 <= limit else {
      leftOut &+= 1
      return
    }
    writer.write(frame)
  }

  /// Writes what is left; the file is whole then.
  public func finish() { writer.flush() }
}
