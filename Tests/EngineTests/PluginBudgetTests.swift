// What a dissector may cost.

import Inspection
import Testing

@testable import Engine

@Suite("The budget of a dissector")
struct PluginBudgetTests {
  /// 10 us a call and 10 ns a byte: a call of 1,000 bytes may take 20 us.
  private let budget = PluginBudget(
    timePerCall: 10_000, timePerByte: 10, recordsPerCall: 5, emittedPerCall: 100, window: 1000)

  private func use(nanoseconds: UInt64, records: UInt64 = 0, emitted: UInt64 = 0) -> DissectorUse {
    var use = DissectorUse()
    use.calls = 6400
    use.bytes = 6_400_000
    use.records = records
    use.emitted = emitted
    use.timed = 100
    use.nanoseconds = 100 * nanoseconds
    return use
  }

  @Test("A mean call may take its time and that of its bytes, and not a nanosecond more")
  func time() {
    #expect(budget.excess(use(nanoseconds: 20_000)) == nil)
    #expect(
      budget.excess(use(nanoseconds: 20_100)) == "takes 20.1 us a call of 1000 bytes, 20.0 us are allowed")
  }

  @Test("Records and bytes of text have means of their own")
  func emissions() {
    #expect(budget.excess(use(nanoseconds: 1, records: 5 * 6400, emitted: 100 * 6400)) == nil)
    #expect(budget.excess(use(nanoseconds: 1, records: 6 * 6400)) == "emits 6 records a call, 5 are allowed")
    #expect(
      budget.excess(use(nanoseconds: 1, emitted: 101 * 6400)) == "emits 101 bytes of text a call, 100 are allowed")
  }

  @Test("Nothing is no limit")
  func none() {
    let none = PluginBudget(timePerCall: 0, timePerByte: 0, recordsPerCall: 0, emittedPerCall: 0, window: 0)
    #expect(none.excess(use(nanoseconds: .max / 200, records: .max / 2, emitted: .max / 2)) == nil)
  }

  @Test("A window is judged by itself, once it is over and has calls enough")
  func windows() {
    var watch = BudgetWatch()
    var all = use(nanoseconds: 1_000_000)
    // What was before the first look is nobody's fault.
    #expect(watch.judge(all, at: 0, by: budget) == nil)
    all.calls += 64 * 63
    all.timed += 63
    all.nanoseconds += 63 * 50_000
    #expect(watch.judge(all, at: 5000, by: budget) == nil)
    all.calls += 64
    all.timed += 1
    all.nanoseconds += 50_000
    #expect(watch.judge(all, at: 5000, by: budget) == .over("takes 50.0 us a call of 0 bytes, 10.0 us are allowed"))
    all.calls += 6400
    all.timed += 100
    all.nanoseconds += 100 * 1000
    #expect(watch.judge(all, at: 5999, by: budget) == nil)
    #expect(watch.judge(all, at: 6000, by: budget) == .within)
  }
}
