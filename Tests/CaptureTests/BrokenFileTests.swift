import Capture
import Packets
import TestSupport
import Testing

@Suite("Broken capture files")
struct BrokenFileTests {
  @Test("A file cut anywhere gives the whole frames before the cut, then at most one error")
  func cutEverywhere() throws {
    for whole in [pcapFile(someFrames()), pcapngSection(someFrames())] {
      let complete = try read(whole).frames
      for length in 0..<whole.count {
        let result = try read(Array(whole[..<length]))
        #expect(result.frames == Array(complete[..<result.frames.count]))
        if let error = result.error { #expect(!error.description.contains("\n")) }
      }
    }
  }

  @Test("A truncated last record names its place")
  func truncated() throws {
    let file = pcapFile(someFrames())
    let result = try read(Array(file[..<(file.count - 1)]))
    #expect(result.frames.count == 2)
    // 24 of the file's header, two records of 16 + 14 and 16 + 15.
    #expect(result.error?.kind == .truncated && result.error?.offset == 85)
  }

  @Test("A hostile record length is refused with its place and the limit")
  func hostileLength() throws {
    var file = pcapFile(someFrames())
    file.replaceSubrange(62..<66, with: [0xFF, 0xFF, 0xFF, 0x7F])
    let result = try read(file)
    #expect(result.frames.count == 1)
    #expect(result.error?.offset == 54)
    #expect(result.error?.text.hasPrefix("record claims 2147483647 bytes, limit 262144") == true)
  }

  @Test(
    "A file that is no capture is said to be none",
    arguments: [
      Array("hello, world\n".utf8), [0], Array(repeating: 0, count: 100),
    ] as [[UInt8]])
  func foreign(bytes: [UInt8]) throws {
    #expect(try read(bytes).error?.kind == .foreign)
  }

  @Test("Missing and empty files, and folders, are errors that say so")
  func unreadable() throws {
    #expect(throws: CaptureError.self) { try CaptureFile("/nonexistent/capture.pcap") }
    #expect(throws: CaptureError.self) { try CaptureFile("/tmp") }
    #expect(try read([]).error?.text == "is empty")
  }

  @Test("A link type without a decoder is named; in pcapng the other interfaces go on")
  func unsupported() throws {
    let result = try read(pcapFile(someFrames(), linkType: 189))
    #expect(result.error?.kind == .unsupportedLinkType)
    #expect(result.error?.text == "frames of link type USB_LINUX (189) cannot be decoded")
    let mixed = [CapturedFrame(at: 0, [1], interface: 1), CapturedFrame(at: 0, [2], interface: 0)]
    try withTemporaryFile(pcapngSection(mixed, interfaces: [CaptureInterface(), CaptureInterface(linkType: 189)])) {
      path in
      let file = try CaptureFile(path)
      let all = readAll(file)
      #expect(all.error == nil && all.frames.map(\.number) == [2])
      #expect(file.counters.unsupported == 1 && file.problems.count == 1)
    }
  }

  @Test("Changed bytes end in an error or in other frames, never otherwise")
  func mutated() throws {
    var state: UInt64 = 20_261_123
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let files = [
      pcapFile(someFrames(20)), pcapngSection(someFrames(20), interfaces: [CaptureInterface(resolution: 9, offset: 5)]),
    ]
    for round in 0..<400 {
      var changed = files[round % 2]
      for _ in 0...next(3) { changed[next(changed.count)] = UInt8(next(256)) }
      for frame in try read(changed).frames { #expect(frame.bytes.count <= 262_144) }
    }
  }

  @Test("Every capture of the corpus is read and decoded", .enabled(if: Corpus.path != nil))
  func corpus() throws {
    let corpus = try #require(Corpus.path)
    var decoder = PacketDecoder()
    var packet = Packet()
    for path in Corpus.files(below: corpus, suffixes: [".pcap", ".pcapng", ".gz", ".zst"]) {
      guard let file = try? CaptureFile(path) else { continue }
      var batch: [FrameView] = []
      while let progress = try? file.nextBatch(&batch), progress != .end {
        for frame in batch {
          decoder.decode(
            frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
            wireLength: Int(frame.wireLength), hasInvalidTime: frame.hasInvalidTime, into: &packet)
          repeat {
            if Int(packet.payloadOffset) + Int(packet.payloadLength) > frame.bytes.count {
              Issue.record("\(path): packet \(frame.number): the payload leaves the frame")
            }
          } while decoder.decodeInner(frame.bytes, into: &packet)
        }
      }
    }
  }
}
