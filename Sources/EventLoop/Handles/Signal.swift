// Signals, delivered as turns of the loop.

import CLibuv
import Glibc

/// A signal that is received on the loop. While one is active for a signal, the signal's default action is off.
public final class Signal: LoopHandle {
  private var onSignal: (() -> Void)?

  public init(_ loop: EventLoop) throws(EventLoopError) {
    try super.init(loop, uv_signal_t.self, "watch for signals", uv_signal_init)
  }

  /// Calls `receive` each time the signal (`SIGINT`, `SIGTERM`, `SIGHUP` …) arrives.
  public func start(_ number: Int32, _ receive: @escaping () -> Void) throws(EventLoopError) {
    try requireOpen("watch for signal \(number)")
    onSignal = receive
    let code = uv_signal_start(
      pointer(uv_signal_t.self), { handle, _ in Signal.of(handle)?.onSignal?() }, number)
    try EventLoopError.check(code, "watch for signal \(number)")
    // Whoever started this process may have left it blocked (a thread of a pool does); then it would never arrive.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    state = .active
  }

  /// Stops it; the signal has its default action again.
  public func stop() {
    guard isOpen else { return }
    uv_signal_stop(pointer(uv_signal_t.self))
    state = .idle
  }

  override func didClose() { onSignal = nil }
}
