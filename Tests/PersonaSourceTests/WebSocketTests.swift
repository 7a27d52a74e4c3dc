import Foundation
import Testing

@testable import Polling

/// What a reader tells of bytes that come in pieces of a size.
private func events(_ bytes: [UInt8], limit: Int = 1000, pieces: Int = .max) throws -> [WebSocketEvent] {
  var reader = WebSocketReader(limit: limit)
  var out: [WebSocketEvent] = []
  var rest = bytes[...]
  repeat {
    reader.feed(rest.prefix(pieces))
    rest = rest.dropFirst(pieces)
    while let event = try reader.next() { out.append(event) }
  } while !rest.isEmpty
  return out
}

private func hello(_ text: String) -> WebSocketEvent { .text(Array(text.utf8)) }

@Suite("WebSocket frames")
struct WebSocketReaderTests {
  @Test("The examples of RFC 6455 §5.7 are read")
  func examples() throws {
    #expect(try events([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) == [hello("Hello")])
    #expect(try events([0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f]) == [hello("Hello")])
    #expect(try events([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) == [.ping(Array("Hello".utf8))])
    #expect(try events([0x82, 0x7e, 0x01, 0x00] + [UInt8](repeating: 7, count: 256)) == [.binary(256)])
    let long = [UInt8](repeating: 0x61, count: 65_536)
    #expect(try events([0x81, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0] + long, limit: 65_536) == [.text(long)])
  }

