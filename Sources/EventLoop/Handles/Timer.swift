// Timers.

import CLibuv

/// A timer, once or repeating.
public final class Timer: LoopHandle {
  private var onFire: (() -> Void)?

  public init(_ loop: EventLoop) throws(EventLoopError) {
    try super.init(loop, uv_timer_t.self, "make a timer", uv_timer_init)
  }

  /// Calls `fire` after so many milliseconds, and, if `every` is not 0, every so many after that. A turn that takes
  /// longer than the interval loses the firings it covers. Starting anew replaces what was set.
  public func start(after: UInt64, every: UInt64 = 0, _ fire: @escaping () -> Void) throws(EventLoopError) {
    try requireOpen("start a timer")
    onFire = fire
    let code = uv_timer_start(
      pointer(uv_timer_t.self),
      { handle in
        guard let timer = Timer.of(handle) else { return }
        if uv_timer_get_repeat(handle) == 0 { timer.state = .idle }
        timer.onFire?()
      }, after, every)
    try EventLoopError.check(code, "start a timer")
    state = .active
  }

  /// Stops it; it can be started again.
  public func stop() {
    guard isOpen else { return }
    uv_timer_stop(pointer(uv_timer_t.self))
    state = .idle
  }

  override func didClose() { onFire = nil }
}
