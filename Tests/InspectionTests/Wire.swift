// A flow as the flow engine would give it, in words.

import Evidence
import Flows
import PluginHost
import TestSupport

@testable import Inspection

/// A frame of the fixture's protocol: "FX", length, body.
func frame(_ body: String, magic: String = "FX") -> [UInt8] {
  let length = body.utf8.count
  return Array(magic.utf8) + [UInt8(length >> 8), UInt8(length & 255)] + Array(body.utf8)
}

/// One flow given to an inspector. Each packet has the next number, and its number in seconds as its time.
final class Wire {
  let inspector: Inspector
  let token: UInt32
  private let flow: DescribedFlow
  var packet: UInt64 = 0
  var sent: [UInt64] = [0, 0]
  var wanted = true

  init(
    _ inspector: Inspector, port: UInt16 = 7000, proto: UInt8 = 6, midstream: Bool = false,
    server: UInt32 = 0xC000_0201,
    isOneSided: Bool = false, id: UInt64 = 7, start: Int64 = 0
  ) {
    self.inspector = inspector
    flow = DescribedFlow(
      FlowDescription(
        id: FlowID(rawValue: id), client: IPAddress(ipv4: 0x0A00_0001), clientPort: 40000,
        server: IPAddress(ipv4: server), serverPort: port, proto: proto, start: start, midstream: midstream,
        isOneSided: isOneSided))
    token = inspector.open(flow.reference)
  }

  @discardableResult
  func send(_ direction: Direction, _ bytes: [UInt8], afterGap: Bool = false) -> Wire {
    packet += 1
    flow.saw(PacketMark(time: Int64(packet) * 1_000_000_000, number: packet))
    guard wanted else { return self }
    let d = Int(direction.rawValue)
    wanted = bytes.withUnsafeBytes {
      inspector.data(
        token, direction, offset: sent[d], $0, afterGap: afterGap,
        packet: PacketMark(time: Int64(packet) * 1_000_000_000, number: packet))
    }
    sent[d] += UInt64(bytes.count)
    return self
  }

  /// The bytes in pieces of at most `piece` bytes, a packet each.
  func send(_ direction: Direction, _ bytes: [UInt8], inPiecesOf piece: Int) {
    var at = 0
    while at < bytes.count {
      send(direction, Array(bytes[at..<min(bytes.count, at + piece)]))
      at += piece
    }
  }

  func lose(_ direction: Direction, _ length: Int) {
    guard wanted else { return }
    wanted = inspector.gap(token, direction, offset: sent[Int(direction.rawValue)], length: UInt64(length))
    sent[Int(direction.rawValue)] += UInt64(length)
  }

  func datagram(_ direction: Direction, _ bytes: [UInt8]) {
    packet += 1
    flow.saw(PacketMark(time: Int64(packet) * 1_000_000_000, number: packet))
    guard wanted else { return }
    wanted = bytes.withUnsafeBytes {
      inspector.datagram(
        token, direction, $0, packet: PacketMark(time: Int64(packet) * 1_000_000_000, number: packet))
    }
  }

  func end(_ direction: Direction) { inspector.end(token, direction) }

  /// Ends both directions and closes the flow, as the engine does.
  @discardableResult
  func close(_ reason: FlowEndReason = .closed, payload: UInt64 = 1) -> FlowRecord {
    let flow = flow.reference
    if flow.proto == 6 {
      end(.toServer)
      end(.toClient)
    }
    var record = FlowRecord(
      id: flow.id, origin: RecordOrigin(sensor: "", capture: ""), start: Timestamp(nanoseconds: 0),
      end: Timestamp(nanoseconds: 0), firstPacket: 1, sourceIP: flow.client, sourcePort: flow.clientPort,
      destinationIP: flow.server, destinationPort: flow.serverPort, proto: TransportProtocol(rawValue: flow.proto))
    record.toServer.payload = payload
    inspector.close(token, reason: reason, record: &record)
    return record
  }
}

extension Inspector {
  static func frames(
    _ variants: [[String: String]] = [[:]], _ options: InspectionOptions = InspectionOptions()
  ) throws -> Inspector {
    let plugins = try variants.map { try Plugin(path: FixturePlugins.build("frames", $0)) }
    return Inspector(plugins: plugins, options: options)
  }

  /// The bodies of the frames since the last call.
  func bodies() -> [String] {
    drainTransactions().map { $0.text("body") ?? "?" }
  }
}

extension TransactionRecord {
  func text(_ name: String) -> String? {
    if case .text(let value) = fields.first(where: { $0.name == name })?.value { return value }
    return nil
  }
  func number(_ name: String) -> UInt64? {
    if case .u64(let value) = fields.first(where: { $0.name == name })?.value { return value }
    return nil
  }
}