  @Test("What a client sends is masked, as in the examples of RFC 6455 §5.7")
  func masked() {
    let frame: [UInt8] = [0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
    #expect(WebSocketFrame.text("Hello", mask: 0x37fa_213d) == [0x81] + frame)
    #expect(WebSocketFrame.pong(Array("Hello".utf8), mask: 0x37fa_213d) == [0x8a] + frame)
    #expect(WebSocketFrame.close(1000, mask: 0) == [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])
    #expect(WebSocketFrame.ping([UInt8](repeating: 0, count: 300), mask: 0).count == 2 + 4 + 125)
  }

  @Test("However the bytes are cut, the messages are the same", arguments: [1, 2, 3, 7, 64])
  func cut(_ pieces: Int) throws {
    let text = String(repeating: "a€𐍈", count: 40)
    let bytes =
      ServedFrame.parts(text) + ServedFrame.bytes(10, []) + ServedFrame.text("") + ServedFrame.bytes(2, [1, 2, 3])
      + ServedFrame.text("last") + ServedFrame.close(1001, "going away")
    let expected: [WebSocketEvent] = [
      .ping(Array("are you there".utf8)), hello(text), .pong, hello(""), .binary(3), hello("last"),
      .close(code: 1001, reason: "going away"),
    ]
    #expect(try events(bytes, pieces: pieces) == expected)
    #expect(try events(bytes) == expected)
  }

  @Test("A message over the limit is read over, whole or in parts, and the next one is read")
  func oversize() throws {
    let big = [UInt8](repeating: 0x61, count: 1001)
    let parts = ServedFrame.bytes(1, Array(big[..<600]), isFinal: false) + ServedFrame.bytes(0, Array(big[600...]))
    for bytes in [ServedFrame.bytes(1, big), parts] {
      #expect(try events(bytes + ServedFrame.text("next"), pieces: 100) == [.oversize(1001), hello("next")])
    }
    #expect(try events(ServedFrame.bytes(1, Array(big[..<1000]))) == [.text(Array(big[..<1000]))])
  }

  @Test("Nothing is told after a close")
  func closed() throws {
    #expect(try events(ServedFrame.bytes(8, []) + ServedFrame.text("late")) == [.close(code: nil, reason: "")])
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var code: UInt16 = 1002
  }

  static let broken = [
    Broken(testDescription: "a reserved bit", bytes: [0xc1, 0]),
    Broken(testDescription: "a mask", bytes: [0x81, 0x80, 0, 0, 0, 0]),
    Broken(testDescription: "a reserved opcode", bytes: [0x83, 0]),
    Broken(testDescription: "a reserved control opcode", bytes: [0x8b, 0]),
    Broken(testDescription: "a ping in parts", bytes: [0x09, 0]),
    Broken(testDescription: "a ping of 126 bytes", bytes: [0x89, 126, 0, 126]),
    Broken(testDescription: "a part of nothing", bytes: [0x80, 0]),
    Broken(testDescription: "a message within another", bytes: [0x01, 1, 0x61, 0x81, 1, 0x61]),
    Broken(testDescription: "125 bytes in a length of two", bytes: [0x81, 126, 0, 125]),
    Broken(testDescription: "65,535 bytes in a length of eight", bytes: [0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff]),
    Broken(testDescription: "a length of 2^63", bytes: [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    Broken(testDescription: "a length of 2^62", bytes: [0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0], code: 1009),
    Broken(testDescription: "64 MiB and a byte", bytes: [0x81, 127, 0, 0, 0, 0, 4, 0, 0, 1], code: 1009),
    Broken(testDescription: "half a character", bytes: [0x81, 1, 0xc3], code: 1007),
    Broken(testDescription: "a surrogate", bytes: [0x81, 3, 0xed, 0xa0, 0x80], code: 1007),
    Broken(testDescription: "a close code of one byte", bytes: [0x88, 1, 3]),
    Broken(testDescription: "a close code that is never sent", bytes: [0x88, 2, 0x03, 0xee]),
    Broken(testDescription: "a close reason that is no text", bytes: [0x88, 3, 0x03, 0xe8, 0xff], code: 1007),
  ]

  @Test("What the standard forbids ends the connection with its code", arguments: broken)
  func violations(_ one: Broken) {
    for pieces in [1, Int.max] {
      do {
        let told = try events(one.bytes, pieces: pieces)
        Issue.record("it told \(told)")
      } catch let violation as WebSocketViolation {
        #expect(violation.code == one.code)
      } catch { Issue.record("\(error)") }
    }
  }

  @Test("A character that is parted between two frames is one")
  func partedCharacter() throws {
    #expect(try events([0x01, 1, 0xc3, 0x80, 1, 0xa9]) == [hello("é")])
  }
}

@Suite("The WebSocket handshake")
struct WebSocketHandshakeTests {
  private func handshake() throws -> WebSocketHandshake {
    let address = try #require(WebAddress(webSocket: "ws://server.example.com:8000/chat?a=1"))
    return WebSocketHandshake(address, agent: "test/1", nonce: Array("the sample nonce".utf8))
  }

  @Test("The key of RFC 6455 §1.3 is proven as it says")
  func proof() throws {
    #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    let request = String(decoding: try handshake().request, as: UTF8.self)
    #expect(request.hasPrefix("GET /chat?a=1 HTTP/1.1\r\nHost: server.example.com:8000\r\n"))
    #expect(request.contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
    #expect(request.hasSuffix("\r\n\r\n"))
  }

  private func answer(_ lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) }
  private let good = [
    "HTTP/1.1 101 Switching Protocols", "upgrade: WebSocket", "connection: keep-alive,  upgrade ",
    "sec-websocket-accept:  s3pPLMBiTxaQ9kYGzzhZRbK+xOo= ",
  ]

  @Test("An answer is taken in any pieces, and what follows it is kept")
  func pieces() throws {
    for size in [1, 5, 1000] {
      var handshake = try handshake()
      var rest = (answer(good) + [0x81, 0])[...]
      var after: [UInt8]?
      while after == nil, !rest.isEmpty {
        if case .accepted(let first)? = try handshake.take(rest.prefix(size)) { after = first }
        rest = rest.dropFirst(size)
      }
      #expect((after ?? []) + rest == [0x81, 0])
    }
  }

  @Test("What does not prove that it is a WebSocket is none")
  func refused() throws {
    let wrong = [
      good.dropLast() + ["Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO="], good.dropLast() + [],
      good + ["Sec-WebSocket-Extensions: permessage-deflate"], good + ["Sec-WebSocket-Protocol: chat"],
      [good[0], "Upgrade: h2c", good[2], good[3]], [good[0], good[1], "Connection: close", good[3]],
      ["HTTP/2 101"] + good.dropFirst(), ["SSH-2.0-OpenSSH_9.2"],
    ]
    for lines in wrong {
      var handshake = try handshake()
      let failure = #expect(throws: PollFailure.self) { try handshake.take(answer(lines)) }
      #expect(failure?.words.hasPrefix("the WebSocket handshake ") == true)
    }
    var endless = try handshake()
    #expect(throws: PollFailure.self) { try endless.take([UInt8](repeating: 0x61, count: 17 << 10)) }
  }

  @Test("Addresses of WebSockets are those of http and https")
  func addresses() {
    #expect(WebAddress(webSocket: "wss://a.example/x")?.text == "https://a.example/x")
    #expect(WebAddress(webSocket: "WS://a.example")?.port == 80)
    for wrong in ["https://a.example", "wss://u:p@a.example/", "wss://", "wss://a.example/\r\nX: y", "a.example"] {
      #expect(WebAddress(webSocket: wrong) == nil)
    }
  }
}
