/// The threads of several packet workers, and what they have to do.

import Capture
import Evidence

#if canImport(Glibc)
  import Glibc
#endif

/// Lanes, one a worker, and the threads that work on them: whoever has nothing else to do takes the next load of a lane that
/// nobody is at. The caller is one of them. While it would have to wait for a lane it works on another, so that so many
/// threads as there are workers keep as many processors busy, and few of them ever sleep.
///
/// A lane's loads are worked on in the order in which they were sent, never two at a time.
///
/// Unchecked Sendable: all mutable state lies under `mutex`. A load's memory is the caller's from `take` to `send`, then that of
/// the thread at work on it until it is free again, and so is the lane's worker.
final class WorkerPool: @unchecked Sendable {
  private struct Lane {
    let worker: PacketWorker
    /// Loads that were sent, the oldest first.
    var queue: [FrameLoad] = []
    var free: [FrameLoad]
    /// Whether a thread is at work on it.
    var isTaken = false
    /// Loads that are through, of all that were sent.
    var done: UInt64 = 0
    var sent: UInt64 = 0
    /// What was found, a stretch each.
    var results: [WireBatch] = []
    /// Empty batches with the room of those that were asked for.
    var spares: [WireBatch] = []

    var isReady: Bool { !isTaken && !queue.isEmpty }
    var isIdle: Bool { !isTaken && queue.isEmpty }
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// A lane has become ready, or all is over: what threads of the pool wait for.
  private let isWork = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// A load is through: what the caller waits for.
  private let isProgress = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let memory: UnsafeMutablePointer<FrameView>
  private var lanes: [Lane]
  private var sleepers = 0
  private var callerWaits = false
  private var isOver = false

  /// How many loads of a lane there are: what a worker may be behind the caller.
  static let depth = 16

  init(_ workers: [PacketWorker]) {
    let memory = UnsafeMutablePointer<FrameView>.allocate(
      capacity: workers.count * Self.depth * FrameLoad.capacity)
    self.memory = memory
    lanes = workers.enumerated().map { index, worker in
      Lane(
        worker: worker,
        free: (0..<Self.depth).map { FrameLoad(frames: memory + (index * Self.depth + $0) * FrameLoad.capacity) })
    }
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(isWork, nil)
    pthread_cond_init(isProgress, nil)
  }

  deinit {
    pthread_cond_destroy(isProgress)
    pthread_cond_destroy(isWork)
    pthread_mutex_destroy(mutex)
    isProgress.deallocate()
    isWork.deallocate()
    mutex.deallocate()
    memory.deallocate()
  }

  // MARK: The caller

  /// An empty load of a lane; waits while all are under way.
  func take(_ lane: Int) -> FrameLoad { wait { $0.lanes[lane].free.popLast() } }

  func send(_ load: FrameLoad, to lane: Int) {
    pthread_mutex_lock(mutex)
    lanes[lane].queue.append(load)
    lanes[lane].sent &+= 1
    if !lanes[lane].isTaken { wakeOne() }
    pthread_mutex_unlock(mutex)
  }

  /// Waits until the first `count` loads that a lane was sent are through. Returns how many are.
  func wait(for count: UInt64, of lane: Int) -> UInt64 {
    wait { $0.lanes[lane].done >= count ? $0.lanes[lane].done : nil }
  }

  /// Waits until all that was sent is through: until something is sent again the workers are the caller's.
  func settle() { wait { $0.lanes.allSatisfy(\.isIdle) ? () : nil } }

  /// What a worker found in the oldest stretch that was not yet asked for; waits for it.
  func result(_ lane: Int) -> WireBatch {
    wait { $0.lanes[lane].results.isEmpty ? nil : $0.lanes[lane].results.removeFirst() }
  }

  /// Gives an empty batch back, for its room.
  func giveBack(_ batch: consuming WireBatch, to lane: Int) {
    pthread_mutex_lock(mutex)
    lanes[lane].spares.append(batch)
    pthread_mutex_unlock(mutex)
  }

  /// Lets the threads of the pool return once they have nothing more to do.
  func end() {
    pthread_mutex_lock(mutex)
    isOver = true
    pthread_cond_broadcast(isWork)
    pthread_mutex_unlock(mutex)
  }

  /// Works on lanes until there is what is waited for.
  private func wait<Found>(_ found: (WorkerPool) -> Found?) -> Found {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = found(self) { return result }
      if let lane = fullestReady {
        work(lane)
        // The caller goes on to other things: what is left of the lane is somebody else's.
        if lanes[lane].isReady { wakeOne() }
      } else {
        callerWaits = true
        pthread_cond_wait(isProgress, mutex)
        callerWaits = false
      }
    }
  }

  // MARK: The other threads

  /// What each of them does until all is over.
  func run() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    var latest = 0
    while true {
      // Rather the lane that it was at: this processor's cache has its flows.
      if lanes[latest].isReady {
        work(latest)
      } else if let lane = fullestReady {
        latest = lane
        work(lane)
      } else if isOver {
        return
      } else {
        sleepers += 1
        pthread_cond_wait(isWork, mutex)
        sleepers -= 1
      }
    }
  }

  // MARK: Under the lock

  private var fullestReady: Int? {
    lanes.indices.filter { lanes[$0].isReady }.max { lanes[$0].queue.count < lanes[$1].queue.count }
  }

  private func wakeOne() {
    if sleepers > 0 { pthread_cond_signal(isWork) }
  }

  /// Works on the next load of a lane that is ready. The lock is let go of meanwhile.
  private func work(_ lane: Int) {
    let load = lanes[lane].queue.removeFirst()
    lanes[lane].isTaken = true
    let worker = lanes[lane].worker
    var found = load.handsOver ? lanes[lane].spares.popLast() ?? WireBatch() : WireBatch()
    pthread_mutex_unlock(mutex)
    load.work(worker)
    if load.handsOver { worker.exchange(&found) }
    pthread_mutex_lock(mutex)
    lanes[lane].isTaken = false
    lanes[lane].free.append(FrameLoad(frames: load.frames))
    lanes[lane].done &+= 1
    if load.handsOver { lanes[lane].results.append(found) }
    if callerWaits { pthread_cond_signal(isProgress) }
  }
}
