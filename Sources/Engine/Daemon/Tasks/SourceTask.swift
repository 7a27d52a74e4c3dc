/// One evidence source of the daemon, as the loop knows it, and what its thread tells.

import EventLoop
import Evidence
import JSON
import Logging
import PluginHost

/// What a source thread hands to the loop. Each names its task by number: two may have one name for a while.
enum SourceMessage: Sendable {
  /// It is open and its first batch is read; it waits to be let go.
  case ready(task: UInt64)
  /// It is open, and does not see these things.
  case opened(task: UInt64, PluginInterface, blindSpots: [String])
  /// - isThere: it tells that what it asks answers.
  case batch(task: UInt64, SourceBatch, isThere: Bool)
  /// It asks again at a moment: the platform limits it, or a round is over.
  case waits(task: UInt64, isLimited: Bool, until: Timestamp)
  /// What it asks cannot be reached; it tries again at a moment.
  case interrupted(task: UInt64, words: String, until: Timestamp)
  /// - isComplete: its input came to an end, rather than that it was told to stop.
  case ended(task: UInt64, error: String?, isComplete: Bool)

  var task: UInt64 {
    switch self {
    case .ready(let task), .opened(let task, _, _), .batch(let task, _, _), .waits(let task, _, _),
      .interrupted(let task, _, _), .ended(let task, _, _):
      task
    }
  }
}

/// The source as the loop knows it.
final class SourceTask {
  enum State: String {
    case starting, running, idle, limited, retrying, pausing, paused, finished, failed, stopping
  }

  /// Of this daemon's run; no two tasks have the same.
  let number: UInt64
  let order: SourceOrder
  /// Under what its cursor and what it keeps are stored.
  let place: SourcePlace
  var name: String { order.name }
  let started = Timestamp.now()
  var state = State.starting
  var error: String?
  /// When a source that is idle, limited or retrying asks again.
  var retryAt: Timestamp?
  /// What is told of it while it cannot be reached, or is paused.
  var absence: SourceAbsence?
  var records: UInt64 = 0
  var rejected: UInt64 = 0
  /// The last few rejected records, for a person.
  var lastRejects: [String] = []
  /// Whether it was told to stop before its input came to an end.
  var wasStopped = false
  /// What came could not be stored: nothing more is taken, so that no later cursor passes over it.
  var isCutOff = false
  /// Told once it is open, has failed to be, or takes its time.
  let whenStarted = Waiters()
  /// Told when the thread has ended: answers to source.remove and source.pause.
  let whenOver = Waiters()
  /// Of the thread that runs: each has its own.
  private(set) var stop = StopFlag()
  /// Lets a thread go that has opened its source on trial.
  let release = Gate(0)
  let gate = Gate(4)

  init(_ order: SourceOrder, number: UInt64, place: SourcePlace) {
    self.order = order
    self.number = number
    self.place = place
  }

  var isOver: Bool { state == .finished || state == .failed }

  /// Whether a thread is at work, which is to hand over what it has before the daemon ends.
  var hasThread: Bool { !isOver && state != .paused }

  /// It was told to stop, and hands over what it has.
  var isEnding: Bool { state == .stopping || state == .pausing }

  /// Tells its thread to stop after the batch in hand.
  func end(as ending: State) {
    state = ending
    stop.set()
  }

  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("name", name)
    w.member("plugin", order.plugin)
    if let kind = order.kind { w.member("kind", kind == .processSource ? "processes" : "personas") }
    w.member("file", order.file)
    w.member("state", state.rawValue)
    w.member("error", error)
    w.member("retry_at", retryAt)
    w.member("started", started)
    if !order.parameters.isEmpty {
      w.key("parameters")
      w.raw(order.parameters)
    }
    w.member("every", order.every)
    w.member("records", records)
    w.member("rejected", rejected)
    w.list("last_rejects", lastRejects)
    w.endObject()
  }

  /// Starts a thread, the first or the next one after a pause.
  /// - Parameter isOnTrial: it opens the source and reads a first batch, says so, and waits for `release`.
  /// - Returns: false when the system has none to give.
  func start(
    shelf: PluginShelf, cursor: [UInt8], services: HostServices, queue: Handover<SourceMessage>.Sender, log: Logger,
    isOnTrial: Bool = false
  ) -> Bool {
    state = .starting
    stop = StopFlag()
    let thread = SourceThread(
      task: number, order: order, shelf: shelf, cursor: cursor, services: services,
      loop: GatedSender(queue: queue, gate: gate), log: log, stop: stop, release: isOnTrial ? release : nil)
    return startThread { thread.run() }
  }
}
