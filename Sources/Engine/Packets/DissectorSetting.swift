/// Which dissectors captures ask: one setting for all of them, which may be changed while they run.

import PluginHost
import Synchronization

final class DissectorSetting: Sendable {
  struct Value: Sendable {
    /// Counts the changes.
    var version: UInt64 = 0
    var plugins: [Plugin]
    /// Ids of those that are asked about every other flow only.
    var throttled: Set<String> = []
  }
  private let value: Mutex<Value>

  init(_ plugins: [Plugin]) { value = Mutex(Value(plugins: plugins)) }

  var current: Value { value.withLock { $0 } }

  /// Takes effect between two batches of each capture.
  func set(_ plugins: [Plugin], throttled: Set<String>) {
    value.withLock {
      $0.version &+= 1
      $0.plugins = plugins
      $0.throttled = throttled
    }
  }
}
