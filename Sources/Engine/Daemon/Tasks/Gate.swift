/// How much may be under way between a worker thread and the loop, and how a thread hands over.

import EventLoop
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A counted bound that threads wait at. `enter` on the producer's thread, `leave` on the loop.
///
/// Unchecked: `free` is touched under `mutex` only; the mutex and the condition are allocations of their own, which
/// live and stay in place as long as the gate, and are made for being shared.
final class Gate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var free: Int

  init(_ places: Int) {
    free = places
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    changed.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Waits for a place.
  func enter() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while free == 0 { pthread_cond_wait(changed, mutex) }
    free -= 1
  }

  /// Takes a place if one is free.
  func tryEnter() -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard free > 0 else { return false }
    free -= 1
    return true
  }

  func leave() {
    pthread_mutex_lock(mutex)
    free += 1
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
  }
}

/// A thread's way to the loop. The loop leaves the gate once for each message that it has taken in.
struct GatedSender<Message: Sendable>: Sendable {
  let queue: Handover<Message>.Sender
  let gate: Gate

  /// Waits until there is room; false if the loop takes no more.
  func send(_ message: Message) -> Bool {
    gate.enter()
    return put(message)
  }

  /// False if there is no room now, or the loop takes no more.
  func trySend(_ message: Message) -> Bool { gate.tryEnter() && put(message) }

  private func put(_ message: Message) -> Bool {
    if queue.put(message) { return true }
    gate.leave()
    return false
  }
}

/// A flag that is set once, and read by other threads.
final class StopFlag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .acquiring) }

  func set() { value.store(true, ordering: .releasing) }
}

/// Runs a closure on a thread of its own.
/// - Returns: false when the system has no thread to give.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  // Signals are the loop's: threads started here take none.
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let failed = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  if failed != 0 { box.release() }
  return failed == 0
}
