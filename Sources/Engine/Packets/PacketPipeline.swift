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
/// Frames come in batches. All workers finish a batch before the next one is begun, and what they found is put in order
/// by packet number: any number of workers gives the same.
public final class PacketPipeline {
  private let workers: [PacketWorker]
  private var shares: [[FrameView]]
  private let crew: Crew?
  public private(set) var frames: UInt64 = 0
  public private(set) var bytes: UInt64 = 0
  private var lastTime: Int64 = .min

  init(workers: [PacketWorker]) {
    self.workers = workers
    shares = Array(repeating: [], count: workers.count)
    crew = workers.count > 1 ? Crew(workers) : nil
  }

  deinit { crew?.end() }

  /// The file or interface that the next frames come from.
  public func setCapture(_ name: String) {
    for worker in workers {
      worker.flows.capture = name
      worker.inspector?.capture = name
    }
  }

  /// Processes frames, which need to be readable for the call only. What they bring to light is given to `take`, in
  /// order, each time `stretch` frames of the capture are through.
  func process(_ frames: ArraySlice<FrameView>, take: (WireBatch) -> Void) {
    var rest = frames
    while !rest.isEmpty {
      let room = PacketPipeline.stretch - Int(self.frames % UInt64(PacketPipeline.stretch))
      spread(rest.prefix(room))
      rest = rest.dropFirst(room)
      if self.frames % UInt64(PacketPipeline.stretch) == 0 { take(gather { $0.flows.advance(to: self.lastTime) }) }
    }
  }

  /// How many frames lie between two rounds of gathering: counted over the capture, so that the rounds do not depend on
  /// how the frames came in.
  static let stretch = 4096

  private func spread(_ frames: ArraySlice<FrameView>) {
    note(frames)
    guard let crew else {
      workers[0].process(frames)
      return
    }
    for i in shares.indices { shares[i].removeAll(keepingCapacity: true) }
    let count = workers.count
    for frame in frames {
      shares[FrameDispatch.worker(for: frame.bytes, linkType: frame.linkType, workers: count)].append(frame)
    }
    crew.work(&shares)
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
  func gatherNow(_ now: Int64) -> WireBatch {
    lastTime = max(lastTime, now)
    return gather { $0.flows.advance(to: self.lastTime) }
  }

  /// Closes all flows, in the order in which they began, and gives what that brings to light to `take` in portions, so that
  /// the records of a full table are never all in memory. The portions do not depend on the number of workers.
  func finish(reason: FlowEndReason = .shutdown, take: (WireBatch) -> Void) {
    if lastTime > .min { for worker in workers { worker.flows.advance(to: lastTime) } }
    while true {
      let next = workers.flatMap { $0.flows.nextToClose(PacketPipeline.stretch) }.sorted()
      let bound = next.count > PacketPipeline.stretch ? next[PacketPipeline.stretch - 1] : .last
      take(gather { $0.flows.finish(reason: reason, through: bound) })
      if bound == .last { return }
    }
  }

  private func gather(_ body: (PacketWorker) -> Void) -> WireBatch {
    var batch = WireBatch()
    for worker in workers {
      body(worker)
      batch.append(worker.drain())
    }
    batch.sort()
    return batch
  }

  /// The sum over all workers.
  public var flowCounters: [FlowCounters] { workers.map(\.flows.counters) }
  /// Checksums that were put down to network cards, by interface.
  public var offloading: [ChecksumPolicy.Offloading] {
    ChecksumPolicy.merge(workers.flatMap(\.checksumPolicy.offloading))
  }
  /// Bad checksums that could not be learned from, for want of room.
  public var checksumsUnlearned: UInt64 { workers.reduce(0) { $0 &+ $1.checksumPolicy.unlearned } }
  public var reachedCaps: [ReachedCap] { workers.flatMap(\.flows.reachedCaps) }
  var inspectionCounters: [InspectionCounters] { workers.compactMap { $0.inspector?.counters } }
  /// What dissectors emitted against their own description, by plugin.
  var sinkRefusals: [(plugin: String, refusals: SinkRefusals)] { workers.flatMap { $0.inspector?.sinkRefusals ?? [] } }
}

/// The threads of several workers. Each thread takes its own share of a batch; `work` returns when all are done.
private final class Crew: @unchecked Sendable {  // all mutable state lies under `mutex`, shares are one thread's each
  private let workers: [PacketWorker]
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let begun = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var round: UInt64 = 0
  private var open = 0
  private var isOver = false
  private var shares: UnsafeMutablePointer<[FrameView]>?
  private var threads: [pthread_t] = []
  /// Workers whose thread could not be started: the caller does their part.
  private var orphans: [Int] = []

  init(_ workers: [PacketWorker]) {
    self.workers = workers
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(begun, nil)
    pthread_cond_init(done, nil)
    // The calling thread is worker 0; the others get threads of their own.
    for index in workers.indices.dropFirst() {
      let start = Unmanaged.passRetained(Start(crew: self, index: index))
      var thread = pthread_t()
      let failed = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.crew.run(start.index)
          return nil
        }, start.toOpaque())
      if failed == 0 {
        threads.append(thread)
      } else {
        start.release()
        orphans.append(index)
      }
    }
  }

  private final class Start {
    let crew: Crew
    let index: Int
    init(crew: Crew, index: Int) {
      self.crew = crew
      self.index = index
    }
  }

  deinit {
    for pointer in [begun, done] {
      pthread_cond_destroy(pointer)
      pointer.deallocate()
    }
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Lets each worker process its share.
  func work(_ shares: inout [[FrameView]]) {
    shares.withUnsafeMutableBufferPointer { buffer in
      pthread_mutex_lock(mutex)
      self.shares = buffer.baseAddress
      open = threads.count
      round &+= 1
      pthread_cond_broadcast(begun)
      pthread_mutex_unlock(mutex)
      process(0, buffer.baseAddress)
      for index in orphans { process(index, buffer.baseAddress) }
      pthread_mutex_lock(mutex)
      while open > 0 { pthread_cond_wait(done, mutex) }
      self.shares = nil
      pthread_mutex_unlock(mutex)
    }
  }

  /// Ends the threads; called once, before the last reference goes.
  func end() {
    pthread_mutex_lock(mutex)
    isOver = true
    pthread_cond_broadcast(begun)
    pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  private func process(_ index: Int, _ shares: UnsafeMutablePointer<[FrameView]>?) {
    guard let shares else { return }
    workers[index].process(shares[index][...])
  }

  private func run(_ index: Int) {
    var seen: UInt64 = 0
    while true {
      pthread_mutex_lock(mutex)
      while round == seen, !isOver { pthread_cond_wait(begun, mutex) }
      if isOver {
        pthread_mutex_unlock(mutex)
        return
      }
      seen = round
      let shares = self.shares
      pthread_mutex_unlock(mutex)
      process(index, shares)
      pthread_mutex_lock(mutex)
      open -= 1
      if open == 0 { pthread_cond_signal(done) }
      pthread_mutex_unlock(mutex)
    }
  }
}
