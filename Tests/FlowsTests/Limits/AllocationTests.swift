// The packet path allocates nothing: counted, not claimed.

import AllocationCounting
import Evidence
import Packets
import TestSupport
import Testing

@testable import Flows

/// Takes everything and keeps nothing.
private final class Sink: FlowConsumer {
  private(set) var bytes = 0
  override func open(_ flow: FlowReference) -> UInt32 { 1 }
  override func data(
    _ token: UInt32, _ direction: Direction, offset: UInt64, _ bytes: UnsafeRawBufferPointer, afterGap: Bool,
    packet: PacketMark
  ) -> Bool {
    self.bytes &+= bytes.count
    return true
  }
  override func gap(_ token: UInt32, _ direction: Direction, offset: UInt64, length: UInt64) -> Bool { true }
  override func end(_ token: UInt32, _ direction: Direction) {}
  override func datagram(_ token: UInt32, _ direction: Direction, _ bytes: UnsafeRawBufferPointer, packet: PacketMark)
    -> Bool
  {
    self.bytes &+= bytes.count
    return true
  }
  override func close(_ token: UInt32, reason: FlowEndReason, record: inout FlowRecord) {}
}

@Suite("Allocations")
struct AllocationTests {
  /// Frames that repeat: each round the sequence numbers go on, so the frames are made once for all rounds.
  private static func frames(rounds: Int) -> [[UInt8]] {
    let client = "192.0.2.1"
    let server = "198.51.100.2"
    var out: [[UInt8]] = []
    func segment(
      _ toServer: Bool, _ port: UInt16, _ flags: TCPFlags, _ sequence: Int, _ acknowledgement: Int, _ bytes: Int = 0
    ) {
      out.append(
        Ethernet(
          IPv4(
            from: toServer ? client : server, to: toServer ? server : client,
            TCP(
              from: toServer ? port : 8081, to: toServer ? 8081 : port, flags, sequence: UInt32(sequence),
              acknowledgement: UInt32(acknowledgement), payload: [UInt8](repeating: 0x61, count: bytes)))
        ).bytes)
    }
    for port in UInt16(40_000)..<40_016 {
      segment(true, port, .syn, 0, 0)
      segment(false, port, [.syn, .ack], 0, 1)
      segment(true, port, .ack, 1, 1)
    }
    for round in 0..<rounds {
      for port in UInt16(40_000)..<40_016 {
        let at = 1 + round * 3000
        // In order, then a segment before the one that it follows, then an acknowledgement.
        segment(true, port, [.ack, .psh], at, 1, 1000)
        segment(true, port, [.ack, .psh], at + 2000, 1, 1000)
        segment(true, port, [.ack, .psh], at + 1000, 1, 1000)
        segment(false, port, .ack, 1, at + 3000)
      }
      for port in UInt16(50_000)..<50_016 {
        out.append(
          Ethernet(
            IPv4(from: client, to: server, UDP(from: port, to: 40_001, payload: [UInt8](repeating: 1, count: 100)))
          )
          .bytes)
      }
      // A datagram in two fragments.
      let bytes = FragmentTests.datagram([UInt8](repeating: 0x62, count: 1592))
      for (offset, range, more) in [(800, 800..<1600, false), (0, 0..<800, true)] {
        out.append(
          Ethernet(
            IPv4(from: client, to: server, RawNetworkPayload(ipProtocol: 17, Array(bytes[range]))) {
              $0.identification = UInt16(truncatingIfNeeded: round)
              $0.fragmentOffset = offset
              $0.moreFragments = more
            }
          ).bytes)
      }
    }
    return out
  }

