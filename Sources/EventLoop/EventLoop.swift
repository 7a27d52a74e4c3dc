// The one loop of the main thread: control, timers, hand-over from the workers.
//
// Unsafe by need. The invariant: `loop` is an allocation of its own from init to close; libuv is only called on the
// thread that runs the loop (or before it runs), except for uv_async_send, which goes through a Waker.

import CLibuv
import Glibc
import Synchronization

/// A libuv loop.
///
///     let loop = try EventLoop()
///     let timer = try Timer(loop)
///     try timer.start(after: 1_000) { loop.stop() }
///     try loop.run()
///     loop.close()
///
/// All of a loop belongs to the thread that runs it; `submit`, `stop` and the executor's part may be called from any.
/// Handles (timers, sockets …) live until they are closed, or the loop is.
public final class EventLoop {
  let loop: UnsafeMutablePointer<uv_loop_t>
  /// What any thread may hand over, and how it wakes the loop.
  let inbox: Inbox
  private var async: AsyncWake?
  private var isClosed = false
  /// libuv reads into it and calls back before it reads again, so that one serves all streams.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  /// Makes a loop. The process then ignores SIGPIPE: writing to a peer that has gone is an error, not the end.
  public init() throws(EventLoopError) {
    Glibc.signal(SIGPIPE, SIG_IGN)
    loop = .allocate(capacity: 1)
    inbox = Inbox()
    try EventLoopError.check(uv_loop_init(loop), "set up the event loop", remedy: "raise the limit of open files")
    uv_loop_set_data(loop, Unmanaged.passUnretained(self).toOpaque())
    let async = try AsyncWake(self) { [unowned self] in self.drain() }
    // What is handed over shall wake the loop, not keep it running when there is nothing else.
    async.isKeepingAlive = false
    inbox.open(async.waker)
    self.async = async
  }

  deinit {
    close()
    loop.deallocate()
    readBuffer.deallocate()
  }

  /// Runs until `stop`, or until no handle is active. Work handed over before is done first.
  public func run() throws(EventLoopError) {
    guard !isClosed else { throw EventLoopError("run the event loop", UV_EINVAL.rawValue, remedy: "it is closed") }
    inbox.setThread(pthread_self())
    defer { inbox.setThread(nil) }
    drain()
    _ = uv_run(loop, UV_RUN_DEFAULT)
  }

  /// Runs what is due now, without waiting; true if more is to come.
  @discardableResult
  public func runOnce(waiting: Bool = false) -> Bool {
    guard !isClosed else { return false }
    inbox.setThread(pthread_self())
    defer { inbox.setThread(nil) }
    drain()
    return uv_run(loop, waiting ? UV_RUN_ONCE : UV_RUN_NOWAIT) != 0
  }

  /// Makes `run` return after what it is at; from any thread. A stop before the run ends that run at once.
  public func stop() { inbox.stop() }

  /// Whether the caller is on the thread that runs the loop.
  public var isCurrent: Bool { inbox.isCurrent }

  /// The loop's own clock, milliseconds from an arbitrary start; it stands still within a turn.
  public var now: UInt64 { uv_now(loop) }

  /// Has `work` done on the loop, in the order of submission; from any thread. After close it is dropped.
  public func submit(_ work: @escaping @Sendable () -> Void) { inbox.submit(.closure(work)) }

  /// A handle by which other threads and tasks reach the loop.
  public var remote: Remote { Remote(inbox: inbox) }

  /// Closes every handle that is still open and gives the loop back. Must be called where it was run; at the latest
  /// the end of the last reference does; never from a callback. What was handed over and not done is dropped.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    inbox.close()
    uv_walk(
      loop,
      { handle, _ in
        guard let handle, let data = uv_handle_get_data(handle) else { return }
        Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue().close()
      }, nil)
    uv_run(loop, UV_RUN_DEFAULT)
    async = nil
    let left = uv_loop_close(loop)
    assert(left == 0, "a handle is still open")
  }

  private func drain() {
    for item in inbox.take() {
      switch item {
      case .closure(let work): work()
      case .job(let job): run(job)
      case .stop: uv_stop(loop)
      }
    }
  }

  private func run(_ job: UnownedJob) {
    let executor = LoopExecutor.of(inbox)
    job.runSynchronously(
      isolatedTo: executor.asUnownedSerialExecutor(), taskExecutor: executor.asUnownedTaskExecutor())
  }
}

/// A loop belongs to its thread; `EventLoop.remote` is what others hold.
@available(*, unavailable)
extension EventLoop: Sendable {}
