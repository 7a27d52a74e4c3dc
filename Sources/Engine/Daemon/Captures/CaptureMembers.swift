/// What the threads of one capture share: what they have come to, and the filter that they are to apply.

import Evidence
import Synchronization

/// The figures of all members of a capture; the last one to end tells of the end.
final class CaptureMembers: Sendable {
  private struct State {
    var figures: [CaptureFigures] = [CaptureFigures()]
    var open = 1
    var error: String?
    var run = SensorRun()
    var total: CaptureFigures { figures.dropFirst().reduce(figures[0], +) }
  }
  private let state = Mutex(State())

  /// Adds a member and returns its number.
  func add() -> Int {
    state.withLock { state in
      state.figures.append(CaptureFigures())
      state.open += 1
      return state.figures.count - 1
    }
  }

  /// Notes how far a member is; returns how far all are.
  func update(_ member: Int, _ figures: CaptureFigures) -> CaptureFigures {
    state.withLock { state in
      state.figures[member] = figures
      return state.total
    }
  }

  /// Notes a member's end. Returns what the capture came to when it was the last.
  func end(
    _ member: Int, _ figures: CaptureFigures, error: String?, _ run: SensorRun
  ) -> (figures: CaptureFigures, error: String?, run: SensorRun)? {
    state.withLock { state in
      state.figures[member] = figures
      // It holds nobody up who waits for a change.
      state.figures[member].filterVersion = .max
      state.figures[member].dissectorVersion = .max
      state.error = state.error ?? error
      state.run.add(run)
      state.open -= 1
      return state.open == 0 ? (state.total, state.error, state.run) : nil
    }
  }
}

extension SensorRun {
  /// Takes in what another member of the same capture counted.
  fileprivate mutating func add(_ other: SensorRun) {
    frames &+= other.frames
    bytes &+= other.bytes
    for (name, count) in other.counters { counters[name, default: 0] &+= count }
    for (name, count) in other.caps { caps[name, default: 0] &+= count }
    for gap in other.gaps where !gaps.contains(gap) { gaps.append(gap) }
  }
}

/// The filter of a capture, which may be changed while it runs.
final class FilterSetting: Sendable {
  struct Value {
    /// Counts the changes.
    var version: UInt64 = 0
    var expression: String?
  }
  private let value: Mutex<Value>

  init(_ expression: String?) { value = Mutex(Value(expression: expression.flatMap { $0.isEmpty ? nil : $0 })) }

  var current: Value { value.withLock { $0 } }

  /// Takes effect with each member's next batch.
  func set(_ expression: String?) {
    value.withLock {
      $0.version &+= 1
      $0.expression = expression.flatMap { $0.isEmpty ? nil : $0 }
    }
  }
}
