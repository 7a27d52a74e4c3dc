/// The opening handshake of a WebSocket (RFC 6455 §4.1): what a client asks, and what it has to be answered.

import CCrypto

/// One handshake. Bytes of the answer in, the answer out; no I/O.
public struct WebSocketHandshake {
  public enum Outcome {
    /// It is one: these bytes follow.
    case accepted([UInt8])
    /// The server answers as a web server does. The body is what of it came with the headers.
    case refused(HTTPAnswer)
  }

  /// The most bytes of an answer's headers.
  static let mostBytes = 16 << 10

  private let address: WebAddress
  private let key: String
  private let agent: String
  private var bytes: [UInt8] = []

  /// - Parameter nonce: 16 random bytes.
  public init(_ address: WebAddress, agent: String, nonce: [UInt8]) {
    self.address = address
    self.agent = agent
    key = Self.base64(nonce)
  }

  /// What is sent.
  public var request: [UInt8] {
    let isUsual = address.port == (address.scheme == "https" ? 443 : 80)
    let lines = [
      "GET \(address.target) HTTP/1.1", "Host: \(address.host)\(isUsual ? "" : ":\(address.port)")",
      "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
      "User-Agent: \(agent)",
    ]
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  /// Takes what came; nil: more is needed. The words of a failure do not name the address.
  public mutating func take(_ more: some Collection<UInt8>) throws(PollFailure) -> Outcome? {
    bytes.append(contentsOf: more)
    guard let end = Self.end(of: bytes) else {
      guard bytes.count <= Self.mostBytes else { throw failure("has more than \(Self.mostBytes) bytes of headers") }
      return nil
    }
    guard end <= Self.mostBytes, let text = String(validating: bytes[..<end], as: UTF8.self) else {
      throw failure("has headers that are too long, or no text")
    }
    let rest = Array(bytes[(end + 4)...])
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].utf8.count == 3, let status = Int(words[1]) else {
      throw failure("is no answer of HTTP/1.1")
    }
    var headers: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...]
      headers.append((line[..<colon].lowercased(), String(value.trimmed)))
    }
    let answer = HTTPAnswer(status: status, headers: headers, body: Array(rest.prefix(4096)), address: address)
    guard status == 101 else { return .refused(answer) }
    try check(answer)
    return .accepted(rest)
  }

  private func check(_ answer: HTTPAnswer) throws(PollFailure) {
    guard answer.header("upgrade")?.lowercased() == "websocket",
      answer.header("connection")?.lowercased().split(separator: ",").contains(where: { $0.trimmed == "upgrade" })
        == true
    else { throw failure("switches to something else") }
    guard answer.header("sec-websocket-accept") == Self.accept(key) else {
      throw failure("does not prove that it is one (Sec-WebSocket-Accept)")
    }
    // None was asked for.
    guard answer.header("sec-websocket-extensions") == nil, answer.header("sec-websocket-protocol") == nil else {
      throw failure("uses an extension or a protocol that was not asked for")
    }
  }

  private func failure(_ words: String) -> PollFailure {
    PollFailure(.format, "the WebSocket handshake \(words)")
  }

  /// What proves that a server knows WebSockets: SHA-1 of the key and a fixed text.
  static func accept(_ key: String) -> String {
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    let digest = [UInt8](unsafeUninitializedCapacity: Int(SHA_DIGEST_LENGTH)) { digest, count in
      count = SHA1(text, text.count, digest.baseAddress) == nil ? 0 : Int(SHA_DIGEST_LENGTH)
    }
    return base64(digest)
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    // Four characters for three bytes, and a zero.
    let out = [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { room, count in
      count = Int(max(EVP_EncodeBlock(room.baseAddress, bytes, Int32(clamping: bytes.count)), 0))
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Where an empty line ends the headers.
  private static func end(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...min(bytes.count - 4, mostBytes)).first {
      bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10
    }
  }
}

extension Substring {
  /// Without spaces and tabs at both ends.
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start.prefix(0) }
    return start[...last]
  }
}
