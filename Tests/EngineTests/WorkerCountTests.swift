// Any number of workers tells the same of frames that are hard to spread: errors, tunnels, damaged headers.

import Evidence
import Flows
import Packets
import TestSupport
import Testing

@testable import Capture
@testable import Engine

/// Frames of one kind, of forty flows or pairs of hosts.
struct HardFrames: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var linkType = LinkType.ethernet
  var frames: [[UInt8]]

  init(_ words: String, _ linkType: LinkType = .ethernet, _ make: (Int) -> [[UInt8]]) {
    testDescription = words
    self.linkType = linkType
    frames = (1...40).flatMap(make)
  }

  private static func flow(_ i: Int) -> IPv4 {
    IPv4(from: "10.1.0.\(i)", to: "198.51.100.\(i)", UDP(from: 5000, to: 53))
  }
  private static func flow6(_ i: Int) -> IPv6 {
    IPv6(from: "2001:db8:1::\(i)", to: "2001:db8:2::\(i)", UDP(from: 5000, to: 53))
  }
  /// An error of one router to one host about whatever is given: what is quoted differs, the outer pair does not.
  private static func error(_ quoted: [UInt8]) -> ICMP { ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + quoted) }
  private static func error6(_ i: Int) -> RawNetworkPayload {
    RawNetworkPayload(ipProtocol: 58, [1, 4, 0, 0, 0, 0, 0, 0] + flow6(i).bytes)
  }

  static let all = [
    HardFrames("an error quotes a length below the header's") { i in
      var quoted = flow(i).bytes
      (quoted[2], quoted[3]) = (0, 8)
      return [
        Ethernet(flow(i)).bytes, Ethernet(IPv4(from: "203.0.113.1", to: "10.1.0.\(i)", error(quoted))).bytes,
      ]
    },
    HardFrames("the packet ends before what looks like a quote") { i in
      var frame = Ethernet(IPv4(from: "203.0.113.1", to: "203.0.113.2", error(flow(i).bytes)) { $0.totalLength = 20 })
      frame.paddedTo = 60
      return [frame.bytes]
    },
    HardFrames("the same in IPv6") { i in
      [Ethernet(IPv6(from: "2001:db8::1", to: "2001:db8::2", error6(i)) { $0.payloadLength = 4 }).bytes]
    },
    HardFrames("errors with a bad checksum of their IP header") { i in
      [Ethernet(IPv4(from: "203.0.113.1", to: "203.0.113.2", error(flow(i).bytes)) { $0.checksum = 1 }).bytes]
    },
    HardFrames("ICMPv6 errors behind extension headers, one of them a fragment header for a whole packet") { i in
      let fragment = RawNetworkPayload(
        ipProtocol: 44, [58, 0, 0, 0, 0, 0, 0, UInt8(i)] + error6(i).content)
      return [
        Ethernet(flow6(i)).bytes,
        Ethernet(IPv6(from: "2001:db8::1", to: "2001:db8:1::\(i)", IPv6Extension(0, [1, 4], error6(i)))).bytes,
        Ethernet(IPv6(from: "2001:db8::1", to: "2001:db8:1::\(i)", IPv6Extension(60, [1, 4], fragment))).bytes,
      ]
    },
    HardFrames("an address family that nobody knows", .null) { i in [[7, 0, 0, 0] + flow6(i).bytes] },
    HardFrames("an address family in the wrong order", .loop) { i in [[2, 0, 0, 0] + flow(i).bytes] },
    HardFrames("address families in either order", .null) { i in
      [[2, 0, 0, 0] + flow(i).bytes, [0, 0, 0, 30] + flow6(i).bytes]
    },
    HardFrames("fragments of one pair in many tunnels, none of them complete") { i in
      let piece = IPv4(
        from: "10.0.0.1", to: "10.0.0.2", RawNetworkPayload(ipProtocol: 17, [UInt8](repeating: 1, count: 64))
      ) {
        $0.identification = 7
        $0.moreFragments = true
      }
      return [
        Ethernet(
          IPv4(from: "10.1.0.\(i)", to: "198.51.100.\(i)", RawNetworkPayload(ipProtocol: 4, piece.bytes))
        ).bytes
      ]
    },
  ]
}

@Suite("Any number of workers tells the same")
struct WorkerCountTests {
  private func told(_ hard: HardFrames, workers: Int) -> [String] {
    var options = FlowOptions()
    options.decoder = DecoderOptions(checksums: .validate)
    let pipeline = PacketPipeline(
      workers: (0..<workers).map { _ in PacketWorker(options: options, inspector: nil) })
    var all: [String] = []
    func take(_ batch: WireBatch) {
      all += batch.anomalies.map { "\($0.name.id) \($0.packet) \($0.count)" }
      all += batch.flows.map { "flow \($0.firstPacket) \($0.toServer.packets) \($0.icmpErrors.map(\.count))" }
    }
    for (index, frame) in hard.frames.enumerated() {
      frame.withUnsafeBytes { bytes in
        pipeline.process(
          [
            FrameView(
              bytes: bytes, time: 1_700_000_000_000_000_000 + Int64(index), number: UInt64(index + 1),
              wireLength: UInt32(bytes.count), linkType: hard.linkType, interface: 0, hasInvalidTime: false)
          ], take: take)
      }
    }
    pipeline.finish(take: take)
    return all
  }

  @Test("Of frames that are hard to spread", arguments: HardFrames.all)
  func same(_ hard: HardFrames) {
    let one = told(hard, workers: 1)
    #expect(!one.isEmpty)
    for workers in [2, 5, 8] { #expect(told(hard, workers: workers) == one) }
  }

  @Test("Fragments of two tunnels are not put together, whatever their addresses and number are")
  func tunnels() {
    func piece(_ offset: Int, more: Bool) -> IPv4 {
      IPv4(from: "10.0.0.1", to: "10.0.0.2", RawNetworkPayload(ipProtocol: 17, [UInt8](repeating: 1, count: 64))) {
        $0.identification = 7
        $0.fragmentOffset = offset
        $0.moreFragments = more
      }
    }
    func frame(_ tunnel: Int, _ piece: IPv4) -> [UInt8] {
      Ethernet(
        IPv4(from: "10.1.0.\(tunnel)", to: "198.51.100.1", RawNetworkPayload(ipProtocol: 4, piece.bytes))
      ).bytes
    }
    func incomplete(_ frames: [[UInt8]]) -> Int {
      var hard = HardFrames("") { _ in [] }
      hard.frames = frames
      return told(hard, workers: 1).filter { $0.hasPrefix("fragment.incomplete") }.count
    }
    #expect(incomplete([frame(1, piece(0, more: true)), frame(1, piece(64, more: false))]) == 0)
    #expect(incomplete([frame(1, piece(0, more: true)), frame(2, piece(64, more: false))]) == 2)
  }
}
