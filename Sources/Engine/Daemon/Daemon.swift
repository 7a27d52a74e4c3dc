/// The engine as a daemon: captures and sources on threads of their own, reasoning and control on one libuv loop.

import EventLoop
import Evidence
import JSON
import Logging
import PluginHost
import RPC
import Store

#if canImport(Glibc)
  import Glibc
#endif

/// Why the daemon could not start, or ended.
public struct DaemonError: Error, Sendable, CustomStringConvertible {
  public var description: String
  public init(_ text: String) { description = text }
}

/// Owns the loop and everything on it. Made, run and ended on one thread.
///
///     let daemon = try Daemon(configuration)
///     try daemon.run()        // until engine.shutdown, SIGTERM or SIGINT
public final class Daemon {
  let configuration: Configuration
  let loop: EventLoop
  let store: Store
  let shelf: PluginShelf
  let methods: MethodTable
  let server: RPCServer
  let log: Logger
  let started = Timestamp.now()

  var roster: Roster
  let investigation: Investigation
  var captures: [CaptureTask] = []
  var sources: [SourceTask] = []
  var statistics = AnalysisStatistics()
  var isStopping = false

  private var captureQueue: Handover<CaptureMessage>?
  private var sourceQueue: Handover<SourceMessage>?
  private var handles: [LoopHandle] = []
  /// Whether evidence came since the last conclusion.
  private var isDirty = false
  /// When the next conclusion may be drawn, by the loop's clock (milliseconds): reasoning takes a fifth of the time.
  private var nextConclusion: UInt64 = 0
  /// What was last told of each signal and case, to tell only what is new.
  private var told: [String: UInt64] = [:]
  var lastConclusion = Conclusion()

  public init(_ configuration: Configuration, log: Logger = Logger(label: "vedette")) throws(DaemonError) {
    self.configuration = configuration
    self.log = log
    do {
      let path = configuration.text("store.path")
      store = try Store(path: path.isEmpty ? "/var/lib/vedette/vedette.db" : path)
      loop = try EventLoop()
      shelf = PluginShelf.load(.standard(configured: configuration.texts("plugins.path")))
      methods = MethodTable(contract: try Contract.vedette())
      server = try RPCServer(loop, methods: methods, options: RPCServer.Options(configuration), logger: log)
    } catch {
      throw DaemonError("\(error)")
    }
    for refusal in shelf.refusals { log.warning("\(refusal)") }
    roster = try Daemon.readRoster(configuration, log)
    investigation = Investigation(roster: roster, configuration: configuration, expectsLateEvents: true)
    try readPast()
  }

  /// Runs the loop until it is told to stop.
  public func run() throws(DaemonError) {
    do throws(EventLoopError) {
      let captureQueue = try Handover<CaptureMessage>(loop, limit: 1 << 16) { [unowned self] messages in
        for message in messages { take(message) }
      }
      let sourceQueue = try Handover<SourceMessage>(loop, limit: 1 << 16) { [unowned self] messages in
        for message in messages { take(message) }
      }
      self.captureQueue = captureQueue
      self.sourceQueue = sourceQueue
      try startTimers()
      for number in [SIGTERM, SIGINT] {
        let signal = try ProcessSignal(loop)
        try signal.start(number) { [unowned self] in stop("signal \(number)") }
        handles.append(signal)
      }
    } catch {
      throw DaemonError("\(error)")
    }
    registerMethods()
    do {
      try listen()
    } catch {
      throw DaemonError("\(error)")
    }
    startConfigured()
    log.info("ready", metadata: ["captures": "\(captures.count)", "sources": "\(sources.count)"])
    do throws(EventLoopError) { try loop.run() } catch { throw DaemonError("\(error)") }
    log.info("stopped")
  }

  /// Stops captures and sources, draws the last conclusion and ends the loop.
  func stop(_ why: String) {
    guard !isStopping else { return }
    isStopping = true
    log.info("stopping", metadata: ["why": "\(why)"])
    for task in captures where !task.isOver {
      task.state = .stopping
      task.stop.set()
    }
    for task in sources where !task.isOver {
      task.state = .stopping
      task.stop.set()
    }
    endIfQuiet()
  }