  @Test("Flows, datagrams, segments out of order and fragments cost no allocation once they are under way")
  func steady() throws {
    let frames = Self.frames(rounds: 120)
    let sink = Sink()
    let engine = FlowEngine(consumer: sink)
    var decoder = PacketDecoder(options: DecoderOptions())
    var packet = Packet()
    var number: UInt64 = 0
    var time: Int64 = 1_700_000_000_000_000_000
    func play(_ range: Range<Int>) -> UInt64 {
      let before = allocation_count()
      for i in range {
        number += 1
        time += 10_000
        frames[i].withUnsafeBytes { bytes in
          decoder.decode(bytes, linkType: .ethernet, time: time, number: number, wireLength: bytes.count, into: &packet)
          repeat { engine.process(&packet, frame: bytes) } while decoder.decodeInner(bytes, into: &packet)
        }
      }
      return allocation_count() - before
    }
    // The pools get their first chunks.
    let warm = frames.count / 6
    try #require(play(0..<warm) > 0, "the allocator of this build is not counted")
    #expect(play(warm..<frames.count) == 0)
    #expect(engine.counters.outOfOrder == 120 * 16)
    #expect(engine.counters.datagramsReassembled == 120)
    #expect(sink.bytes == 120 * (16 * 3000 + 16 * 100 + 1592))
    #expect(engine.drainAnomalies().isEmpty)
  }

  @Test(
    "On captures of all kinds, too: a packet that opens and ends no flow and tells of nothing allocates nothing",
    .enabled(if: Corpus.path != nil))
  func captures() throws {
    let path = try #require(Corpus.path)
    var frames: [(bytes: [UInt8], time: Int64)] = []
    for file in Corpus.files(below: path + "/pcaps", suffixes: [".pcap"]) where frames.count < 60_000 {
      frames += try Self.ethernetFrames(of: file)
    }
    let engine = FlowEngine(consumer: Sink())
    var decoder = PacketDecoder(options: DecoderOptions())
    var packet = Packet()
    var number: UInt64 = 0
    var quiet = 0
    var allocations: [UInt64: UInt64] = [:]
    let first = frames.map(\.time).min() ?? 0
    let span = (frames.map(\.time).max() ?? 0) - first + 4_000_000_000_000
    // The first time for the pools.
    for round in 0..<2 {
      for (bytes, time) in frames {
        number += 1
        bytes.withUnsafeBytes { bytes in
          decoder.decode(
            bytes, linkType: .ethernet, time: time + Int64(round) * span, number: number, wireLength: bytes.count,
            into: &packet)
          repeat {
            let before = engine.counters
            let count = allocation_count()
            engine.process(&packet, frame: bytes)
            let allocated = allocation_count() - count
            let after = engine.counters
            if round == 1, before.flowsOpened == after.flowsOpened, before.flowsClosed == after.flowsClosed,
              before.anomalies == after.anomalies
            {
              quiet += 1
              if allocated > 0 { allocations[number] = allocated }
            }
          } while decoder.decodeInner(bytes, into: &packet)
        }
        if engine.pendingRecords > 10_000 {
          _ = engine.drainFlows()
          _ = engine.drainAnomalies()
        }
      }
    }
    #expect(quiet > 1000)
    #expect(allocations.isEmpty)
  }

  /// The frames of a classic pcap file of Ethernet in the byte order of this machine; none of any other file.
  private static func ethernetFrames(of path: String) throws -> [(bytes: [UInt8], time: Int64)] {
    let bytes = try Corpus.bytes(of: path)
    func word(_ at: Int) -> UInt32 {
      bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard bytes.count >= 24, word(0) == 0xA1B2_C3D4, word(20) == 1 else { return [] }
    var frames: [(bytes: [UInt8], time: Int64)] = []
    var at = 24
    while at + 16 <= bytes.count {
      let length = Int(word(at + 8))
      guard at + 16 + length <= bytes.count else { break }
      let time = Int64(word(at)) * 1_000_000_000 + Int64(word(at + 4)) * 1000
      frames.append((Array(bytes[at + 16..<at + 16 + length]), time))
      at += 16 + length
    }
    return frames
  }
}
