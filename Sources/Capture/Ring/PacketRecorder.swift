// The packets of a capture on disk, the newest so many bytes of them: evidence that a case can hand over later.

import Glibc
import Packets

/// Writes every frame of a reader to a folder of segments and deletes the oldest beyond a bound. One thread's.
///
/// Segments are pcapng files, `0000000001.pcapng` and so on, which any reader of captures can read. Those of an earlier
/// run count and are deleted like the others.
public final class PacketRecorder {
  /// Frames written, those no longer there, and those that could not be written.
  public private(set) var recorded: UInt64 = 0
  public private(set) var overwritten: UInt64 = 0
  public private(set) var lost: UInt64 = 0
  /// Why the last write failed, if one did.
  public private(set) var problem: String?

  private struct Segment {
    var number: UInt64
    var size: Int
    /// 0 for those of an earlier run.
    var frames: UInt64
  }

  private let folder: String
  private let limit: Int
  private let segmentSize: Int
  private var segments: [Segment] = []
  private var closedSize = 0
  private var current: PcapngWriter?
  private var nextNumber: UInt64 = 1

  /// - Parameters:
  ///   - folder: made if it is not there; nobody else writes to it.
  ///   - limit: bytes that all segments may take together; at least 4 MiB are.
  public init(folder: String, limit: Int) throws(CaptureError) {
    self.folder = folder
    self.limit = max(limit, 4 << 20)
    segmentSize = max(1 << 20, self.limit / 16)
    try Self.prepare(folder)
    for (number, size) in Self.segments(folder) {
      segments.append(Segment(number: number, size: size, frames: 0))
      closedSize += size
      nextNumber = number &+ 1
    }
  }

  deinit { closeSegment() }

  /// Writes frames, in order.
  public func record(_ frames: [FrameView]) {
    for frame in frames {
      if let current, current.size > segmentSize { closeSegment() }
      guard let writer = current ?? openSegment() else {
        lost &+= 1
        continue
      }
      writer.write(frame)
    }
  }

  /// Makes what was recorded visible to readers. Call it now and then: the buffer holds a megabyte.
  public func flush() { current?.flush() }

  private func openSegment() -> PcapngWriter? {
    // Room for the new one first, so that the bound holds at every moment.
    while !segments.isEmpty, closedSize &+ segmentSize &+ 2 * frameLengthLimit > limit {
      let oldest = segments.removeFirst()
      unlink(Self.path(folder, oldest.number))
      closedSize &-= oldest.size
      overwritten &+= oldest.frames
    }
    do {
      let writer = try PcapngWriter(Self.path(folder, nextNumber))
      current = writer
      problem = nil
      return writer
    } catch {
      problem = error.description
      return nil
    }
  }

  private func closeSegment() {
    guard let writer = current else { return }
    writer.flush()
    if writer.lost > 0 { problem = "\(folder): the disk took no more" }
    lost &+= writer.lost
    recorded &+= writer.frames
    segments.append(Segment(number: nextNumber, size: writer.size, frames: writer.frames))
    closedSize &+= writer.size
    nextNumber &+= 1
    current = nil
  }

  // MARK: files

  static func path(_ folder: String, _ number: UInt64) -> String {
    let digits = String(number)
    return folder + "/" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".pcapng"
  }

  /// Makes a folder and those above it, for this user and its group.
  public static func prepare(_ path: String) throws(CaptureError) {
    var prefix = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      prefix += "/" + part
      guard mkdir(prefix, 0o750) != 0, errno != EEXIST else { continue }
      throw CaptureError(.unreadable, prefix, CaptureError.system(errno))
    }
  }

  /// The segments of a folder and their sizes, the oldest first.
  static func segments(_ folder: String) -> [(number: UInt64, size: Int)] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [(number: UInt64, size: Int)] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasSuffix(".pcapng"), let number = UInt64(name.dropLast(7)) else { continue }
      var status = stat()
      guard stat(folder + "/" + name, &status) == 0 else { continue }
      found.append((number, Int(status.st_size)))
    }
    return found.sorted { $0.number < $1.number }
  }
}
