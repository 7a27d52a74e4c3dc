/// The live stream of a server: events as they happen, from a place on, over a WebSocket.

import JSON
import PersonaRecords
import PluginSupport
import Polling
import Synchronization
import VedettePluginABI

/// What `open` makes of parameters that name a server. `next` and `close` run on the source's thread, `wake` and
/// `progress` on any.
///
/// The position moves on only with events all of whose outputs the sink has taken. A connection that is lost is a
/// failure of the network: the host opens the stream again after a while, which hears some seconds before the position
/// again.
final class JetstreamStream: SourceStream {
  /// Events that lead to no record are bounded too, so that a call returns now and then.
  private static let mostOfACall = 4096
  /// A place is stored at least so often, in microseconds of the stream's time.
  private static let stride: Int64 = 1_000_000
  /// A server that begins so much later than it was asked to does not have what was before, in microseconds.
  private static let mostHole: Int64 = 300_000_000

  private let host: SourceHost
  private let service: JetstreamService
  private let interpreter: JetstreamInterpreter
  private let client: WebSocketClient
  private let memory: JetstreamMemory
  private var position: JetstreamPosition
  /// The position that the host has; nil: none.
  private var stored: Int64?
  private var hasOpened = false
  private var cursor: [UInt8] = []
  /// Of the event at hand, the next one last. What has no digest is not remembered.
  private var waiting: [(output: any SourceOutput, digest: String?)] = []
  private var waitingTime: Int64?
  /// From when on the server was asked to tell; nil once it has.
  private var asked: Int64?
  private var leftOut = SkipCounts()
  private let heard = Atomic<UInt64>(0)

  init(
    _ host: SourceHost, _ service: JetstreamService, _ interpreter: JetstreamInterpreter, _ memory: JetstreamMemory,
    from position: JetstreamPosition, isStored: Bool
  ) {
    self.host = host
    self.service = service
    self.interpreter = interpreter
    self.memory = memory
    self.position = position
    stored = isStored ? position.micros : nil
    client = WebSocketClient(agent: "vedette-jetstream/1.1.0", limits: service.limits)
    for digest in position.told { memory.note(digest, at: position.micros) }
  }

  private var now: Int64 { PollHost(host).now / 1000 }

  func next(into sink: RecordSink, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
    let status = listen(into: sink, wait: wait, &result)
    // Who is not reached tells nothing: a place would look like an answer.
    let isDue = hasOpened && status != VDT_NEXT_FAILED && stored.map { position.micros &- $0 >= Self.stride } ?? true
    if sink.emitted > 0 || isDue {
      stored = position.micros
      position.told = memory.last(JetstreamPosition.mostTold)
      cursor = position.cursor
      result.cursor = cursor.withUnsafeBytes { $0.asBytes }
    }
    return status
  }

  private func listen(into sink: RecordSink, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
    if client.isIdle, let failure = connect() { return fail(failure, &result) }
    let end = steadyMilliseconds() &+ min(wait, 3_600_000)
    for _ in 0..<Self.mostOfACall {
      hand(over: sink)
      if !waiting.isEmpty || sink.isFull { return VDT_NEXT_OK }
      // What was emitted is handed over before this waits for more.
      let now = steadyMilliseconds()
      switch client.advance(wait: sink.emitted > 0 || now >= end ? 0 : end &- now) {
      case .waiting: return idle(sink, &result)
      case .opened:
        hasOpened = true
        // The place is told, as a sign of life.
        stored = nil
      case .text(let bytes): take(bytes)
      case .leftOut(let reason): reject(reason)
      case .ended(let end): return self.end(end, sink, &result)
      }
    }
    return idle(sink, &result)
  }

  private func idle(_ sink: RecordSink, _ result: inout vdt_next_result) -> Int32 {
    // That it is there is something, too.
    if sink.emitted > 0 || hasOpened && stored == nil { return VDT_NEXT_OK }
    result.retry_ms = 1
    return VDT_NEXT_IDLE
  }

  // MARK: the connection

  private func connect() -> PollFailure? {
    let from = max(position.micros &- service.rewind, 0)
    guard let address = service.address(from: from) else {
      return PollFailure(.format, "the address with its collections is longer than \(WebAddress.mostBytes) bytes")
    }
    asked = from
    client.connect(to: address)
    return nil
  }

