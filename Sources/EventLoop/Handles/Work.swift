// Work that would hold the loop up: done on libuv's threads, its result brought back.
//
// Unsafe by need. The invariant: the request and the object behind its data pointer live until the after-work
// callback, which libuv calls exactly once, also when the work was cancelled.

import CLibuv

extension EventLoop {
  private final class Pending<Value: Sendable>: AnyWork {
    let work: @Sendable () -> Value
    let then: (Value) -> Void
    var value: Value?

    init(_ work: @escaping @Sendable () -> Value, _ then: @escaping (Value) -> Void) {
      self.work = work
      self.then = then
    }

    override func perform() { value = work() }

    override func finish() {
      if let value { then(value) }
    }
  }

  /// Does `work` on one of libuv's threads (four, unless UV_THREADPOOL_SIZE says otherwise), and calls `then` with its
  /// result on the loop.
  public func offload<Value: Sendable>(
    _ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void
  ) throws(EventLoopError) {
    let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    let pending = Unmanaged<AnyWork>.passRetained(Pending(work, then))
    request.initialize(to: uv_work_t())
    request.pointee.data = pending.toOpaque()
    let code = uv_queue_work(
      loop, request,
      { request in
        guard let data = request?.pointee.data else { return }
        Unmanaged<AnyWork>.fromOpaque(data).takeUnretainedValue().perform()
      },
      { request, _ in
        guard let request, let data = request.pointee.data else { return }
        let pending = Unmanaged<AnyWork>.fromOpaque(data).takeRetainedValue()
        request.deallocate()
        pending.finish()
      })
    if code < 0 {
      pending.release()
      request.deallocate()
      throw EventLoopError("start work off the loop", code)
    }
  }
}

/// Passed from the loop's thread to a worker and back by libuv, which orders the accesses; never shared.
private class AnyWork {
  func perform() {}
  func finish() {}
}
