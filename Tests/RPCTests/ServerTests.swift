import EventLoop
import Glibc
import JSON
import Synchronization
import Testing

@testable import RPC

@Suite("Server and client")
struct ServerTests {
  static func options() -> RPCServer.Options {
    var options = RPCServer.Options()
    options.tokens = [
      .init(name: "console", secret: "secret-1", role: .viewer), .init(name: "robot", secret: "secret-2", role: .admin),
    ]
    return options
  }

  @Test("The daemon's own user is admin on the Unix socket, by the kernel's word")
  func unix() throws {
    try serve(try exampleTable()) { path, _, _ in
      let client = try RPCClient(unix: path)
      #expect(try client.call("admin.only") == true)
      #expect(try client.call("subtract", [42, 23]) == 19)
      let error = #expect(throws: RPCClientError.self) { try client.call("nonsense") }
      guard case .refused(let refusal)? = error else { return #expect(Bool(false)) }
      #expect(refusal.code == -32601)
    }
  }

  @Test("Over TCP the first call must be auth.login, the token gives the role, and guessing ends the connection")
  func tcp() throws {
    try serve(try exampleTable(), options: Self.options()) { _, port, _ in
      func code(_ body: () throws -> Void) -> Int? {
        do { try body() } catch RPCClientError.refused(let error) { return error.code } catch { return 0 }
        return nil
      }
      let stranger = try RPCClient(tcp: "127.0.0.1", port: port, token: nil)
      #expect(code { _ = try stranger.call("get_data") } == -32001)
      #expect(try stranger.call("auth.login", ["token": "secret-1"])["role"] == "viewer")
      #expect(try stranger.call("get_data") == ["hello", 5])
      #expect(code { _ = try stranger.call("admin.only") } == -32002)
      let robot = try RPCClient(tcp: "127.0.0.1", port: port, token: "secret-2")
      #expect(try robot.call("admin.only") == true)

      let guesser = try RPCClient(tcp: "127.0.0.1", port: port, token: nil)
      for guess in ["", "x", "secret-"] {
        #expect(code { _ = try guesser.call("auth.login", ["token": .string(guess)]) } == -32001)
      }
      #expect(throws: RPCClientError.self) { try guesser.call("get_data") }
    }
  }

  @Test("Off loopback nothing is served without TLS")
  func offLoopback() throws {
    try serve(try exampleTable()) { server, _ in
      let error = #expect(throws: EventLoopError.self) { try server.listen(tcp: "0.0.0.0", port: 0) }
      #expect(error?.remedy?.contains("loopback") == true)
    } client: { _, _, _ in
    }
  }

  @Test("Answers may come later and from other threads; a batch waits for all of its own, and keeps its order")
  func deferred() throws {
    let table = try exampleTable()
    table.onTask("task") { params, caller in
      await Task.yield()
      return .string(caller.name)
    }
    let loopBox = Mutex<[RPCReply]>([])
    table.onDeferred("later") { _, reply in
      let count = loopBox.withLock { replies in
        replies.append(reply)
        return replies.count
      }
      // Both are answered once the second has come, the first last, on another thread.
      guard count == 2 else { return }
      _ = Thread {
        for reply in loopBox.withLock({ $0.reversed() }) {
          reply.succeed(["later"])
          reply.succeed("twice")
          reply.fail(.internalError("thrice"))
        }
        loopBox.withLock { $0 = [] }
      }
    }
    try serve(table) { path, _, _ in
      let client = try RPCClient(unix: path)
      #expect(try client.call("task").string?.hasPrefix("uid \(geteuid()), pid \(getpid())") == true)
      let raw = try RawClient(path)
      raw.send(
        #"{"jsonrpc":"2.0","method":"later","id":1}[{"jsonrpc":"2.0","method":"get_data","id":2},"#
          + #"{"jsonrpc":"2.0","method":"later","id":3}]"#)
      let lines = Set(raw.lines(2))
      #expect(
        lines == [
          #"{"jsonrpc":"2.0","result":["later"],"id":1}"#,
          #"[{"jsonrpc":"2.0","result":["hello",5],"id":2},{"jsonrpc":"2.0","result":["later"],"id":3}]"#,
        ])
    }
  }

  @Test("A reply that is dropped is an internal error, not silence")
  func dropped() throws {
    let table = try exampleTable()
    table.onDeferred("later") { _, _ in }
    let answers = try Dialogue(table).say(#"{"jsonrpc":"2.0","method":"later","id":1}"#)
    #expect(answers.map { $0["error"]?["code"] } == [-32603])
  }

  @Test("A client that ends its direction still gets its answers, then the connection ends")
  func halfClosed() throws {
    let table = try exampleTable()
    let kept = Mutex<RPCReply?>(nil)
    table.onDeferred("later") { _, reply in kept.withLock { $0 = reply } }
    try serve(table) { path, _, remote in
      let raw = try RawClient(path)
      raw.send(#"{"jsonrpc":"2.0","method":"later","id":1}"# + "\n")
      shutdown(raw.descriptor, Int32(SHUT_WR))
      let probe = try RPCClient(unix: path)
      // The loop has seen the end by the time it answers who came after it.
      while kept.withLock({ $0 == nil }) { try probe.call("get_data") }
      kept.withLock { reply in
        reply?.succeed(7)
        reply = nil
      }
      #expect(raw.lines(2) == [#"{"jsonrpc":"2.0","result":7,"id":1}"#])
    }
  }

  @Test("Too many connections are told so")
  func connections() throws {
    var options = Self.options()
    options.maxConnections = 2
    try serve(try exampleTable(), options: options) { path, _, _ in
      let clients = try (0..<2).map { _ in try RPCClient(unix: path) }
      for client in clients { try client.call("get_data") }
      let third = try RawClient(path)
      #expect(third.lines(1).first?.contains("-32005") == true)
    }
  }

  @Test("Where no daemon is, the client says that it is not reached", arguments: ["/tmp/vedette-test-none/a.sock"])
  func unreachable(_ path: String) {
    let error = #expect(throws: RPCClientError.self) { try RPCClient(unix: path) }
    #expect(error?.isUnreachable == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("Stopping delivers what is queued, and removes the socket")
  func stop() throws {
    let table = try exampleTable()
    let stop = Mutex<(@Sendable () -> Void)?>(nil)
    table.on("admin.only") { _, result in
      result.string("bye")
      stop.withLock { $0 }?()
    }
    try serve(table) { server, loop in
      // Held weakly, on the loop only.
      nonisolated(unsafe) weak let target = server
      let remote = loop.remote
      stop.withLock { $0 = { remote.submit { target?.stop() } } }
    } client: { path, _, _ in
      let client = try RPCClient(unix: path)
      #expect(try client.call("admin.only") == "bye")
      // What comes in before the doors are closed is still answered.
      let error = #expect(throws: RPCClientError.self) { while true { try client.call("get_data") } }
      #expect(error?.isUnreachable == true)
      #expect(access(path, F_OK) != 0)
    }
  }
}

/// A socket without manners.
final class RawClient: @unchecked Sendable {
  // Unchecked: each is used by the one thread that made it.
  let descriptor: Int32
  private var received: [UInt8] = []

  init(_ path: String) throws { descriptor = try UnixSocket.connect(path) }

  deinit { Glibc.close(descriptor) }

  func send(_ text: String) {
    var text = text
    _ = text.withUTF8 { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// So many lines, or fewer if the connection ends.
  func lines(_ count: Int) -> [String] {
    var lines: [String] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while lines.count < count {
      while lines.count < count, let end = received.firstIndex(of: 0x0A) {
        lines.append(String(decoding: received[..<end], as: UTF8.self))
        received.removeSubrange(...end)
      }
      if lines.count >= count { break }
      let read = recv(descriptor, &room, room.count, 0)
      if read <= 0 { break }
      received += room[..<read]
    }
    return lines
  }
}
