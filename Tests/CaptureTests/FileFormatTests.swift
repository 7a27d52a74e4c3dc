import Capture
import Packets
import TestSupport
import Testing

@Suite("Capture files")
struct FileFormatTests {
  private func expectSome(_ frames: [ReadFrame], _ count: Int = 3) {
    #expect(frames.count == count)
    for (index, (got, written)) in zip(frames, someFrames(count)).enumerated() {
      #expect(got.time == written.time && got.bytes == written.bytes && got.wireLength == 1500)
      #expect(got.number == UInt64(index + 1) && got.linkType == .ethernet && !got.hasInvalidTime)
    }
  }

  @Test("pcap is read in both byte orders and resolutions", arguments: [false, true], [false, true])
  func pcap(bigEndian: Bool, nanoseconds: Bool) throws {
    let result = try read(pcapFile(someFrames(), nanoseconds: nanoseconds, bigEndian: bigEndian))
    #expect(result.error == nil)
    expectSome(result.frames)
  }

  @Test(
    "pcapng is read in both byte orders, with any resolution and offset", arguments: [false, true],
    [
      CaptureInterface(), CaptureInterface(resolution: 9), CaptureInterface(resolution: 6, offset: 1_000_000_000),
    ])
  func pcapng(bigEndian: Bool, interface: CaptureInterface) throws {
    let result = try read(pcapngSection(someFrames(), interfaces: [interface], bigEndian: bigEndian), suffix: ".pcapng")
    #expect(result.error == nil)
    expectSome(result.frames)
  }

  @Test("Times in powers of two are exact to their resolution")
  func binaryResolution() throws {
    // 2^-10 s: half a second is 512 ticks.
    let frame = CapturedFrame(at: 1_700_000_000_500_000_000, [1])
    let result = try read(pcapngSection([frame], interfaces: [CaptureInterface(resolution: 0x8A)]))
    #expect(result.frames.map(\.time) == [1_700_000_000_500_000_000])
  }

  @Test("Each section has interfaces of its own, counted through the file")
  func sections() throws {
    let raw = CapturedFrame(at: 1_000_000_000, [0x45], interface: 1)
    let file =
      pcapngSection([raw], interfaces: [CaptureInterface(), CaptureInterface(linkType: 101)])
      + pcapngSection(someFrames(1), bigEndian: true)
    let result = try read(file)
    #expect(result.error == nil)
    #expect(result.frames.map(\.interface) == [1, 2])
    #expect(result.frames.map(\.linkType) == [.raw, .ethernet])
  }

