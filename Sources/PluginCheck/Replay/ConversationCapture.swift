/// A conversation as a capture file, so that it can be looked at and run again.

import Evidence
import Flows

/// Writes pcap with nanoseconds (magic A1B23C4D) and raw IP packets (LINKTYPE_RAW, 101).
public struct ConversationCapture {
  private var out: [UInt8] = []
  private let flow: FlowDescription
  private var sequence: [UInt32] = [1000, 5000]
  private var time: Int64

  /// Bytes of the file. `cut`: how the bytes of each turn become segments, of at most 1,448 bytes.
  public static func bytes(_ conversation: Conversation) -> [UInt8] { bytes(conversation, .whole) }

  static func bytes(_ conversation: Conversation, _ cut: Cut) -> [UInt8] {
    var writer = ConversationCapture(conversation.description)
    writer.write(conversation, cut)
    return writer.out
  }

  private init(_ flow: FlowDescription) {
    self.flow = flow
    time = flow.start
    for word: UInt32 in [0xA1B2_3C4D, 0x0004_0002, 0, 0, 262_144, 101] { little(word) }
  }

  private mutating func write(_ conversation: Conversation, _ cut: Cut) {
    let isTCP = flow.proto == 6
    var lengths = cut.lengths()
    if isTCP, !flow.midstream {
      segment(.toServer, flags: 0x02, [])
      segment(.toClient, flags: 0x12, [])
      segment(.toServer, flags: 0x10, [])
    }
    for (event, mark) in zip(conversation.events, conversation.marks) {
      time = max(time, mark.time)
      switch event {
      case .bytes(let direction, let bytes):
        var at = 0
        while at < bytes.count {
          let length = min(lengths.next(bytes.count - at), 1448)
          segment(direction, flags: 0x18, bytes[at..<at + length])
          at += length
        }
        segment(direction.opposite, flags: 0x10, [])
      case .datagram(let direction, let bytes): datagram(direction, bytes[...])
      case .gap(let direction, let length):
        sequence[Int(direction.rawValue)] &+= UInt32(truncatingIfNeeded: length)
        // What is acknowledged and was not captured is lost.
        segment(direction.opposite, flags: 0x10, [])
      case .end(let direction):
        segment(direction, flags: 0x11, [])
        segment(direction.opposite, flags: 0x10, [])
      }
    }
  }

  // MARK: Packets

  /// RFC 9293 §3.1.
  private mutating func segment(_ direction: Direction, flags: UInt8, _ payload: ArraySlice<UInt8>) {
    let d = Int(direction.rawValue)
    var header = ports(direction)
    header.big(sequence[d])
    header.big(flags & 0x10 != 0 ? sequence[1 - d] : 0)
    header += [0x50, flags]
    header.big(UInt16(65_535))
    header += [0, 0, 0, 0]
    // SYN and FIN take a number each.
    sequence[d] &+= UInt32(payload.count) &+ (flags & 0x03 != 0 ? 1 : 0)
    packet(direction, header, checksumAt: 16, payload)
  }

  /// RFC 768.
  private mutating func datagram(_ direction: Direction, _ payload: ArraySlice<UInt8>) {
    var header = ports(direction)
    header.big(UInt16(truncatingIfNeeded: 8 + payload.count))
    header += [0, 0]
    packet(direction, header, checksumAt: 6, payload)
  }

  private func ports(_ direction: Direction) -> [UInt8] {
    var header: [UInt8] = []
    let isToServer = direction == .toServer
    header.big(isToServer ? flow.clientPort : flow.serverPort)
    header.big(isToServer ? flow.serverPort : flow.clientPort)
    return header
  }

  private mutating func packet(
    _ direction: Direction, _ header: [UInt8], checksumAt place: Int, _ payload: ArraySlice<UInt8>
  ) {
    let isToServer = direction == .toServer
    let source = Self.bytes(isToServer ? flow.client : flow.server)
    let destination = Self.bytes(isToServer ? flow.server : flow.client)
    var transport = header + payload
    var pseudo = source + destination + [0, flow.proto]
    pseudo.big(UInt16(truncatingIfNeeded: transport.count))
    let sum = Self.checksum(pseudo + transport)
    transport[place] = UInt8(sum >> 8)
    transport[place + 1] = UInt8(sum & 0xFF)
    var network: [UInt8] = []
    if source.count == 4 {
      network += [0x45, 0]
      network.big(UInt16(truncatingIfNeeded: 20 + transport.count))
      network += [0, 0, 0x40, 0, 64, flow.proto, 0, 0] + source + destination
      let sum = Self.checksum(network)
      network[10] = UInt8(sum >> 8)
      network[11] = UInt8(sum & 0xFF)
    } else {
      network += [0x60, 0, 0, 0]
      network.big(UInt16(truncatingIfNeeded: transport.count))
      network += [flow.proto, 64] + source + destination
    }
    let frame = network + transport
    let seconds = max(time, 0) / 1_000_000_000
    little(UInt32(truncatingIfNeeded: seconds))
    little(UInt32(truncatingIfNeeded: max(time, 0) % 1_000_000_000))
    little(UInt32(frame.count))
    little(UInt32(frame.count))
    out += frame
    // Each packet a little later than the one before.
    time &+= 1000
  }

  private static func bytes(_ address: IPAddress) -> [UInt8] {
    var out: [UInt8] = []
    if !address.isIPv4 { out.big(address.high) }
    if address.isIPv4 { out.big(UInt32(truncatingIfNeeded: address.low)) } else { out.big(address.low) }
    return out
  }

  /// RFC 1071.
  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for at in stride(from: 0, to: bytes.count, by: 2) {
      sum &+= UInt32(bytes[at]) << 8 | (at + 1 < bytes.count ? UInt32(bytes[at + 1]) : 0)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  private mutating func little(_ value: UInt32) {
    for shift: UInt32 in [0, 8, 16, 24] { out.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

extension [UInt8] {
  fileprivate mutating func big<Number: FixedWidthInteger>(_ value: Number) {
    for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> Number(shift)))
    }
  }
}
