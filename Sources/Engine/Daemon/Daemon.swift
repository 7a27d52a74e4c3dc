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
  private let lock: StoreLock
  let store: Store
  /// The plugins that may be used now.
  var shelf: PluginShelf
  /// Each load of a plugin, in order of time; of those that are gone only the last ones.
  var loads: [PluginLoad] = []
  /// What each of them may cost.
  let budget: PluginBudget
  /// A file is being looked at, off the loop.
  var isChangingPlugins = false
  /// Who waits until all captures have a setting of the dissectors.
  var waitingForDissectors: [(version: UInt64, waiter: Waiters)] = []
  /// Packets of captures that are not shown any more.
  var packetsForgotten: UInt64 = 0
  /// Which of them captures ask.
  let dissectors: DissectorSetting
  let methods: MethodTable
  let server: RPCServer
  let log: Logger
  let started = Timestamp.now()

  var roster: Roster
  let investigation: Investigation
  var captures: [CaptureTask] = []
  var sources: [SourceTask] = []
  /// Sources that are to take another's place, until they have or have not.
  var swaps: [SourceSwap] = []
  /// Gaps of sources that are not there any more, until they are again.
  var absences: [SourcePlace: SourceAbsence] = [:]
  var sourceCount: UInt64 = 0
  var statistics = AnalysisStatistics()
  var isStopping = false

  var captureQueue: Handover<CaptureMessage>?
  var sourceQueue: Handover<SourceMessage>?
  private var handles: [LoopHandle] = []
  private var hasEnded = false
  var pace = ReasoningPace()
  var ledger = ConclusionLedger()
  /// What was concluded and is not stored yet, by id.
  var unstored: [String: StoredRow] = [:]
  var lastConclusion = Conclusion()
  /// The investigation is lent to a thread that reasons; what touches it waits in `backlog`.
  var isReasoning = false
  var backlog: [() -> Void] = []
  /// Observations of evidence.submit in the backlog, and how many may be there.
  var submittedWaiting = 0
  static let maximumSubmittedWaiting = 100_000
  private var captureCount = 0

  /// How long captures and sources get to hand over what they have when the daemon is told to stop (milliseconds).
  static let stoppingTime: UInt64 = 10_000
  /// How long clients get to read what was written for them (milliseconds).
  static let farewellTime: UInt64 = 2_000
  /// How long whoever starts a capture or source waits to hear whether it could be opened (milliseconds).
  static let openingTime: UInt64 = 2_000

  public init(_ configuration: Configuration, log: Logger = Logger(label: "vedette")) throws(DaemonError) {
    self.configuration = configuration
    self.log = log
    budget = PluginBudget(configuration)
    do {
      let path = try Daemon.storePath(configuration)
      lock = try StoreLock(path)
      store = try Store(path: path)
      loop = try EventLoop()
      shelf = try PluginShelf.load(configuration)
      dissectors = DissectorSetting(shelf.dissectors)
      methods = MethodTable(contract: try Contract.vedette())
      server = try RPCServer(loop, methods: methods, options: RPCServer.Options(configuration), logger: log)
    } catch {
      throw DaemonError("\(error)")
    }
    for refusal in shelf.refusals { log.warning("\(refusal)") }
    roster = try Daemon.readRoster(configuration, store, log)
    investigation = Investigation(roster: roster, configuration: configuration, expectsLateEvents: true)
    notePluginsAtStart()
    noteRosterAtStart()
    try readPast()
  }

  /// Runs the loop until it is told to stop.
  public func run() throws(DaemonError) {
    do throws(EventLoopError) {
      let captureQueue = try Handover<CaptureMessage>(loop, limit: 1 << 16) { [unowned self] messages in
        for message in messages { whenFree { [unowned self] in take(message) } }
      }
      let sourceQueue = try Handover<SourceMessage>(loop, limit: 1 << 16) { [unowned self] messages in
        for message in messages { whenFree { [unowned self] in take(message) } }
      }
      self.captureQueue = captureQueue
      self.sourceQueue = sourceQueue
      try startTimers()
      for number in [SIGTERM, SIGINT] {
        let signal = try ProcessSignal(loop)
        try signal.start(number) { [unowned self] in
          // Who asks twice does not want to wait.
          if isStopping { loop.stop() } else { stop("signal \(number)") }
        }
        handles.append(signal)
      }
      let hangup = try ProcessSignal(loop)
      try hangup.start(SIGHUP) { [unowned self] in rereadRoster() }
      handles.append(hangup)
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
    // While this is still here: what is closed calls back.
    loop.close()
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
    for swap in swaps { giveUp(swap, .unavailable("the daemon is stopping")) }
    for task in sources where task.hasThread { task.end(as: .stopping) }
    endIfQuiet()
    after(Daemon.stoppingTime) { [unowned self] in
      let left =
        captures.filter { !$0.isOver }.map(\.order.id) + (sources.filter(\.hasThread) + swaps.map(\.new)).map(\.name)
      log.warning("not waited for any longer", metadata: ["what": "\(left.joined(separator: ", "))"])
      end()
    }
  }

  /// Does something once, later, unless the loop has ended by then.
  func after(_ milliseconds: UInt64, _ body: @escaping () -> Void) {
    do throws(EventLoopError) {
      let timer = try Timer(loop)
      timer.isKeepingAlive = false
      handles.append(timer)
      try timer.start(after: milliseconds) { [unowned self] in
        handles.removeAll { $0 === timer }
        timer.close()
        body()
      }
    } catch {
      log.error("\(error)")
      body()
    }
  }

  /// Once stopping, ends when the last thread has handed over what it had.
  func endIfQuiet() {
    guard isStopping, captures.allSatisfy(\.isOver), !sources.contains(where: \.hasThread), swaps.isEmpty
    else { return }
    end()
  }

  /// Draws the last conclusion and tells it.
  private func end() {
    guard !hasEnded else { return }
    hasEnded = true
    whenFree { [unowned self] in
      if pace.isWaiting { reason { [unowned self] in finish() } } else { finish() }
    }
  }

  /// Lets the loop run out: it ends with the last connection.
  private func finish() {
    for handle in handles { handle.close() }
    handles = []
    _ = captureQueue?.close()
    _ = sourceQueue?.close()
    server.stop()
    after(Daemon.farewellTime) { [unowned self] in loop.stop() }
  }

  private func startTimers() throws(EventLoopError) {
    let reasoning = try Timer(loop)
    try reasoning.start(after: 100, every: 100) { [unowned self] in reasonIfDue() }
    let upkeep = try Timer(loop)
    try upkeep.start(after: 60_000, every: 3_600_000) { [unowned self] in expire() }
    handles += [reasoning, upkeep]
  }

  func publish(_ topic: String, _ body: (inout JSONWriter) -> Void) { server.publish(topic, body) }

  // MARK: starting tasks

  /// Starts a capture; nil and a reason when it cannot.
  func start(_ order: CaptureOrder) -> (task: CaptureTask, isStarted: Bool) {
    let task = CaptureTask(order)
    captures.append(task)
    forgetOldCaptures()
    guard let queue = captureQueue?.sender,
      task.start(configuration: configuration, dissectors: dissectors, queue: queue)
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
    packetsForgotten &+= oldest.figures.packets
    captures.removeAll { $0 === oldest }
  }

  func newCaptureID() -> String {
    captureCount += 1
    return "capture-\(captureCount)"
  }
}
