/// The capture in the making: frames with their times, written as pcap at the end.

/// An end of a conversation: the machine as it is on the wire.
struct Station: Hashable {
  var address: LabAddress
  /// The MAC address seen on this segment: the machine's own, or the router's for those outside.
  var mac: LabMAC
  /// As it arrives here.
  var ttl: Int
  /// Linux sends TCP timestamps, Windows mostly does not.
  var isUnix = false
  /// One-way delay to the place of capture, nanoseconds.
  var delay: LabTime
}

final class Tape {
  private var frames: [(time: LabTime, bytes: [UInt8])] = []
  private let random: LabRandom
  private var identification: [LabAddress: Int] = [:]
  /// Only this time is captured.
  let window: Range<LabTime>

  init(_ random: LabRandom, window: Range<LabTime>) {
    self.random = random
    self.window = window
  }

  var count: Int { frames.count }

  func frame(_ time: LabTime, _ bytes: [UInt8]) {
    guard window.contains(time) else { return }
    var bytes = bytes
    // Ethernet's shortest frame without its check sequence.
    if bytes.count < 60 { bytes.zeros(60 - bytes.count) }
    frames.append((time, bytes))
  }

  /// An IP packet. `proto`: 6, 17, 1 or 58.
  func packet(
    _ time: LabTime, from: Station, to: Station, toMAC: LabMAC? = nil, proto: Int, ttl: Int? = nil, _ payload: [UInt8]
  ) {
    var bytes = (toMAC ?? to.mac).bytes + from.mac.bytes
    if from.address.isV6 {
      bytes.u16(0x86dd)
      bytes.u32(0x6000_0000)
      bytes.u16(payload.count)
      bytes.u8(proto)
      bytes.u8(ttl ?? from.ttl)
      bytes += from.address.bytes + to.address.bytes
    } else {
      let id = identification[from.address] ?? random.below(65_536)
      identification[from.address] = (id + 1) & 0xffff
      bytes.u16(0x0800)
      var header: [UInt8] = [0x45, 0]
      header.u16(20 + payload.count)
      header.u16(id)
      header.u16(0x4000)
      header.u8(ttl ?? from.ttl)
      header.u8(proto)
      header.u16(0)
      header += from.address.bytes + to.address.bytes
      let sum = internetChecksum(header)
      header[10] = UInt8(sum >> 8)
      header[11] = UInt8(sum & 0xff)
      bytes += header
    }
    frame(time, bytes + payload)
  }

  /// A checksum over the pseudo-header and the segment (RFC 9293 §3.1, RFC 8200 §8.1).
  static func checksum(_ segment: [UInt8], from: LabAddress, to: LabAddress, proto: Int) -> Int {
    var bytes = from.bytes + to.bytes
    if from.isV6 {
      bytes.u32(UInt32(segment.count))
      bytes.u32(UInt32(proto))
    } else {
      bytes.u16(proto)
      bytes.u16(segment.count)
    }
    return internetChecksum(bytes + segment)
  }

  func udp(
    _ time: LabTime, from: Station, _ fromPort: Int, to: Station, _ toPort: Int, toMAC: LabMAC? = nil, ttl: Int? = nil,
    _ payload: [UInt8]
  ) {
    var datagram: [UInt8] = []
    datagram.u16(fromPort)
    datagram.u16(toPort)
    datagram.u16(8 + payload.count)
    datagram.u16(0)
    datagram += payload
    var sum = Self.checksum(datagram, from: from.address, to: to.address, proto: 17)
    if sum == 0 { sum = 0xffff }
    datagram[6] = UInt8(sum >> 8)
    datagram[7] = UInt8(sum & 0xff)
    packet(time, from: from, to: to, toMAC: toMAC, proto: 17, ttl: ttl, datagram)
  }

  /// Who has `asked`? And its answer.
  func arp(_ time: LabTime, from: Station, asked: Station) {
    func message(_ operation: Int, _ sender: Station, _ target: LabMAC, _ address: LabAddress) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.u16(0x0806)
      bytes += [0, 1, 8, 0, 6, 4]
      bytes.u16(operation)
      bytes += sender.mac.bytes + sender.address.bytes + target.bytes + address.bytes
      return bytes
    }
    frame(
      time,
      LabMAC.broadcast.bytes + from.mac.bytes + message(1, from, LabMAC(bytes: [0, 0, 0, 0, 0, 0]), asked.address))
    frame(
      time + random.seconds(0.0001, 0.0009),
      from.mac.bytes + asked.mac.bytes + message(2, asked, from.mac, from.address))
  }

  /// Echo requests with their answers, a second apart.
  func ping(_ time: LabTime, from: Station, to: Station, count: Int) {
    let id = random.below(65_536)
    for number in 0..<count {
      func echo(_ type: Int) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(truncatingIfNeeded: type), 0, 0, 0]
        bytes.u16(id)
        bytes.u16(number + 1)
        bytes.text("abcdefghijklmnopqrstuvwabcdefghi")
        let sum = internetChecksum(bytes)
        bytes[2] = UInt8(sum >> 8)
        bytes[3] = UInt8(sum & 0xff)
        return bytes
      }
      let at = time + Int64(number) * second
      packet(at, from: from, to: to, proto: 1, echo(8))
      packet(at + 2 * to.delay + random.seconds(0.0001, 0.0006), from: to, to: from, proto: 1, echo(0))
    }
  }

  /// The capture as a pcap file of microseconds, Ethernet.
  func pcap() -> [UInt8] {
    let order = frames.indices.sorted {
      frames[$0].time != frames[$1].time ? frames[$0].time < frames[$1].time : $0 < $1
    }
    var out: [UInt8] = []
    out.reserveCapacity(frames.reduce(24) { $0 + $1.bytes.count + 16 })
    out.le32(0xa1b2_c3d4)
    out.le16(2)
    out.le16(4)
    out.zeros(8)
    out.le32(262_144)
    out.le32(1)
    for index in order {
      let (time, bytes) = frames[index]
      out.le32(UInt32(truncatingIfNeeded: time / second))
      out.le32(UInt32(truncatingIfNeeded: time % second / 1000))
      out.le32(UInt32(bytes.count))
      out.le32(UInt32(bytes.count))
      out += bytes
    }
    return out
  }
}
