// The life of a libuv handle, the same for every kind: init → start → close → closed.
//
// Unsafe by need. The invariant: `raw` is an allocation that libuv knows from a successful init until the close
// callback; all that time libuv's data pointer holds a strong reference to this object, so that no callback meets a
// freed one. After it, `raw` is freed with the object and never touched again.

import CLibuv

/// A handle of a loop. It lives until it is closed, whether or not someone still refers to it; the loop closes what is
/// left. All calls belong on the loop's thread.
public class LoopHandle {
  /// Where in its life a handle is.
  public enum State: Sendable, Equatable {
    /// Known to the loop, not doing anything.
    case idle
    /// Its callback may be called.
    case active
    /// Closing has been asked for; no callback but the one for that will come.
    case closing
    /// Gone from the loop.
    case closed
  }

  public internal(set) var state = State.idle
  public unowned let loop: EventLoop
  private let raw: UnsafeMutableRawPointer
  private var closeCallbacks: [() -> Void] = []

  /// Room for a handle of a type, made known to the loop by `initialise`.
  init<Handle>(
    _ loop: EventLoop, _ type: Handle.Type, _ what: String, remedy: String? = nil,
    _ initialise: (UnsafeMutablePointer<uv_loop_t>, UnsafeMutablePointer<Handle>) -> Int32
  ) throws(EventLoopError) {
    self.loop = loop
    let memory = UnsafeMutablePointer<Handle>.allocate(capacity: 1)
    raw = UnsafeMutableRawPointer(memory)
    try EventLoopError.check(initialise(loop.loop, memory), what, remedy: remedy)
    uv_handle_set_data(handle, Unmanaged.passRetained(self).toOpaque())
  }

  deinit { raw.deallocate() }

  /// libuv's handle as one of its types.
  func pointer<Handle>(_ type: Handle.Type) -> UnsafeMutablePointer<Handle> { raw.assumingMemoryBound(to: type) }

  var handle: UnsafeMutablePointer<uv_handle_t> { pointer(uv_handle_t.self) }

  /// The object behind a handle that libuv passes to a callback.
  static func of<Handle>(_ handle: UnsafeMutablePointer<Handle>?) -> Self? {
    guard let handle,
      let data = uv_handle_get_data(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self))
    else { return nil }
    return Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue() as? Self
  }

  /// Whether the handle, while active, keeps the loop running. True at first.
  public var isKeepingAlive: Bool {
    get { isOpen && uv_has_ref(handle) != 0 }
    set {
      guard isOpen else { return }
      if newValue { uv_ref(handle) } else { uv_unref(handle) }
    }
  }

  public var isOpen: Bool { state == .idle || state == .active }

  /// Throws if the handle is closing or closed.
  func requireOpen(_ what: String) throws(EventLoopError) {
    guard isOpen else { throw EventLoopError(what, UV_EINVAL.rawValue, remedy: "the handle is closed") }
  }

  /// Has `then` called when the handle is gone, however that comes about; at once if it is.
  public func whenClosed(_ then: @escaping () -> Void) {
    if state == .closed { then() } else { closeCallbacks.append(then) }
  }

  /// Takes the handle from the loop; `then` is called when it is gone. Closing twice is allowed.
  public func close(_ then: (() -> Void)? = nil) {
    if state == .closed {
      then?()
      return
    }
    if let then { closeCallbacks.append(then) }
    guard isOpen else { return }
    state = .closing
    willClose()
    uv_close(handle) { handle in
      guard let handle, let data = uv_handle_get_data(handle) else { return }
      let object = Unmanaged<LoopHandle>.fromOpaque(data).takeRetainedValue()
      object.state = .closed
      let callbacks = object.closeCallbacks
      object.closeCallbacks = []
      object.didClose()
      for callback in callbacks { callback() }
    }
  }

  /// For what must happen before libuv lets go.
  func willClose() {}

  /// For dropping callbacks, which may hold what holds the handle.
  func didClose() {}
}

@available(*, unavailable)
extension LoopHandle: Sendable {}
