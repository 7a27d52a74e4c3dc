// The daemon's door: listeners, connections, who they are, and the events they follow.

import EventLoop
import Glibc
import JSON
import Logging

/// JSON-RPC 2.0 on the event loop. All of it belongs to the loop's thread; deferred replies may come from any.
///
///     let table = MethodTable(contract: try Contract.vedette())
///     table.on("engine.status") { … }
///     let server = try RPCServer(loop, methods: table)
///     try server.listen(unix: "/run/vedette/vedette.sock")
///     server.publish("case") { case.write(to: &$0) }
public final class RPCServer {
  /// How callers are told apart, and what is kept for them.
  public struct Options: Sendable {
    /// A secret that stands for a role; what `auth.login` takes.
    public struct Token: Sendable {
      public let name: String
      public let secret: String
      public let role: Role

      public init(name: String, secret: String, role: Role) {
        (self.name, self.secret, self.role) = (name, secret, role)
      }
    }

    public var tokens: [Token] = []
    /// Roles of groups (by gid) of Unix peers. Root and the daemon's own user are admins, others viewers.
    public var groups: [UInt32: Role] = [:]
    /// The role of a Unix peer of whom nothing else is said; nil lets none in.
    public var defaultRole: Role? = .viewer
    public var limits = RPCLimits()
    public var maxConnections = 256
    /// Of these, so many may be of callers who have not logged in: they cannot keep the others out.
    public var maxAnonymous = 64
    public var maxSubscriptions = 32
    /// Recent events that are kept for subscribers, by number and by bytes.
    public var keptEvents = 65_536
    public var keptBytes = 32 << 20
    /// The number of the first event. Larger than all of an earlier run's, so that who goes on from one of those learns
    /// that something was missed.
    public var firstEvent: UInt64 = 1

    public init() {}
  }

  /// What went on since the start.
  public struct Counters: Sendable {
    public var connections: UInt64 = 0
    /// Turned away because there were too many.
    public var refused: UInt64 = 0
    public var failedLogins: UInt64 = 0
    /// Events that a subscriber wanted and that had gone before it was ready, each time.
    public var missedEvents: UInt64 = 0
    /// The number of events published.
    public var events: UInt64 = 0
    public var openConnections = 0
    public var subscriptions = 0
  }

  private let loop: EventLoop
  private let methods: MethodTable
  private let options: Options
  private let hub: EventHub
  private let logger: Logger
  private let reader: JSONReader
  private var unixListeners: [PipeListener] = []
  private var tcpListeners: [TCPListener] = []
  private var connections: [UInt64: RPCConnection] = [:]
  private var nextConnection: UInt64 = 1
  private var failures: [UInt64: Int] = [:]
  private var counted = Counters()
  private var isStopped = false

  public init(
    _ loop: EventLoop, methods: MethodTable, options: Options = Options(), logger: Logger = Logger(label: "rpc")
  ) throws(EventLoopError) {
    (self.loop, self.methods, self.options, self.logger) = (loop, methods, options, logger)
    reader = JSONReader(maxBytes: options.limits.requestBytes, maxDepth: options.limits.depth)
    hub = try EventHub(loop, maxEvents: options.keptEvents, maxBytes: options.keptBytes, first: options.firstEvent)
    methods.on("auth.login") { [weak self] call, result in try self?.login(call, &result) }
    methods.on("subscribe") { [weak self] call, result in try self?.subscribe(call, &result) }
    methods.on("unsubscribe") { [weak self] call, result in try self?.unsubscribe(call, &result) }
  }

  // MARK: Doors

  /// Listens on a Unix socket, mode 0660. A socket file that no one listens on any more is replaced.
  public func listen(unix path: String) throws(EventLoopError) {
    let listener = try PipeListener(loop, path: path, mode: 0o660)
    unixListeners.append(listener)
    try listener.start { [weak self] result in
      guard let self, let pipe = self.accepted(result) else { return }
      self.welcome(pipe, self.identify(pipe))
    }
  }

  /// Listens on TCP, on a loopback address only (off loopback TLS is required, which this door does not speak).
  /// Returns the port, also when 0 (any) was asked for.
  @discardableResult
  public func listen(tcp host: String, port: UInt16) throws(EventLoopError) -> UInt16 {
    let listener = try TCPListener(loop, host: host, port: port)
    guard listener.isLoopback else {
      listener.close()
      throw EventLoopError("listen on \(host)", -EPERM, remedy: "rpc.tcp is for loopback only: use 127.0.0.1 or ::1")
    }
    tcpListeners.append(listener)
    try listener.start { [weak self] result in
      guard let self, let tcp = self.accepted(result) else { return }
      self.welcome(tcp, (nil, "tcp"))
    }
    return listener.port
  }

  private func accepted<Connection: Stream>(_ result: Result<Connection, EventLoopError>) -> Connection? {
    switch result {
    case .success(let stream): return stream
    case .failure(let error):
      logger.warning("\(error)")
      return nil
    }
  }

