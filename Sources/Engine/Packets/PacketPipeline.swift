/// The packet half of the engine: frames of one sensor in, wire records out, over one worker or several.

import Capture
import Evidence
import Flows
import Inspection
import Packets
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

/// Spreads the frames of one sensor over its workers and gathers what they find.
///
/// One worker works on the caller's thread; several have as many threads, the caller's among them, which reads ahead of
/// the others. What they found is gathered in stretches of the capture and put in order by packet number: any number of
/// workers gives the same.
public final class PacketPipeline {
  private let workers: [PacketWorker]
  private let lanes: WorkerLanes?
  public private(set) var frames: UInt64 = 0
  public private(set) var bytes: UInt64 = 0
  private var lastTime: Int64 = .min
  /// The batch that is given out again and again, empty in between: its room is used on.
  private var batch = WireBatch()
  private var sorter = WordOrder()

  init(workers: [PacketWorker]) {
    self.workers = workers
    lanes = workers.count > 1 ? WorkerLanes(workers) : nil
  }

  deinit { lanes?.end() }

  /// The file or interface that the next frames come from.
  public func setCapture(_ name: String) {
    lanes?.settle()
    for worker in workers {
      worker.flows.capture = name
      worker.inspector?.capture = name
    }
  }

  /// Has other dissectors asked: about all frames that follow, and none of those that were given.
  /// - Returns: why some of them do not take part.
  func change(to dissectors: DissectorSetting.Value) -> [PluginError] {
    lanes?.settle()
    var refusals: [PluginError] = []
    for (index, worker) in workers.enumerated() {
      let refused = worker.inspector?.change(
        to: dissectors.plugins, throttled: dissectors.throttled, at: lastTime)
      // Every worker has the same plugins: the first one's troubles are everybody's.
      if index == 0 { refusals = refused ?? [] }
    }
    return refusals
  }

  /// How often dissectors' figures are worth asking for (milliseconds): several workers are waited for then.
  var figuresEvery: UInt64 { lanes == nil ? 0 : 1000 }

  /// What each version of a dissector did so far. Waits for the workers.
  var dissectorFigures: [DissectorFigures] {
    lanes?.settle()
    return DissectorFigures.merge(workers.flatMap { $0.inspector?.dissectorFigures ?? [] })
  }

  /// Processes frames. What they bring to light is given to `take`, in order, in stretches of the capture; with several
  /// workers that may be up to three stretches later.
  ///
  /// - Parameter areKept: whether the frames lie in buffers of a reader that ``lend(_:)`` was called with, so that they stay
  ///   readable beyond this call: then workers need not be waited for.
  func process(_ frames: ArraySlice<FrameView>, areKept: Bool = false, take: (WireBatch) -> Void) {
    var rest = frames
    while !rest.isEmpty {
      let room = PacketPipeline.stretch - Int(self.frames % UInt64(PacketPipeline.stretch))
      spread(rest.prefix(room))
      rest = rest.dropFirst(room)
      if self.frames % UInt64(PacketPipeline.stretch) == 0 { endStretch(take) }
    }
    if !areKept { lanes?.settle() }
  }

  /// Waits until no frame that was given is needed any longer.
  func settle() { lanes?.settle() }

  /// How many buffers a reader is to have, so that several workers can be busy while it reads on.
  static func buffers(workers: Int) -> Int { workers > 1 ? WorkerLanes.buffers : 1 }

  /// Lets a reader with so many buffers know when it can use one of them again. Not for two readers at a time.
  func lend(_ reader: CaptureFile) {
    guard let lanes else { return }
    reader.willReuse = { lanes.turn(to: $0) }
  }

  private func endStretch(_ take: (WireBatch) -> Void) {
    guard let lanes else {
      gather(take) { $0.advance(to: self.lastTime) }
      return
    }
    lanes.mark(lastTime)
    if lanes.underWay > WorkerLanes.stretchesUnderWay { takeStretch(take) }
  }

  private func takeStretch(_ take: (WireBatch) -> Void) { give(take) { _ = self.lanes?.next(&$0) } }

  /// Fills the batch, puts it in order and gives it to `take`.
  private func give(_ take: (WireBatch) -> Void, _ fill: (inout WireBatch) -> Void) {
    // Out of its property meanwhile: `take` may call back.
    var batch = WireBatch()
    swap(&batch, &self.batch)
    fill(&batch)
    batch.sort(&sorter)
    take(batch)
    batch.empty()
    self.batch = batch
  }

  /// How many frames lie between two rounds of gathering: counted over the capture, so that the rounds do not depend on
  /// how the frames came in.
  static let stretch = 4096