  @Test("Blocks that are no packets are passed over; simple and obsolete packet blocks are read")
  func otherBlocks() throws {
    var simple: [UInt8] = []
    simple += [3, 0, 0, 0, 0xA, 0xB, 0xC]
    // Interface 0, no drops, time 2 s in microseconds, 2 bytes of 9.
    let obsolete: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x84, 0x1E, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0xD, 0xE]
    let file =
      pcapngSection([CapturedFrame(at: 1_000_000_000, [1])])
      + pcapngBlock(5, Array(repeating: 0, count: 64)) + pcapngBlock(0x0BAD, Array(repeating: 7, count: 400_000))
      + pcapngBlock(3, simple) + pcapngBlock(2, obsolete)
    let result = try read(file)
    #expect(result.error == nil)
    #expect(result.frames.map(\.bytes) == [[1], [0xA, 0xB, 0xC], [0xD, 0xE]])
    #expect(result.frames.map(\.time) == [1_000_000_000, 1_000_000_000, 2_000_000_000])
    #expect(result.frames[2].wireLength == 9)
  }

  @Test("gzip and zstd files are read like plain ones, of several members too", arguments: [gzipped, zstdCompressed])
  func compressed(compress: @Sendable ([UInt8]) throws -> [UInt8]) throws {
    let plain = pcapFile(someFrames(5000))
    let file = try compress(Array(plain[..<70000])) + compress(Array(plain[70000...]))
    try withTemporaryFile(file, suffix: ".pcap.z") { path in
      let file = try CaptureFile(path)
      let result = readAll(file)
      #expect(result.error == nil)
      expectSome(result.frames, 5000)
    }
  }

  @Test(
    "A compressed file that is cut short gives what came before, then one error", arguments: [gzipped, zstdCompressed])
  func cutCompressed(compress: @Sendable ([UInt8]) throws -> [UInt8]) throws {
    // Bytes that do not compress to nothing, so that half of the file is half of the frames.
    var state: UInt64 = 7
    let frames = (0..<20000).map { index in
      let bytes = (0..<40).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 40)
      }
      return CapturedFrame(at: Int64(index), bytes)
    }
    let whole = try compress(pcapFile(frames, nanoseconds: true))
    try withTemporaryFile(Array(whole[..<400_000]), suffix: ".pcap.z") { path in
      let result = readAll(try CaptureFile(path))
      #expect(result.frames.count > 1000 && result.frames.count < 20000)
      #expect(result.frames.map(\.bytes) == Array(frames.map(\.bytes)[..<result.frames.count]))
      #expect(result.error?.kind == .truncated)
    }
  }

  @Test("A pipe is read as it comes")
  func pipe() throws {
    try withTemporaryFile([], suffix: ".fifo") { path in
      try withTemporaryFile(pcapFile(someFrames(4000))) { source in
        try #require(run("rm \(path) && mkfifo \(path) && (cat \(source) > \(path) &)") == 0)
        let result = readAll(try CaptureFile(path))
        #expect(result.error == nil)
        expectSome(result.frames, 4000)
      }
    }
  }

  @Test(
    "With several buffers frames stay as they are until the reader has asked for their buffer", arguments: [2, 3, 5])
  func kept(buffers: Int) throws {
    // Some pieces of what is read at once, and their numbers in their bytes.
    let frames = (0..<3000).map { CapturedFrame(at: Int64($0), Array(repeating: UInt8($0 % 251), count: 700)) }
    try withTemporaryFile(pcapFile(frames)) { path in
      let file = try CaptureFile(path, buffers: buffers)
      var current = 0
      var kept: [Int: [FrameView]] = [:]
      var asked: [Int] = []
      file.willReuse = { next in
        asked.append(next)
        for frame in kept[next] ?? [] {
          let wanted = UInt8((frame.number - 1) % 251)
          if frame.bytes.contains(where: { $0 != wanted }) { Issue.record("frame \(frame.number) was overwritten") }
        }
        kept[next] = []
        current = next
      }
      var batch: [FrameView] = []
      while try file.nextBatch(&batch) != .end { kept[current, default: []] += batch }
      #expect(file.counters.frames == 3000)
      // 3000 records of 716 bytes, at most 256 KiB at a time.
      #expect(asked.count >= 3000 * 716 / (256 << 10))
      #expect(asked == (1...asked.count).map { $0 % buffers })
    }
  }

  @Test("Batches have at most as many frames as asked for")
  func batches() throws {
    try withTemporaryFile(pcapFile(someFrames(10))) { path in
      let file = try CaptureFile(path)
      var batch: [FrameView] = []
      var sizes: [Int] = []
      while try file.nextBatch(&batch, frameLimit: 4) != .end { sizes.append(batch.count) }
      #expect(sizes == [4, 4, 2])
      #expect(file.counters.frames == 10)
    }
  }

  @Test(
    "Kuznetzov's variant has eight more bytes in each record, Ixia's four more in the header", arguments: [false, true])
  func variants(bigEndian: Bool) throws {
    func order(_ magic: UInt32) -> [UInt8] { bytes(magic, bigEndian: bigEndian) }
    let plain = pcapFile(someFrames(1), bigEndian: bigEndian)
    // The interface's index, the protocol, the packet type and a pad.
    let modified = order(0xA1B2_CD34) + plain[4..<40] + [0, 0, 0, 2, 8, 0, 0, 0] + plain[40...]
    expectSome(try read(modified).frames, 1)
    let ixia = order(0x1C00_01AB) + plain[4..<24] + [0, 0, 0, 30] + plain[24...]
    expectSome(try read(ixia).frames, 1)
    let fine = pcapFile(someFrames(1), nanoseconds: true, bigEndian: bigEndian)
    expectSome(try read(order(0x1C00_01AC) + fine[4..<24] + [0, 0, 0, 30] + fine[24...]).frames, 1)
  }

  @Test(
    "Before version 2.3 a record's two lengths are in turn; of 2.3 the smaller is what was captured", arguments: [2, 3])
  func oldVersions(minor: UInt8) throws {
    var file = pcapFile(someFrames(1))
    file[6] = minor
    file.replaceSubrange(32..<40, with: Array(file[36..<40]) + Array(file[32..<36]))
    expectSome(try read(file).frames, 1)
  }

  @Test("The time range of a file is that of its earliest and latest frame")
  func timeRange() throws {
    var frames = someFrames(3)
    frames.swapAt(0, 2)
    try withTemporaryFile(pcapFile(frames)) { path in
      let range = try CaptureFile.timeRange(path)
      #expect(range == CaptureTimeRange(first: 1_700_000_000_000_000_000, last: 1_700_000_002_000_002_000, frames: 3))
    }
    let none = try withTemporaryFile(pcapFile([])) { try CaptureFile.timeRange($0) }
    #expect(none == nil)
  }

  @Test("A filter leaves out what does not match, and numbers stay those of the file")
  func filter() throws {
    let frames = [53, 80, 53].enumerated().map { index, port in
      CapturedFrame(
        at: Int64(index), Ethernet(IPv4(from: "192.0.2.1", to: "192.0.2.2", UDP(from: 1024, to: UInt16(port)))).bytes)
    }
    try withTemporaryFile(pcapFile(frames)) { path in
      let file = try CaptureFile(path)
      try file.setFilter("udp port 53")
      #expect(readAll(file).frames.map(\.number) == [1, 3])
      #expect(file.counters.filtered == 1)
      #expect(throws: CaptureError.self) { try file.setFilter("no such words") }
    }
  }

  @Test("A clock that goes back and a fraction beyond a second are flagged")
  func times() throws {
    let back = [
      CapturedFrame(at: 100_000_000_000, [1]), CapturedFrame(at: 95_000_000_000, [1]),
      CapturedFrame(at: 1_000_000_000, [1]),
    ]
    #expect(try read(pcapFile(back)).frames.map(\.hasInvalidTime) == [false, false, true])
    var file = pcapFile([CapturedFrame(at: 0, [1])])
    // 2,000,000 microseconds.
    file.replaceSubrange(28..<32, with: [0x80, 0x84, 0x1E, 0])
    let frame = try #require(try read(file).frames.first)
    #expect(frame.hasInvalidTime && frame.time == 999_999_999)
  }
}
