import Glibc
import Packets
import TestSupport
import Testing

@testable import Capture

@Suite("Packets on disk")
struct RecorderTests {
  private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    var name = Array("/tmp/vedette-test-XXXXXX".utf8CString)
    let made = mkdtemp(&name).map { String(cString: $0) }
    let path = try #require(made)
    defer { _ = run("rm -r \(path)") }
    return try body(path)
  }

  private func recorded(_ folder: String, from: Int64 = .min, to: Int64 = .max) -> [Int64] {
    var times: [Int64] = []
    RecordedPackets.search(folder, from: from, to: to) {
      times.append($0.time)
      return true
    }
    return times
  }

  /// Frames of a given size, one a second, handed to `record` a hundred at a time.
  private func record(_ recorder: PacketRecorder, seconds: Range<Int64>, size: Int) {
    let bytes = [UInt8](repeating: 7, count: size)
    bytes.withUnsafeBytes { content in
      var batch: [FrameView] = []
      for second in seconds {
        batch.append(
          FrameView(
            bytes: content, time: second * 1_000_000_000, number: UInt64(second), wireLength: UInt32(size),
            linkType: second % 2 == 0 ? .ethernet : .raw, interface: 0, hasInvalidTime: false))
        if batch.count == 100 {
          recorder.record(batch)
          batch = []
        }
      }
      recorder.record(batch)
    }
    recorder.flush()
  }

  @Test("What was recorded is read back as it was, time, length and link type included")
  func readBack() throws {
    try withFolder { folder in
      let recorder = try PacketRecorder(folder: folder + "/a/b", limit: 8 << 20)
      record(recorder, seconds: 0..<1000, size: 101)
      var frames: [(Int64, Int, UInt32, LinkType)] = []
      RecordedPackets.search(folder, from: .min, to: .max) {
        frames.append(($0.time, $0.bytes.count, $0.wireLength, $0.linkType))
        return true
      }
      #expect(frames.map(\.0) == (0..<1000).map { $0 * 1_000_000_000 })
      #expect(frames.allSatisfy { $0.1 == 101 && $0.2 == 101 })
      #expect(frames[0].3 == .ethernet && frames[1].3 == .raw)
    }
  }

  @Test("The folder stays within its bound, the newest packets stay, and those overwritten are counted")
  func bounded() throws {
    try withFolder { folder in
      let limit = 8 << 20
      let recorder = try PacketRecorder(folder: folder, limit: limit)
      // 40 MB, five times the bound.
      record(recorder, seconds: 0..<40_000, size: 1000)
      let size = PacketRecorder.segments(folder).reduce(0) { $0 + $1.size }
      #expect(size <= limit && size > limit / 2)
      let kept = recorded(folder)
      #expect(kept.last == 39_999_000_000_000)
      #expect(kept == Array((40_000 - Int64(kept.count))..<40_000).map { $0 * 1_000_000_000 })
      #expect(Int(recorder.overwritten) + kept.count == 40_000)
    }
  }

  @Test("A later run goes on after an earlier one's segments, which count towards the bound")
  func laterRun() throws {
    try withFolder { folder in
      record(try PacketRecorder(folder: folder, limit: 8 << 20), seconds: 0..<3_000, size: 1000)
      record(try PacketRecorder(folder: folder, limit: 8 << 20), seconds: 3_000..<3_100, size: 1000)
      #expect(recorded(folder).count == 3_100)
      #expect(recorded(folder, from: 2_999_000_000_000, to: 3_001_000_000_000).count == 3)
      record(try PacketRecorder(folder: folder, limit: 8 << 20), seconds: 3_100..<20_000, size: 1000)
      #expect(PacketRecorder.segments(folder).reduce(0) { $0 + $1.size } <= 8 << 20)
    }
  }

  @Test("A disk that takes no more is counted, and the recorder goes on when it does again")
  func fullDisk() throws {
    try withFolder { folder in
      let recorder = try PacketRecorder(folder: folder + "/r", limit: 8 << 20)
      try #require(run("rmdir \(folder)/r && touch \(folder)/r") == 0)
      record(recorder, seconds: 0..<10, size: 10)
      #expect(recorder.lost == 10 && recorder.problem != nil)
      try #require(run("rm \(folder)/r && mkdir \(folder)/r") == 0)
      record(recorder, seconds: 10..<20, size: 10)
      #expect(recorded(folder).count == 10)
    }
  }

  @Test("A collection keeps to its bound and counts what it left out")
  func collection() throws {
    try withFolder { folder in
      let path = folder + "/c.pcapng"
      let collection = try PacketCollection(path, limit: 10_000)
      let bytes = [UInt8](repeating: 1, count: 1000)
      bytes.withUnsafeBytes { content in
        for i in 0..<20 {
          collection.add(
            FrameView(
              bytes: content, time: Int64(i), number: 1, wireLength: 1000, linkType: .ethernet, interface: 0,
              hasInvalidTime: false))
        }
      }
      collection.finish()
      // 28 of the section, 32 of the interface, 1032 a frame: nine fit.
      #expect(collection.frames == 9 && collection.leftOut == 11)
      #expect(readAll(try CaptureFile(path)).frames.count == 9)
    }
  }
}
