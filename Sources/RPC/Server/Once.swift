// Exactly once, over threads.

import Synchronization

final class Once: Sendable {
  private let isTaken = Atomic(false)

  /// True for the first who asks.
  func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}
