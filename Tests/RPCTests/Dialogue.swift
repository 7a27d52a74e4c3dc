import EventLoop
import Glibc
import JSON
import Synchronization

@testable import RPC

/// A session and all that it has said.
final class Dialogue {
  let session: RPCSession
  private(set) var output: [UInt8] = []
  private(set) var hasEnded = false

  init(_ methods: MethodTable, role: Role? = .admin, limits: RPCLimits = RPCLimits()) {
    session = RPCSession(
      methods: methods, reader: JSONReader(maxBytes: limits.requestBytes, maxDepth: limits.depth),
      caller: Caller(role: role, name: "test"), limits: limits)
    session.send = { [unowned self] in output += $0 }
    session.end = { [unowned self] in hasEnded = true }
  }

  /// The answers to a text, parsed.
  func say(_ text: String) throws -> [JSONValue] {
    output = []
    session.receive(text)
    return try answers()
  }

  func answers() throws -> [JSONValue] {
    try String(decoding: output, as: UTF8.self).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }
}

extension JSONValue {
  /// Without the free text that comes with an error.
  var bare: JSONValue {
    switch self {
    case .array(let elements): .array(elements.map(\.bare))
    case .object(let members): .object(members.filter { $0.0 != "data" }.map { ($0.0, $0.1.bare) })
    default: self
    }
  }
}

/// A contract with the methods of the specification's examples, and some more.
func exampleTable() throws -> MethodTable {
  func method(_ name: String, _ params: [(String, JSONValue)], role: String = "viewer") -> JSONValue {
    [
      "name": .string(name), "x-role": .string(role), "result": ["name": "result", "schema": [:]],
      "params": .array(params.map { ["name": .string($0.0), "schema": $0.1] }),
    ]
  }
  let number: JSONValue = ["type": "integer"]
  let document: JSONValue = [
    "methods": [
      method("rpc.discover", []), method("auth.login", [("token", ["type": "string"])]), method("subscribe", []),
      method("unsubscribe", []),
      method("subtract", [("minuend", number), ("subtrahend", number)]),
      method("update", (0..<5).map { ("p\($0)", number) }),
      method("sum", [("a", number), ("b", number), ("c", number)]),
      method("notify_sum", [("a", number), ("b", number), ("c", number)]),
      method("notify_hello", [("a", number)]), method("get_data", []), method("later", []), method("task", []),
      method("fail", []), method("admin.only", [], role: "admin"),
    ]
  ]
  let table = MethodTable(contract: try Contract(document: document.description))
  table.on("subtract") { call, result in
    result.int((call.params["minuend"]?.int64 ?? 0) - (call.params["subtrahend"]?.int64 ?? 0))
  }
  table.on("sum") { call, result in
    result.int(["a", "b", "c"].reduce(Int64(0)) { $0 + (call.params[$1]?.int64 ?? 0) })
  }
  for name in ["update", "notify_sum", "notify_hello"] { table.on(name) { _, result in result.null() } }
  table.on("get_data") { _, result in result.value(["hello", 5]) }
  table.on("admin.only") { _, result in result.bool(true) }
  table.on("fail") { _, _ in throw EventLoopError("x", -ENOENT) }
  return table
}

/// A folder of a test's own, gone with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/vedette-test-XXXXXX".utf8CString)
    guard template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) != nil else {
      throw Failed()
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  struct Failed: Error {}

  deinit {
    unlink(path + "/a.sock")
    rmdir(path)
  }
}

/// Runs a server on the calling thread while `client` does its part on another; ends with it.
func serve(
  _ table: MethodTable, options: RPCServer.Options = RPCServer.Options(),
  with prepare: (RPCServer, EventLoop) throws -> Void = { _, _ in },
  client: @escaping @Sendable (_ unix: String, _ tcp: UInt16, _ loop: Remote) throws -> Void
) throws {
  let folder = try TemporaryFolder()
  let loop = try EventLoop()
  defer { loop.close() }
  let server = try RPCServer(loop, methods: table, options: options)
  let path = folder.path + "/a.sock"
  try server.listen(unix: path)
  let port = try server.listen(tcp: "127.0.0.1", port: 0)
  try prepare(server, loop)
  let remote = loop.remote
  let failure = Mutex<(any Error)?>(nil)
  let thread = Thread {
    do { try client(path, port, remote) } catch { failure.withLock { $0 = error } }
    remote.stop()
  }
  try loop.run()
  thread.join()
  server.stop(now: true)
  if let error = failure.withLock({ $0 }) { throw error }
}

/// A thread that can be waited for.
final class Thread {
  private var id = pthread_t()

  private final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
      &id, nil,
      { box in
        if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
        return nil
      }, box)
  }

  func join() { pthread_join(id, nil) }
}
