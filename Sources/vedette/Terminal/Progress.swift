/// How far a long run is, on one line of a terminal; silent elsewhere.

import Engine
import Evidence

final class Progress {
  private let isShown = StandardError.isTerminal
  private var last: UInt64 = 0
  private var drawn = false

  /// Draws a line at most five times a second.
  func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = MonotonicClock.milliseconds()
    guard now &- last >= 200 else { return }
    last = now
    drawn = true
    put("\r\u{1B}[K" + text())
  }

  /// Clears the line, so that what follows begins at its start.
  func clear() {
    guard drawn else { return }
    drawn = false
    put("\r\u{1B}[K")
  }

  private func put(_ text: String) {
    var text = text
    text.withUTF8 { _ = writeAll(2, UnsafeRawBufferPointer($0)) }
  }
}
