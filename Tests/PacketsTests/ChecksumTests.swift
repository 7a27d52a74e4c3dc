import Packets
import TestSupport
import Testing

@Suite("Checksums")
struct ChecksumTests {
  @Test("The wide sum is the plain one of RFC 1071, whatever the length")
  func everyLength() {
    for length in 0...300 {
      let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 255) }
      #expect(decode(fromTo(TCP(from: 1024, to: 80, .ack, payload: payload))).transportChecksum == .ok)
      #expect(decode(fromTo6(UDP(from: 1024, to: 53, payload: payload))).transportChecksum == .ok)
    }
  }

  @Test("One wrong bit anywhere is seen")
  func everyBit() {
    let frame = Ethernet(fromTo(TCP(from: 1024, to: 80, .ack, payload: Array(repeating: 0xA5, count: 80)))).bytes
    for bit in (54 * 8)..<(frame.count * 8) {
      var damaged = frame
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(decode(damaged).transportChecksum == .bad)
    }
  }

  @Test("Ignored checksums are not looked at")
  func ignored() {
    let packet = decode(
      fromTo(TCP(from: 1024, to: 80, .syn) { $0.checksum = 1 }) { $0.checksum = 1 }, checksums: .ignore)
    #expect(packet.ids == [] && !packet.hasBadChecksum)
  }

  /// What Linux leaves in the field for a card that adds the rest: the pseudo-header's sum, not complemented.
  private func partial(_ segment: TCP) -> IPv4 {
    let length = UInt16(segment.bytes(pseudoHeader: PseudoHeader(source: [], destination: [])).count)
    let words =
      addressBytes("192.0.2.1") + addressBytes("198.51.100.1") + [0, 6, UInt8(length >> 8), UInt8(length & 0xFF)]
    return fromTo(
      TCP(from: segment.sourcePort, to: segment.destinationPort, segment.flags, payload: segment.payload) {
        $0.checksum = ~plainChecksum(words)
      })
  }

  @Test("In auto mode the values that offloading leaves are muted at once, others are reported")
  func offloading() {
    let offloaded = partial(TCP(from: 1024, to: 80, .ack, payload: [1, 2, 3]))
    #expect(decode(offloaded, checksums: .validate).ids == ["tcp.bad_checksum"])
    let muted = decode(offloaded, checksums: .auto)
    #expect(muted.ids == [] && muted.transportChecksum == .unknown && !muted.hasBadChecksum)
    #expect(decode(fromTo(TCP(from: 1024, to: 80, .ack) { $0.checksum = 0 }), checksums: .auto).ids == [])
    let damaged = decode(fromTo(TCP(from: 1024, to: 80, .ack) { $0.checksum = 0xDEAD }), checksums: .auto)
    #expect(damaged.ids == ["tcp.bad_checksum"] && damaged.hasBadChecksum)
  }

  @Test("A sender whose checksums are nearly all bad is muted after the fifth, in its own direction only")
  func learned() {
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .auto))
    let bad = Ethernet(fromTo(TCP(from: 1024, to: 80, .ack) { $0.checksum = 0xDEAD })).bytes
    let reported = (0..<10).map { _ in decode(bad, with: &decoder).ids.count }
    #expect(reported == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    let answer = IPv4(from: "198.51.100.1", to: "192.0.2.1", TCP(from: 80, to: 1024, .ack) { $0.checksum = 0xDEAD })
    #expect(decode(Ethernet(answer).bytes, with: &decoder).ids == ["tcp.bad_checksum"])
    #expect(decoder.checksumPolicy.muted == 6)
  }

  @Test("A sender with good checksums among its bad ones stays reported")
  func damaged() {
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .auto))
    let bad = Ethernet(fromTo(TCP(from: 1024, to: 80, .ack) { $0.checksum = 0xDEAD })).bytes
    let good = Ethernet(fromTo(TCP(from: 1024, to: 80, .ack))).bytes
    for _ in 0..<20 {
      #expect(decode(bad, with: &decoder).ids == ["tcp.bad_checksum"])
      #expect(decode(good, with: &decoder).ids == [])
    }
  }

  @Test("Where offloading was recognised is said by interface, and is learned for each by itself")
  func said() {
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .auto))
    let offloaded = Ethernet(partial(TCP(from: 1024, to: 80, .ack))).bytes
    let bad = Ethernet(fromTo(TCP(from: 1024, to: 80, .ack) { $0.checksum = 0xDEAD })).bytes
    func take(_ frame: [UInt8], _ interface: UInt32) -> [String] {
      var packet = Packet()
      frame.withUnsafeBytes {
        decoder.decode(
          $0, linkType: .ethernet, time: 7, number: 1, wireLength: frame.count, interface: interface, into: &packet)
      }
      return packet.ids
    }
    #expect(take(offloaded, 3) == [] && take(offloaded, 3) == [])
    for _ in 0..<6 { _ = take(bad, 3) }
    #expect(take(bad, 4) == ["tcp.bad_checksum"])
    let said = decoder.checksumPolicy.offloading
    #expect(said.count == 1 && said[0].interface == 3 && said[0].since == 7)
    #expect(said[0].muted == 4 && said[0].recognised == 2 && said[0].source == ipv4("192.0.2.1"))
  }

  @Test("What several workers recognised is told as if there had been one")
  func merged() {
    let (a, b) = (ipv4("192.0.2.1"), ipv4("198.51.100.1"))
    func part(_ interface: UInt32, _ packet: UInt64, _ source: NetworkAddress) -> ChecksumPolicy.Offloading {
      ChecksumPolicy.Offloading(
        interface: interface, since: 7, firstPacket: packet, muted: 2, recognised: 1, source: source, destination: b)
    }
    let whole = ChecksumPolicy.merge([part(1, 9, b), part(0, 4, b), part(1, 3, a)])
    #expect(whole.map(\.interface) == [0, 1] && whole.map(\.muted) == [2, 4])
    #expect(whole[1].firstPacket == 3 && whole[1].source == a && whole[1].recognised == 2)
  }

  @Test("A checksum over bytes that never were is not judged")
  func incomplete() {
    let packet = decode(fromTo(TCP(from: 1024, to: 80, .ack) { $0.checksum = 0xDEAD }) { $0.totalLength = 60 })
    #expect(packet.ids == ["ipv4.truncated_packet"] && packet.transportChecksum == .unknown)
  }
}
