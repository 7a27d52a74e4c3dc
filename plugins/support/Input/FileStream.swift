/// A stream over a file or a pipe: pumps what its input gives into the host's sink.

import Synchronization
import VedettePluginABI

/// What is read, in pieces of its own kind, and made into records. One thread at a time, but `wake`.
protocol StreamInput: AnyObject {
  /// Pieces that lead to no record are bounded too, so that a call returns now and then: their most of a call.
  static var mostOfACall: Int { get }
  /// What is read over, in the log's words.
  static var skippedWords: String { get }
  /// Behind what was read.
  var place: Place { get }
  /// In bytes, 0 where that is not known.
  var total: UInt64 { get }
  /// Where a restart goes on.
  var cursor: String { get }
  /// Nothing waits for room in the sink.
  var isDrained: Bool { get }
  var skipped: [(kind: String, count: UInt64)] { get }
  func takeWarning() -> String?
  /// Puts what waits into the sink until that is full.
  func drain(into sink: RecordSink)
  /// Takes what comes next; waits at most `wait` milliseconds for it.
  func take(wait: Int32, into sink: RecordSink) -> StreamStep
  func wake()
}

enum StreamStep {
  /// So much of what is counted against `mostOfACall`.
  case taken(Int)
  /// Nothing came.
  case waiting
  case end
  /// An error number of the system.
  case failed(Int32)
}

final class FileStream<Input: StreamInput>: SourceStream {
  private let host: SourceHost
  private let input: Input
  private var ended = false
  private var cursor: [UInt8] = []
  private let done = Atomic<UInt64>(0)

  init(_ input: Input, of host: SourceHost) {
    self.host = host
    self.input = input
  }

  func next(into sink: RecordSink, wait: UInt64, _ result: inout vdt_next_result) -> Int32 {
    let status = pump(into: sink, wait: Int32(clamping: wait), &result)
    if let warning = input.takeWarning() { host.log(VDT_LOG_WARNING, warning) }
    cursor = Array(input.cursor.utf8)
    result.cursor = cursor.withUnsafeBytes { $0.asBytes }
    done.store(input.place.offset, ordering: .relaxed)
    return status
  }

  private func pump(into sink: RecordSink, wait: Int32, _ result: inout vdt_next_result) -> Int32 {
    var taken = 0
    while true {
      input.drain(into: sink)
      if sink.isFull || !input.isDrained || taken >= Input.mostOfACall { return VDT_NEXT_OK }
      if ended { return VDT_NEXT_END }
      // What was emitted is handed over before this waits for more.
      switch input.take(wait: sink.emitted > 0 ? 0 : wait, into: sink) {
      case .taken(let amount): taken += amount
      case .waiting:
        if sink.emitted > 0 { return VDT_NEXT_OK }
        // Only a pipe is waited for, and that may be filled at any time.
        result.retry_ms = 10
        return VDT_NEXT_IDLE
      case .end: ended = true
      case .failed(let number):
        result.error = UInt32(VDT_FAILED_PERMISSION)
        _ = host.fail(
          VDT_E_IO, "reading failed at byte \(input.place.offset) with error number \(number): check the file")
        return VDT_NEXT_FAILED
      }
    }
  }

  func close() {
    let skipped = input.skipped
    guard !skipped.isEmpty else { return }
    let list = skipped.prefix(40).map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
    let more = skipped.count > 40 ? ", and \(skipped.count - 40) kinds more" : ""
    host.log(VDT_LOG_INFO, "\(Input.skippedWords): \(list)\(more)")
  }

  func wake() { input.wake() }

  func progress(_ progress: inout vdt_progress) {
    progress.done = done.load(ordering: .relaxed)
    progress.total = input.total
  }
}
