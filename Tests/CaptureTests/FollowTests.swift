import Capture
import Glibc
import TestSupport
import Testing

@Suite("Captures that somebody still writes")
struct FollowTests {
  /// Reads until `count` frames have come. The bound is on the reader's own waits of 100 ms.
  private func frames(_ file: CaptureFile, _ count: Int) throws -> [UInt64] {
    var batch: [FrameView] = []
    var numbers: [UInt64] = []
    for _ in 0..<100 where numbers.count < count {
      if try file.nextBatch(&batch) == .frames { numbers += batch.map(\.number) }
    }
    return numbers
  }

  @Test("A file that still grows gives its frames as they are written")
  func grows() throws {
    let bytes = pcapFile(someFrames(3))
    try withTemporaryFile(Array(bytes[..<(bytes.count - 5)])) { path in
      let file = try CaptureFile(path, follow: true)
      #expect(try frames(file, 2) == [1, 2])
      var batch: [FrameView] = []
      #expect(try file.nextBatch(&batch) == .idle)
      try append(Array(bytes[(bytes.count - 5)...]), to: path)
      #expect(try frames(file, 1) == [3])
    }
  }

  @Test("A file that is empty at first is read once it has begun, and a compressed one too")
  func begins() throws {
    for bytes in [pcapFile(someFrames(2)), try gzipped(pcapFile(someFrames(2)))] {
      try withTemporaryFile([]) { path in
        let file = try CaptureFile(path, follow: true)
        var batch: [FrameView] = []
        #expect(try file.nextBatch(&batch) == .idle)
        try append(Array(bytes[..<3]), to: path)
        #expect(try file.nextBatch(&batch) == .idle)
        try append(Array(bytes[3...]), to: path)
        #expect(try frames(file, 2) == [1, 2])
      }
    }
  }

  @Test("A file that is cut is read from its beginning again, and that is said")
  func cut() throws {
    try withTemporaryFile(pcapFile(someFrames(3))) { path in
      let file = try CaptureFile(path, follow: true)
      #expect(try frames(file, 3).count == 3)
      #expect(truncate(path, 0) == 0)
      try append(pcapFile(someFrames(1), bigEndian: true), to: path)
      #expect(try frames(file, 1) == [4])
      #expect(file.problems.count == 1)
      #expect(file.problems.first?.text.contains("was cut from") == true)
    }
  }

  @Test("After a rotation the old file's last frames come first, then the new file's")
  func rotated() throws {
    try withTemporaryFile(pcapFile(someFrames(2))) { path in
      let file = try CaptureFile(path, follow: true)
      #expect(try frames(file, 2).count == 2)
      let old = path + ".1"
      #expect(rename(path, old) == 0)
      defer { unlink(old) }
      let record = Array(pcapFile(someFrames(1))[24...])
      try append(record, to: old)
      try #require(run("cp \(old) \(path)") == 0)
      // One record left in the old file, three in the new one.
      #expect(try frames(file, 4) == [3, 4, 5, 6])
      #expect(file.problems.first?.text.contains("was replaced") == true)
    }
  }

  @Test("A pipe that nobody has opened for writing is idle, and does not hold up its reader")
  func silentPipe() throws {
    try withTemporaryFile([], suffix: ".fifo") { path in
      try #require(run("rm \(path) && mkfifo \(path)") == 0)
      let file = try CaptureFile(path)
      var batch: [FrameView] = []
      #expect(try file.nextBatch(&batch) == .idle)
      try withTemporaryFile(pcapFile(someFrames(2))) { source in
        try #require(run("cat \(source) > \(path)") == 0)
      }
      #expect(readAll(file).frames.count == 2)
    }
  }

  @Test("A file that is cut while it is read gives what is left, then an error", arguments: [1, 4])
  func cutWhileRead(buffers: Int) throws {
    // 50 frames take 2725 bytes, so that the cut lies within frame 256 * 50 + 46.
    try withTemporaryFile(pcapFile(someFrames(30_000))) { path in
      let file = try CaptureFile(path, buffers: buffers)
      var batch: [FrameView] = []
      #expect(try file.nextBatch(&batch) == .frames)
      #expect(truncate(path, 700_001) == 0)
      let rest = readAll(file)
      #expect(rest.frames.last?.number == 256 * 50 + 45)
      #expect(rest.error?.kind == .truncated)
      #expect(try file.nextBatch(&batch) == .end)
    }
  }
}
