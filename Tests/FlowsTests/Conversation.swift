// A conversation between two hosts as tests write it, and what the engine made of it.

import Catalog
import Evidence
import Flows
import Packets
import TestSupport

/// Keeps what the engine hands on.
final class Recorder: FlowConsumer {
  struct Heard {
    var midstream: Bool
    var toServer: [UInt8] = []
    var toClient: [UInt8] = []
    var gaps: [Range<UInt64>] = []
    var ended: [Direction] = []
    var closed = 0
    var offsetsFit = true
  }
  var flows: [Heard] = []
  /// Tokens start at 1; 0 refuses every flow.
  var refuses = false
  var stopsAfter = Int.max

  override func open(_ flow: FlowReference) -> UInt32 {
    if refuses { return 0 }
    flows.append(Heard(midstream: flow.midstream))
    return UInt32(flows.count)
  }
  override func data(
    _ token: UInt32, _ direction: Direction, offset: UInt64, _ bytes: UnsafeRawBufferPointer, afterGap: Bool,
    packet: PacketMark
  ) -> Bool {
    let at = Int(token) - 1
    let gap = flows[at].gaps.reduce(0) { $0 + $1.count }
    let have = direction == .toServer ? flows[at].toServer.count : flows[at].toClient.count
    if gap == 0, offset != UInt64(have) { flows[at].offsetsFit = false }
    if direction == .toServer { flows[at].toServer += bytes } else { flows[at].toClient += bytes }
    return flows[at].toServer.count + flows[at].toClient.count < stopsAfter
  }
  override func gap(_ token: UInt32, _ direction: Direction, offset: UInt64, length: UInt64) -> Bool {
    flows[Int(token) - 1].gaps.append(offset..<offset + length)
    return true
  }
  override func end(_ token: UInt32, _ direction: Direction) { flows[Int(token) - 1].ended.append(direction) }
  override func datagram(_ token: UInt32, _ direction: Direction, _ bytes: UnsafeRawBufferPointer, packet: PacketMark)
    -> Bool
  {
    if direction == .toServer {
      flows[Int(token) - 1].toServer += bytes
    } else {
      flows[Int(token) - 1].toClient += bytes
    }
    return true
  }
  override func close(_ token: UInt32, reason: FlowEndReason, record: inout FlowRecord) {
    flows[Int(token) - 1].closed += 1
    record.appProto = "heard"
  }
}

/// Sends packets to an engine, one after the other, a millisecond apart unless told otherwise.
struct Conversation {
  static let client = "192.0.2.1"
  static let server = "198.51.100.2"
  /// Sequence numbers of the two SYNs; tests count from them.
  var clientStart: UInt32 = 1000
  var serverStart: UInt32 = 5000
  var clientPort: UInt16 = 40_000
  var serverPort: UInt16 = 8081
  let recorder = Recorder()
  let engine: FlowEngine
  private var decoder: PacketDecoder
  private var packet = Packet()
  private(set) var number: UInt64 = 0
  var time: Int64 = 1_700_000_000_000_000_000

  init(_ set: (inout FlowOptions) -> Void = { _ in }) {
    var options = FlowOptions()
    options.decoder = DecoderOptions(checksums: .validate)
    set(&options)
    engine = FlowEngine(options: options, consumer: recorder)
    decoder = PacketDecoder(options: options.decoder)
  }

  mutating func wait(seconds: Double) { time += Int64(seconds * 1e9) }

  mutating func send(_ frame: [UInt8], wireLength: Int? = nil) {
    number += 1
    time += 1_000_000
    frame.withUnsafeBytes { bytes in
      decoder.decode(
        bytes, linkType: .ethernet, time: time, number: number, wireLength: wireLength ?? bytes.count, into: &packet)
      repeat { engine.process(&packet, frame: bytes) } while decoder.decodeInner(bytes, into: &packet)
    }
  }

  /// A segment of the client. `at` and `ack` count from the SYNs: the first byte of a stream is 1.
  mutating func c(
    _ flags: TCPFlags, at: Int = 0, ack: Int? = nil, _ payload: String = "", options: [UInt8] = [],
    window: UInt16 = 65535,
    set: (inout TCP) -> Void = { _ in }
  ) {
    segment(true, flags, at, ack, payload, options, window, set)
  }

  /// A segment of the server.
  mutating func s(
    _ flags: TCPFlags, at: Int = 0, ack: Int? = nil, _ payload: String = "", options: [UInt8] = [],
    window: UInt16 = 65535,
    set: (inout TCP) -> Void = { _ in }
  ) {
    segment(false, flags, at, ack, payload, options, window, set)
  }

