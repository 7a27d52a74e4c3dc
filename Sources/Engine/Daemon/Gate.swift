/// How much may be under way between a worker thread and the loop.

#if canImport(Glibc)
  import Glibc
#endif

/// A counted bound that threads wait at. `enter` on the producer's thread, `leave` on the loop.
final class Gate: @unchecked Sendable {  // all state lies under `mutex`
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var free: Int
  private var isOpenForAll = false

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

  /// Waits for a place; false if the gate was given up meanwhile.
  func enter() -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while free == 0, !isOpenForAll { pthread_cond_wait(changed, mutex) }
    if isOpenForAll { return false }
    free -= 1
    return true
  }

  /// Takes a place if one is free.
  func tryEnter() -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard free > 0, !isOpenForAll else { return false }
    free -= 1
    return true
  }

  func leave() {
    pthread_mutex_lock(mutex)
    free += 1
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
  }

  /// Lets everybody through with "false": the end.
  func giveUp() {
    pthread_mutex_lock(mutex)
    isOpenForAll = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }
}

/// A flag that one thread sets and another reads.
final class StopFlag: @unchecked Sendable {  // all state lies under `mutex`
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value = false

  init() { pthread_mutex_init(mutex, nil) }
  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  var isSet: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return value
  }

  func set() {
    pthread_mutex_lock(mutex)
    value = true
    pthread_mutex_unlock(mutex)
  }
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
