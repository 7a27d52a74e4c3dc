/// A stream of a source of documents: pumps bytes from the descriptor through the interpreter into the host's sink.

import Glibc
import Synchronization
import VedettePluginABI

/// What `create` makes.
final class DocumentInstance {
  let host: UnsafePointer<vdt_host>
  let source: DocumentSource

  init(host: UnsafePointer<vdt_host>, source: DocumentSource) {
    self.host = host
    self.source = source
  }

  func log(_ level: UInt32, _ text: String) { withText(text) { _ = host.pointee.log(host, level, $0) } }
  func fail(_ code: Int32, _ text: String) -> Int32 { withText(text) { host.pointee.fail(host, code, $0) } }
}

/// What `open` makes. `next` and `close` run on the source's thread, `wake` and `progress` on any.
final class DocumentStream {
  /// Bytes of a call that lead to no record are bounded too, so that a call returns now and then.
  private static let bytesOfACall = 8 << 20

  private let instance: DocumentInstance
  private let reader: PieceReader
  private let interpreter: any DocumentInterpreter
  private var queue: OutputQueue
  private var sink: RecordSink?
  private var ended = false
  private var cursor: [UInt8] = []
  private let done = Atomic<UInt64>(0)
  private let total: UInt64

  init(
    instance: DocumentInstance, descriptor: Int32, ahead: [UInt8] = [], interpreter: any DocumentInterpreter,
    from position: OutputQueue.Position
  ) {
    self.instance = instance
    self.interpreter = interpreter
    reader = PieceReader(descriptor: descriptor, start: position.place, ahead: ahead)
    queue = OutputQueue(resuming: position)
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    total = isFile ? UInt64(clamping: status.st_size) : 0
  }

  func next(_ raw: UnsafePointer<vdt_sink>, max: UInt64, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
    let sink = self.sink ?? RecordSink(raw, room: max)
    sink.renew(raw, room: max)
    self.sink = sink
    let status = pump(into: sink, wait: Int32(clamping: wait), &result)
    if let warning = interpreter.takeWarning() { instance.log(UInt32(VDT_LOG_WARNING), warning) }
    cursor = Array(queue.resumption.cursor.utf8)
    result.cursor = cursor.withUnsafeBytes { $0.asBytes }
    done.store(reader.place.offset, ordering: .relaxed)
    return status
  }

  private func pump(into sink: RecordSink, wait: Int32, _ result: inout vdt_next_result) -> Int32 {
    var bytes = 0
    while true {
      queue.drain(into: sink)
      if sink.isFull || !queue.isEmpty || bytes >= Self.bytesOfACall { return VDT_NEXT_OK }
      if ended { return VDT_NEXT_END }
      // What was emitted is handed over before this waits for more.
      switch reader.next(wait: sink.emitted > 0 ? 0 : wait) {
      case .piece(let piece, let place):
        bytes += piece.count
        interpreter.take(piece, at: place, into: &queue)
      case .waiting:
        if sink.emitted > 0 { return VDT_NEXT_OK }
        // Only a pipe is waited for, and that may be filled at any time.
        result.retry_ms = 10
        return VDT_NEXT_IDLE
      case .end:
        interpreter.end(at: reader.place, into: &queue)
        ended = true
      case .failed(let number):
        result.error = UInt32(VDT_FAILED_PERMISSION)
        _ = instance.fail(
          VDT_E_IO, "reading failed at byte \(reader.place.offset) with error number \(number): check the file")
        return VDT_NEXT_FAILED
      }
    }
  }

  func close() {
    let skipped = interpreter.skipped
    guard !skipped.isEmpty else { return }
    let list = skipped.prefix(40).map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
    let more = skipped.count > 40 ? ", and \(skipped.count - 40) kinds more" : ""
    instance.log(UInt32(VDT_LOG_INFO), "left out: \(list)\(more)")
  }

  func wake() { reader.wake() }

  func progress(_ progress: inout vdt_progress) {
    progress.done = done.load(ordering: .relaxed)
    progress.total = total
  }
}
