// What Unix and TCP connections have in common: reading, and writing through a bounded queue.
//
// Unsafe by need. The invariant: at most one write request is under way; the bytes it refers to are `outgoing`, which
// is not touched until its callback. libuv calls back also when the handle is closed under it.

import CLibuv
import Glibc

/// A connection. Writes never block: what the system does not take at once waits in a queue of bounded size, whose
/// length shows a slow reader.
public class Stream: LoopHandle {
  /// What became of a write.
  public enum Written: Sendable, Equatable {
    /// The system has all of it.
    case sent
    /// Some of it waits.
    case queued
    /// Nothing was taken: it would not fit into the queue.
    case full
    /// Nothing was taken: the connection is closed or closing.
    case closed
  }

  /// Bytes at most that wait to be written, beyond those the system has. 8 MiB at first.
  public var maxQueuedBytes = 8 << 20
  /// Called when all that waited has been written.
  public var onDrained: (() -> Void)?
  /// Called once, if writing fails: the connection is of no further use and should be closed.
  public var onWriteError: ((EventLoopError) -> Void)?
  /// Bytes since the beginning.
  public private(set) var bytesRead: UInt64 = 0
  /// Bytes since the beginning that the system has taken.
  public private(set) var bytesWritten: UInt64 = 0

  private var onData: ((UnsafeRawBufferPointer) -> Void)?
  private var onEnd: ((EventLoopError?) -> Void)?
  private var outgoing: UnsafeMutableRawBufferPointer?
  private var pending: [UInt8] = []
  private let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
  private let ending = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
  private var isFinishing = false
  private var hasFailed = false

  deinit {
    outgoing?.deallocate()
    request.deallocate()
    ending.deallocate()
  }

  var stream: UnsafeMutablePointer<uv_stream_t> { pointer(uv_stream_t.self) }

  /// The system's descriptor; −1 if there is none.
  public var descriptor: Int32 {
    var number: Int32 = -1
    return isOpen && uv_fileno(handle, &number) == 0 ? number : -1
  }

  // MARK: Reading

  /// Calls `data` with bytes as they come, valid for the call, and `end` once: nil if the peer ended in order. After
  /// the end the connection can still be written to; closing it is the caller's part.
  public func startReading(
    _ data: @escaping (UnsafeRawBufferPointer) -> Void, end: @escaping (EventLoopError?) -> Void
  ) throws(EventLoopError) {
    try requireOpen("read from a connection")
    onData = data
    onEnd = end
    try resumeReading()
  }

  /// Leaves what the peer sends in the system's buffers, which pushes back on it.
  public func pauseReading() {
    guard isOpen else { return }
    uv_read_stop(stream)
  }

  public func resumeReading() throws(EventLoopError) {
    guard isOpen, onEnd != nil else { return }
    let code = uv_read_start(
      stream,
      { handle, _, buffer in
        guard let handle, let buffer, let data = uv_handle_get_data(handle) else { return }
        let room = Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue().loop.readBuffer
        buffer.pointee = uv_buf_init(room.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(room.count))
      },
      { handle, count, buffer in
        guard let connection = Stream.of(handle) else { return }
        connection.didRead(count, buffer)
      })
    // Reading already is what was asked for.
    if code != UV_EALREADY.rawValue { try EventLoopError.check(code, "read from a connection") }
    state = .active
  }

  private func didRead(_ count: Int, _ buffer: UnsafePointer<uv_buf_t>?) {
    if count > 0 {
      bytesRead &+= UInt64(count)
      onData?(UnsafeRawBufferPointer(start: buffer?.pointee.base, count: count))
    } else if count < 0 {
      uv_read_stop(stream)
      let error = EventLoopError("read from a connection", Int32(count))
      let end = onEnd
      (onData, onEnd) = (nil, nil)
      end?(count == Int(UV_EOF.rawValue) ? nil : error)
    }
  }

  // MARK: Writing

  /// Bytes that wait to be written.
  public var queuedBytes: Int { pending.count &+ (outgoing?.count ?? 0) }

  /// Writes all of `bytes`, or nothing of it.
  @discardableResult
  public func write(_ bytes: UnsafeRawBufferPointer) -> Written {
    guard isOpen, !isFinishing, !hasFailed else { return .closed }
    guard bytes.count > 0 else { return queuedBytes == 0 ? .sent : .queued }
    var rest = bytes
    if queuedBytes == 0 {
      let taken = tryWrite(bytes)
      guard taken >= 0 else { return .closed }
      rest = UnsafeRawBufferPointer(rebasing: bytes[taken...])
      if rest.isEmpty { return .sent }
      // A value of which the system has the beginning must follow whole, whatever its size.
    } else if rest.count > maxQueuedBytes &- queuedBytes {
      return .full
    }
    pending.append(contentsOf: rest)
    sendPending()
    return .queued
  }

  @discardableResult
  public func write(_ bytes: [UInt8]) -> Written { bytes.withUnsafeBytes { write($0) } }

  /// Writes what waits, ends our direction and closes. Nothing more can be written.
  public func finish() {
    guard isOpen, !isFinishing else { return }
    isFinishing = true
    if queuedBytes == 0 { endWriting() }
  }

  /// How much the system takes at once; −1 if it refuses the connection.
  private func tryWrite(_ bytes: UnsafeRawBufferPointer) -> Int {
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    var buffer = uv_buf_init(start, UInt32(clamping: bytes.count))
    let count = uv_try_write(stream, &buffer, 1)
    if count >= 0 {
      bytesWritten &+= UInt64(count)
      return Int(count)
    }
    if count == UV_EAGAIN.rawValue { return 0 }
    fail(count)
    return -1
  }

  private func sendPending() {
    guard outgoing == nil, !pending.isEmpty, isOpen else { return }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: pending.count, alignment: 1)
    bytes.copyBytes(from: pending)
    pending.removeAll(keepingCapacity: pending.capacity <= 1 << 20)
    outgoing = bytes
    var buffer = uv_buf_init(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(clamping: bytes.count))
    let code = uv_write(request, stream, &buffer, 1) { request, status in
      Stream.of(request?.pointee.handle)?.didWrite(status)
    }
    if code < 0 {
      bytes.deallocate()
      outgoing = nil
      fail(code)
    }
  }

  private func didWrite(_ status: Int32) {
    let count = outgoing?.count ?? 0
    outgoing?.deallocate()
    outgoing = nil
    guard status >= 0 else { return fail(status) }
    bytesWritten &+= UInt64(count)
    guard isOpen else { return }
    if !pending.isEmpty {
      sendPending()
    } else if isFinishing {
      endWriting()
    } else {
      onDrained?()
    }
  }

  private func endWriting() {
    let code = uv_shutdown(ending, stream) { request, _ in Stream.of(request?.pointee.handle)?.close() }
    if code < 0 { close() }
  }

  private func fail(_ code: Int32) {
    pending = []
    guard !hasFailed else { return }
    hasFailed = true
    guard isOpen else { return }
    if isFinishing { return close() }
    let report = onWriteError
    onWriteError = nil
    report?(EventLoopError("write to a connection", code))
  }

  override func didClose() {
    pending = []
    (onData, onEnd, onDrained, onWriteError) = (nil, nil, nil, nil)
  }
}
