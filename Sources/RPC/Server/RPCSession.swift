// One client's dialogue, without its socket: bytes in, bytes out.

import EventLoop
import JSON

/// What a client may ask of us.
public struct RPCLimits: Sendable {
  /// Bytes of a request or batch.
  public var requestBytes = 16 << 20
  /// Nesting of a request.
  public var depth = 64
  /// Calls of a batch.
  public var batch = 1000
  /// Errors of framing or syntax after one another; then the connection ends.
  public var faults = 100
  /// Bytes of answers that wait, in a batch that is not complete or for a client that does not read. One alone may be
  /// larger.
  public var answerBytes = 32 << 20

  public init() {}
}

/// JSON-RPC 2.0 on the server's side as a state machine; belongs to the loop's thread.
final class RPCSession {
  /// Where answers go: complete, framed.
  var send: ((UnsafeRawBufferPointer) -> Void)?
  /// The connection must end, once what was sent is out.
  var end: (() -> Void)?
  /// Bytes that were sent and wait for the client to read.
  var backlog: (() -> Int)?
  /// A deferred call was answered.
  var onSettled: (() -> Void)?

  var caller: Caller
  private(set) var pendingCalls = 0
  private(set) var calls: UInt64 = 0

  private let methods: MethodTable
  private let reader: JSONReader
  private let limits: RPCLimits
  private let remote: Remote?
  private var frames: FrameReader
  /// As the client has it; answers come the same way.
  private var framing = Framing.values
  private var writer = JSONWriter()
  private var faults = 0
  private var isEnded = false
  private var batches: [UInt64: Batch] = [:]
  private var nextBatch: UInt64 = 0
  /// Bytes of answers in all batches.
  private var held = 0

  /// Answers that belong together; a single call is a batch of one without brackets.
  private struct Batch {
    var isArray: Bool
    var answers: [[UInt8]] = []
    var missing = 0
    /// All calls have been started.
    var isComplete = false
  }

  /// Without `remote`, deferred answers must come on the session's own thread.
  init(
    methods: MethodTable, reader: JSONReader, caller: Caller, limits: RPCLimits = RPCLimits(), remote: Remote? = nil
  ) {
    self.methods = methods
    self.reader = reader
    self.caller = caller
    self.limits = limits
    self.remote = remote
    frames = FrameReader(maxBytes: limits.requestBytes, maxDepth: limits.depth)
  }

  // MARK: In

  func receive(_ bytes: UnsafeRawBufferPointer) { frames.feed(bytes) { take($0) } }

  func receive(_ text: String) { Array(text.utf8).withUnsafeBytes { receive($0) } }

  /// The client has ended its direction.
  func receiveEnd() { frames.finish { take($0) } }

  private func take(_ frame: FrameReader.Output) {
    guard !isEnded else { return }
    switch frame {
    case .began(let framing): self.framing = framing
    case .message(let bytes): message(bytes)
    case .failure(let error): fault(error)
    case .fatal(let error):
      refuse(error)
      finish()
    }
  }

  private func fault(_ error: RPCError) {
    refuse(error)
    faults &+= 1
    if faults >= limits.faults { finish() }
  }

  private func finish() {
    isEnded = true
    end?()
  }

  private func message(_ bytes: UnsafeRawBufferPointer) {
    let root: JSONNode
    do throws(JSONError) {
      root = try reader.parse(bytes)
    } catch {
      return fault(.parseError(error))
    }
    faults = 0
    let number = nextBatch
    nextBatch &+= 1
    if root.kind == .array {
      guard root.count > 0 else { return refuse(.invalidRequest("an empty batch")) }
      guard root.count <= limits.batch else {
        return refuse(.invalidRequest("more than \(limits.batch) calls in a batch"))
      }
      batches[number] = Batch(isArray: true)
      for request in root.elements { start(request, number) }
    } else {
      batches[number] = Batch(isArray: false)
      start(root, number)
    }
    batches[number]?.isComplete = true
    deliver(number)
  }

  // MARK: Calls

