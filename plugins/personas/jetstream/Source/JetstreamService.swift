/// The server that is listened to, and from when on.

import PluginSupport
import Polling

struct JetstreamService {
  /// The path of the address where none is given.
  private static let usualPath = "/subscribe"
  private static let standard = ["app.bsky.graph.follow", "app.bsky.actor.profile", "app.bsky.feed.post"]

  /// As http or https.
  let address: WebAddress
  let collections: [String]
  let limits: WebSocketLimits
  /// Microseconds before the place where it goes on that are heard again.
  let rewind: Int64
  /// Where the first connection begins, microseconds since 1970; nil: now.
  let since: Int64?

  /// Nil: the parameters name no server.
  init?(_ parameters: inout Parameters) throws(SourceFailure) {
    let url = try parameters.text("url")
    let collections = try parameters.texts("collections", most: 100)
    let connection = try PollSource.limits(&parameters)
    let size = try parameters.integer("message_kib", 1...1024, 1024)
    let silence = try parameters.integer("silence", 1...3600, 90)
    let rewind = try parameters.integer("rewind", 0...3600, 5)
    let since = try parameters.text("since")
    guard let url else { return nil }
    guard let address = WebAddress(webSocket: url) else {
      throw SourceFailure("parameter url: expected a wss or ws address without user and password")
    }
    guard address.query("cursor") == nil, address.query("compress") == nil, address.query("requireHello") == nil else {
      throw SourceFailure("parameter url: cursor, compress and requireHello are no part of it")
    }
    guard let whole = address.target == "/" ? address.at(Self.usualPath) : address else {
      throw SourceFailure("parameter url: expected a wss or ws address")
    }
    self.address = whole
    self.collections = collections.isEmpty ? Self.standard : collections
    if let wrong = self.collections.first(where: { !$0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }) {
      throw SourceFailure("parameter collections: '\(wrong.oneLine(most: 60))' is no name of a collection")
    }
    var limits = WebSocketLimits()
    limits.connection = connection
    limits.messageBytes = Int(size) << 10
    limits.silenceMilliseconds = UInt64(silence) * 1000
    self.limits = limits
    self.rewind = rewind * 1_000_000
    if let since {
      guard let time = moment(since) else { throw SourceFailure("parameter since: expected a time as RFC 3339 has it") }
      self.since = time / 1000
    } else {
      self.since = nil
    }
  }

  /// What is asked to hear all from a moment on, microseconds since 1970.
  func address(from micros: Int64) -> WebAddress? {
    address.adding(collections.map { ("wantedCollections", $0) } + [("cursor", "\(micros)")])
  }

  /// As members of a JSON Schema's `properties`.
  static let schema = """
    "url":{"type":"string","description":"A Jetstream server to listen to, instead of a file: \
    wss://jetstream2.us-east.bsky.network/subscribe."},\
    "collections":{"type":"array","items":{"type":"string"},"description":"What is asked for: follows, profiles and \
    posts where none is given. Without posts no mention and no answer is seen."},\
    "since":{"type":"string","description":"When the first connection begins (RFC 3339): what the server still keeps \
    of before is told too. Now, where it is not given."},\
    "rewind":{"type":"integer","minimum":0,"maximum":3600,"default":5,"description":"Seconds that are heard again after \
    each break, because events come in the order of their times only roughly; what was told is not told again."},\
    "silence":{"type":"integer","minimum":1,"maximum":3600,"default":90,"description":"A server that says nothing for so \
    many seconds is given up, and connected to again."},\
    "message_kib":{"type":"integer","minimum":1,"maximum":1024,"default":1024,"description":"The most KiB of one \
    event."},\(PollSource.commonParameters)
    """
}
