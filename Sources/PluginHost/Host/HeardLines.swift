/// Keeps what an instance logs until its owner has time to say it.

import Synchronization

/// Filled from any thread by the `log` that an instance is made with; bounded by the budget of its host table.
public final class HeardLines: Sendable {
  private let kept = Mutex<[PluginLogLine]>([])

  public init() {}

  public func add(_ line: PluginLogLine) { kept.withLock { $0.append(line) } }

  /// All lines so far, in order.
  public var lines: [PluginLogLine] { kept.withLock { $0 } }
}
