// Descriptors of other libraries (a capture handle, an inotify) on the loop.

import CLibuv

/// Watches a descriptor that someone else owns, reads and closes; close the poll before the descriptor.
public final class Poll: LoopHandle {
  /// What a descriptor is ready for.
  public struct Events: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    public static let readable = Events(rawValue: Int32(bitPattern: UV_READABLE.rawValue))
    public static let writable = Events(rawValue: Int32(bitPattern: UV_WRITABLE.rawValue))
    public static let disconnect = Events(rawValue: Int32(bitPattern: UV_DISCONNECT.rawValue))
  }

  private var onReady: ((Result<Events, EventLoopError>) -> Void)?

  public init(_ loop: EventLoop, descriptor: Int32) throws(EventLoopError) {
    try super.init(
      loop, uv_poll_t.self, "watch descriptor \(descriptor)", remedy: "plain files cannot be watched"
    ) { uv_poll_init($0, $1, descriptor) }
  }

  /// Calls `ready` whenever the descriptor is ready for one of `events`, as long as it is.
  public func start(
    _ events: Events, _ ready: @escaping (Result<Events, EventLoopError>) -> Void
  ) throws(EventLoopError) {
    try requireOpen("watch a descriptor")
    onReady = ready
    let code = uv_poll_start(
      pointer(uv_poll_t.self), events.rawValue,
      { handle, status, events in
        let result: Result<Events, EventLoopError> =
          status < 0 ? .failure(EventLoopError("watch a descriptor", status)) : .success(Events(rawValue: events))
        Poll.of(handle)?.onReady?(result)
      })
    try EventLoopError.check(code, "watch a descriptor")
    state = .active
  }

  /// Stops it; it can be started again.
  public func stop() {
    guard isOpen else { return }
    uv_poll_stop(pointer(uv_poll_t.self))
    state = .idle
  }

  override func didClose() { onReady = nil }
}
