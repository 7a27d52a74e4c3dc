/// Listens to a WebSocket, without ever holding its caller longer than the caller wants to wait.
///
/// libcurl connects (names, proxies, TLS) and moves bytes; the libcurl of Debian 12 is built without WebSockets of its
/// own, so the protocol is ``WebSocketHandshake`` and ``WebSocketReader``.

import CCurl

/// What a client of a WebSocket keeps to, besides what all connections do.
public struct WebSocketLimits: Sendable {
  public var connection = HTTPLimits()
  /// The most bytes of a message.
  public var messageBytes = 1 << 20
  /// A server that says nothing for so long is given up, in milliseconds; it is pinged at half of it.
  public var silenceMilliseconds: UInt64 = 90_000

  public init() {}
}

/// One connection at a time. One thread at a time, but `wake`.
///
/// Unsafe core: `curl` lives as long as the client; `easy` stays added to `multi` from `connecting` to `drop`,
/// and `socket` is libcurl's as long.
public final class WebSocketClient {
  public enum Step {
    /// Nothing came in the time given, or `wake` was called.
    case waiting
    /// It is connected; told once.
    case opened
    /// A whole message.
    case text([UInt8])
    /// A message that is not kept, and why.
    case leftOut(String)
    /// The connection is over.
    case ended(End)
  }

  public enum End {
    /// The server answered the handshake as a web server does.
    case refused(HTTPAnswer, words: String)
    /// The server closed it.
    case closed(code: UInt16?, words: String)
    /// What it sent is no WebSocket.
    case broken(words: String)
    /// It was cut, or took too long.
    case lost(words: String)
  }

  private enum State { case idle, connecting, shaking, open }

  /// What one turn came to.
  private enum Turn {
    case step(Step)
    /// There may be more at once.
    case again
    /// The socket has nothing and takes nothing.
    case blocked
  }

  private let curl = CurlHandles()
  private var multi: UnsafeMutableRawPointer? { curl.multi }
  private var easy: UnsafeMutableRawPointer? { curl.easy }
  private var words: UnsafeMutablePointer<CChar> { curl.words }
  private let limits: WebSocketLimits
  private let agent: String
  private var state = State.idle
  private var isAdded = false
  private var socket: curl_socket_t = -1
  private var address: WebAddress?
  private var handshake: WebSocketHandshake?
  private var reader: WebSocketReader
  private var room = [UInt8](repeating: 0, count: 64 << 10)
  /// What is still to be sent.
  private var outbox: [UInt8] = []
  /// A ping to be answered once all before is sent: of several the last (RFC 6455 §5.5.3).
  private var ping: [UInt8]?
  /// The server takes nothing more.
  private var isDeaf = false
  private var begun: UInt64 = 0
  private var heard: UInt64 = 0
  private var hasPinged = false

  public init(agent: String, limits: WebSocketLimits = WebSocketLimits()) {
    self.agent = agent
    self.limits = limits
    reader = WebSocketReader(limit: limits.messageBytes)
  }

  deinit { drop() }

  /// Ends a wait, or the next one. Any thread.
  public func wake() { curl.wake() }

  /// There is no connection, and none is made.
  public var isIdle: Bool { state == .idle }

  /// Begins to connect; a connection before is closed.
  public func connect(to address: WebAddress) {
    close()
    self.address = address
    begun = steadyMilliseconds()
    state = .connecting
  }

  /// Says goodbye, without waiting for an answer, and lets go.
  public func close() {
    if state == .open { say(WebSocketFrame.close(1000, mask: Self.mask)) }
    drop()
  }

  /// libcurl closes what was connected for this handle only as it is removed.
  private func drop() {
    if isAdded, let multi, let easy { curl_multi_remove_handle(multi, easy) }
    isAdded = false
    socket = -1
    state = .idle
    handshake = nil
    outbox = []
    ping = nil
    isDeaf = false
    hasPinged = false
  }

  /// Goes on for at most `wait` milliseconds.
  public func advance(wait: UInt64) -> Step {
    let end = steadyMilliseconds() &+ min(wait, 3_600_000)
    while true {
      let turn = turn()
      let now = steadyMilliseconds()
      switch turn {
      case .step(let step):
        if case .ended = step { drop() }
        return step
      case .again: if now >= end { return .waiting }
      case .blocked:
        if curl.takeWake() || now >= end { return .waiting }
        let until = min(end, deadline)
        if until > now { waitForSocket(until &- now) }
      }
    }
  }

  private func turn() -> Turn {
    switch state {
    case .idle: return .step(.ended(.lost(words: "there is no connection")))
    case .connecting: return connecting()
    case .shaking, .open:
      if state == .open, let step = event() { return .step(step) }
      flush()
      return receive()
    }
  }

  // MARK: time

  /// When something has to have come.
  private var deadline: UInt64 {
    state == .open
      ? heard &+ (hasPinged ? limits.silenceMilliseconds : limits.silenceMilliseconds / 2)
      : begun &+ UInt64(limits.connection.totalMilliseconds)
  }

  private func blocked() -> Turn {
    guard steadyMilliseconds() >= deadline else { return .blocked }
    guard state == .open else { return lost("no WebSocket within \(limits.connection.totalMilliseconds / 1000) s") }
    guard !hasPinged else { return lost("nothing came for \(limits.silenceMilliseconds / 1000) s") }
    hasPinged = true
    say(WebSocketFrame.ping([], mask: Self.mask))
    return .again
  }

