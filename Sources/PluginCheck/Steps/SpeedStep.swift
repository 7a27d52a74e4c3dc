/// What a plugin costs a byte, beside those of this house: in one process, through the same host.

import Evidence
import Flows
import Inspection
import PluginHost

struct SpeedStep {
  let channel: StepChannel
  /// How long each is run, in seconds of the thread.
  private static let duration = 0.4
  /// How much slower than the slowest of ours is worth a remark.
  private static let factor = 10.0

  struct Cost {
    var nanosecondsPerByte: Double
    var megabytes: Double
  }

  /// Tells the conversations over and over.
  static func cost(_ plugin: Plugin, _ conversations: [Conversation]) throws(PluginError) -> Cost? {
    let bytes = conversations.reduce(0) { $0 + $1.byteCount }
    guard bytes > 0 else { return nil }
    let inspector = Inspector(plugins: [plugin])
    if let refusal = inspector.refusals.first { throw refusal }
    let replay = Replay(plugin, guarded: false)
    for conversation in conversations { replay.feed(conversation, .pieces(1448), to: inspector) }
    let watch = StopWatch(ofThread: true)
    var total = 0
    repeat {
      for conversation in conversations { replay.feed(conversation, .pieces(1448), to: inspector) }
      _ = inspector.drainTransactions()
      _ = inspector.drainAnomalies()
      total += bytes
    } while watch.seconds < Self.duration
    return Cost(nanosecondsPerByte: watch.seconds * 1e9 / Double(total), megabytes: Double(total) / 1e6)
  }

  func run(_ plugin: Plugin, _ conversations: [Conversation]) throws(PluginError) {
    channel.at("the plugin")
    guard let own = try Self.cost(plugin, conversations) else { return }
    channel.figure("time a byte", own.nanosecondsPerByte, "ns")
    var slowest = 0.0
    let shelf = PluginShelf.load(.standard())
    for (name, conversation) in Self.yardsticks {
      guard let one = shelf.plugin(named: name), one.identity.id != plugin.identity.id else { continue }
      channel.at("the yardstick \(name)")
      guard let cost = try Self.cost(one, [conversation]) else { continue }
      channel.figure("beside \(name)", cost.nanosecondsPerByte, "ns")
      slowest = max(slowest, cost.nanosecondsPerByte)
    }
    if slowest > 0, own.nanosecondsPerByte > slowest * Self.factor {
      channel.remark("costs more than \(Int(Self.factor)) times as much a byte as the slowest dissector of this house")
    }
  }

  // MARK: What the dissectors of this house are run on

  static let yardsticks: [(String, Conversation)] = [("http", http()), ("dns", dns())]

  private static func flow(_ port: UInt16, _ proto: UInt8) -> Conversation {
    Conversation(
      FlowDescription(
        id: FlowID(rawValue: 1), client: IPAddress(ipv4: 0xC000_0201), clientPort: 40_000,
        server: IPAddress(ipv4: 0xC633_6401), serverPort: port, proto: proto))
  }

  /// Ten exchanges of RFC 9112 with the headers that browsers and servers send, and bodies of 1 KiB.
  private static func http() -> Conversation {
    var out = flow(80, 6)
    for number in 0..<10 {
      let mark = PacketMark(time: Int64(number), number: UInt64(number + 1))
      let request =
        "GET /articles/\(number)/index.html?view=full HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; "
        + "Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,application/xhtml+xml\r\n"
        + "Accept-Language: en-GB,en;q=0.5\r\nConnection: keep-alive\r\nCookie: session=0123456789abcdef\r\n\r\n"
      let response =
        "HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nServer: example\r\nContent-Type: text/html\r\n"
        + "Content-Length: 1024\r\nCache-Control: max-age=60\r\n\r\n" + String(repeating: "x", count: 1024)
      out.add(.bytes(.toServer, Array(request.utf8)), mark)
      out.add(.bytes(.toClient, Array(response.utf8)), mark)
    }
    return out
  }

  /// A query for the address of www.example.org and its answer (RFC 1035 §4).
  private static func dns() -> Conversation {
    var out = flow(53, 17)
    let question: [UInt8] =
      [3, 0x77, 0x77, 0x77, 7] + Array("example".utf8) + [3] + Array("org".utf8) + [0, 0, 1, 0, 1]
    for number in 0..<10 {
      let mark = PacketMark(time: Int64(number), number: UInt64(number + 1))
      let id: [UInt8] = [0x12, UInt8(number)]
      out.add(.datagram(.toServer, id + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question), mark)
      out.add(
        .datagram(
          .toClient,
          id + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + question + [
            0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80,
          ]),
        mark)
    }
    return out
  }
}
