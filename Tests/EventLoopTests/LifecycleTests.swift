import EventLoop
import Glibc
import Synchronization
import Testing

@Suite("The loop and its handles")
struct LifecycleTests {
  @Test("A handle goes from idle to active to closing to closed, and says when it is gone")
  func states() throws {
    let loop = try EventLoop()
    let timer = try Timer(loop)
    #expect(timer.state == .idle)
    try timer.start(after: 0) {}
    #expect(timer.state == .active)
    var closed = 0
    timer.close { closed += 1 }
    timer.close { closed += 1 }
    #expect(timer.state == .closing)
    #expect(throws: EventLoopError.self) { try timer.start(after: 0) {} }
    try loop.run()
    #expect(timer.state == .closed)
    timer.close { closed += 1 }
    #expect(closed == 3)
    loop.close()
  }

  @Test("Closing the loop closes what is open and frees what nobody holds")
  func closeAll() throws {
    final class Witness {}
    weak var witness: Witness?
    weak var forgotten: Timer?
    let loop = try EventLoop()
    do {
      let held = Witness()
      witness = held
      let timer = try Timer(loop)
      forgotten = timer
      try timer.start(after: 1_000_000, every: 1) { _ = held }
    }
    #expect(forgotten != nil)
    loop.close()
    #expect(forgotten == nil)
    #expect(witness == nil)
    loop.close()
    #expect(throws: EventLoopError.self) { try loop.run() }
  }

  @Test("A timer set once fires once, a repeating one until it is stopped")
  func timers() throws {
    let loop = try EventLoop()
    let (once, often) = (try Timer(loop), try Timer(loop))
    var fired: [String] = []
    try once.start(after: 0) { fired.append("once") }
    try often.start(after: 1, every: 1) {
      fired.append("often")
      if fired.count == 4 { often.stop() }
    }
    try loop.run()
    #expect(fired == ["once", "often", "often", "often"])
    #expect(once.state == .idle)
    loop.close()
  }

  @Test("Stop ends the run, from a callback and from another thread")
  func stop() async throws {
    let loop = try EventLoop()
    let endless = try Timer(loop)
    try endless.start(after: 0, every: 1) { loop.stop() }
    try loop.run()
    try endless.start(after: 1_000_000) {}
    let remote = loop.remote
    let thread = Thread { remote.stop() }
    try loop.run()
    thread.join()
    loop.close()
    #expect(remote.submit {} == false)
  }

  @Test("Work from other threads is done on the loop's thread, each thread's in its order")
  func submit() throws {
    let loop = try EventLoop()
    let keep = try Timer(loop)
    try keep.start(after: 1_000_000) {}
    let remote = loop.remote
    let seen = Mutex<[Int: [Int]]>([:])
    let off = Mutex(0)
    let threads = (0..<4).map { number in
      Thread {
        for step in 0..<1000 {
          remote.submit {
            if !remote.isCurrent { off.withLock { $0 += 1 } }
            let total = seen.withLock { seen in
              seen[number, default: []].append(step)
              return seen.values.reduce(0) { $0 + $1.count }
            }
            if total == 4000 { remote.stop() }
          }
        }
      }
    }
    try loop.run()
    for thread in threads { thread.join() }
    #expect(seen.withLock { $0.values.allSatisfy { $0 == Array(0..<1000) } })
    #expect(off.withLock { $0 } == 0)
    loop.close()
  }

  @Test("A full hand-over refuses whole batches, and what it took arrives complete and in order")
  func handover() throws {
    let loop = try EventLoop()
    var received: [Int] = []
    let queue = try Handover<Int>(loop, limit: 10) { received += $0 }
    #expect(queue.sender.put(contentsOf: 0..<8))
    #expect(!queue.sender.put(contentsOf: 8..<11))
    #expect(queue.sender.put(contentsOf: 8..<10))
    #expect(!queue.sender.put(10))
    loop.runOnce(waiting: true)
    #expect(received == Array(0..<10))
    #expect(queue.sender.put(10))
    #expect(queue.close() == [10])
    #expect(!queue.sender.put(11))
    loop.close()
  }

  actor Ledger {
    let executor: LoopExecutor
    let remote: Remote
    var entries: [Bool] = []
    init(_ remote: Remote) { (self.remote, executor) = (remote, remote.executor) }
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    func enter() { entries.append(remote.isCurrent) }
  }

  @Test("Actors and tasks run on the loop's thread when it is their executor")
  func executor() throws {
    let loop = try EventLoop()
    let keep = try Timer(loop)
    try keep.start(after: 1_000_000) {}
    let remote = loop.remote
    let ledger = Ledger(remote)
    let result = Mutex<[Bool]>([])
    Task(executorPreference: remote.executor) {
      let before = remote.isCurrent
      for _ in 0..<100 { await ledger.enter() }
      await Task.yield()
      let entries = await ledger.entries
      result.withLock { $0 = entries + [before, remote.isCurrent] }
      remote.stop()
    }
    try loop.run()
    #expect(result.withLock { $0 } == Array(repeating: true, count: 102))
    loop.close()
  }

  @Test("Work off the loop comes back onto it")
  func offload() throws {
    let loop = try EventLoop()
    let remote = loop.remote
    var answer: (value: Int, wasOff: Bool, isOn: Bool)?
    try loop.offload {
      ((1...100).reduce(0, +), !remote.isCurrent)
    } then: { value, wasOff in
      answer = (value, wasOff, remote.isCurrent)
    }
    try loop.run()
    #expect(answer?.value == 5050)
    #expect(answer?.wasOff == true)
    #expect(answer?.isOn == true)
    loop.close()
  }

  @Test("A signal is a turn of the loop")
  func signal() throws {
    let loop = try EventLoop()
    let watch = try Signal(loop)
    var received = 0
    try watch.start(SIGUSR2) {
      received += 1
      watch.close()
    }
    kill(getpid(), SIGUSR2)
    try loop.run()
    #expect(received == 1)
    loop.close()
  }

  @Test("A descriptor of someone else's is watched")
  func poll() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let loop = try EventLoop()
    let poll = try Poll(loop, descriptor: ends[0])
    var events: [Result<Poll.Events, EventLoopError>] = []
    try poll.start(.readable) {
      events.append($0)
      poll.close()
    }
    #expect(write(ends[1], "x", 1) == 1)
    try loop.run()
    #expect(events == [.success(.readable)])
    loop.close()
    for end in ends { Glibc.close(end) }
    #expect(throws: EventLoopError.self) { try Poll(try EventLoop(), descriptor: 9999) }
  }

  @Test("An error says on one line what was tried, why it failed and what to do")
  func errors() {
    let error = EventLoopError("listen on /x", -ENOENT, remedy: "create the folder")
    #expect("\(error)" == "cannot listen on /x: no such file or directory (ENOENT); create the folder")
  }
}

/// A thread that can be waited for.
final class Thread {
  private var id = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
      &id, nil,
      { box in
        if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
        return nil
      }, box)
  }

  func join() { pthread_join(id, nil) }
}