  private func start(_ request: JSONNode, _ batch: UInt64) {
    let id = request["id"]
    var idText: [UInt8]? = nil
    if let id {
      switch id.kind {
      case .string, .int, .uint, .double, .null: idText = text(of: id)
      default: return answer(batch, nil, .failure(.invalidRequest("the id must be a string, a number or null")))
      }
    }
    guard request.kind == .object, request["jsonrpc"]?.isString("2.0") == true, let name = request["method"]?.string
    else {
      return answer(batch, idText, .failure(.invalidRequest("no JSON-RPC 2.0 request")))
    }
    let params = request["params"]
    if let params, params.kind != .object, params.kind != .array {
      return answer(batch, idText, .failure(.invalidRequest("params must be an object or an array")))
    }
    calls &+= 1
    let isNotification = id == nil
    do {
      let (entry, call) = try methods.admit(name, params, caller)
      switch entry {
      case .now(let handler):
        var result = JSONWriter(capacity: 512)
        try handler(call, &result)
        if !isNotification { answer(batch, idText, .success(result.bytes)) }
      case .later(let handler):
        let reply = promise(batch, idText, isNotification)
        do { try handler(call, reply) } catch { reply.fail(error) }
      case .task(let handler):
        let reply = promise(batch, idText, isNotification)
        let (params, caller) = (call.params.value, call.caller)
        Task(executorPreference: remote?.executor) {
          do { reply.succeed(try await handler(params, caller)) } catch { reply.fail(error) }
        }
      }
    } catch {
      // Notifications are not answered, not even with an error (§4.1).
      if !isNotification { answer(batch, idText, .failure(error as? RPCError ?? .internalError("\(error)"))) }
    }
  }

  /// A reply that comes back to this session's thread, whoever gives it.
  private func promise(_ batch: UInt64, _ id: [UInt8]?, _ isNotification: Bool) -> RPCReply {
    pendingCalls &+= 1
    if !isNotification { batches[batch]?.missing &+= 1 }
    let home = Home(self, remote)
    return RPCReply { result in
      home.run { session in session.settle(batch, id, isNotification, result) }
    }
  }

  private func settle(_ batch: UInt64, _ id: [UInt8]?, _ isNotification: Bool, _ result: Result<[UInt8], RPCError>) {
    pendingCalls &-= 1
    if !isNotification {
      batches[batch]?.missing &-= 1
      answer(batch, id, result)
      deliver(batch)
    }
    onSettled?()
  }

  // MARK: Out

  private func answer(_ batch: UInt64, _ id: [UInt8]?, _ result: Result<[UInt8], RPCError>) {
    var result = result
    let waiting = held &+ (backlog?() ?? 0)
    if case .success(let json) = result, waiting > 0, waiting &+ json.count > limits.answerBytes {
      result = .failure(
        .busy("more than \(limits.answerBytes) bytes of answers wait; read them, or ask for less at once"))
    }
    writer.removeAll()
    writer.beginObject()
    writer.member("jsonrpc", "2.0")
    switch result {
    case .success(let json):
      writer.key("result")
      if json.isEmpty { writer.null() } else { json.withUnsafeBytes { writer.raw($0) } }
    case .failure(let error):
      writer.key("error")
      error.write(to: &writer)
    }
    writer.key("id")
    if let id { id.withUnsafeBytes { writer.raw($0) } } else { writer.null() }
    writer.endObject()
    batches[batch]?.answers.append(writer.bytes)
    held &+= writer.bytes.count
  }

  /// Sends a batch's answers once all are there.
  private func deliver(_ number: UInt64) {
    guard let batch = batches[number], batch.isComplete, batch.missing == 0 else { return }
    batches[number] = nil
    for answer in batch.answers { held &-= answer.count }
    guard !batch.answers.isEmpty else { return }
    if !batch.isArray, let only = batch.answers.first { return only.withUnsafeBytes { sendFramed($0) } }
    writer.removeAll()
    writer.beginArray()
    for answer in batch.answers { answer.withUnsafeBytes { writer.raw($0) } }
    writer.endArray()
    writer.bytes.withUnsafeBytes { sendFramed($0) }
  }

  /// An error about something of which no id is known.
  func refuse(_ error: RPCError) {
    let number = nextBatch
    nextBatch &+= 1
    batches[number] = Batch(isArray: false, isComplete: true)
    answer(number, nil, .failure(error))
    deliver(number)
  }

  /// Sends a complete JSON value in the client's framing.
  func sendFramed(_ json: UnsafeRawBufferPointer) {
    var framed: [UInt8] = []
    framed.reserveCapacity(json.count &+ 40)
    if framing == .headers { framed += Array("Content-Length: \(json.count &+ 1)\r\n\r\n".utf8) }
    framed += json
    framed.append(0x0A)
    framed.withUnsafeBytes { send?($0) }
  }

  private func text(of id: JSONNode) -> [UInt8] {
    writer.removeAll()
    writer.value(id)
    return writer.bytes
  }

  /// Lets answers from other threads find the session, if it still is.
  ///
  /// Unchecked: the session is touched only within `run`, whose body is executed on the session's own thread; the weak
  /// reference itself may be copied and dropped anywhere.
  private final class Home: @unchecked Sendable {
    private weak var session: RPCSession?
    private let remote: Remote?

    init(_ session: RPCSession, _ remote: Remote?) {
      self.session = session
      self.remote = remote
    }

    func run(_ body: @escaping @Sendable (RPCSession) -> Void) {
      if let remote, !remote.isCurrent {
        remote.submit { [self] in if let session { body(session) } }
      } else if let session {
        body(session)
      }
    }
  }
}
