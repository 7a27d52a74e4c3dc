/// One evidence source of the daemon, as the loop knows it, and what its thread tells.

import EventLoop
import Evidence
import JSON
import Logging
import PluginHost

/// What a source thread hands to the loop.
enum SourceMessage: Sendable {
  /// It is open, and does not see these things.
  case opened(name: String, PluginInterface, blindSpots: [String])
  case batch(name: String, SourceBatch)
  /// It asks again at a moment: the platform limits it, or a round is over.
  case waits(name: String, isLimited: Bool, until: Timestamp)
  /// What it asks cannot be reached; it tries again at a moment.
  case interrupted(name: String, words: String, until: Timestamp)
  case ended(name: String, error: String?)

  var source: String {
    switch self {
    case .opened(let name, _, _), .batch(let name, _), .waits(let name, _, _), .interrupted(let name, _, _),
      .ended(let name, _):
      name
    }
  }
}

/// The source as the loop knows it.
final class SourceTask {
  enum State: String { case starting, running, idle, limited, retrying, finished, failed, stopping }

  let name: String
  let plugin: String
  /// Which of the plugin's interfaces, where it has both: nil takes personas.
  let kind: PluginInterface?
  let file: String?
  let parameters: String
  /// Seconds between two readings; 0 reads once.
  let every: Int
  let started = Timestamp.now()
  var state = State.starting
  var error: String?
  /// When a source that is idle, limited or retrying asks again.
  var retryAt: Timestamp?
  /// What is told of it while it cannot be reached.
  var interruption: VisibilityGap?
  var records: UInt64 = 0
  var rejected: UInt64 = 0
  /// The last few rejected records, for a person.
  var lastRejects: [String] = []
  /// What came could not be stored: nothing more is taken, so that no later cursor passes over it.
  var isCutOff = false
  /// Told once it is open, has failed to be, or takes its time.
  let whenStarted = Waiters()
  /// Told when the thread has ended: answers to source.remove.
  let whenOver = Waiters()
  let stop = StopFlag()
  let gate = Gate(4)

  init(name: String, plugin: String, kind: PluginInterface? = nil, file: String?, parameters: String, every: Int) {
    self.name = name
    self.plugin = plugin
    self.kind = kind
    self.file = file
    self.parameters = parameters
    self.every = every
  }

  var isOver: Bool { state == .finished || state == .failed }

  func write(to w: inout JSONWriter) {
    w.beginObject()
    w.member("name", name)
    w.member("plugin", plugin)
    if let kind { w.member("kind", kind == .processSource ? "processes" : "personas") }
    w.member("file", file)
    w.member("state", state.rawValue)
    w.member("error", error)
    w.member("retry_at", retryAt)
    w.member("started", started)
    if !parameters.isEmpty {
      w.key("parameters")
      w.raw(parameters)
    }
    w.member("every", every)
    w.member("records", records)
    w.member("rejected", rejected)
    w.list("last_rejects", lastRejects)
    w.endObject()
  }

  func start(
    shelf: PluginShelf, cursor: [UInt8], services: HostServices, queue: Handover<SourceMessage>.Sender, log: Logger
  ) -> Bool {
    let thread = SourceThread(
      name: name, spec: plugin + ":" + (file ?? ""), kind: kind, parameters: parameters, every: every, shelf: shelf,
      cursor: cursor, services: services, loop: GatedSender(queue: queue, gate: gate), log: log, stop: stop)
    return startThread { thread.run() }
  }
}