  /// Once stopping, ends the loop when the last thread has handed over what it had.
  private func endIfQuiet() {
    guard isStopping, captures.allSatisfy(\.isOver), sources.allSatisfy(\.isOver) else { return }
    conclude()
    server.stop()
    for handle in handles { handle.close() }
    _ = captureQueue?.close()
    _ = sourceQueue?.close()
    loop.stop()
  }

  // MARK: what threads hand over

  private func take(_ message: CaptureMessage) {
    switch message {
    case .batch(let id, let batch):
      take(batch)
      captures.first { $0.order.id == id }?.gate.leave()
    case .progress(let id, let figures):
      guard let task = captures.first(where: { $0.order.id == id }) else { return }
      task.figures = figures
      if task.state == .starting { task.state = .running }
    case .gap(let gap):
      investigation.add(gap)
      isDirty = true
    case .ended(let id, let figures, let error, let gaps):
      guard let task = captures.first(where: { $0.order.id == id }) else { return }
      task.figures = figures
      task.ended = .now()
      task.error = error
      task.state = error == nil ? .finished : .failed
      statistics.frames &+= figures.packets
      statistics.bytes &+= figures.bytes
      for gap in gaps { investigation.add(gap) }
      isDirty = true
      nextConclusion = 0
      conclude()
      publish("capture") { task.write(to: &$0) }
      log.info("capture ended", metadata: ["id": "\(id)", "error": "\(error ?? "none")"])
      endIfQuiet()
    }
  }

  private func take(_ batch: WireBatch) {
    for anomaly in batch.anomalies {
      investigation.observe(anomaly)
      statistics.anomalies &+= anomaly.count
      publish("anomaly") { anomaly.write(to: &$0) }
    }
    for transaction in batch.transactions { publish("transaction") { transaction.write(to: &$0) } }
    for flow in batch.flows {
      investigation.observe(flow)
      publish("flow") { flow.write(to: &$0) }
    }
    statistics.flows &+= UInt64(batch.flows.count)
    statistics.transactions &+= UInt64(batch.transactions.count)
    let rows =
      batch.anomalies.map(StoredRow.init) + batch.transactions.map(StoredRow.init) + batch.flows.map(StoredRow.init)
    keep(rows)
    isDirty = true
  }

  private func take(_ message: SourceMessage) {
    switch message {
    case .batch(let name, let batch):
      guard let task = sources.first(where: { $0.name == name }) else { return }
      accept(batch.observations, cursor: batch.cursor.map { (name, $0) })
      task.records &+= UInt64(batch.observations.count)
      task.rejected &+= UInt64(batch.rejects.count)
      statistics.rejects &+= UInt64(batch.rejects.count)
      task.lastRejects = Array((task.lastRejects + batch.rejects.map(\.description)).suffix(5))
      if task.state != .stopping {
        if case .idle = batch.status { task.state = .idle } else { task.state = .running }
      }
      task.gate.leave()
    case .ended(let name, let error):
      guard let task = sources.first(where: { $0.name == name }) else { return }
      task.error = error
      task.state = error == nil ? .finished : .failed
      if let error {
        investigation.add(VisibilityGap(kind: "source_failed", subject: name, reason: "\(name) failed: \(error)"))
      }
      isDirty = true
      publish("source") { task.write(to: &$0) }
      endIfQuiet()
    }
  }

  /// Stores observations and reasons over those that are new.
  /// - Returns: for each whether it was new.
  @discardableResult
  func accept(_ observations: [Observation], cursor: (source: String, value: [UInt8])? = nil) -> [Bool] {
    guard !observations.isEmpty || cursor != nil else { return [] }
    let new: [Bool]
    do throws(StoreError) {
      new = try store.write(observations.map(StoredRow.init), cursor: cursor)
    } catch {
      log.error("\(error)")
      statistics.counters["store_failures", default: 0] &+= 1
      return observations.map { _ in false }
    }
    for (observation, isNew) in zip(observations, new) where isNew {
      investigation.observe(observation)
      publish(observation.kind.rawValue) { observation.write(to: &$0) }
      statistics.observations &+= 1
      isDirty = true
    }
    return new
  }

  private func keep(_ rows: [StoredRow]) {
    guard !rows.isEmpty else { return }
    do throws(StoreError) {
      try store.write(rows)
    } catch {
      log.error("\(error)")
      statistics.counters["store_failures", default: 0] &+= 1
      statistics.counters["records_not_stored", default: 0] &+= UInt64(rows.count)
    }
  }