  private func identify(_ pipe: Pipe) -> (Role?, String) {
    do throws(EventLoopError) {
      let peer = try pipe.peer()
      let name = "uid \(peer.uid), pid \(peer.pid)"
      if peer.uid == 0 || peer.uid == geteuid() { return (.admin, name) }
      return (options.groups[peer.gid] ?? options.defaultRole, name)
    } catch {
      logger.warning("\(error)")
      return (nil, "unix")
    }
  }

  private func welcome(_ stream: Stream, _ identity: (role: Role?, name: String)) {
    counted.connections &+= 1
    let number = nextConnection
    nextConnection &+= 1
    let session = RPCSession(
      methods: methods, reader: reader, caller: Caller(role: identity.role, name: identity.name, connection: number),
      limits: options.limits, remote: loop.remote)
    let isTooMuch =
      connections.count >= options.maxConnections
      || identity.role == nil
        && connections.values.count(where: { $0.session.caller.role == nil }) >= options.maxAnonymous
    guard !isTooMuch, !isStopped else {
      counted.refused &+= 1
      session.send = { stream.write($0) }
      session.refuse(.busy("too many connections: \(connections.count)"))
      session.send = nil
      return stream.finish()
    }
    let connection = RPCConnection(stream, session, hub)
    connections[number] = connection
    stream.whenClosed { [weak self] in
      self?.connections[number] = nil
      self?.failures[number] = nil
    }
    do throws(EventLoopError) { try connection.start() } catch { connection.close() }
  }

  /// Closes the doors and every connection: with what is queued for it first, or `now`.
  public func stop(now: Bool = false) {
    guard !isStopped else { return }
    isStopped = true
    for listener in unixListeners { listener.close() }
    for listener in tcpListeners { listener.close() }
    // While connections still take it: what was published last.
    hub.close()
    for number in connections.keys.sorted() {
      if now { connections[number]?.close() } else { connections[number]?.finish() }
    }
  }

  // MARK: Events

  /// Sends an event to all who subscribed to its topic, and keeps it for those who come back. `write` writes the record
  /// as one JSON object. Never waits: who reads slowly is told how much was missed.
  public func publish(_ topic: String, _ write: (inout JSONWriter) -> Void) { hub.publish(topic, write) }

  /// Counters as they are now.
  public var counters: Counters {
    var counters = counted
    counters.missedEvents = hub.missed
    counters.events = hub.published
    counters.openConnections = connections.count
    counters.subscriptions = hub.count
    return counters
  }

  // MARK: Methods of the server itself

  private func login(_ call: RPCCall, _ result: inout JSONWriter) throws(RPCError) {
    let number = call.caller.connection
    let given = call.params["token"]?.string ?? ""
    guard let token = options.tokens.first(where: { Self.equal($0.secret, given) }) else {
      counted.failedLogins &+= 1
      failures[number, default: 0] &+= 1
      // Guessing costs a connection every three attempts.
      if failures[number, default: 0] >= 3 { connections[number]?.finish() }
      throw .unauthenticated("unknown token")
    }
    let session = connections[number]?.session
    // A Unix peer may have a role already; a token never lowers it.
    let role = max(token.role, session?.caller.role ?? token.role)
    session?.caller.role = role
    session?.caller.name = token.name
    result.beginObject()
    result.member("role", role.name)
    result.member("name", token.name)
    result.endObject()
  }

  /// Compares in a time that tells nothing of where they differ.
  private static func equal(_ one: String, _ other: String) -> Bool {
    let digests = (SHA256.digest(of: one), SHA256.digest(of: other))
    return !one.isEmpty && zip(digests.0, digests.1).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private func subscribe(_ call: RPCCall, _ result: inout JSONWriter) throws(RPCError) {
    guard let connection = connections[call.caller.connection] else {
      throw .refused("only a connection can subscribe")
    }
    guard hub.count(of: connection) < options.maxSubscriptions else {
      throw .busy("more than \(options.maxSubscriptions) subscriptions")
    }
    let from = call.params["from"]?.uint64
    guard from ?? 0 <= hub.nextSeq else {
      throw .invalidParams("from: no event has that number yet; the next one has \(hub.nextSeq)")
    }
    let topics = Set(call.params["topics"]?.elements.compactMap(\.string) ?? [])
    let seq = hub.nextSeq
    let id = hub.subscribe(
      connection, topics: topics, filter: EventFilter(call.params["filter"]), from: from)
    result.beginObject()
    result.member("subscription", id)
    result.member("seq", seq)
    result.endObject()
  }

  private func unsubscribe(_ call: RPCCall, _ result: inout JSONWriter) throws(RPCError) {
    let id = call.params["subscription"]?.string ?? ""
    guard let connection = connections[call.caller.connection], hub.unsubscribe(connection, id: id) else {
      throw .notFound("this connection has no subscription \(id)")
    }
    result.beginObject()
    result.member("removed", true)
    result.endObject()
  }
}

extension SHA256 {
  fileprivate static func digest(of text: String) -> [UInt8] { Array(text.utf8).withUnsafeBytes { digest($0) } }
}
