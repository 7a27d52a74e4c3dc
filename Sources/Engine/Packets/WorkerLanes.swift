/// The way of frames to workers on threads of their own: one bounded queue a worker, filled a load at a time.

import Capture
import Evidence
import Flows

#if canImport(Glibc)
  import Glibc
#endif

/// Frames on their way to one worker, and what is to be done when they are through. `frames` is owned by the lane.
private struct FrameLoad {
  static let capacity = 1024
  /// Bytes of frames from which on a load goes on its way: what the processor's cache still has when the worker begins.
  static let fullBytes = 128 << 10
  var frames: UnsafeMutablePointer<FrameView>
  var count = 0
  var bytes = 0
  /// The end of a stretch: the clock is set forward to it, and what was found is handed over.
  var mark: Int64?
  /// Flows to be closed then, up to this one; what that brings to light is handed over.
  var closing: Closing?

  /// The time at which the flows still open are to be listed.
  var listing: Int64?

  struct Closing {
    var reason: FlowEndReason
    var bound: FlowOrder
  }
}

/// One worker's queue. The producer and the worker's thread each hold the lock once a load, never for a frame.
///
/// Unchecked Sendable: all mutable state but the producer's own lies under `mutex`; a load's memory is the producer's from `take` to `send`, then
/// the worker's until the load is free again.
private final class Lane: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var queue: [FrameLoad] = []
  private var free: [FrameLoad]
  private var results: [WireBatch] = []
  /// Empty batches with the room of those that were taken.
  private var spares: [WireBatch] = []
  private var isOver = false
  /// Loads that are through, of all that were sent.
  private var done: UInt64 = 0
  /// The producer's: loads that it sent, and how many of them it knows to be through.
  private(set) var sent: UInt64 = 0
  private var known: UInt64 = 0
  private let memory: UnsafeMutablePointer<FrameView>
  let worker: PacketWorker

  /// How many loads may wait: what a worker may be behind the producer.
  static let depth = 16

  init(_ worker: PacketWorker) {
    self.worker = worker
    let memory = UnsafeMutablePointer<FrameView>.allocate(capacity: Lane.depth * FrameLoad.capacity)
    self.memory = memory
    free = (0..<Lane.depth).map { FrameLoad(frames: memory + $0 * FrameLoad.capacity) }
    queue.reserveCapacity(Lane.depth)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    changed.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    memory.deallocate()
  }

  /// An empty load; waits while all are under way.
  func take() -> FrameLoad {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while free.isEmpty { pthread_cond_wait(changed, mutex) }
    return free.removeLast()
  }

  func send(_ load: FrameLoad) {
    pthread_mutex_lock(mutex)
    queue.append(load)
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
    sent &+= 1
  }

  /// Waits until the worker is through with the first `count` loads that it was sent.
  func wait(for count: UInt64) {
    guard known < count else { return }
    pthread_mutex_lock(mutex)
    while done < count { pthread_cond_wait(changed, mutex) }
    known = done
    pthread_mutex_unlock(mutex)
  }

  /// Waits until the worker has nothing to do. The producer holds `held` loads.
  func settle(holding held: Int) {
    pthread_mutex_lock(mutex)
    while free.count &+ held < Lane.depth { pthread_cond_wait(changed, mutex) }
    pthread_mutex_unlock(mutex)
  }

  /// What the worker found in the oldest stretch that was not yet asked for; waits for it.
  func result() -> WireBatch {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while results.isEmpty { pthread_cond_wait(changed, mutex) }
    return results.removeFirst()
  }

  /// Gives an empty batch back, for its room.
  func giveBack(_ batch: consuming WireBatch) {
    pthread_mutex_lock(mutex)
    spares.append(batch)
    pthread_mutex_unlock(mutex)
  }

  func end() {
    pthread_mutex_lock(mutex)
    isOver = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// The worker's thread.
  func run() {
    while true {
      pthread_mutex_lock(mutex)
      while queue.isEmpty, !isOver { pthread_cond_wait(changed, mutex) }
      guard !queue.isEmpty else {
        pthread_mutex_unlock(mutex)
        return
      }
      var load = queue.removeFirst()
      let isHandedOver = load.mark != nil || load.closing != nil
      var found = isHandedOver ? spares.popLast() ?? WireBatch() : WireBatch()
      pthread_mutex_unlock(mutex)
      worker.process(UnsafeBufferPointer(start: load.frames, count: load.count))
      if let time = load.mark, time > .min { worker.advance(to: time) }
      if let time = load.listing { worker.list(at: time) }
      if let closing = load.closing { worker.finish(reason: closing.reason, through: closing.bound) }
      if isHandedOver { worker.exchange(&found) }
      load.count = 0
      load.bytes = 0
      load.mark = nil
      load.closing = nil
      load.listing = nil
      pthread_mutex_lock(mutex)
      free.append(load)
      done &+= 1
      if isHandedOver { results.append(found) }
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
  }
}

/// Several workers, each with a thread and a queue; the caller spreads frames and takes what was found.
///
/// Between `settle` and the next frame no worker's thread touches its worker: the caller may.
final class WorkerLanes {
  private let lanes: [Lane]
  private var threads: [pthread_t] = []
  /// The load of each lane that the caller is filling.
  private let open: UnsafeMutablePointer<FrameLoad>
  /// Stretches that were marked and whose results were not yet taken.
  private(set) var underWay = 0

  /// How many stretches workers may be behind the caller.
  static let stretchesUnderWay = 3

  /// Nil when the system has no threads to give: then the caller does all work itself.
  init?(_ workers: [PacketWorker]) {
    let lanes = workers.map(Lane.init)
    self.lanes = lanes
    given = [UInt64](repeating: 0, count: Self.buffers * lanes.count)
    open = .allocate(capacity: lanes.count)
    for (index, lane) in lanes.enumerated() { (open + index).initialize(to: lane.take()) }
    for lane in lanes {
      let start = Unmanaged.passRetained(lane)
      var thread = pthread_t()
      let failed = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<Lane>.fromOpaque(argument).takeRetainedValue().run()
          return nil
        }, start.toOpaque())
      guard failed == 0 else {
        start.release()
        end()
        return nil
      }
      threads.append(thread)
    }
  }

  deinit { open.deallocate() }

  /// Puts frames on their ways. They have to stay readable until `settle`, or until ``turn(to:)`` came back to their buffer.
  func spread(_ frames: ArraySlice<FrameView>) {
    let count = lanes.count
    let open = open
    for frame in frames {
      let index = FrameDispatch.worker(for: frame.bytes, linkType: frame.linkType, workers: count)
      let filled = open[index].count
      open[index].frames[filled] = frame
      open[index].count = filled &+ 1
      open[index].bytes &+= frame.bytes.count
      if filled &+ 1 == FrameLoad.capacity || open[index].bytes >= FrameLoad.fullBytes { sendOpen(index) }
    }
  }

  private func sendOpen(_ index: Int) {
    lanes[index].send(open[index])
    open[index] = lanes[index].take()
  }

  /// The buffers that frames lie in, used in turn.
  static let buffers = 16
  /// By buffer and lane: how many loads the lane had been sent, or was about to be, when all frames of the buffer were given.
  private var given: [UInt64]

  /// All frames that were given lie in other buffers than `next`, or are through when this returns.
  func turn(to next: Int) {
    let previous = (next + Self.buffers - 1) % Self.buffers
    for (index, lane) in lanes.enumerated() {
      given[previous * lanes.count + index] = lane.sent &+ (open[index].count > 0 ? 1 : 0)
      let due = given[next * lanes.count + index]
      if due > lane.sent { sendOpen(index) }
      lane.wait(for: due)
    }
  }

  /// Ends a stretch: each worker sets its clock to `time` and hands over what it found so far.
  func mark(_ time: Int64) {
    for index in lanes.indices {
      open[index].mark = time
      sendOpen(index)
    }
    underWay += 1
  }

  /// Has each worker set its clock and list its open flows; they are there after ``settle()``.
  func list(at time: Int64) {
    for index in lanes.indices {
      open[index].listing = time
      sendOpen(index)
    }
  }

  /// Has each worker close its flows up to `bound` and hand over what that brings to light, as at the end of a stretch.
  func close(reason: FlowEndReason, through bound: FlowOrder) {
    for index in lanes.indices {
      open[index].closing = .init(reason: reason, bound: bound)
      sendOpen(index)
    }
    underWay += 1
  }

  /// Adds what all workers found in the oldest stretch under way, unsorted; waits for it. False if there is none.
  func next(_ batch: inout WireBatch) -> Bool {
    guard underWay > 0 else { return false }
    underWay -= 1
    for lane in lanes {
      var part = lane.result()
      batch.take(&part)
      lane.giveBack(part)
    }
    return true
  }

  /// Waits until all frames are processed: they need not be readable any longer, and the workers may be touched.
  func settle() {
    for index in lanes.indices where open[index].count > 0 { sendOpen(index) }
    for lane in lanes { lane.settle(holding: 1) }
  }

  /// Ends the threads, once; what is under way is processed before.
  func end() {
    for lane in lanes { lane.end() }
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }
}
