// Whether a plugin's process and its caller wait for each other awake follows from how long calls take.

import Testing

@testable import PluginHost

@Suite("The pace of calls to a process")
struct LanePaceTests {
  /// Notes whole windows of calls that take so long each; how often the way of waiting changed.
  private func note(_ pace: inout LanePace, windows: Int, _ nanoseconds: Int64) -> Int {
    (0..<windows * LanePace.window).count { _ in pace.note(nanoseconds) }
  }

  @Test("After the first window asleep being awake is tried, and kept where calls are quicker")
  func quicker() {
    var pace = LanePace()
    #expect(note(&pace, windows: 1, 7000) == 1)
    #expect(pace.isAwake)
    #expect(note(&pace, windows: 50, 900) == 0)
    #expect(pace.isAwake)
  }

  @Test("Where calls are slower awake, both sleep again, and each try waits twice as long for the next")
  func slower() {
    var pace = LanePace()
    _ = note(&pace, windows: 1, 5000)
    for rest in [LanePace.fewest, LanePace.fewest * 2, LanePace.fewest * 4] {
      #expect(note(&pace, windows: 1, 9000) == 1)
      #expect(!pace.isAwake)
      #expect(note(&pace, windows: rest - 1, 5000) == 0)
      #expect(note(&pace, windows: 1, 5000) == 1)
      #expect(pace.isAwake)
    }
  }

  @Test("One call that was kept from a processor ends being awake at once")
  func kept() {
    var pace = LanePace()
    _ = note(&pace, windows: 1, 5000)
    #expect(pace.note(LanePace.tooLong + 1))
    #expect(!pace.isAwake)
  }

  @Test("Without another processor being awake is not tried again")
  func alone() {
    var pace = LanePace()
    _ = note(&pace, windows: 1, 5000)
    pace.giveUp()
    #expect(note(&pace, windows: 5000, 5000) == 0)
    #expect(!pace.isAwake)
  }
}
