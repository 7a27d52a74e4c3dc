// A client for the command line: one call after the other, waiting for each.

import EventLoop
import Glibc
import JSON

/// A blocking JSON-RPC client over a Unix socket or TCP.
///
///     let client = try RPCClient(unix: "/run/vedette/vedette.sock")
///     let page = try client.call("case.list", ["limit": 10])
///     try client.call("subscribe", ["topics": ["case"]])
///     while true { print(try client.nextNotification().params) }
public final class RPCClient {
  /// A call of the daemon's that wants no answer, such as `event`.
  public struct Notification: Sendable {
    public let method: String
    public let params: JSONValue
  }

  /// Where the daemon is, for messages.
  public let place: String
  private let descriptor: Int32
  private var frames = FrameReader(maxBytes: 256 << 20, maxDepth: 128)
  private let reader = JSONReader(maxBytes: 256 << 20)
  private var writer = JSONWriter()
  private var messages: [JSONValue] = []
  private var notifications: [Notification] = []
  private var nextId: Int64 = 1
  private var failure: RPCClientError?

  private init(descriptor: Int32, place: String) {
    (self.descriptor, self.place) = (descriptor, place)
    Glibc.signal(SIGPIPE, SIG_IGN)
  }

  deinit { Glibc.close(descriptor) }

  /// Connects to a Unix socket.
  public convenience init(unix path: String) throws(RPCClientError) {
    let descriptor: Int32
    do throws(EventLoopError) {
      descriptor = try UnixSocket.connect(path)
    } catch {
      throw .unreachable(place: path, reason: "\(error.name)")
    }
    self.init(descriptor: descriptor, place: path)
  }

  /// Connects to TCP on an IPv4 or IPv6 address, and logs in with the token if there is one.
  public convenience init(tcp host: String, port: UInt16, token: String?) throws(RPCClientError) {
    let place = "\(host):\(port)"
    do throws(EventLoopError) {
      self.init(descriptor: try TCPSocket.connect(host: host, port: port), place: place)
    } catch {
      throw .unreachable(place: place, reason: "\(error.name)")
    }
    if let token { try call("auth.login", ["token": .string(token)]) }
  }

  /// Waits at most that long for each answer; nil, as at first, waits for ever.
  public var timeoutMilliseconds: Int32?

  /// Calls a method and waits for its result. Notifications that come meanwhile are kept for `nextNotification`.
  @discardableResult
  public func call(_ method: String, _ params: JSONValue? = nil) throws(RPCClientError) -> JSONValue {
    let id = nextId
    nextId &+= 1
    writer.removeAll()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    writer.member("method", method)
    writer.member("params", params)
    writer.member("id", id)
    writer.endObject()
    writer.newline()
    try send(writer.bytes)
    while true {
      let message = try nextMessage()
      if keep(message) { continue }
      // An answer without id is about bytes that made no sense: ours were the only ones.
      guard message["id"]?.int64 == id || message["id"]?.isNull == true else { continue }
      if let error = message["error"] {
        throw .refused(RPCError(error) ?? RPCError(code: 0, message: "an error without code"))
      }
      guard let result = message["result"] else { throw .garbled("an answer without result") }
      return result
    }
  }

  /// Waits for the next notification.
  public func nextNotification() throws(RPCClientError) -> Notification {
    while notifications.isEmpty { _ = keep(try nextMessage()) }
    return notifications.removeFirst()
  }

  private func keep(_ message: JSONValue) -> Bool {
    guard let method = message["method"]?.string, message["id"] == nil else { return false }
    notifications.append(Notification(method: method, params: message["params"] ?? .null))
    return true
  }

  private func nextMessage() throws(RPCClientError) -> JSONValue {
    while messages.isEmpty {
      if let failure { throw failure }
      try receive()
    }
    return messages.removeFirst()
  }

  private func send(_ bytes: [UInt8]) throws(RPCClientError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Glibc.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count &- sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent &+= count
      } else if errno != EINTR {
        throw .disconnected(place: place, reason: String(cString: strerror(errno)))
      }
    }
  }

  private func receive() throws(RPCClientError) {
    if let timeoutMilliseconds {
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = poll(&ready, 1, timeoutMilliseconds)
      if count == 0 { throw .disconnected(place: place, reason: "no answer in \(timeoutMilliseconds) ms") }
    }
    let failed: RPCClientError? = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { room in
      let count = recv(descriptor, room.baseAddress, room.count, 0)
      guard count > 0 else {
        if count < 0, errno == EINTR { return nil }
        return .disconnected(
          place: place, reason: count == 0 ? "it ended the connection" : String(cString: strerror(errno)))
      }
      frames.feed(UnsafeRawBufferPointer(rebasing: room[..<count])) { take($0) }
      return nil
    }
    if let failed { throw failed }
  }

  private func take(_ frame: FrameReader.Output) {
    switch frame {
    case .began: break
    case .message(let bytes):
      do throws(JSONError) {
        messages.append(JSONValue(try reader.parse(bytes)))
      } catch {
        failure = .garbled(error.description)
      }
    case .failure(let error), .fatal(let error): failure = .garbled(error.description)
    }
  }
}