  private func waitForSocket(_ milliseconds: UInt64) {
    guard let multi else { return }
    var watched = curl_waitfd()
    watched.fd = socket
    watched.events = Int16(CURL_WAIT_POLLIN) | (outbox.isEmpty ? 0 : Int16(CURL_WAIT_POLLOUT))
    curl_multi_poll(multi, &watched, socket >= 0 ? 1 : 0, Int32(clamping: milliseconds), nil)
  }

  // MARK: connecting

  private func connecting() -> Turn {
    guard let multi, let easy, let address else { return lost("libcurl could not be started: no memory") }
    if !isAdded {
      curl_easy_reset(easy)
      words.pointee = 0
      var options = CurlOptions(easy)
      options.connection(address, limits.connection, words: words)
      options.number(CURLOPT_CONNECT_ONLY, 1)
      options.number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
      options.number(CURLOPT_FRESH_CONNECT, 1)
      // A proxy would take the handshake for a request to itself.
      options.number(CURLOPT_HTTPPROXYTUNNEL, 1)
      if let failure = options.failure { return lost(failure.words) }
      isAdded = curl_multi_add_handle(multi, easy) == CURLM_OK
      guard isAdded else { return lost("libcurl takes no transfer: no memory") }
    }
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    var left: Int32 = 0
    guard let message = curl_multi_info_read(multi, &left) else { return blocked() }
    let result = vedette_curl_result(message)
    guard result == CURLE_OK else {
      return lost(words.pointee == 0 ? Self.words(of: result) : String(cString: words))
    }
    guard vedette_curl_get_socket(easy, &socket) == CURLE_OK, socket >= 0 else { return lost("there is no socket") }
    let handshake = WebSocketHandshake(address, agent: agent, nonce: (0..<16).map { _ in .random(in: 0...255) })
    self.handshake = handshake
    outbox = handshake.request
    state = .shaking
    return .again
  }

  // MARK: bytes

  private static var mask: UInt32 { .random(in: 0...UInt32.max) }

  /// Sends a frame, or keeps it until there is room.
  private func say(_ frame: [UInt8]) {
    outbox += frame
    flush()
  }

  /// Sends what it can. One who does not listen any more may have said something before: that is still read, and then
  /// the connection is found to be cut.
  private func flush() {
    guard let easy, !isDeaf else { return }
    if let payload = ping, outbox.isEmpty {
      outbox = WebSocketFrame.pong(payload, mask: Self.mask)
      ping = nil
    }
    while !outbox.isEmpty {
      var sent = 0
      let result = outbox.withUnsafeBytes { curl_easy_send(easy, $0.baseAddress, $0.count, &sent) }
      if result == CURLE_AGAIN { return }
      guard result == CURLE_OK else {
        isDeaf = true
        outbox = []
        return
      }
      outbox.removeFirst(min(sent, outbox.count))
    }
  }

  private func receive() -> Turn {
    guard let easy else { return .blocked }
    var count = 0
    let result = room.withUnsafeMutableBytes { curl_easy_recv(easy, $0.baseAddress, $0.count, &count) }
    if result == CURLE_AGAIN { return blocked() }
    guard result == CURLE_OK else { return lost(Self.words(of: result)) }
    guard count > 0 else { return lost("the connection was cut") }
    heard = steadyMilliseconds()
    hasPinged = false
    guard state == .shaking else {
      reader.feed(room[..<count])
      return .again
    }
    do throws(PollFailure) {
      switch try handshake?.take(room[..<count]) {
      case nil:
        // One that answers a byte at a time does not put the end off.
        if case .step(let late) = blocked() { return .step(late) }
        return .again
      case .accepted(let rest):
        reader = WebSocketReader(limit: limits.messageBytes)
        reader.feed(rest)
        state = .open
        return .step(.opened)
      case .refused(let answer):
        let said = String(decoding: answer.body, as: UTF8.self).oneLine(most: 200)
        let words = "\(shown) answered \(answer.status)\(said.isEmpty ? "" : ": \(said)")"
        return .step(.ended(.refused(answer, words: words)))
      }
    } catch {
      return .step(.ended(.broken(words: "\(shown): \(error.words)")))
    }
  }

  /// What was read last tells; nil: no more of it.
  private func event() -> Step? {
    do throws(WebSocketViolation) {
      while let event = try reader.next() {
        switch event {
        case .text(let bytes): return .text(bytes)
        case .binary(let count): return .leftOut("a binary message of \(count) bytes")
        case .oversize(let count):
          return .leftOut("a message of \(count) bytes, more than the \(limits.messageBytes) that are read")
        case .ping(let payload): ping = payload
        case .pong: break
        case .close(let code, let reason):
          say(WebSocketFrame.close(code ?? 1000, mask: Self.mask))
          let number = code.map { "\($0)" } ?? "no code"
          let said = reason.isEmpty ? "" : ": \(reason.oneLine(most: 200))"
          return .ended(.closed(code: code, words: "\(shown) closed the connection (\(number))\(said)"))
        }
      }
      return nil
    } catch {
      say(WebSocketFrame.close(error.code, mask: Self.mask))
      return .ended(.broken(words: "\(shown) sent \(error.words)"))
    }
  }

  // MARK: words

  /// The address as it was given, without what is asked.
  private var shown: String {
    guard let address else { return "the server" }
    return (address.scheme == "https" ? "wss" : "ws") + address.shown.dropFirst(address.scheme.utf8.count)
  }

  private func lost(_ words: String) -> Turn { .step(.ended(.lost(words: "\(shown): \(words)"))) }

  private static func words(of code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}
