/// One evidence source of the daemon: a thread that pumps a plugin and hands over what it tells.

import EventLoop
import Evidence
import JSON
import Logging
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

/// What a source thread hands to the loop.
enum SourceMessage: Sendable {
  /// It is open.
  case opened(name: String)
  case batch(name: String, SourceBatch)
  case ended(name: String, error: String?)

  var source: String {
    switch self {
    case .opened(let name), .batch(let name, _), .ended(let name, _): name
    }
  }
}

/// The source as the loop knows it.
final class SourceTask {
  enum State: String { case starting, running, idle, finished, failed, stopping }

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

  func start(shelf: PluginShelf, cursor: [UInt8], queue: Handover<SourceMessage>.Sender, log: Logger) -> Bool {
    let thread = SourceThread(
      name: name, spec: plugin + ":" + (file ?? ""), kind: kind, parameters: parameters, every: every, shelf: shelf,
      cursor: cursor, loop: GatedSender(queue: queue, gate: gate), log: log, stop: stop)
    return startThread { thread.run() }
  }
}

private struct SourceThread: Sendable {
  let name: String
  let spec: String
  let kind: PluginInterface?
  let parameters: String
  let every: Int
  let shelf: PluginShelf
  let cursor: [UInt8]
  let loop: GatedSender<SourceMessage>
  let log: Logger
  let stop: StopFlag

  func run() {
    var failure: String?
    var cursor = cursor
    repeat {
      do throws(PluginError) {
        failure = try pump(&cursor)
      } catch {
        failure = error.description
      }
    } while failure == nil && every > 0 && pause(milliseconds: UInt64(every) &* 1000)
    _ = loop.send(.ended(name: name, error: failure))
  }

  /// Reads the source to its end; the words of its failure if it fails.
  private func pump(_ cursor: inout [UInt8]) throws(PluginError) -> String? {
    let source = try shelf.openSource(
      spec, kind: kind, name: name, parameters: parameters, cursor: cursor,
      log: { [log, name] in log.pass($0, of: name) })
    defer { source.close() }
    _ = loop.send(.opened(name: name))
    while !stop.isSet {
      let batch = try source.next(max: 1024, wait: 200)
      if let next = batch.cursor { cursor = next }
      if !batch.observations.isEmpty || !batch.rejects.isEmpty || batch.cursor != nil {
        // The source waits while the loop is behind: nothing is dropped.
        guard loop.send(.batch(name: name, batch)) else { return nil }
      }
      switch batch.status {
      case .more: break
      case .end: return nil
      case .idle(let ms), .limited(let ms): if !pause(milliseconds: ms) { return nil }
      case .failed(_, let words): return words
      }
    }
    return nil
  }

  /// Waits in steps short enough to stop soon; false when it is to stop.
  private func pause(milliseconds: UInt64) -> Bool {
    var left = milliseconds
    while left > 0 {
      if stop.isSet { return false }
      let step = min(left, 100)
      usleep(UInt32(step) * 1000)
      left -= step
    }
    return !stop.isSet
  }
}

extension Logger {
  /// A line that a plugin logged, among the engine's own.
  fileprivate func pass(_ line: PluginLogLine, of source: String) {
    let level: Logger.Level =
      switch line.level {
      case .debug: .debug
      case .info: .info
      case .warning: .warning
      case .error: .error
      }
    log(level: level, "\(source): \(line.text)")
  }
}
