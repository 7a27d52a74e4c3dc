/// The thread of a source: pumps its plugin, waits as the plugin asks, and comes back after failures that may pass.

import Evidence
import Logging
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

struct SourceThread: Sendable {
  let name: String
  let spec: String
  let kind: PluginInterface?
  let parameters: String
  /// Seconds between two rounds; 0 is one round.
  let every: Int
  let shelf: PluginShelf
  let cursor: [UInt8]
  let services: HostServices
  let loop: GatedSender<SourceMessage>
  let log: Logger
  let stop: StopFlag

  /// Closes a source, and says what of its emissions was not taken.
  private func end(_ source: SourceInstance) {
    source.close()
    let lost = source.refusals
    guard lost.total > 0 else { return }
    log.warning("source emitted what was left out", metadata: ["name": "\(name)", "left_out": "\(lost)"])
  }

  /// How a round came to its end.
  private enum Outcome {
    case ended, stopped
    case failed(SourceStatus.Failure, String)
  }

  func run() {
    var failure: String?
    do throws(PluginError) { failure = try rounds() } catch { failure = error.description }
    _ = loop.send(.ended(name: name, error: failure))
  }

  /// Round after round; the words of a failure that waits for a person.
  private func rounds() throws(PluginError) -> String? {
    var cursor = cursor
    var backOff = BackOff()
    var source: SourceInstance?
    defer { source.map(end) }
    while !stop.isSet {
      let current: SourceInstance
      if let source, source.readsNoFile {
        try source.reopen(parameters: parameters, cursor: cursor)
        current = source
      } else {
        source.map(end)
        source = nil
        current = try shelf.openSource(
          spec, kind: kind, name: name, parameters: parameters, cursor: cursor, services: services,
          log: { [log, name] in log.pass($0, of: name) })
        source = current
        _ = loop.send(.opened(name: name, current.interface, blindSpots: current.blindSpots))
      }
      switch try pump(current, &cursor, &backOff) {
      case .stopped: return nil
      case .ended:
        backOff.reset()
        guard every > 0 else { return nil }
        let pause = UInt64(every) &* 1000
        _ = loop.send(.waits(name: name, isLimited: false, until: .now(plusMilliseconds: pause)))
        guard self.pause(milliseconds: pause) else { return nil }
      case .failed(.network, let words):
        let pause = backOff.next()
        log.warning("source interrupted", metadata: ["name": "\(name)", "error": "\(words)", "retry_ms": "\(pause)"])
        _ = loop.send(.interrupted(name: name, words: words, until: .now(plusMilliseconds: pause)))
        guard self.pause(milliseconds: pause) else { return nil }
      case .failed(_, let words): return words
      }
    }
    return nil
  }

  /// One round, to its end.
  private func pump(
    _ source: SourceInstance, _ cursor: inout [UInt8], _ backOff: inout BackOff
  ) throws(PluginError) -> Outcome {
    while !stop.isSet {
      let batch = try source.next(max: 1024, wait: 200)
      if let next = batch.cursor { cursor = next }
      if !batch.observations.isEmpty || !batch.rejects.isEmpty || batch.cursor != nil {
        // What it asks answers again.
        backOff.reset()
        // The source waits while the loop is behind: nothing is dropped.
        guard loop.send(.batch(name: name, batch)) else { return .stopped }
      }
      switch batch.status {
      case .more: break
      case .end: return .ended
      case .idle(let ms): if !pause(milliseconds: ms) { return .stopped }
      case .limited(let ms):
        _ = loop.send(.waits(name: name, isLimited: true, until: .now(plusMilliseconds: ms)))
        if !pause(milliseconds: ms) { return .stopped }
      case .failed(let kind, let words): return .failed(kind, words)
      }
    }
    return .stopped
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

/// How long to wait after failures in a row: a second, doubled up to five minutes, and up to a quarter of it more, so
/// that many sources do not come back at once.
struct BackOff {
  static let first: UInt64 = 1000
  static let most: UInt64 = 300_000
  private var current: UInt64 = 0

  mutating func next() -> UInt64 {
    current = current == 0 ? Self.first : min(current * 2, Self.most)
    return current + UInt64.random(in: 0...(current / 4))
  }

  mutating func reset() { current = 0 }
}

extension Timestamp {
  fileprivate static func now(plusMilliseconds pause: UInt64) -> Timestamp {
    now().advanced(by: Int64(clamping: min(pause, 1 << 40)) &* 1_000_000)
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
