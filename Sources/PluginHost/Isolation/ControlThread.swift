/// The thread of the child process that hears its host while a call is under way.

import Synchronization
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

/// What the host says beside the lane, a byte each.
enum ControlMessage {
  static let wake = UInt8(ascii: "w")
  static let progress = UInt8(ascii: "p")
}

/// The answer to a question for progress.
struct ControlProgress: BitwiseCopyable {
  var status: Int32 = VDT_E_UNSUPPORTED
  var pad: UInt32 = 0
  var done: UInt64 = 0
  var total: UInt64 = 0
}

/// Ends the process when the host has let go of it, or is no more; passes wake and progress on to the stream that is open.
final class ControlThread: Sendable {
  private let descriptor: Int32
  /// A stream and its table: pointers into the plugin, which take calls from any thread.
  private struct Watched: @unchecked Sendable {
    var stream: OpaquePointer
    var table: vdt_source
  }
  private let watched = Mutex<Watched?>(nil)

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Which stream is meant from now on. Waits for a call on the old one to return: none comes once it is being closed.
  func watch(_ stream: OpaquePointer?, _ table: vdt_source) {
    let next = stream.map { Watched(stream: $0, table: table) }
    watched.withLock { $0 = next }
  }

  func start() -> Bool {
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<ControlThread>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, me.toOpaque())
    if status != 0 { me.release() }
    return status == 0
  }

  private func run() {
    var byte: UInt8 = 0
    while true {
      let count = recv(descriptor, &byte, 1, 0)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { _exit(0) }
      switch byte {
      case ControlMessage.wake: watched.withLock { if let w = $0 { _ = w.table.wake?(w.stream) } }
      case ControlMessage.progress: tell(watched.withLock { $0.map(Self.progress) ?? ControlProgress() })
      default: break
      }
    }
  }

  private static func progress(_ watched: Watched) -> ControlProgress {
    var progress = vdt_progress()
    progress.size = UInt32(MemoryLayout<vdt_progress>.size)
    let status = watched.table.progress?(watched.stream, &progress) ?? VDT_E_UNSUPPORTED
    return ControlProgress(status: status, done: progress.done, total: progress.total)
  }

  private func tell(_ progress: ControlProgress) {
    var progress = progress
    _ = send(descriptor, &progress, MemoryLayout<ControlProgress>.size, Int32(MSG_NOSIGNAL))
  }
}

extension HostingChild {
  /// Makes a waiting next return soon. Any thread.
  func wake() {
    var byte = ControlMessage.wake
    _ = send(control, &byte, 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  /// How far the stream is; nil where the child does not say it soon. Any thread, one at a time.
  func progress() -> (done: UInt64, total: UInt64)? {
    var byte = ControlMessage.progress
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    guard send(control, &byte, 1, flags) == 1 else { return nil }
    var wanted = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
    guard poll(&wanted, 1, 200) == 1 else { return nil }
    var answer = ControlProgress()
    let size = MemoryLayout<ControlProgress>.size
    guard recv(control, &answer, size, Int32(MSG_DONTWAIT)) == size, answer.status >= 0 else { return nil }
    return (answer.done, answer.total)
  }
}
