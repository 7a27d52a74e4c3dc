/// Who waits to hear of something that happens once: calls that are answered when it has.

/// Belongs to the loop's thread.
final class Waiters {
  private var waiting: [() -> Void] = []

  func add(_ body: @escaping () -> Void) { waiting.append(body) }

  /// Calls each of those that wait, once.
  func tell() {
    let told = waiting
    waiting = []
    for one in told { one() }
  }
}
