// What other threads leave for the loop: a queue under a lock, and the bell to ring.

import Glibc
import Synchronization

/// The loop's side of all that may be called from any thread.
final class Inbox: Sendable {
  enum Item: Sendable {
    case closure(@Sendable () -> Void)
    case job(UnownedJob)
    case stop
  }

  private struct State {
    var items: [Item] = []
    var waker: Waker?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let thread = Atomic<UInt>(0)
  /// Made by the first who asks; kept as long as the loop's inbox.
  let executor = Mutex<LoopExecutor?>(nil)

  func open(_ waker: Waker) { state.withLock { $0.waker = waker } }

  func close() {
    state.withLock {
      $0.isClosed = true
      $0.waker = nil
      // Jobs are kept: dropping one would leave its task waiting for ever without a trace.
      $0.items.removeAll { if case .job = $0 { false } else { true } }
    }
  }

  /// False if the loop is closed: the item was not taken.
  @discardableResult
  func submit(_ item: Item) -> Bool {
    let (taken, waker) = state.withLock { state -> (Bool, Waker?) in
      guard !state.isClosed else { return (false, nil) }
      state.items.append(item)
      // Whoever found the queue empty rings; the others know that it has rung.
      return (true, state.items.count == 1 ? state.waker : nil)
    }
    waker?.wake()
    return taken
  }

  func stop() { submit(.stop) }

  func take() -> [Item] {
    state.withLock { state in
      let items = state.items
      state.items = []
      return items
    }
  }

  func setThread(_ id: pthread_t?) { thread.store(id.map { UInt($0) } ?? 0, ordering: .relaxed) }

  var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }
}

/// A loop as other threads may hold it.
public struct Remote: Sendable {
  let inbox: Inbox

  /// Has `work` done on the loop, in the order of submission. False if the loop is closed: it will not be done.
  @discardableResult
  public func submit(_ work: @escaping @Sendable () -> Void) -> Bool { inbox.submit(.closure(work)) }

  /// Makes the loop's `run` return.
  public func stop() { inbox.stop() }

  /// Whether the caller is on the loop's thread.
  public var isCurrent: Bool { inbox.isCurrent }

  /// The loop as an executor of tasks and actors.
  public var executor: LoopExecutor { LoopExecutor.of(inbox) }
}