  // MARK: reasoning

  private func startTimers() throws(EventLoopError) {
    let reasoning = try Timer(loop)
    try reasoning.start(after: 500, every: 500) { [unowned self] in
      if isDirty, loop.now >= nextConclusion { conclude() }
    }
    let upkeep = try Timer(loop)
    try upkeep.start(after: 60_000, every: 3_600_000) { [unowned self] in expire() }
    handles += [reasoning, upkeep]
  }

  /// Reasons over all that is held, stores and tells what is new or changed.
  func conclude() {
    guard isDirty else { return }
    isDirty = false
    let before = loop.now
    let conclusion = investigation.conclude()
    var rows: [StoredRow] = []
    for signal in conclusion.signals where isNews(signal.id, hash(signal)) {
      rows.append(StoredRow(signal))
      publish("signal") { signal.write(to: &$0) }
    }
    var news: [Case] = []
    for one in conclusion.cases where isNews(one.id, hash(one)) {
      news.append(one)
      rows.append(StoredRow(one))
      publish("case") { one.write(to: &$0) }
    }
    keep(rows)
    for one in news { keepPackets(of: one) }
    lastConclusion = conclusion
    statistics.signals = UInt64(conclusion.signals.count)
    statistics.cases = UInt64(conclusion.cases.count)
    let took = max(loop.now, Timestamp.milliseconds) &- before
    nextConclusion = loop.now &+ max(500, min(took &* 4, 60_000))
  }

  private func isNews(_ id: String, _ hash: UInt64) -> Bool {
    if told[id] == hash { return false }
    told[id] = hash
    return true
  }

  private func hash(_ signal: Evidence.Signal) -> UInt64 {
    var h = StableHash()
    h.combine(UInt64(signal.score * 1_000_000))
    h.combine(signal.reason)
    return h.finish()
  }

  private func hash(_ one: Case) -> UInt64 {
    var w = JSONWriter(capacity: 4096)
    one.write(to: &w)
    var h = StableHash()
    h.combine(w.text)
    return h.finish()
  }

  /// Deletes what is older than the retention.
  private func expire() {
    let before = Timestamp.now().advanced(by: -configuration.duration("store.retention"))
    do throws(StoreError) {
      let count = try store.expire(before: before)
      if count > 0 { log.info("expired", metadata: ["records": "\(count)"]) }
    } catch {
      log.error("\(error)")
    }
  }

  func publish(_ topic: String, _ body: (inout JSONWriter) -> Void) { server.publish(topic, body) }

  /// There is something new to reason over.
  func markDirty() { isDirty = true }

  // MARK: starting tasks

  /// Starts a capture; nil and a reason when it cannot.
  func start(_ order: CaptureOrder) -> (task: CaptureTask, isStarted: Bool) {
    let task = CaptureTask(order)
    captures.append(task)
    forgetOldCaptures()
    guard let sender = captureQueue?.sender, task.start(configuration: configuration, shelf: shelf, sender: sender)
    else {
      task.state = .failed
      task.error = "the system has no thread to give"
      return (task, false)
    }
    return (task, true)
  }

  /// Ended captures are shown for a while, not for ever.
  private func forgetOldCaptures() {
    let over = captures.filter(\.isOver)
    guard over.count > 1000, let oldest = over.first else { return }
    captures.removeAll { $0 === oldest }
  }

  func start(_ task: SourceTask) -> Bool {
    var cursor: [UInt8] = []
    do throws(StoreError) {
      cursor = try store.cursor(of: task.name) ?? []
    } catch {
      log.error("\(error)")
    }
    sources.append(task)
    guard let sender = sourceQueue?.sender, task.start(shelf: shelf, cursor: cursor, sender: sender, log: log)
    else {
      task.state = .failed
      task.error = "the system has no thread to give"
      return false
    }
    return true
  }
}

extension Timestamp {
  /// A clock in milliseconds that only goes forward, comparable with the loop's.
  fileprivate static var milliseconds: UInt64 {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return UInt64(t.tv_sec) &* 1_000 &+ UInt64(t.tv_nsec) / 1_000_000
  }
}
