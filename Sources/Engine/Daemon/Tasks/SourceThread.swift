/// The thread of a source: pumps its plugin, waits as the plugin asks, and comes back after failures that may pass.

import Evidence
import Logging
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

struct SourceThread: Sendable {
  let task: UInt64
  let order: SourceOrder
  let shelf: PluginShelf
  let cursor: [UInt8]
  let services: HostServices
  let loop: GatedSender<SourceMessage>
  let log: Logger
  let stop: StopFlag
  /// Of a source on trial: opened when it may go on, or is to stop.
  let release: Gate?

  private var name: String { order.name }

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
    var isComplete = false
    do throws(PluginError) { (failure, isComplete) = try rounds() } catch {
      // Who is told to stop looks into an archive no further, and so may find nothing in it.
      failure = stop.isSet ? nil : error.description
    }
    _ = loop.send(.ended(task: task, error: failure, isComplete: isComplete))
  }

  /// Round after round; the words of a failure that waits for a person, and whether the input came to its end.
  private func rounds() throws(PluginError) -> (String?, isComplete: Bool) {
    var backOff = BackOff()
    var source: SourceInstance?
    var held: SourceBatch?
    defer { source.map(end) }
    var members = try members(cursor)
    if let release {
      let opened = try open(members)
      source = opened
      let first = try opened.next(max: 1024, wait: 200)
      if let words = SourceThread.fault(of: first) { return (words, false) }
      held = first
      _ = loop.send(.ready(task: task))
      release.enter()
      if !stop.isSet { tellOpened(opened) }
    }
    while !stop.isSet {
      let current: SourceInstance
      if held != nil, let source {
        current = source
      } else if let source, source.readsNoFile {
        try source.reopen(parameters: order.parameters, cursor: members.cursor)
        current = source
      } else {
        source.map(end)
        source = nil
        do throws(PluginError) { current = try open(members) } catch {
          guard members.isArchive else { throw error }
          note(error.words, of: &members)
          guard members.advance() else { return (members.failure, false) }
          continue
        }
        source = current
        tellOpened(current)
      }
      switch try pump(current, &members, &backOff, &held) {
      case .stopped: return (nil, false)
      case .ended:
        backOff.reset()
        if members.advance() { continue }
        if let failure = members.failure { return (failure, false) }
        guard order.every > 0 else { return (nil, true) }
        let pause = UInt64(order.every) &* 1000
        _ = loop.send(.waits(task: task, isLimited: false, until: .now(plusMilliseconds: pause)))
        guard self.pause(milliseconds: pause) else { return (nil, false) }
        // An archive may be another one by now.
        if order.file != nil, !members.isUnchanged { members = try self.members(members.stored) }
      case .failed(.network, let words):
        let pause = backOff.next()
        log.warning("source interrupted", metadata: ["name": "\(name)", "error": "\(words)", "retry_ms": "\(pause)"])
        _ = loop.send(.interrupted(task: task, words: words, until: .now(plusMilliseconds: pause)))
        guard self.pause(milliseconds: pause) else { return (nil, false) }
      case .failed(_, let words):
        guard members.isArchive else { return (words, false) }
        note(words, of: &members)
        guard members.advance() else { return (members.failure, false) }
      }
    }
    return (nil, false)
  }

  /// What is wrong with one member of an archive is said at its end: the others are read.
  private func note(_ words: String, of members: inout SourceMembers) {
    log.error("\(name): \(members.prefix)\(words)")
    members.fail(words)
  }

  /// What is read in this round. What an archive holds and is not read is told as refused.
  private func members(_ cursor: [UInt8]) throws(PluginError) -> SourceMembers {
    let members = try SourceMembers(order, shelf, stored: cursor, isWanted: { !stop.isSet })
    for words in members.notes { log.warning("\(name): \(words)") }
    if !members.notes.isEmpty {
      let rejects = members.notes.map { SourceReject(text: $0) }
      _ = loop.send(.batch(task: task, SourceBatch(rejects: rejects), isThere: true))
    }
    return members
  }

  private func open(_ members: SourceMembers) throws(PluginError) -> SourceInstance {
    try shelf.openSource(
      members.spec, kind: order.kind, name: name, parameters: order.parameters, cursor: members.cursor,
      services: services, log: { [log, name] in log.pass($0, of: name) })
  }

  private func tellOpened(_ source: SourceInstance) {
    _ = loop.send(.opened(task: task, source.interface, blindSpots: source.blindSpots))
  }

  /// Why a source on trial is not taken: it fails, for whatever reason, or nothing of what it begins with is a record.
  static func fault(of first: SourceBatch) -> String? {
    if case .failed(_, let words) = first.status { return words }
    guard first.observations.isEmpty, let reject = first.rejects.first else { return nil }
    return "none of its first \(first.rejects.count) records was taken: \(reject)"
  }

  /// Whether a batch tells that what its source asks answers. Who asks a service and waits, or fails, does not know
  /// that: the place alone may be its own doing.
  static func isThere(_ batch: SourceBatch, isRemote: Bool) -> Bool {
    guard batch.observations.isEmpty, batch.rejects.isEmpty else { return true }
    return switch batch.status {
    case .failed: false
    case .idle: !isRemote
    default: true
    }
  }

  /// One round, to its end.
  private func pump(
    _ source: SourceInstance, _ members: inout SourceMembers, _ backOff: inout BackOff, _ held: inout SourceBatch?
  ) throws(PluginError) -> Outcome {
    // The first answer is told also where it has nothing: the source is there.
    var isFirst = true
    while !stop.isSet {
      var batch: SourceBatch
      if let first = held.take() { batch = first } else { batch = try source.next(max: 1024, wait: 200) }
      if let next = batch.cursor { batch.cursor = members.place(of: next) }
      if !members.prefix.isEmpty {
        for at in batch.rejects.indices { batch.rejects[at].text = members.prefix + batch.rejects[at].text }
      }
      let isEmpty = batch.observations.isEmpty && batch.rejects.isEmpty && batch.cursor == nil
      let isThere = Self.isThere(batch, isRemote: source.isRemote)
      if !isEmpty || isFirst && isThere {
        if isThere {
          isFirst = false
          // What it asks answers again.
          backOff.reset()
        }
        // The source waits while the loop is behind: nothing is dropped.
        guard loop.send(.batch(task: task, batch, isThere: isThere)) else { return .stopped }
      }
      switch batch.status {
      case .more: break
      case .end: return .ended
      case .idle(let ms): if !pause(milliseconds: ms) { return .stopped }
      case .limited(let ms):
        _ = loop.send(.waits(task: task, isLimited: true, until: .now(plusMilliseconds: ms)))
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
