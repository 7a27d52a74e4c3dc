/// One capture of the daemon: a thread that reads a file or an interface and hands over what it finds.

import Capture
import EventLoop
import Evidence
import Flows
import JSON
import PluginHost

/// What a capture thread hands to the loop.
enum CaptureMessage: Sendable {
  case batch(id: String, WireBatch)
  case progress(id: String, CaptureFigures)
  case ended(id: String, CaptureFigures, error: String?, gaps: [VisibilityGap])
}

struct CaptureFigures: Sendable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  /// Frames that the kernel or the interface dropped.
  var dropped: UInt64 = 0
  /// Batches of records that the loop had no room for (live only; a file waits).
  var recordsDropped: UInt64 = 0
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
  let stop = StopFlag()
  let gate = Gate(CaptureTask.batchesUnderWay)

  /// Batches that may wait for the loop: more make a file wait and count as drops of an interface.
  static let batchesUnderWay = 8

  init(_ order: CaptureOrder) { self.order = order }

  var isOver: Bool { state == .finished || state == .failed }

  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("id", order.id)
    switch order.input {
    case .file(let path): w.member("file", path)
    case .interface(let name): w.member("interface", name)
    }
    w.member("sensor", order.sensor)
    w.member("filter", order.filter)
    w.member("state", state.rawValue)
    w.member("error", error)
    w.member("started", started)
    w.member("ended", ended)
    w.member("packets", figures.packets)
    w.member("bytes", figures.bytes)
    w.member("dropped", figures.dropped)
    w.member("records_dropped", figures.recordsDropped)
    w.endObject()
  }

  /// Starts the thread; false when the system has none to give.
  func start(configuration: Configuration, shelf: PluginShelf, sender: Handover<CaptureMessage>.Sender) -> Bool {
    let thread = CaptureThread(
      order: order, configuration: configuration, shelf: shelf, sender: sender, stop: stop, gate: gate)
    return startThread { thread.run() }
  }
}

/// What runs on the thread.
private struct CaptureThread: Sendable {
  let order: CaptureOrder
  let configuration: Configuration
  let shelf: PluginShelf
  let sender: Handover<CaptureMessage>.Sender
  let stop: StopFlag
  let gate: Gate

  func run() {
    var figures = CaptureFigures()
    var run = SensorRun()
    var failure: String?
    var notes: [String] = []
    let pipeline = PacketPipeline(
      sensor: order.sensor, workers: order.workers, configuration: configuration, shelf: shelf,
      refuse: { notes.append($0) })
    do throws(CaptureError) {
      let reader = try open()
      pipeline.setCapture(reader.name)
      if let filter = order.filter, !filter.isEmpty { try reader.setFilter(filter) }
      try read(reader, pipeline, &figures)
      if reader.counters.dropped &+ reader.counters.interfaceDropped > 0 {
        run.gaps.append(
          VisibilityGap(
            kind: "capture_loss", subject: order.sensor,
            reason:
              "\(reader.counters.dropped) packets were dropped by the kernel, \(reader.counters.interfaceDropped) by the interface"
          ))
      }
    } catch {
      failure = error.description
      run.gaps.append(
        VisibilityGap(
          kind: "capture_incomplete", subject: order.sensor, reason: "the capture ended early: \(error.text)"))
    }
    pipeline.finish { hand(over: $0, &figures, mustWait: true) }
    figures.packets = pipeline.frames
    figures.bytes = pipeline.bytes
    pipeline.count(into: &run, sensor: order.sensor)
    for note in notes { run.gaps.append(VisibilityGap(kind: "plugin_refused", subject: order.sensor, reason: note)) }
    let end = CaptureMessage.ended(id: order.id, figures, error: failure, gaps: run.gaps)
    while !sender.put(end) { if !gate.enter() { return } }
  }

  private func open() throws(CaptureError) -> any CaptureReader {
    switch order.input {
    case .file(let path): return try CaptureFile(path)
    case .interface(let name):
      var options = LiveOptions()
      options.snapLength = order.snapLength
      options.bufferSize = order.bufferSize
      options.filter = order.filter
      return try LiveCapture(name, options: options)
    }
  }

  private func read(
    _ reader: any CaptureReader, _ pipeline: PacketPipeline, _ figures: inout CaptureFigures
  ) throws(CaptureError) {
    var batch: [FrameView] = []
    var reported: UInt64 = 0
    while !stop.isSet {
      let state = try reader.nextBatch(&batch, frameLimit: 1024)
      if state == .end { return }
      var found: [WireBatch] = []
      pipeline.process(batch[...]) { found.append($0) }
      // On an interface time passes without packets too: what timed out is due. A second of grace, for packets still
      // in the kernel's buffer.
      if order.isLive { found.append(pipeline.gatherNow(Timestamp.now().nanoseconds - 1_000_000_000)) }
      for one in found { hand(over: one, &figures, mustWait: !order.isLive) }
      figures.packets = pipeline.frames
      figures.bytes = pipeline.bytes
      figures.dropped = reader.counters.dropped &+ reader.counters.interfaceDropped
      if pipeline.frames &- reported >= 100_000 || order.isLive {
        reported = pipeline.frames
        _ = sender.put(.progress(id: order.id, figures))
      }
    }
  }

  /// A file waits until there is room; an interface cannot, and what there is no room for is counted.
  private func hand(over batch: WireBatch, _ figures: inout CaptureFigures, mustWait: Bool) {
    guard !batch.isEmpty else { return }
    guard mustWait ? gate.enter() : gate.tryEnter() else {
      figures.recordsDropped &+= UInt64(batch.flows.count + batch.transactions.count + batch.anomalies.count)
      return
    }
    if !sender.put(.batch(id: order.id, batch)) {
      gate.leave()
      figures.recordsDropped &+= UInt64(batch.flows.count + batch.transactions.count + batch.anomalies.count)
    }
  }
}
