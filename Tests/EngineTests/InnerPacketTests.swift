// Packets that a dissector takes out of a flow.

import Evidence
import Flows
import Inspection
import Packets
import PluginHost
import TestSupport
import Testing

@testable import Capture
@testable import Engine

@Suite("Packets out of a flow")
struct InnerPacketTests {
  /// A frame of the fixture's protocol: "FX", length, body.
  private func carrying(_ inner: [UInt8]) -> [UInt8] {
    let body = Array("packet ".utf8) + inner
    return Array("FX".utf8) + [UInt8(body.count >> 8), UInt8(body.count & 255)] + body
  }

  /// A datagram of the carrier, as it is captured.
  private func outer(_ payload: [UInt8]) -> [UInt8] {
    Ethernet(IPv4(from: "192.0.2.1", to: "198.51.100.2", UDP(from: 5000, to: 7000, payload: payload))).bytes
  }

  private func run(_ frames: [[UInt8]], tunnelDepth: Int = 4) throws -> (batch: WireBatch, inspector: Inspector) {
    let inspector = Inspector(plugins: [try Plugin(path: FixturePlugins.build("frames"))])
    var options = FlowOptions()
    options.decoder = DecoderOptions(checksums: .validate, tunnelDepth: tunnelDepth)
    let worker = PacketWorker(options: options, inspector: inspector)
    for (at, frame) in frames.enumerated() {
      frame.withUnsafeBytes { bytes in
        worker.process([
          FrameView(
            bytes: bytes, time: 1_700_000_000_000_000_000 + Int64(at), number: UInt64(at + 1),
            wireLength: UInt32(bytes.count), linkType: .ethernet, interface: 0, hasInvalidTime: false)
        ])
      }
    }
    worker.finish(reason: .shutdown, through: .last)
    var batch = WireBatch()
    worker.exchange(&batch)
    return (batch, inspector)
  }

  private let inner = IPv4(from: "10.9.0.1", to: "10.9.0.2", UDP(from: 4000, to: 9, payload: [1, 2, 3]))

  @Test("An IP packet that a dissector hands back is a flow of its own, begun by the packet that brought it")
  func followed() throws {
    let (batch, inspector) = try run([outer(carrying([0x45])), outer(carrying(inner.bytes))])
    let found = batch.flows.first { $0.sourceIP == IPAddress("10.9.0.1") }
    #expect(batch.flows.count == 2)
    #expect(found?.destinationIP == IPAddress("10.9.0.2"))
    #expect(found?.destinationPort == 9)
    #expect(found?.toServer.payload == 3)
    #expect(found?.firstPacket == 2)
    // The first, of one byte, is no IP packet; both were handed back.
    #expect(inspector.counters.innerPackets == 2)
    #expect(batch.anomalies.contains { $0.name.id == "ipv4.truncated_header" })
  }

  @Test("A packet in a packet in a packet is followed too")
  func nested() throws {
    let middle = IPv4(from: "10.8.0.1", to: "10.8.0.2", UDP(from: 5001, to: 7000, payload: carrying(inner.bytes)))
    let (batch, _) = try run([outer(carrying(middle.bytes))])
    #expect(
      Set(batch.flows.map(\.sourceIP))
        == Set(["192.0.2.1", "10.8.0.1", "10.9.0.1"].compactMap { IPAddress($0) }))
  }

  @Test("Packets deeper than tunnels may be are counted and not followed")
  func tooDeep() throws {
    let (batch, inspector) = try run([outer(carrying(inner.bytes))], tunnelDepth: 0)
    #expect(batch.flows.count == 1)
    #expect(inspector.counters.childrenNotFollowed == 1)
  }
}
