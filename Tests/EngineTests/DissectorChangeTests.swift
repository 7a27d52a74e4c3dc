// Dissectors that are changed while frames go through several workers.

import Evidence
import Flows
import Inspection
import Packets
import PluginHost
import TestSupport
import Testing

@testable import Capture
@testable import Engine

@Suite("A change of dissectors in a pipeline")
struct DissectorChangeTests {
  private static let hosts = 300

  private func version(_ name: String) throws -> Plugin {
    try Plugin(path: FixturePlugins.build("frames", ["PROTOCOL": "\"\(name)\""]))
  }

  /// One datagram of each host to a server, with a frame of the fixture's protocol.
  private func datagrams(_ body: String, from port: UInt16) -> [[UInt8]] {
    let payload = Array("FX".utf8) + [0, UInt8(body.utf8.count)] + Array(body.utf8)
    return (0..<Self.hosts).map { host in
      Ethernet(
        IPv4(from: "10.0.\(host / 200).\(host % 200 + 1)", to: "192.0.2.1", UDP(from: port, to: 7000, payload: payload))
      ).bytes
    }
  }

  /// What was told: protocol and body of each transaction in order, and the protocols of the flows.
  private struct Told: Equatable {
    var transactions: [String] = []
    var flows: [String: Int] = [:]
    var figures: [[UInt64]] = []
  }

  private func run(workers: Int) throws -> Told {
    let (old, new) = (try version("alpha"), try version("beta"))
    let pipeline = PacketPipeline(
      workers: (0..<workers).map { _ in
        PacketWorker(options: FlowOptions(), inspector: Inspector(plugins: [old]))
      })
    var told = Told()
    var number: UInt64 = 0
    func take(_ batch: WireBatch) {
      for one in batch.transactions {
        if case .text(let body)? = one.fields.first(where: { $0.name == "body" })?.value {
          told.transactions.append("\(one.appProto) \(body)")
        }
      }
      for flow in batch.flows { told.flows[flow.appProto, default: 0] += 1 }
    }
    func send(_ frames: [[UInt8]]) {
      for frame in frames {
        number += 1
        frame.withUnsafeBytes { bytes in
          pipeline.process(
            [
              FrameView(
                bytes: bytes, time: 1_700_000_000_000_000_000 + Int64(number), number: number,
                wireLength: UInt32(bytes.count), linkType: .ethernet, interface: 0, hasInvalidTime: false)
            ], take: take)
        }
      }
    }
    send(datagrams("first", from: 5000))
    #expect(pipeline.change(to: DissectorSetting.Value(plugins: [new])).isEmpty)
    send(datagrams("second", from: 5000))
    send(datagrams("third", from: 5001))
    pipeline.finish(take: take)
    told.figures = pipeline.dissectorFigures.map { [$0.sessions, $0.open, $0.use.records, $0.cut] }
    return told
  }

  @Test(
    "Any number of workers changes at the same frame: flows stay with the old version, later ones are the new one's")
  func workers() throws {
    let one = try run(workers: 1)
    let hosts = Self.hosts
    // A record of each frame, and one of each session's close.
    #expect(one.transactions.prefix(hosts).allSatisfy { $0 == "alpha first" })
    #expect(one.transactions.filter { $0 == "alpha second" }.count == hosts)
    #expect(one.transactions.filter { $0 == "beta third" }.count == hosts)
    #expect(one.transactions.filter { $0.hasSuffix("close") }.count == 2 * hosts)
    #expect(one.transactions.count == 5 * hosts)
    #expect(one.flows == ["alpha": hosts, "beta": hosts])
    #expect(one.figures == [[300, 0, 900, 0], [300, 0, 600, 0]])
    for workers in [2, 3] {
      let several = try run(workers: workers)
      #expect(several == one)
    }
  }
}
