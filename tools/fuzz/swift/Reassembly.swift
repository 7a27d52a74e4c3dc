// A libFuzzer target for TCP: the input is a list of segments of a few sessions, each some way off from the one before.
//
// Whatever comes, bytes go out in order and once each, and in the end nothing is held. Where no segment lies, each byte is
// the one that its sequence number calls for.

private let flagSets: [UInt8] = [0x10, 0x18, 0x02, 0x12, 0x11, 0x04, 0x14, 0x30, 0x01, 0x03, 0x00, 0x3F]

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReassembly(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var steps = Steps(start, count)
  let how = steps.next()
  var options = FlowOptions()
  options.decoder = DecoderOptions(checksums: .ignore)
  options.overlap = OverlapPolicy.allCases[Int(how & 7) % OverlapPolicy.allCases.count]
  options.midstream = how & 8 == 0 ? .note : .pickup
  options.oneside = how & 16 != 0
  options.limits.flows = 4
  options.limits.streamBuffer = how & 32 == 0 ? 64 << 10 : 8 << 20
  options.limits.streamBufferPerDirection = how & 64 == 0 ? 16 << 10 : 1 << 20
  options.limits.datagrams = 16
  options.limits.hostPairs = 16
  options.limits.neighbours = 16
  let lies = how & 128 != 0
  let checker = Checker()
  checker.counts = !lies
  var tracker = Tracker(options, checker)
  // Where each side of each session is, as far as the segments so far tell.
  var next = [UInt32](repeating: UInt32(steps.next()) << 24, count: 8)
  while !steps.isEmpty {
    let what = steps.next()
    let session = Int(what & 3)
    let toServer = what & 4 == 0
    let side = session * 2 + (toServer ? 0 : 1)
    let other = side ^ 1
    let flags = flagSets[Int(what >> 3) % flagSets.count]
    let form = steps.next()
    // Mostly near, sometimes anywhere.
    let step = Int32(Int8(bitPattern: steps.next())) &* (form & 1 == 0 ? 1 : form & 2 == 0 ? 1460 : 0x0100_0001)
    let sequence = next[side] &+ UInt32(bitPattern: step)
    let acknowledgement =
      next[other] &+ UInt32(bitPattern: Int32(Int8(bitPattern: steps.next())) &* (form & 4 == 0 ? 1 : 0x0020_0001))
    let length = form & 8 == 0 ? Int(steps.next()) : steps.word() % 9000
    tracker.time += Int64(steps.next()) &* (form & 16 == 0 ? 1_000_000 : 5_000_000_000)
    let window = form & 32 == 0 ? 0xFFFF : steps.word()
    var segment: [UInt8] = []
    func put(_ word: UInt32, _ bytes: Int) {
      for shift in stride(from: bytes * 8 - 8, through: 0, by: -8) { segment.append(UInt8(word >> UInt32(shift) & 0xFF)) }
    }
    let port = UInt32(40_000 + session)
    put(toServer ? port : 8081, 2)
    put(toServer ? 8081 : port, 2)
    put(sequence, 4)
    put(acknowledgement, 4)
    put(form & 64 == 0 ? 0x5000 | UInt32(flags) : 0x8000 | UInt32(flags), 2)
    put(UInt32(window), 2)
    put(0, 2)
    put(UInt32(flags & 0x20) >> 5, 2)
    if form & 64 != 0 {
      put(0x0101_080A, 4)
      put(UInt32(tracker.time / 1_000_000 & 0xFFFF_FFFF), 4)
      put(0, 4)
    }
    let first = sequence &+ UInt32(flags >> 1 & 1)
    for i in 0..<length {
      let byte = UInt8(truncatingIfNeeded: first &+ UInt32(i))
      segment.append(lies && form & 128 != 0 ? ~byte : byte)
    }
    let frame = ipv4(from: toServer ? 1 : 2, to: toServer ? 2 : 1, proto: 6, segment)
    // Now and then the capture cuts it.
    let cut = form & 0xA0 == 0xA0 && frame.count > 60 ? frame.count - 60 : 0
    tracker.send(Array(frame.dropLast(cut)), wireLength: frame.count)
    if step >= 0, step < 1 << 20 {
      next[side] = first &+ UInt32(length) &+ UInt32(flags & 1)
    }
  }
  tracker.finish()
  require(checker.isOver, "each flow that was opened is closed")
  return 0
}