  private func end(_ end: WebSocketClient.End, _ sink: RecordSink, _ result: inout vdt_next_result) -> Int32 {
    switch end {
    case .lost(let words): return fail(PollFailure(.network, words), &result)
    case .closed(let code, let words):
      // The server refuses what is asked (RFC 6455 §7.4.1), and will again.
      return fail(PollFailure(code == 1003 ? .format : .network, words), &result)
    case .broken(let words):
      // What comes again and again at the same place is for a person.
      return fail(PollFailure(memory.noteBreak(at: position.micros) < 3 ? .network : .format, words), &result)
    case .refused(let answer, let words):
      switch answer.status {
      // Who is unavailable and does not say for how long is not reached.
      case 429,
        503 where answer.header("retry-after") != nil:
        result.retry_ms = RateLimit.pause(after: answer, now: now / 1_000_000) ?? 60_000
        return VDT_NEXT_LIMITED
      case 401, 403: return fail(PollFailure(.auth, words), &result)
      case 500...: return fail(PollFailure(.network, words), &result)
      default: return fail(PollFailure(.format, "\(words); check the address and the collections"), &result)
      }
    }
  }

  private func fail(_ failure: PollFailure, _ result: inout vdt_next_result) -> Int32 {
    result.error = failure.code
    _ = host.fail(VDT_E_IO, failure.words)
    return VDT_NEXT_FAILED
  }

  // MARK: events

  private func hand(over sink: RecordSink) {
    while !sink.isFull, let next = waiting.popLast() {
      next.output.put(into: sink)
      if let digest = next.digest { memory.note(digest, at: waitingTime ?? position.micros) }
    }
    guard waiting.isEmpty, let time = waitingTime else { return }
    waitingTime = nil
    // A time that is to come would make the next connection begin there.
    guard time > position.micros, time <= now &+ 60_000_000 else { return }
    position.micros = time
    memory.forget(before: time &- 2 &* service.rewind &- 60_000_000)
  }

  private func take(_ bytes: [UInt8]) {
    heard.add(1, ordering: .relaxed)
    let event = bytes.withUnsafeBytes { interpreter.read($0, at: Place(line: 0, offset: .max)) }
    waitingTime = event.micros
    let hole = event.micros.flatMap { self.hole(before: $0) }
    guard hole != nil || !event.outputs.isEmpty else { return }
    let digest = SHA256.hex(bytes).prefix(16)
    for (at, output) in event.outputs.enumerated().reversed() { tell(output, "\(digest)#\(at)") }
    if let hole { tell(hole, "\(digest)#hole") }
  }

  /// Before what waits already.
  private func tell(_ output: any SourceOutput, _ digest: String) {
    if memory.hasTold(digest) { leftOut.skip("told before") } else { waiting.append((output, digest)) }
  }

  /// What the server did not keep, told with the first event after a break.
  private func hole(before time: Int64) -> Rejection? {
    guard let asked else { return nil }
    self.asked = nil
    guard time &- asked > Self.mostHole else { return nil }
    let words =
      "between \(Self.text(asked)) and \(Self.text(time)) the server told nothing: it keeps no longer, or nothing happened"
    host.log(VDT_LOG_WARNING, words)
    return Rejection(Place(line: 0, offset: .max), words)
  }

  private static func text(_ micros: Int64) -> String {
    EventTime(epoch: (Double(micros) / 1_000_000).rounded())?.rfc3339 ?? "\(micros) µs"
  }

  private func reject(_ reason: String) {
    leftOut.skip(reason.split(separator: " ").prefix(3).joined(separator: " "))
    waiting.append((Rejection(Place(line: 0, offset: .max), reason), nil))
  }

  // MARK: the end

  func close() {
    client.close()
    let skipped = interpreter.skipped + leftOut.list
    guard !skipped.isEmpty else { return }
    let list = skipped.prefix(40).map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
    let more = skipped.count > 40 ? ", and \(skipped.count - 40) kinds more" : ""
    host.log(VDT_LOG_INFO, "events left out: \(list)\(more)")
  }

  func wake() { client.wake() }

  func progress(_ progress: inout vdt_progress) { progress.done = heard.load(ordering: .relaxed) }
}
