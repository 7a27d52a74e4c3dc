import Packets
import TestSupport
import Testing

/// A-MSDU (IEEE 802.11-2020 §9.3.2.2): each subframe is destination, source, length and the frame, padded to a multiple of
/// four octets unless it is the last.
@Suite("Aggregates of 802.11")
struct AggregateTests {
  /// What `decodeInner` goes through: the destination port (0 without one), tunnels around it, its destination, anomalies.
  private struct Seen: Equatable {
    var port: UInt16 = 0
    var depth: UInt8 = 0
    var to: UInt64 = 0
    var ids: [String] = []
  }

  private func subframe(to number: UInt8, _ body: [UInt8], isLast: Bool = false) -> [UInt8] {
    let header: [UInt8] =
      [0, 0, 0x5E, 0, 0x53, number, 0, 0, 0x5E, 0, 0x53, 0xFF, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
    let bytes = header + body
    return isLast ? bytes : bytes + [UInt8](repeating: 0xEE, count: (4 - bytes.count % 4) % 4)
  }

  private func datagram(to port: UInt16, _ payload: [UInt8] = [1]) -> [UInt8] {
    Part.snap + fromTo(UDP(from: 40000, to: port, payload: payload)).bytes
  }

  /// A data frame with quality of service and the bit that says aggregate.
  private func aggregate(_ subframes: [UInt8]) -> [UInt8] {
    [0x88, 1] + Part.wireless([])[2...] + [0x80, 0] + subframes
  }

  private func seen(_ bytes: [UInt8], _ linkType: LinkType = .wireless, wireLength: Int? = nil) -> [Seen] {
    var decoder = PacketDecoder(options: DecoderOptions(checksums: .validate))
    var packet = Packet()
    var all: [Seen] = []
    bytes.withUnsafeBytes { frame in
      decoder.decode(
        frame, linkType: linkType, time: 1, number: 1, wireLength: wireLength ?? frame.count, into: &packet)
      repeat {
        all.append(
          Seen(
            port: packet.destinationPort, depth: packet.tunnelDepth, to: packet.linkDestination.rawValue & 0xFF,
            ids: packet.ids))
      } while decoder.decodeInner(frame, into: &packet)
    }
    return all
  }

  @Test("Each frame is a packet by itself, whatever padding lies between")
  func all() {
    // Bodies of 37, 38 and 39 octets: padding of 1, 0 and 3.
    let bytes = aggregate(
      subframe(to: 1, datagram(to: 53)) + subframe(to: 2, datagram(to: 123, [1, 2]))
        + subframe(to: 3, datagram(to: 443, [1, 2, 3])) + subframe(to: 4, datagram(to: 80), isLast: true))
    #expect(
      seen(bytes) == [Seen(port: 53, to: 1), Seen(port: 123, to: 2), Seen(port: 443, to: 3), Seen(port: 80, to: 4)])
  }

  @Test("What follows a tunnel in one frame is the next frame, outside of the tunnel")
  func tunnel() {
    let tunnelled = Part.snap + fromTo(Tunnelled(fromTo(UDP(from: 40000, to: 53, payload: [1])))).bytes
    let bytes = aggregate(subframe(to: 1, tunnelled) + subframe(to: 2, datagram(to: 123), isLast: true))
    #expect(seen(bytes) == [Seen(to: 1), Seen(port: 53, depth: 1, to: 1), Seen(port: 123, to: 2)])
  }

  @Test("Many frames are no header too many")
  func many() {
    let frames = (0..<30).flatMap { subframe(to: $0, datagram(to: 1000 + UInt16($0))) }
    #expect(seen(aggregate(frames)) == (0..<30).map { Seen(port: 1000 + UInt16($0), to: UInt64($0)) })
  }

  @Test("A length beyond the frame, and a header cut short, are told")
  func broken() {
    let first = subframe(to: 1, datagram(to: 53))
    var long = subframe(to: 2, datagram(to: 123), isLast: true)
    long[13] += 1
    #expect(
      seen(aggregate(first + long)) == [Seen(port: 53, to: 1), Seen(to: 2, ids: ["radio.truncated_header"])])
    // Ten octets are neither a header nor a check sequence.
    #expect(
      seen(aggregate(first + Part.zeros[..<10])) == [
        Seen(port: 53, to: 1), Seen(to: 1, ids: ["radio.truncated_header"]),
      ])
    #expect(seen(aggregate(first + [9, 9, 9, 9])) == [Seen(port: 53, to: 1)])
  }

  @Test("A frame that the capture cut is told of as cut by the capture")
  func cut() {
    let whole = aggregate(subframe(to: 1, datagram(to: 53)) + subframe(to: 2, datagram(to: 123), isLast: true))
    let found = Sample(whole, .wireless).cut(to: whole.count - 40).findings()
    #expect(found.contains { $0.id == "capture.truncated_packet" && $0.captured })
    #expect(found.allSatisfy { $0.captured })
  }

  @Test("Of an aggregate in a tunnel within an aggregate, the frames after its first are told of and left")
  func nested() {
    let inner = aggregate(subframe(to: 8, datagram(to: 53)) + subframe(to: 9, datagram(to: 80), isLast: true))
    let tunnelled =
      Part.snap + fromTo(RawNetworkPayload(ipProtocol: 47, [0, 0, 0x82, 0x10] + inner)).bytes
    let bytes = aggregate(subframe(to: 1, tunnelled) + subframe(to: 2, datagram(to: 123), isLast: true))
    #expect(
      seen(bytes) == [
        Seen(to: 1), Seen(port: 53, depth: 1, to: 8, ids: ["tunnel.too_deep"]), Seen(port: 123, to: 2),
      ])
  }
}
