// What the targets of Flows share: an input read as steps, and a consumer that checks what it is told.

func require(_ condition: Bool, _ promise: StaticString) {
  guard condition else { fatalError("\(promise)") }
}

/// The bytes of an input, taken one after the other; zeros behind its end.
struct Steps {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ start: UnsafePointer<UInt8>, _ count: Int) { bytes = UnsafeBufferPointer(start: start, count: count) }

  var isEmpty: Bool { at >= bytes.count }

  mutating func next() -> UInt8 {
    defer { at += 1 }
    return at < bytes.count ? bytes[at] : 0
  }

  mutating func word() -> Int { Int(next()) << 8 | Int(next()) }
}

/// Hears flows and holds Flows to its word: tokens are known, offsets follow each other, and what ended is silent.
final class Checker: FlowConsumer {
  struct Side {
    var next: UInt64 = 0
    var last: UInt8?
    var ended = false
  }
  struct Heard {
    var sides = [Side(), Side()]
    var closed = false
  }
  private var flows: [Heard] = []
  /// Whether each byte of a stream is one more than the byte before it, so that a wrong one shows.
  var counts = false
  /// Checks a datagram.
  var datagram: (UnsafeRawBufferPointer) -> Void = { _ in }
  var isOver: Bool { flows.allSatisfy(\.closed) }

  override func open(_ flow: FlowReference) -> UInt32 {
    flows.append(Heard())
    return UInt32(flows.count)
  }

  private func side(_ token: UInt32, _ direction: Direction) -> Side {
    require(token > 0 && token <= flows.count, "tokens are those that were given")
    let flow = flows[Int(token) - 1]
    require(!flow.closed, "nothing comes after the close")
    return flow.sides[Int(direction.rawValue)]
  }

  override func data(
    _ token: UInt32, _ direction: Direction, offset: UInt64, _ bytes: UnsafeRawBufferPointer, afterGap: Bool,
    packet: PacketMark
  ) -> Bool {
    var side = side(token, direction)
    require(!side.ended && !bytes.isEmpty, "bytes come before the end")
    require(offset == side.next, "bytes come in order and once each")
    for byte in bytes {
      if counts, let last = side.last { require(byte == last &+ 1, "each byte is at its place") }
      side.last = byte
    }
    side.next += UInt64(bytes.count)
    flows[Int(token) - 1].sides[Int(direction.rawValue)] = side
    return true
  }

  override func gap(_ token: UInt32, _ direction: Direction, offset: UInt64, length: UInt64) -> Bool {
    var side = side(token, direction)
    require(offset == side.next && length > 0 && !side.ended, "gaps lie between the bytes")
    side.next += length
    side.last = side.last.map { $0 &+ UInt8(truncatingIfNeeded: length) }
    flows[Int(token) - 1].sides[Int(direction.rawValue)] = side
    return true
  }

  override func end(_ token: UInt32, _ direction: Direction) {
    require(!side(token, direction).ended, "a direction ends once")
    flows[Int(token) - 1].sides[Int(direction.rawValue)].ended = true
  }

  override func datagram(_ token: UInt32, _ direction: Direction, _ bytes: UnsafeRawBufferPointer, packet: PacketMark) -> Bool {
    _ = side(token, direction)
    datagram(bytes)
    return true
  }

  override func close(_ token: UInt32, reason: FlowEndReason, record: inout FlowRecord) {
    _ = side(token, .toServer)
    flows[Int(token) - 1].closed = true
  }
}

/// An engine's inside, so that what it still holds can be seen.
struct Tracker: ~Copyable {
  private var core: FlowCore
  private var decoder: PacketDecoder
  private var packet = Packet()
  private var number: UInt64 = 0
  var time: Int64 = 1_700_000_000_000_000_000

  init(_ options: FlowOptions, _ checker: Checker) {
    core = FlowCore(options: options, consumer: checker)
    decoder = PacketDecoder(options: options.decoder)
  }

  mutating func send(_ frame: [UInt8], wireLength: Int) {
    number += 1
    frame.withUnsafeBytes { bytes in
      decoder.decode(bytes, linkType: .ethernet, time: time, number: number, wireLength: wireLength, into: &packet)
      repeat { core.process(&packet, frame: bytes) } while decoder.decodeInner(bytes, into: &packet)
    }
  }

  /// Ends every flow; then all that was taken from the pools is back.
  mutating func finish() {
    core.finish(reason: .shutdown, through: .last)
    require(core.flows.count == 0 && core.sessions.count == 0 && core.spares.count == 0, "flows are given back")
    require(core.buffers.count == 0, "bytes that waited are given back")
    require(core.datagrams.count == 0 && core.datagrams.blocks.count == 0, "fragments are given back")
    require(core.tallies.inUse == 0, "tallies are given back")
    require(core.longAddresses.count == 0, "addresses are given back")
    require(core.largeTotals.flows == 0, "large totals are given back")
    require(core.counters.flowsOpened == core.counters.flowsClosed, "each flow ends")
    require(core.flowRecords.count == core.counters.flowsClosed, "each flow has its record")
  }
}

/// An Ethernet and IPv4 header before a payload; checksums are left 0, for nobody looks at them.
func ipv4(
  from source: UInt8, to destination: UInt8, proto: UInt8, identification: Int = 0, fragment: Int = 0, _ payload: [UInt8]
) -> [UInt8] {
  var frame: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
  for word in [0x4500, 20 + payload.count, identification, fragment, 0x4000 | Int(proto), 0] {
    frame += [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)]
  }
  return frame + [192, 0, 2, source, 192, 0, 2, destination] + payload
}
