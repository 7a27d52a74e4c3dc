// What the engine registers: a handler for each method of the contract.

import EventLoop
import JSON

/// Who is calling.
public struct Caller: Sendable, Hashable {
  /// Nil until the caller has logged in.
  public internal(set) var role: Role?
  /// For the audit: "uid 1000, pid 4711" or the token's name.
  public internal(set) var name: String
  /// The connection, a number of its own.
  public let connection: UInt64

  public init(role: Role?, name: String, connection: UInt64 = 0) {
    self.role = role
    self.name = name
    self.connection = connection
  }
}

/// The parameters of a call, checked against the contract; given by name or by position, they are read by name. Valid
/// until the handler returns.
public struct RPCParams {
  /// As sent: an object or an array; nil if there were none.
  public let node: JSONNode?
  let names: [String]

  /// A parameter; nil if it was not given.
  public subscript(name: String) -> JSONNode? {
    if let node, node.kind == .array { return names.firstIndex(of: name).flatMap { node[$0] } }
    return node?[name]
  }

  /// All of them, named, to be kept beyond the handler.
  public var value: JSONValue {
    guard let node else { return [:] }
    guard node.kind == .array else { return JSONValue(node) }
    return .object(zip(names, node.elements).map { ($0, JSONValue($1)) })
  }
}

/// A call that a handler answers.
public struct RPCCall {
  public let method: String
  public let params: RPCParams
  public let caller: Caller
}

/// The handlers. Only methods of the contract can be registered; the contract also gives their roles and schemas.
///
///     table.on("engine.status") { call, result in
///       result.beginObject()
///       result.member("version", "1.0.0")
///       result.member("state", "running")
///       result.endObject()
///     }
///     table.onDeferred("flow.list") { call, reply in
///       let filter = call.params.value
///       try loop.offload { query(filter) } then: { reply.succeed(json: $0) }
///     }
public final class MethodTable {
  /// Writes one JSON value, the result, or throws; on the loop, and quick about it.
  public typealias Handler = (_ call: RPCCall, _ result: inout JSONWriter) throws -> Void
  /// Answers through `reply`, now or later, from any thread. What it throws is an answer too.
  public typealias DeferredHandler = (_ call: RPCCall, _ reply: RPCReply) throws -> Void
  /// Answers from a task whose preferred executor is the loop.
  public typealias AsyncHandler = @Sendable (_ params: JSONValue, _ caller: Caller) async throws -> JSONValue

  enum Entry {
    case now(Handler)
    case later(DeferredHandler)
    case task(AsyncHandler)
  }

  public let contract: Contract
  private var entries: [String: Entry] = [:]

  public init(contract: Contract) {
    self.contract = contract
    on("rpc.discover") { _, result in contract.compact.withUnsafeBytes { result.raw($0) } }
  }

  /// Registers a handler that answers at once.
  public func on(_ method: String, _ handler: @escaping Handler) { register(method, .now(handler)) }

  /// Registers a handler that may answer later.
  public func onDeferred(_ method: String, _ handler: @escaping DeferredHandler) { register(method, .later(handler)) }

  /// Registers a handler that is a task.
  public func onTask(_ method: String, _ handler: @escaping AsyncHandler) { register(method, .task(handler)) }

  private func register(_ method: String, _ entry: Entry) {
    assert(contract.methods[method] != nil, "\(method) is not in proto/vedette.openrpc.json")
    entries[method] = entry
  }

  /// Methods of the contract that have no handler. Those of the server itself (auth.login, subscribe, unsubscribe) have
  /// theirs once there is a server.
  public var missing: [String] { contract.methods.keys.filter { entries[$0] == nil }.sorted() }

  func entry(_ method: String) -> Entry? { entries[method] }

  /// Looks the method up, and whether this caller may call it with these parameters.
  func admit(_ name: String, _ params: JSONNode?, _ caller: Caller) throws(RPCError) -> (Entry, RPCCall) {
    // Who has no role learns nothing, not even which methods there are.
    if caller.role == nil, name != "auth.login" { throw .unauthenticated("call auth.login first") }
    guard let method = contract.methods[name], let entry = entries[name] else { throw .methodNotFound(name) }
    if name != "auth.login", let role = caller.role, role < method.role {
      throw .forbidden("\(name) needs the role \(method.role.name), the caller is \(role.name)")
    }
    try contract.check(params, of: method)
    return (entry, RPCCall(method: name, params: RPCParams(node: params, names: method.parameters), caller: caller))
  }
}

/// The answer to a call, to be given exactly once, from any thread. One that is dropped answers with an internal error.
public final class RPCReply: Sendable {
  private let once: Once
  private let deliver: @Sendable (Result<[UInt8], RPCError>) -> Void

  init(_ deliver: @escaping @Sendable (Result<[UInt8], RPCError>) -> Void) {
    self.deliver = deliver
    once = Once()
  }

  deinit {
    if once.take() { deliver(.failure(.internalError("the call was not answered"))) }
  }

  /// The result, as JSON text. Answers after the first are ignored.
  public func succeed(json: [UInt8]) {
    if once.take() { deliver(.success(json)) }
  }

  /// The result.
  public func succeed(_ value: JSONValue) {
    var writer = JSONWriter(capacity: 256)
    writer.value(value)
    succeed(json: writer.bytes)
  }

  /// The result, written where it is called.
  public func succeed(_ write: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    write(&writer)
    succeed(json: writer.bytes)
  }

  /// The refusal.
  public func fail(_ error: RPCError) {
    if once.take() { deliver(.failure(error)) }
  }

  /// What was thrown: an RPCError as it is, anything else as an internal error.
  public func fail(_ error: any Error) { fail(error as? RPCError ?? .internalError("\(error)")) }
}
