// Whether a plugin's process and its caller wait for each other awake follows from how long calls take.

import Testing

@testable import PluginHost

@Suite("The pace of calls to a process")
struct LanePaceTests {
  /// A pace, and how often the way of waiting changed so far.
  private struct Watched {
    var pace = LanePace()
    var changes = 0

    /// Notes whole windows of calls that take so long each.
    mutating func note(windows: Int, _ nanoseconds: Int64) {
      for _ in 0..<windows * LanePace.window where pace.note(nanoseconds) { changes += 1 }
    }
  }

  @Test("After the first window asleep being awake is tried, and kept where calls are quicker")
  func quicker() {
    var watched = Watched()
    watched.note(windows: 1, 7000)
    #expect(watched.pace.isAwake)
    watched.note(windows: 50, 900)
    #expect(watched.pace.isAwake)
    #expect(watched.changes == 1)
  }

  @Test("Where calls are slower awake, both sleep again, and each try waits twice as long for the next")
  func slower() {
    var watched = Watched()
    watched.note(windows: 1, 5000)
    for rest in [LanePace.fewest, LanePace.fewest * 2, LanePace.fewest * 4] {
      watched.note(windows: 1, 9000)
      #expect(!watched.pace.isAwake)
      watched.note(windows: rest - 1, 5000)
      #expect(!watched.pace.isAwake)
      watched.note(windows: 1, 5000)
      #expect(watched.pace.isAwake)
    }
    #expect(watched.changes == 7)
  }

  @Test("One call that was kept from a processor ends being awake at once")
  func kept() {
    var watched = Watched()
    watched.note(windows: 1, 5000)
    let isChanged = watched.pace.note(LanePace.tooLong + 1)
    #expect(isChanged)
    #expect(!watched.pace.isAwake)
  }

  @Test("Without another processor being awake is not tried again")
  func alone() {
    var watched = Watched()
    watched.note(windows: 1, 5000)
    watched.pace.giveUp()
    watched.note(windows: 5000, 5000)
    #expect(!watched.pace.isAwake)
    #expect(watched.changes == 1)
  }
}
