/// A server that keeps events and streams them over WebSockets, as Jetstream does.

@testable import Polling

/// What a server sends over a WebSocket: frames without a mask (RFC 6455 §5.1).
enum ServedFrame {
  static func bytes(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    let first = (isFinal ? 0x80 : 0) | opcode
    let count = payload.count
    let length: [UInt8] =
      count < 126
      ? [UInt8(count)]
      : count < 65_536
        ? [126, UInt8(count >> 8), UInt8(count & 0xff)]
        : [127] + (0..<8).map { UInt8(count >> (56 - 8 * $0) & 0xff) }
    return [first] + length + payload
  }

  static func text(_ text: String) -> [UInt8] { bytes(1, Array(text.utf8)) }

  /// The text in parts, with a ping between them.
  static func parts(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    let (a, b) = (bytes.count / 3, bytes.count * 2 / 3)
    return Self.bytes(1, Array(bytes[..<a]), isFinal: false) + Self.bytes(9, Array("are you there".utf8))
      + Self.bytes(0, Array(bytes[a..<b]), isFinal: false) + Self.bytes(0, [], isFinal: false)
      + Self.bytes(0, Array(bytes[b...]))
  }

  static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
    bytes(8, [UInt8(code >> 8), UInt8(code & 0xff)] + Array(reason.utf8))
  }
}

extension ServedRequest {
  /// The answer that accepts a WebSocket.
  var acceptance: [UInt8] {
    let proof = WebSocketHandshake.accept(headers["sec-websocket-key"] ?? "")
    return Array(
      ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Accept: \(proof)\r\n\r\n").utf8)
  }
}

/// An event that a server keeps.
struct KeptEvent: Sendable {
  var micros: Int64
  /// Nil: no commit, which is sent whatever is wanted.
  var collection: String?
  var text: String
}

extension LocalServer {
  /// Streams what it keeps from the cursor on, of the collections that are wanted.
  /// - Parameter perConnection: so many events, and then the connection is cut; nil: it is held at the end.
  static func jetstream(_ kept: [KeptEvent], perConnection: Int? = nil) throws -> LocalServer {
    try LocalServer { request in
      let from = request["cursor"].flatMap { Int64($0) } ?? .max
      let wanted = request.query.filter { $0.name == "wantedCollections" }.map(\.value)
      let told = kept.filter { $0.micros >= from && $0.collection.map(wanted.contains) ?? true }
      let sent = told.prefix(perConnection ?? told.count)
      var bytes = request.acceptance
      for (number, event) in sent.enumerated() {
        bytes += number % 3 == 0 ? ServedFrame.parts(event.text) : ServedFrame.text(event.text)
      }
      return .bytes(bytes, isHeld: sent.count == told.count)
    }
  }

  var webSocket: String { "ws://127.0.0.1:\(port)" }
}
