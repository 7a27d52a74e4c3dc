// The one thing of libuv that other threads may touch, and the queue that goes with it.
//
// Unsafe by need. The invariant: the pointer in a Waker is that of an open uv_async_t; it is taken out, under the same
// lock under which it is used, before the handle begins to close.

import CLibuv
import Synchronization

/// Rings for the loop; from any thread. Several rings before the loop turns are one.
public final class Waker: Sendable {
  // The address, for a pointer is not Sendable; 0 when the handle is closed.
  private let address: Mutex<UInt>

  init(_ async: UnsafeMutablePointer<uv_async_t>) { address = Mutex(UInt(bitPattern: async)) }

  public func wake() {
    address.withLock { address in
      guard let async = UnsafeMutablePointer<uv_async_t>(bitPattern: address) else { return }
      uv_async_send(async)
    }
  }

  func silence() { address.withLock { $0 = 0 } }
}

/// Calls back on the loop after another thread has rung its waker.
public final class AsyncWake: LoopHandle {
  /// Called on the loop after a ring.
  public var onWake: (() -> Void)?
  private var ringing: Waker?

  public init(_ loop: EventLoop, _ wake: (() -> Void)? = nil) throws(EventLoopError) {
    try super.init(loop, uv_async_t.self, "make a wake-up handle") { loop, async in
      uv_async_init(loop, async) { handle in AsyncWake.of(handle)?.onWake?() }
    }
    onWake = wake
    ringing = Waker(pointer(uv_async_t.self))
    state = .active
  }

  /// What other threads hold.
  public var waker: Waker {
    if let ringing { return ringing }
    let made = Waker(pointer(uv_async_t.self))
    if !isOpen { made.silence() }
    ringing = made
    return made
  }

  override func willClose() { ringing?.silence() }

  override func didClose() { onWake = nil }
}

/// A bounded queue from any threads to the loop: many elements, one wake-up, one batch.
///
///     let queue = try Handover<FlowRecord>(loop, limit: 100_000) { batch in … }
///     // on a worker:
///     if !queue.sender.put(contentsOf: records) { /* full: wait, or count a drop */ }
public final class Handover<Element: Sendable> {
  /// The threads' side.
  public final class Sender: Sendable {
    private struct State {
      var elements: [Element] = []
      var isOpen = true
    }

    private let state = Mutex(State())
    private let waker: Waker
    /// Elements at most that wait for the loop.
    public let limit: Int

    init(_ waker: Waker, limit: Int) {
      self.waker = waker
      self.limit = limit
    }

    /// Leaves an element for the loop; false, and nothing is taken, if the queue is full or closed.
    public func put(_ element: Element) -> Bool { put(contentsOf: CollectionOfOne(element)) }

    /// Leaves all of a batch, or nothing: false if it does not fit or the queue is closed. A batch larger than the
    /// limit fits into an empty queue only.
    public func put(contentsOf batch: some Collection<Element>) -> Bool {
      guard !batch.isEmpty else { return true }
      let (taken, first) = state.withLock { state in
        let before = state.elements.count
        guard state.isOpen, before == 0 || before &+ batch.count <= limit else { return (false, false) }
        state.elements.append(contentsOf: batch)
        return (true, before == 0)
      }
      if first { waker.wake() }
      return taken
    }

    /// Elements that wait.
    public var count: Int { state.withLock { $0.elements.count } }

    func take() -> [Element] {
      state.withLock { state in
        let elements = state.elements
        state.elements = []
        return elements
      }
    }

    func close() { state.withLock { $0.isOpen = false } }
  }

  public let sender: Sender
  private let async: AsyncWake

  /// A queue of at most `limit` elements whose batches are given to `receive` on the loop, never empty, in order.
  public init(_ loop: EventLoop, limit: Int, _ receive: @escaping ([Element]) -> Void) throws(EventLoopError) {
    async = try AsyncWake(loop)
    let sender = Sender(async.waker, limit: limit)
    self.sender = sender
    async.onWake = {
      let batch = sender.take()
      if !batch.isEmpty { receive(batch) }
    }
  }

  /// Whether the queue keeps the loop running. True at first.
  public var isKeepingAlive: Bool {
    get { async.isKeepingAlive }
    set { async.isKeepingAlive = newValue }
  }

  /// Takes no more. What waits is returned, for nothing shall be lost unseen.
  public func close() -> [Element] {
    sender.close()
    async.close()
    return sender.take()
  }
}
