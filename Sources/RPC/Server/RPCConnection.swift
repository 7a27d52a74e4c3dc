// A client's socket and its session; what one of them cannot take now, the other is made to wait for.

import EventLoop
import JSON

/// One connection of the server. Belongs to the loop's thread.
final class RPCConnection: EventReader {
  /// Answers and events that wait beyond this hold up reading and further events.
  static let highWater = 1 << 20
  /// Deferred calls under way beyond this hold up reading.
  static let maxPendingCalls = 256

  let session: RPCSession
  private let stream: Stream
  private let hub: EventHub
  private var isPaused = false
  private var isClosing = false
  /// What `gather` has gathered so far; nil outside of it.
  private var gathered: [UInt8]?

  init(_ stream: Stream, _ session: RPCSession, _ hub: EventHub) {
    self.stream = stream
    self.session = session
    self.hub = hub
    // Beyond the high water only what was asked for before reading stopped is still added.
    stream.maxQueuedBytes = 256 << 20
  }

  func start() throws(EventLoopError) {
    session.send = { [unowned self] in write($0) }
    session.backlog = { [unowned self] in stream.queuedBytes &+ (gathered?.count ?? 0) }
    session.end = { [unowned self] in finish() }
    session.onSettled = { [unowned self] in balance() }
    stream.onDrained = { [unowned self] in
      balance()
      hub.resume()
    }
    stream.onWriteError = { [unowned self] _ in close() }
    // Unowned: the server holds the connection until the stream is closed, which drops these closures.
    try stream.startReading { [unowned self] bytes in
      gather { session.receive(bytes) }
      balance()
    } end: { [unowned self] error in
      guard error == nil else { return close() }
      gather { session.receiveEnd() }
      // A client that has said all it has to say may still wait for its answers.
      if session.pendingCalls == 0 { return finish() }
      session.onSettled = { [unowned self] in
        if session.pendingCalls == 0 { finish() }
      }
    }
  }

  /// Sends what `body` writes in as few writes as it can.
  func gather(_ body: () -> Void) {
    guard gathered == nil else { return body() }
    gathered = []
    body()
    let bytes = gathered ?? []
    gathered = nil
    if !bytes.isEmpty { bytes.withUnsafeBytes { write($0) } }
    if isClosing { stream.finish() }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    // A client whose answers fill even this queue has been sending without reading.
    guard gathered != nil, bytes.count < Self.highWater else {
      if let before = gathered, !before.isEmpty {
        gathered = []
        if stream.write(before) == .full { return close() }
      }
      if stream.write(bytes) == .full { close() }
      return
    }
    gathered?.append(contentsOf: bytes)
    if let all = gathered, all.count >= Self.highWater {
      gathered = []
      if stream.write(all) == .full { close() }
    }
  }

  /// Stops reading from a client that does not read, or asks faster than is answered; goes on when it does.
  private func balance() {
    let isOver = stream.queuedBytes > Self.highWater || session.pendingCalls > Self.maxPendingCalls
    if isOver, !isPaused {
      isPaused = true
      stream.pauseReading()
    } else if !isOver, isPaused {
      isPaused = false
      do throws(EventLoopError) { try stream.resumeReading() } catch { close() }
    }
  }

  var isReady: Bool {
    !isClosing && stream.isOpen && stream.queuedBytes &+ (gathered?.count ?? 0) < Self.highWater / 4
  }

  func notify(_ json: UnsafeRawBufferPointer) { session.sendFramed(json) }

  /// Ends once what was written is out.
  func finish() {
    guard !isClosing else { return }
    isClosing = true
    hub.forget(self)
    if gathered == nil { stream.finish() }
  }

  /// Ends now.
  func close() {
    isClosing = true
    hub.forget(self)
    stream.close()
  }
}
