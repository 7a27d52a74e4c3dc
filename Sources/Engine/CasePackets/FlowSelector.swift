/// Which frames belong to the flows of a case.

import Capture
import Evidence
import JSON
import Packets

/// A flow as it is looked for among recorded frames.
struct WantedFlow: Sendable {
  var sensor: String
  /// The interface or the file that it was captured from.
  var capture: String
  /// Nanoseconds since 1970, ends included.
  var from: Int64
  var to: Int64
  var source: NetworkAddress
  var destination: NetworkAddress
  var sourcePort: UInt16
  var destinationPort: UInt16
  var proto: UInt8
  /// Packets of both directions, as they were counted.
  var packets: UInt64

  /// From a flow record as it is stored; nil if it has no addresses or times.
  init?(_ record: JSONNode) {
    guard let sensor = record["sensor"]?.string, let capture = record["capture"]?.string,
      let start = record["start"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let end = record["end"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      let source = record["src_ip"]?.string.flatMap({ IPAddress($0) }),
      let destination = record["dest_ip"]?.string.flatMap({ IPAddress($0) }),
      let proto = record["proto"]?.string.flatMap({ TransportProtocol(name: $0) })
    else { return nil }
    func port(_ key: String) -> UInt16 { record[key]?.int64.flatMap { UInt16(exactly: $0) } ?? 0 }
    func packets(_ side: String) -> UInt64 { record[side]?["packets"]?.int64.flatMap { UInt64(exactly: $0) } ?? 0 }
    self.sensor = sensor
    self.capture = capture
    from = start.nanoseconds
    to = end.nanoseconds
    self.source = NetworkAddress(source)
    self.destination = NetworkAddress(destination)
    self.proto = proto.rawValue
    sourcePort = port("src_port")
    destinationPort = port("dest_port")
    self.packets = packets("to_server") &+ packets("to_client")
  }
}

extension NetworkAddress {
  fileprivate init(_ address: IPAddress) {
    if address.isIPv4 {
      self.init(ipv4: UInt32(truncatingIfNeeded: address.low))
    } else {
      self.init(high: address.high, low: address.low)
    }
  }
}

/// Tells frames of wanted flows from others: by addresses, protocol, ports and time; packets in tunnels too. Of a fragment,
/// which has no ports, by addresses and protocol.
struct FlowSelector {
  private struct Pair: Hashable {
    var low: NetworkAddress
    var high: NetworkAddress

    init(_ a: NetworkAddress, _ b: NetworkAddress) {
      if a < b { (low, high) = (a, b) } else { (low, high) = (b, a) }
    }
  }

  private let flows: [WantedFlow]
  private var byPair: [Pair: [Int]] = [:]
  /// How many frames of each flow were found.
  private(set) var found: [UInt64]
  private var decoder = PacketDecoder()
  private var packet = Packet()

  init(_ flows: [WantedFlow]) {
    self.flows = flows
    found = Array(repeating: 0, count: flows.count)
    for (index, flow) in flows.enumerated() { byPair[Pair(flow.source, flow.destination), default: []].append(index) }
  }

  /// Whether a frame is of one of the flows; counts it for the first that it fits.
  mutating func takes(_ frame: FrameView) -> Bool {
    decoder.decode(
      frame.bytes, linkType: frame.linkType, time: frame.time, number: frame.number,
      wireLength: Int(frame.wireLength), into: &packet)
    repeat {
      if packet.version != 0, let index = flow(of: packet) {
        found[index] &+= 1
        return true
      }
    } while decoder.decodeInner(frame.bytes, into: &packet)
    return false
  }

  private func flow(of packet: Packet) -> Int? {
    guard let candidates = byPair[Pair(packet.source, packet.destination)] else { return nil }
    return candidates.first { index in
      let flow = flows[index]
      guard packet.ipProtocol == flow.proto, packet.time >= flow.from, packet.time <= flow.to else { return false }
      switch packet.transport {
      case .tcp, .udp, .sctp:
        return packet.source == flow.source && packet.sourcePort == flow.sourcePort
          && packet.destinationPort == flow.destinationPort
          || packet.source == flow.destination && packet.sourcePort == flow.destinationPort
            && packet.destinationPort == flow.sourcePort
      default: return true
      }
    }
  }
}
