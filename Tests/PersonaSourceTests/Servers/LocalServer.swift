/// A web service on loopback, in a thread of its own: what tests have in place of a platform.

import Foundation
import Glibc
import Synchronization

/// A request as it came.
struct ServedRequest: Sendable {
  var method: String
  /// Decoded, without the query.
  var path: String
  /// Decoded; of several of the same name all, in order.
  var query: [(name: String, value: String)]
  /// Names in lower case.
  var headers: [String: String]
  var body: String

  subscript(name: String) -> String? { query.first { $0.name == name }?.value }
}

/// What is sent back.
enum ServedReply: Sendable {
  case answer(Int, [String: String] = [:], String)
  /// These bytes, and then the connection is closed.
  case raw(String)
  /// These bytes; then the connection is cut, or held until the server stops.
  case bytes([UInt8], isHeld: Bool)
  /// Nothing, until the server stops.
  case silence

  static func json(_ text: String, _ headers: [String: String] = [:]) -> ServedReply {
    .answer(200, headers.merging(["Content-Type": "application/json"]) { a, _ in a }, text)
  }
}

/// Answers one connection at a time, each with one request, and writes down what was asked. It lives until it is stopped,
/// or with the tests.
final class LocalServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let handler: @Sendable (ServedRequest) -> ServedReply
  private let state = Mutex<(requests: [ServedRequest], held: [Int32], isOver: Bool)>(([], [], false))

  init(_ handler: @escaping @Sendable (ServedRequest) -> ServedReply) throws {
    self.handler = handler
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw CocoaError(.fileReadUnknown) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          // Closed here and nowhere else: a number that is free may be another server's the next moment.
          close(listener)
          return
        }
        serve(connection)
      }
    }
  }

  func stop() {
    let held = state.withLock { state in
      let held = state.held
      if !state.isOver { shutdown(listener, Int32(SHUT_RDWR)) }
      state.isOver = true
      state.held = []
      return held
    }
    for socket in held { close(socket) }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [ServedRequest] { state.withLock { $0.requests } }

  private func serve(_ connection: Int32) {
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    var request: ServedRequest?
    while request == nil {
      let count = recv(connection, &room, room.count, 0)
      guard count > 0 else {
        close(connection)
        return
      }
      bytes += room[..<count]
      request = Self.parse(bytes)
    }
    guard let request else { return }
    state.withLock { $0.requests.append(request) }
    switch handler(request) {
    case .answer(let status, let headers, let body):
      var text = "HTTP/1.1 \(status) X\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n"
      for (name, value) in headers { text += "\(name): \(value)\r\n" }
      send(connection, Array((text + "\r\n" + body).utf8))
    case .raw(let text): send(connection, Array(text.utf8))
    case .bytes(let bytes, let isHeld):
      send(connection, bytes)
      if isHeld { return hold(connection) }
    case .silence: return hold(connection)
    }
    shutdown(connection, Int32(SHUT_WR))
    // What the client still says is taken, so that the close is no reset.
    while recv(connection, &room, room.count, 0) > 0 {}
    close(connection)
  }

  private func hold(_ connection: Int32) {
    let isHeld = state.withLock { state in
      if !state.isOver { state.held.append(connection) }
      return !state.isOver
    }
    if !isHeld { close(connection) }
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func parse(_ bytes: [UInt8]) -> ServedRequest? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    let first = lines[0].split(separator: " ").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let body = String(text[end.upperBound...])
    if let length = headers["content-length"].flatMap({ Int($0) }), body.utf8.count < length { return nil }
    let target = first.count > 1 ? first[1] : "/"
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query =
      halves.count < 2
      ? []
      : halves[1].split(separator: "&").map { member -> (name: String, value: String) in
        let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
          String($0).removingPercentEncoding ?? String($0)
        }
        return (parts[0], parts.count > 1 ? parts[1] : "")
      }
    return ServedRequest(
      method: first.first ?? "", path: String(halves[0]).removingPercentEncoding ?? "", query: query, headers: headers,
      body: body)
  }
}