  private func spread(_ frames: ArraySlice<FrameView>) {
    note(frames)
    if let lanes {
      lanes.spread(frames)
    } else {
      for worker in workers.prefix(1) { worker.process(frames) }
    }
  }

  /// Counts frames and takes note of the time. In locals: each access to a property of a class is checked.
  private func note(_ frames: ArraySlice<FrameView>) {
    var sum: UInt64 = 0
    var last = lastTime
    for frame in frames {
      sum &+= UInt64(frame.bytes.count)
      last = max(last, frame.time)
    }
    self.frames &+= UInt64(frames.count)
    bytes &+= sum
    lastTime = last
  }

  /// What is there now, without waiting for a stretch to be through: for interfaces, whose order of output is that of
  /// arrival anyway.
  /// - Parameter now: the clock, in nanoseconds since 1970.
  func gatherNow(_ now: Int64, take: (WireBatch) -> Void) {
    lastTime = max(lastTime, now)
    gather(take) { $0.advance(to: self.lastTime) }
  }

  /// Closes all flows, in the order in which they began, and gives what that brings to light to `take` in portions, so that
  /// the records of a full table are never all in memory. The portions do not depend on the number of workers.
  func finish(reason: FlowEndReason = .shutdown, take: (WireBatch) -> Void) {
    lanes?.settle()
    while let lanes, lanes.underWay > 0 { takeStretch(take) }
    guard let lanes else { return finishAlone(reason, take) }
    for bound in closingBounds(lanes) {
      lanes.close(reason: reason, through: bound)
      if lanes.underWay > WorkerLanes.stretchesUnderWay { takeStretch(take) }
    }
    while lanes.underWay > 0 { takeStretch(take) }
    lanes.settle()
  }

  /// A lone worker is asked for one portion after the other: a list of all would come on top of a table that is full.
  private func finishAlone(_ reason: FlowEndReason, _ take: (WireBatch) -> Void) {
    if lastTime > .min { for worker in workers { worker.flows.advance(to: lastTime) } }
    var bound: FlowOrder
    repeat {
      bound = workers.first?.flows.boundToClose(PacketPipeline.stretch) ?? .last
      gather(take) { $0.finish(reason: reason, through: bound) }
    } while bound < .last
  }

  /// The last flow of each portion that flows are closed in, ``FlowOrder/last`` at the end.
  private func closingBounds(_ lanes: WorkerLanes) -> [FlowOrder] {
    // A full table takes a while to look through: each worker looks through its own.
    lanes.list(at: lastTime)
    lanes.settle()
    var open: [FlowOrder] = []
    for worker in workers { open += worker.takeList() }
    open.sort()
    let whole = stride(from: PacketPipeline.stretch, to: open.count, by: PacketPipeline.stretch).map { open[$0 - 1] }
    return whole + [.last]
  }

  /// What is there of all stretches so far and what `body` brings to light, without the workers' threads.
  private func gather(_ take: (WireBatch) -> Void, _ body: (PacketWorker) -> Void) {
    lanes?.settle()
    give(take) { batch in
      while let lanes, lanes.next(&batch) {}
      var part = WireBatch()
      for worker in workers {
        body(worker)
        if workers.count == 1 {
          worker.exchange(&batch)
        } else {
          worker.exchange(&part)
          batch.take(&part)
        }
      }
    }
  }

  /// The sum over all workers.
  public var flowCounters: [FlowCounters] { workers.map(\.flows.counters) }
  /// Checksums that were put down to network cards, by interface.
  public var offloading: [ChecksumPolicy.Offloading] {
    ChecksumPolicy.merge(workers.flatMap(\.checksumPolicy.offloading))
  }
  /// Bad checksums that could not be learned from, for want of room.
  public var checksumsUnlearned: UInt64 { workers.reduce(0) { $0 &+ $1.checksumPolicy.unlearned } }
  /// The caps that were reached, each once for all workers.
  public var reachedCaps: [ReachedCap] { ReachedCap.merge(workers.flatMap(\.flows.reachedCaps)) }
  var inspectionCounters: [InspectionCounters] { workers.compactMap { $0.inspector?.counters } }
  /// What became of plugins' processes, by plugin, of all workers that lost one. Waits for the workers.
  var interruptions: [(plugin: String, interruptions: PluginInterruptions)] {
    lanes?.settle()
    var all: [String: PluginInterruptions] = [:]
    for (plugin, lost) in workers.flatMap({ $0.inspector?.interruptions ?? [] }) {
      all[plugin] = all[plugin]?.adding(lost) ?? lost
    }
    return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
  /// What dissectors emitted against their own description, by plugin.
  var sinkRefusals: [(plugin: String, refusals: SinkRefusals)] { workers.flatMap { $0.inspector?.sinkRefusals ?? [] } }
}
