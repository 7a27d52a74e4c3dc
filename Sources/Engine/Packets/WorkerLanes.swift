/// The way of frames to several workers: one bounded queue a worker, filled a load at a time.

import Capture
import Evidence
import Flows

#if canImport(Glibc)
  import Glibc
#endif

/// Several workers and as many threads, of which the caller's is one: it spreads frames, takes what was found, and works
/// itself where it would have to wait (``WorkerPool``).
///
/// Between `settle` and the next frame no thread touches a worker: the caller may.
final class WorkerLanes {
  private let pool: WorkerPool
  private let count: Int
  private var threads: [pthread_t] = []
  /// The load of each lane that is being filled.
  private let open: UnsafeMutablePointer<FrameLoad>
  /// By lane: loads that were sent, and how many of them are known to be through.
  private var sent: [UInt64]
  private var known: [UInt64]
  /// Stretches that were marked and whose results were not yet taken.
  private(set) var underWay = 0

  /// How many stretches workers may be behind the caller.
  static let stretchesUnderWay = 3

  /// Nil when the system has no threads to give: then the caller does all work itself.
  init?(_ workers: [PacketWorker]) {
    count = workers.count
    pool = WorkerPool(workers)
    sent = [UInt64](repeating: 0, count: count)
    known = sent
    given = [UInt64](repeating: 0, count: Self.buffers * count)
    open = .allocate(capacity: count)
    for lane in 0..<count { (open + lane).initialize(to: pool.take(lane)) }
    for _ in 1..<max(count, 2) {
      let start = Unmanaged.passRetained(pool)
      var thread = pthread_t()
      let failed = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<WorkerPool>.fromOpaque(argument).takeRetainedValue().run()
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
    let count = count
    let open = open
    for frame in frames {
      let lane = FrameDispatch.worker(for: frame.bytes, linkType: frame.linkType, workers: count)
      open[lane].add(frame)
      if open[lane].isFull { sendOpen(lane) }
    }
  }

  private func sendOpen(_ lane: Int) {
    pool.send(open[lane], to: lane)
    sent[lane] &+= 1
    open[lane] = pool.take(lane)
  }

  /// The buffers that frames lie in, used in turn.
  static let buffers = 16
  /// By buffer and lane: how many loads the lane had been sent, or was about to be, when all frames of the buffer were given.
  private var given: [UInt64]

  /// All frames that were given lie in other buffers than `next`, or are through when this returns.
  func turn(to next: Int) {
    let previous = (next + Self.buffers - 1) % Self.buffers
    for lane in 0..<count {
      given[previous * count + lane] = sent[lane] &+ (open[lane].isEmpty ? 0 : 1)
      let due = given[next * count + lane]
      if due > sent[lane] { sendOpen(lane) }
      if due > known[lane] { known[lane] = pool.wait(for: due, of: lane) }
    }
  }

  /// Ends a stretch: each worker sets its clock to `time` and hands over what it found so far.
  func mark(_ time: Int64) {
    for lane in 0..<count {
      open[lane].mark = time
      sendOpen(lane)
    }
    underWay += 1
  }

  /// Has each worker set its clock and list its open flows; they are there after ``settle()``.
  func list(at time: Int64) {
    for lane in 0..<count {
      open[lane].listing = time
      sendOpen(lane)
    }
  }

  /// Has each worker close its flows up to `bound` and hand over what that brings to light, as at the end of a stretch.
  func close(reason: FlowEndReason, through bound: FlowOrder) {
    for lane in 0..<count {
      open[lane].closing = .init(reason: reason, bound: bound)
      sendOpen(lane)
    }
    underWay += 1
  }

  /// Adds what all workers found in the oldest stretch under way, unsorted; waits for it. False if there is none.
  func next(_ batch: inout WireBatch) -> Bool {
    guard underWay > 0 else { return false }
    underWay -= 1
    for lane in 0..<count {
      var part = pool.result(lane)
      batch.take(&part)
      pool.giveBack(part, to: lane)
    }
    return true
  }

  /// Waits until all frames are processed: they need not be readable any longer, and the workers may be touched.
  func settle() {
    for lane in 0..<count where !open[lane].isEmpty { sendOpen(lane) }
    pool.settle()
  }

  /// Ends the threads, once; what is under way is processed before.
  func end() {
    pool.end()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }
}
