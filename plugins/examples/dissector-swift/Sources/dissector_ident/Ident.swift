/// A dissector of the Identification Protocol (RFC 1413): a client sends two ports, the server answers who has that
/// connection. One record for each answer.

import VedettePluginKit

let plugin = Plugin(
  id: "org.example.ident", name: "ident", version: "0.1.0", vendor: "Example", licence: "Apache-2.0",
  summary: "Dissects the Identification Protocol.", dissector: IdentDissector.self)

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> PluginEntry { plugin.entry(for: host) }

struct IdentDissector: Dissector {
  // Ids are this plugin's own; names are what others see.
  static let record: ID = 1
  static let malformed: ID = 1
  static let serverPort: ID = 1
  static let clientPort: ID = 2
  static let reply: ID = 3
  static let detail: ID = 4
  static let port: UInt16 = 113
  /// RFC 1413 allows lines of 1,000 octets.
  static let lineLimit = 1000

  static let declaration = Declaration(
    protocols: [DeclaredProtocol(1, "ident", over: [.tcp], ports: [port...port])],
    records: [
      DeclaredRecord(
        record, "ident",
        [
          DeclaredField(serverPort, "server_port", .u64, "Port of the asked machine."),
          DeclaredField(clientPort, "client_port", .u64, "Port of the asking machine."),
          DeclaredField(reply, "reply", .text, "USERID or ERROR."),
          DeclaredField(detail, "detail", .text, "System and user, or the error."),
        ])
    ],
    anomalies: [DeclaredAnomaly(malformed, "malformed_line", .low, "No query or reply.")])

  /// The next bytes of a direction may be the middle of a line.
  private var resync: (toServer: Bool, toClient: Bool)

  // The whole first line decides, so the answer is the same however the bytes are cut.
  static func probe(_ bytes: RawSpan, _ direction: Direction, of flow: Flow) -> Probe {
    let feed = bytes.firstIndex(of: 0x0A)
    guard feed ?? bytes.byteCount <= lineLimit else { return .no }
    guard let feed else { return .needMore() }
    guard Line(bytes, 0..<feed, isReply: direction == .toClient) != nil else { return .no }
    return .yes(certainty: flow.serverPort == port ? 90 : 40)
  }

  init(_ flow: Flow, _ instance: Instance) { resync = (flow.isMidstream, flow.isMidstream) }

  // Takes whole lines; the host offers the rest again when more has come.
  mutating func data(_ bytes: RawSpan, _ chunk: Chunk, _ sink: Sink) -> Outcome {
    let isReply = chunk.direction == .toClient
    var at = 0
    while let feed = bytes.firstIndex(of: 0x0A, from: at) {
      let offset = chunk.offset + UInt64(at)
      if isReply ? resync.toClient : resync.toServer {
        lose(chunk.direction, false)
      } else if let line = Line(bytes, at..<feed, isReply: isReply) {
        if isReply { emit(line, bytes, at: sink.when(chunk.direction, offset).time, sink) }
      } else {
        sink.anomaly(Self.malformed, chunk.direction, offset)
      }
      at = feed + 1
    }
    return .ok(consumed: at)
  }

  private func emit(_ line: Line, _ bytes: RawSpan, at time: Int64, _ sink: Sink) {
    sink.record(Self.record, at: time) { fields in
      fields.number(Self.serverPort, line.serverPort)
      fields.number(Self.clientPort, line.clientPort)
      fields.text(Self.reply, bytes.extracting(line.reply))
      fields.text(Self.detail, bytes.extracting(line.detail))
    }
  }

  // After bytes that nobody saw, the next line feed is where lines begin again.
  mutating func gap(_ direction: Direction, offset: UInt64, length: UInt64, _ sink: Sink) -> Outcome {
    lose(direction, true)
    return .ok(consumed: 0)
  }

  private mutating func lose(_ direction: Direction, _ isLost: Bool) {
    if direction == .toClient { resync.toClient = isLost } else { resync.toServer = isLost }
  }
}

/// A line without its feed, as places in the bytes. Only printable ASCII, so all text of it is UTF-8.
struct Line {
  var serverPort: UInt64
  var clientPort: UInt64
  var reply: Range<Int>
  var detail: Range<Int>

  init?(_ bytes: RawSpan, _ range: Range<Int>, isReply: Bool) {
    var rest = range
    guard bytes.allSatisfy(in: range, { $0 >= 0x20 && $0 <= 0x7E || $0 == 0x0D }),
      let server = bytes.decimal(in: Self.part(bytes, &rest, UInt8(ascii: ",")), atMost: 65535), server > 0,
      let client = bytes.decimal(in: Self.part(bytes, &rest, UInt8(ascii: ":")), atMost: 65535), client > 0
    else { return nil }
    serverPort = server
    clientPort = client
    reply = Self.part(bytes, &rest, UInt8(ascii: ":"))
    detail = Self.part(bytes, &rest, 0x0A)
    if isReply == reply.isEmpty { return nil }
  }

  /// The part up to `stop` without the spaces around it; `rest` goes on behind it. Empty at the end.
  @inline(__always) private static func part(_ bytes: RawSpan, _ rest: inout Range<Int>, _ stop: UInt8) -> Range<Int> {
    let found = bytes.firstIndex(of: stop, in: rest)
    let part = rest.lowerBound..<(found ?? rest.upperBound)
    rest = (found.map { $0 + 1 } ?? rest.upperBound)..<rest.upperBound
    return bytes.trimmed(part) { $0 == 0x20 || $0 == 0x0D }
  }
}