  private mutating func segment(
    _ fromClient: Bool, _ flags: TCPFlags, _ at: Int, _ ack: Int?, _ payload: String, _ options: [UInt8],
    _ window: UInt16,
    _ set: (inout TCP) -> Void
  ) {
    let own = fromClient ? clientStart : serverStart
    let other = fromClient ? serverStart : clientStart
    var tcp = TCP(
      from: fromClient ? clientPort : serverPort, to: fromClient ? serverPort : clientPort,
      ack == nil ? flags : flags.union(.ack), sequence: own &+ UInt32(truncatingIfNeeded: at),
      acknowledgement: ack.map { other &+ UInt32(truncatingIfNeeded: $0) } ?? 0, options: options,
      payload: Array(payload.utf8))
    tcp.window = window
    set(&tcp)
    send(
      Ethernet(
        IPv4(from: fromClient ? Self.client : Self.server, to: fromClient ? Self.server : Self.client, tcp)
      ).bytes)
  }

  /// A question of the client to a server that answers each (RFC 1035), and the error of a host that has no such port
  /// (RFC 792), which quotes the question.
  private static let question = IPv4(from: client, to: server, UDP(from: 5000, to: 53, payload: [1, 2, 3, 4]))
  mutating func ask() { send(Ethernet(Self.question).bytes) }
  mutating func refuse() {
    send(
      Ethernet(
        IPv4(
          from: Self.server, to: Self.client,
          ICMP(type: 3, code: 3, rest: [0, 0, 0, 0] + Self.question.bytes.prefix(28)))
      ).bytes)
  }

  /// A datagram of a protocol without sessions.
  mutating func udp(fromClient: Bool) {
    send(
      Ethernet(
        IPv4(
          from: fromClient ? Self.client : Self.server, to: fromClient ? Self.server : Self.client,
          UDP(from: fromClient ? 40_000 : 40_001, to: fromClient ? 40_001 : 40_000, payload: [1]))
      ).bytes)
  }
  mutating func echo() { send(Ethernet(IPv4(from: Self.client, to: Self.server, ICMP(type: 8))).bytes) }
  mutating func other() {
    send(Ethernet(IPv4(from: Self.client, to: Self.server, RawNetworkPayload(ipProtocol: 99, [1]))).bytes)
  }

  /// SYN, SYN-ACK, ACK.
  mutating func handshake(clientOptions: [UInt8] = [], serverOptions: [UInt8] = [], window: UInt16 = 65535) {
    c(.syn, options: clientOptions)
    s(.syn, ack: 1, options: serverOptions)
    c([], at: 1, ack: 1, window: window)
  }

  /// FIN of the client at its offset, of the server at its own, and the ACKs.
  mutating func goodbye(client: Int = 1, server: Int = 1) {
    c(.fin, at: client, ack: server)
    s(.fin, at: server, ack: client + 1)
    c([], at: client + 1, ack: server + 1)
  }

  /// Ends the engine's work.
  mutating func finish() -> Outcome {
    engine.finish()
    var flows = engine.drainFlows()
    flows.sort { $0.firstPacket < $1.firstPacket }
    return Outcome(flows: flows, anomalies: engine.drainAnomalies(), heard: recorder.flows, counters: engine.counters)
  }
}

struct Outcome {
  var flows: [FlowRecord]
  var anomalies: [AnomalyRecord]
  var heard: [Recorder.Heard]
  var counters: FlowCounters

  /// How often a kind was seen, by all records of it.
  func count(_ kind: AnomalyKind) -> UInt64 {
    anomalies.reduce(0) { if case .catalog(kind) = $1.name { $0 + $1.count } else { $0 } }
  }
  var kinds: Set<String> { Set(anomalies.map(\.name.id)) }
  var states: [String] { flows.compactMap(\.tcp?.connState) }
  var histories: [String] { flows.compactMap(\.tcp?.history) }
  func toServer(_ i: Int = 0) -> String {
    heard.indices.contains(i) ? String(decoding: heard[i].toServer, as: UTF8.self) : ""
  }
  func toClient(_ i: Int = 0) -> String {
    heard.indices.contains(i) ? String(decoding: heard[i].toClient, as: UTF8.self) : ""
  }
}

/// Timestamps option (RFC 7323 §3.2) between two NOPs.
func timestamps(_ value: UInt32, _ echo: UInt32) -> [UInt8] {
  var bytes: [UInt8] = [1, 1, 8, 10]
  for word in [value, echo] {
    for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(word >> UInt32(shift) & 0xFF)) }
  }
  return bytes
}
