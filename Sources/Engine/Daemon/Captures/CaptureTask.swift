/// One capture of the daemon: a thread that reads a file or an interface and hands over what it finds.

import Capture
import EventLoop
import Evidence
import Flows
import Inspection
import JSON
import PluginHost

/// What a capture's threads hand to the loop.
enum CaptureMessage: Sendable {
  /// It is open and its filter is set.
  case opened(id: String)
  case batch(id: String, WireBatch)
  case progress(id: String, CaptureFigures)
  case gap(id: String, VisibilityGap)
  case ended(id: String, CaptureFigures, SensorRun, error: String?)

  var capture: String {
    switch self {
    case .opened(let id), .batch(let id, _), .progress(let id, _), .gap(let id, _), .ended(let id, _, _, _): id
    }
  }
}

struct CaptureFigures: Sendable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  /// Frames that the kernel had no room for; of a file, what it says that its capture lost.
  var dropped: UInt64 = 0
  var interfaceDropped: UInt64 = 0
  /// Records that the loop had no room for (live only; a file waits).
  var recordsDropped: UInt64 = 0
  /// Whether the interface is away, and waited for.
  var isWaiting = false
  /// Which of the filters that were set is applied (`FilterSetting.Value.version`).
  var filterVersion: UInt64 = 0
  /// Which of the dissectors that were set are asked (`DissectorSetting.Value.version`).
  var dissectorVersion: UInt64 = 0
  /// What each version of a dissector did.
  var dissectors: [DissectorFigures] = []
  /// What was wrong with the capture though it was read on, the first few.
  var problems: [String] = []

  static func + (a: CaptureFigures, b: CaptureFigures) -> CaptureFigures {
    var sum = a
    sum.packets &+= b.packets
    sum.bytes &+= b.bytes
    sum.dropped &+= b.dropped
    // All members of a group see the same interface.
    sum.interfaceDropped = max(a.interfaceDropped, b.interfaceDropped)
    sum.recordsDropped &+= b.recordsDropped
    sum.isWaiting = a.isWaiting || b.isWaiting
    sum.problems += b.problems
    sum.filterVersion = min(a.filterVersion, b.filterVersion)
    sum.dissectorVersion = min(a.dissectorVersion, b.dissectorVersion)
    sum.dissectors = DissectorFigures.merge(a.dissectors + b.dissectors)
    return sum
  }
}

/// What a capture is asked to do.
struct CaptureOrder: Sendable {
  enum Input: Sendable, Equatable {
    case file(String)
    case interface(String)
  }
  var id: String
  var input: Input
  var sensor: String
  var filter: String?
  var workers: Int
  var snapLength: Int
  var bufferSize: Int

  var isLive: Bool {
    if case .interface = input { return true }
    return false
  }
}

/// The capture as the loop knows it.
final class CaptureTask {
  enum State: String { case starting, running, stopping, finished, failed }

  let order: CaptureOrder
  let started = Timestamp.now()
  var ended: Timestamp?
  var state = State.starting
  var error: String?
  var figures = CaptureFigures()
  /// Told once it is open, has failed to be, or takes its time.
  let whenStarted = Waiters()
  let stop = StopFlag()
  let filter: FilterSetting
  let gate = Gate(CaptureTask.batchesUnderWay)

  /// Batches that may wait for the loop: more make a file wait and count as drops of an interface.
  static let batchesUnderWay = 8

  init(_ order: CaptureOrder) {
    self.order = order
    filter = FilterSetting(order.filter)
  }

  var isOver: Bool { state == .finished || state == .failed }

  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", order.id)
    switch order.input {
    case .file(let path): w.member("file", path)
    case .interface(let name): w.member("interface", name)
    }
    w.member("sensor", order.sensor)
    let filter = filter.current
    w.member("filter", filter.expression)
    if figures.filterVersion != filter.version, !isOver { w.member("filter_pending", true) }
    w.member("state", state == .running && figures.isWaiting ? "waiting" : state.rawValue)
    w.member("error", error)
    w.member("started", started)
    w.member("ended", ended)
    w.member("packets", figures.packets)
    w.member("bytes", figures.bytes)
    w.member("dropped", figures.dropped)
    w.member("interface_dropped", figures.interfaceDropped)
    w.member("records_dropped", figures.recordsDropped)
    w.list("problems", figures.problems)
    w.endObject()
  }

  /// Starts the first thread, which starts the others; false when the system has none to give.
  func start(configuration: Configuration, dissectors: DissectorSetting, queue: Handover<CaptureMessage>.Sender) -> Bool
  {
    let thread = CaptureThread(
      order: order, configuration: configuration, dissectors: dissectors, loop: GatedSender(queue: queue, gate: gate),
      stop: stop, filter: filter, members: CaptureMembers())
    return startThread { thread.run() }
  }
}
