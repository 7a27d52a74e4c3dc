// Frames through several workers, many stretches of them.

import Evidence
import Flows
import Packets
import TestSupport
import Testing

@testable import Capture
@testable import Engine

@Suite("A pipeline of packets")
struct PacketPipelineTests {
  /// What came of frames, stretch by stretch: how many datagrams each flow had, and the first packets of those that ended.
  private func run(workers: Int, _ frames: [[UInt8]], at times: [Int64]) -> [[UInt64]] {
    var options = FlowOptions()
    options.timeouts.udp = 1_000_000_000
    options.timeouts.udpUnanswered = 1_000_000_000
    let pipeline = PacketPipeline(
      workers: (0..<workers).map { _ in PacketWorker(options: options, inspector: nil) })
    var told: [[UInt64]] = []
    func take(_ batch: WireBatch) {
      told.append(batch.flows.flatMap { [$0.firstPacket, $0.toServer.packets] })
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: frames.map(\.count).reduce(0, +), alignment: 1)
    defer { memory.deallocate() }
    var views: [FrameView] = []
    var offset = 0
    for (index, frame) in frames.enumerated() {
      let place = UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + frame.count])
      place.copyBytes(from: frame)
      offset += frame.count
      views.append(
        FrameView(
          bytes: UnsafeRawBufferPointer(place), time: times[index], number: UInt64(index + 1),
          wireLength: UInt32(frame.count), linkType: .ethernet, interface: 0, hasInvalidTime: false))
    }
    // All at once, so that lanes fill up and the caller has to work on them itself.
    pipeline.process(views[...], areKept: true, take: take)
    pipeline.finish(take: take)
    #expect(pipeline.frames == UInt64(frames.count))
    return told
  }

  @Test("More workers than processors tell the same as one, stretch by stretch")
  func stretches() {
    // A frame a millisecond; each host speaks for a while, then its flow times out. A quarter of all is of one host, so that
    // lanes are filled unevenly.
    let count = 24_000
    var frames: [[UInt8]] = []
    var times: [Int64] = []
    for index in 0..<count {
      let host = index % 4 == 0 ? 0 : 1 + index / 1000
      frames.append(
        Ethernet(
          IPv4(
            from: "10.0.\(host / 200).\(host % 200 + 1)", to: "192.0.2.\(index % 3 + 1)",
            UDP(from: 5000, to: 7000, payload: [1, 2, 3]))
        ).bytes)
      times.append(1_700_000_000_000_000_000 + Int64(index) * 1_000_000)
    }
    let one = run(workers: 1, frames, at: times)
    // Each frame is of one flow, and each flow is told once.
    let packets = one.flatMap { told in stride(from: 1, to: told.count, by: 2).map { told[$0] } }
    #expect(packets.reduce(0, +) == UInt64(count))
    // Flows time out on the way, not only at the end.
    #expect(one.filter { !$0.isEmpty }.count >= 4)
    for workers in [2, 8] { #expect(run(workers: workers, frames, at: times) == one) }
  }

  @Test("Of packets without a flow in many tunnels, any number of workers tells the same")
  func tunnelled() {
    // Frames of no protocol that anybody knows, eight in each of thirty tunnels.
    let frames = (0..<240).map { index in
      Ethernet(
        IPv4(
          from: "10.1.0.\(index % 30 + 1)", to: "198.51.100.\(index % 30 + 1)",
          UDP(
            from: 5000, to: 4789,
            payload: [8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x5E, 0, 0x53, 1, 0, 0, 0x5E, 0, 0x53, 2, 0x12, 0x34, 1, 2]))
      ).bytes
    }
    func told(_ workers: Int) -> [String] {
      var all: [String] = []
      let pipeline = PacketPipeline(
        workers: (0..<workers).map { _ in PacketWorker(options: FlowOptions(), inspector: nil) })
      func take(_ batch: WireBatch) {
        all += batch.anomalies.map { "\($0.name.id) \($0.packet) \($0.count)" }
      }
      for (index, frame) in frames.enumerated() {
        frame.withUnsafeBytes { bytes in
          pipeline.process(
            [
              FrameView(
                bytes: bytes, time: 1_700_000_000_000_000_000, number: UInt64(index + 1),
                wireLength: UInt32(bytes.count), linkType: .ethernet, interface: 0, hasInvalidTime: false)
            ], take: take)
        }
      }
      pipeline.finish(take: take)
      return all
    }
    let one = told(1)
    // Of each tunnel the first five are told one by one, the other three as one.
    let unknown = one.filter { $0.hasPrefix("ethernet.unknown_ethertype") }
    #expect(unknown.count == 30 * 6)
    #expect(unknown.filter { $0.hasSuffix(" 3") }.count == 30)
    for workers in [2, 5] { #expect(told(workers) == one) }
  }

  @Test("Fragments in one aggregate of 802.11 meet, and the frame after them has a flow of its own")
  func aggregate() {
    func fragment(_ content: [UInt8], at offset: Int, more: Bool) -> [UInt8] {
      var packet = IPv4(
        from: "192.0.2.1", to: "192.0.2.2", RawNetworkPayload(ipProtocol: 17, content))
      packet.identification = 77
      packet.fragmentOffset = offset
      packet.moreFragments = more
      return packet.bytes
    }
    func subframe(_ packet: [UInt8]) -> [UInt8] {
      let body: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + packet
      let bytes: [UInt8] = [0, 0, 0x5E, 0, 0x53, 1, 0, 0, 0x5E, 0, 0x53, 2, 0, UInt8(body.count)] + body
      return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
    let datagram = IPv4(
      from: "192.0.2.1", to: "192.0.2.2", UDP(from: 5000, to: 53, payload: [UInt8](repeating: 7, count: 24))
    ).bytes[20...]
    let frame =
      [0x88, 1] + [UInt8](repeating: 0, count: 22) + [0x80, 0]
      + subframe(fragment(Array(datagram.prefix(16)), at: 0, more: true))
      + subframe(fragment(Array(datagram.dropFirst(16)), at: 16, more: false))
      + subframe(IPv4(from: "192.0.2.1", to: "192.0.2.2", UDP(from: 5001, to: 123, payload: [1])).bytes)
    var ports: [UInt16?: UInt64] = [:]
    var bytes: [UInt64] = []
    let pipeline = PacketPipeline(workers: [PacketWorker(options: FlowOptions(), inspector: nil)])
    func take(_ batch: WireBatch) {
      for flow in batch.flows {
        ports[flow.destinationPort] = flow.toServer.payload
        bytes.append(flow.toServer.bytes)
      }
    }
    frame.withUnsafeBytes { captured in
      pipeline.process(
        [
          FrameView(
            bytes: captured, time: 1_700_000_000_000_000_000, number: 1, wireLength: UInt32(captured.count),
            linkType: .wireless, interface: 0, hasInvalidTime: false)
        ], take: take)
    }
    pipeline.finish(take: take)
    #expect(ports == [53: 24, 123: 1])
    // Each frame counts for itself: addresses and length (14 octets), LLC and SNAP (8), and its packet. Two of 20 + 16, one
    // of 20 + 8 + 1.
    let counted: Set<UInt64> = [116, 51]
    #expect(Set(bytes) == counted)
  }
}
