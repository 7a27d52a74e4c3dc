/// A TCP connection on the tape: handshake, what each side says, retransmissions now and then, an end.

struct Conversation {
  enum Side { case client, server }
  enum End { case fin, reset, open }

  let tape: Tape
  let client: Station
  let clientPort: Int
  let server: Station
  let serverPort: Int
  let random: LabRandom
  let retransmissions: Double
  /// When the next thing happens, by the clock of the capture.
  private(set) var now: LabTime
  private var clientSequence: UInt32
  private var serverSequence: UInt32
  private var clientAcknowledged: UInt32 = 0
  private var serverAcknowledged: UInt32 = 0
  private var echoed: (client: UInt32, server: UInt32) = (0, 0)
  private let stamps: Bool
  private let stampBase: UInt32

  init(
    _ tape: Tape, _ client: Station, _ clientPort: Int, _ server: Station, _ serverPort: Int, at start: LabTime,
    _ random: LabRandom, retransmissions: Double = 0
  ) {
    self.tape = tape
    self.client = client
    self.clientPort = clientPort
    self.server = server
    self.serverPort = serverPort
    self.random = random
    self.retransmissions = retransmissions
    now = start
    clientSequence = UInt32(truncatingIfNeeded: random.next())
    serverSequence = UInt32(truncatingIfNeeded: random.next())
    // Both sides have to offer them; only Linux machines do here.
    stamps = client.isUnix && server.isUnix
    stampBase = UInt32(truncatingIfNeeded: random.next() >> 40)
  }

  private var roundTrip: LabTime { 2 * (client.delay + server.delay) + random.seconds(0.00005, 0.0004) }

  private static let syn = 0x02
  private static let ack = 0x10
  private static let psh = 0x08
  private static let fin = 0x01
  private static let rst = 0x04

  private mutating func segment(
    _ side: Side, _ time: LabTime, _ flags: Int, _ payload: [UInt8] = [], sequence: UInt32? = nil
  ) {
    let isClient = side == .client
    var bytes: [UInt8] = []
    bytes.u16(isClient ? clientPort : serverPort)
    bytes.u16(isClient ? serverPort : clientPort)
    bytes.u32(sequence ?? (isClient ? clientSequence : serverSequence))
    bytes.u32(flags & Self.ack != 0 ? (isClient ? clientAcknowledged : serverAcknowledged) : 0)
    var options: [UInt8] = []
    let stamp = stampBase &+ UInt32(truncatingIfNeeded: time / 1_000_000)
    if flags & Self.syn != 0 {
      options += [2, 4]
      options.u16(client.address.isV6 ? 1440 : 1460)
      options += [1, 3, 3, 8, 1, 1, 4, 2]
    }
    if stamps, flags & Self.rst == 0 {
      options += [1, 1, 8, 10]
      options.u32(isClient ? stamp : stamp &+ 77_777)
      options.u32(flags & Self.ack == 0 ? 0 : isClient ? echoed.server : echoed.client)
      if isClient { echoed.client = stamp } else { echoed.server = stamp &+ 77_777 }
    }
    bytes.u8((5 + options.count / 4) << 4)
    bytes.u8(flags)
    bytes.u16(flags & Self.rst != 0 ? 0 : flags & Self.syn != 0 ? 64_240 : 1026)
    bytes.u16(0)
    bytes.u16(0)
    bytes += options + payload
    let from = isClient ? client : server
    let to = isClient ? server : client
    let sum = Tape.checksum(bytes, from: from.address, to: to.address, proto: 6)
    bytes[16] = UInt8(sum >> 8)
    bytes[17] = UInt8(sum & 0xff)
    tape.packet(time, from: from, to: to, proto: 6, bytes)
  }

  mutating func handshake() {
    segment(.client, now, Self.syn)
    clientSequence &+= 1
    now += roundTrip
    clientAcknowledged = serverSequence &+ 1
    serverAcknowledged = clientSequence
    segment(.server, now, Self.syn | Self.ack)
    serverSequence &+= 1
    now += 2 * client.delay + 40_000
    segment(.client, now, Self.ack)
  }

  /// A connection that nobody takes: the server's reset, or silence.
  mutating func refused(silent: Bool) {
    segment(.client, now, Self.syn)
    clientSequence &+= 1
    if silent {
      for wait in [1, 2] {
        now += Int64(wait) * second
        segment(.client, now, Self.syn, sequence: clientSequence &- 1)
      }
    } else {
      now += roundTrip
      serverSequence = 0
      serverAcknowledged = clientSequence
      segment(.server, now, Self.rst | Self.ack)
    }
  }

  /// A side says something, after a pause of its own.
  mutating func say(_ side: Side, _ bytes: [UInt8], after pause: LabTime = 0) {
    now += pause + roundTrip / 2 + 30_000
    let isClient = side == .client
    let limit = (client.address.isV6 ? 1440 : 1460) - (stamps ? 12 : 0)
    var offset = 0
    var unacknowledged = 0
    while offset < bytes.count {
      let end = min(offset + limit, bytes.count)
      let part = Array(bytes[offset..<end])
      let sequence = isClient ? clientSequence : serverSequence
      let flags = Self.ack | (end == bytes.count ? Self.psh : 0)
      segment(side, now, flags, part)
      if isClient { clientSequence &+= UInt32(part.count) } else { serverSequence &+= UInt32(part.count) }
      if random.chance(retransmissions) {
        now += 210_000_000 + roundTrip
        segment(side, now, flags, part, sequence: sequence)
      }
      if isClient { serverAcknowledged = clientSequence } else { clientAcknowledged = serverSequence }
      unacknowledged += 1
      offset = end
      if unacknowledged == 2 || offset == bytes.count {
        now += roundTrip / 2 + 20_000
        segment(isClient ? .server : .client, now, Self.ack)
        unacknowledged = 0
      } else {
        now += 12_000
      }
    }
  }

  mutating func end(_ how: End, by side: Side = .client, after pause: LabTime = 20_000_000) {
    now += pause
    let other: Side = side == .client ? .server : .client
    switch how {
    case .open: return
    case .reset: segment(side, now, Self.rst | Self.ack)
    case .fin:
      segment(side, now, Self.fin | Self.ack)
      count(side)
      now += roundTrip
      segment(other, now, Self.fin | Self.ack)
      count(other)
      now += roundTrip / 2
      segment(side, now, Self.ack)
    }
  }

  private mutating func count(_ side: Side) {
    if side == .client {
      clientSequence &+= 1
      serverAcknowledged = clientSequence
    } else {
      serverSequence &+= 1
      clientAcknowledged = serverSequence
    }
  }

  /// A segment of no connection: what a scanner, a confused stack or a hidden channel puts on the wire.
  static func stray(
    _ tape: Tape, _ time: LabTime, from: Station, _ fromPort: Int, to: Station, _ toPort: Int, flags: Int,
    sequence: UInt32, acknowledgement: UInt32, _ payload: [UInt8] = []
  ) {
    var bytes: [UInt8] = []
    bytes.u16(fromPort)
    bytes.u16(toPort)
    bytes.u32(sequence)
    bytes.u32(acknowledgement)
    bytes.u8(0x50)
    bytes.u8(flags)
    bytes.u16(flags & rst != 0 ? 0 : 1024)
    bytes.u32(0)
    bytes += payload
    let sum = Tape.checksum(bytes, from: from.address, to: to.address, proto: 6)
    bytes[16] = UInt8(sum >> 8)
    bytes[17] = UInt8(sum & 0xff)
    tape.packet(time, from: from, to: to, proto: 6, bytes)
  }
}
