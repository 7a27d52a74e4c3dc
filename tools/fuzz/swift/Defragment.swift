// A libFuzzer target for defragmentation: the input is a list of fragments of a few datagrams.
//
// Whatever comes, in the end nothing is held. Where no fragment lies, each byte of a datagram that went out is at its place.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDefragment(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var steps = Steps(start, count)
  let how = steps.next()
  var options = FlowOptions()
  options.decoder = DecoderOptions(checksums: .ignore)
  options.overlap = OverlapPolicy.allCases[Int(how & 7) % OverlapPolicy.allCases.count]
  options.limits.flows = 16
  options.limits.streamBuffer = 64 << 10
  options.limits.datagrams = how & 8 == 0 ? 4 : 16
  options.limits.datagramsPerSource = how & 16 == 0 ? 3 : 16
  options.limits.fragmentBuffer = how & 32 == 0 ? 0 : 8 << 20
  options.limits.fragmentsPerDatagram = how & 64 == 0 ? 8 : 1024
  options.limits.hostPairs = 16
  options.limits.neighbours = 16
  let lies = how & 128 != 0
  _ = steps.next()
  let checker = Checker()
  if !lies {
    checker.datagram = { bytes in
      for (at, byte) in bytes.enumerated() {
        require(byte == UInt8(truncatingIfNeeded: at &* 7 &+ at >> 8), "each byte is at its place")
      }
    }
  }
  var tracker = Tracker(options, checker)
  while !steps.isEmpty {
    let what = steps.next()
    let form = steps.next()
    let offset = form & 1 == 0 ? Int(steps.next() & 31) : steps.word() & 0x1FFF
    let length = form & 2 == 0 ? Int(steps.next()) : steps.word() % 30_000
    tracker.time += Int64(steps.next()) &* (form & 4 == 0 ? 1_000_000 : 1_000_000_000)
    // Rounded to units of eight bytes unless it is to be wrong or is the last.
    let more = what & 8 == 0
    let size = more && form & 8 == 0 ? length & ~7 : length
    let bytes = (0..<size).map { i -> UInt8 in
      let at = offset &* 8 &+ i
      let byte = UInt8(truncatingIfNeeded: at &* 7 &+ at >> 8)
      return lies && form & 128 != 0 ? ~byte : byte
    }
    // A protocol of its own, so that the bytes are all payload; or TCP, UDP or IP in IP, of which they are no sound start.
    let proto: UInt8 = lies ? [99, 6, 17, 4][Int(form >> 4 & 3)] : 99
    let frame = ipv4(
      from: 1 + (what >> 2 & 1), to: 9, proto: proto, identification: Int(what & 3),
      fragment: offset | (more ? 0x2000 : 0) | (form & 64 == 0 ? 0 : 0x4000), bytes)
    tracker.send(frame, wireLength: frame.count)
  }
  tracker.finish()
  require(checker.isOver, "each flow that was opened is closed")
  return 0
}
