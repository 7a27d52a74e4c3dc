/// What a dissector may cost and emit, and whether it did within a stretch of time.

import Inspection

/// The keys `plugins.budget.*`. All are means over the calls of a window; 0 is no limit.
struct PluginBudget: Equatable {
  /// Nanoseconds that a call may take, and those that each byte shown may add.
  var timePerCall: Int64 = 2_000_000
  var timePerByte: Int64 = 100
  var recordsPerCall: Int64 = 1000
  /// Bytes of texts and byte strings.
  var emittedPerCall: Int64 = 1 << 20
  /// Nanoseconds over which the means are taken.
  var window: Int64 = 10_000_000_000

  /// Timed calls that a mean needs: of fewer, one that the system interrupted would weigh too much.
  static let fewest: UInt64 = 64

  /// Why the use of a window is over the budget; nil where it is not.
  func excess(_ use: DissectorUse) -> String? {
    guard use.calls > 0, use.timed > 0 else { return nil }
    let calls = Double(use.calls)
    let time = Double(use.nanoseconds) / Double(use.timed)
    let size = Double(use.bytes) / calls
    let allowed = Double(timePerCall) + Double(timePerByte) * size
    if allowed > 0, time > allowed {
      return "takes \(Self.microseconds(time)) a call of \(Int(size)) bytes, \(Self.microseconds(allowed)) are allowed"
    }
    let records = Double(use.records) / calls
    if recordsPerCall > 0, records > Double(recordsPerCall) {
      return "emits \(Int(records)) records a call, \(recordsPerCall) are allowed"
    }
    let emitted = Double(use.emitted) / calls
    if emittedPerCall > 0, emitted > Double(emittedPerCall) {
      return "emits \(Int(emitted)) bytes of text a call, \(emittedPerCall) are allowed"
    }
    return nil
  }

  private static func microseconds(_ nanoseconds: Double) -> String { "\((nanoseconds / 100).rounded() / 10) us" }
}

extension PluginBudget {
  init(_ configuration: Configuration) {
    timePerCall = configuration.duration("plugins.budget.time_per_call")
    timePerByte = configuration.duration("plugins.budget.time_per_byte")
    recordsPerCall = configuration.integer("plugins.budget.records_per_call")
    emittedPerCall = configuration.size("plugins.budget.bytes_per_call")
    window = configuration.duration("plugins.budget.window")
  }
}

/// Looks at one dissector window after window.
struct BudgetWatch {
  enum Verdict: Equatable {
    case within
    case over(String)
  }
  private var began: Int64?
  private var mark = DissectorUse()

  /// - Parameters:
  ///   - use: all that it did so far.
  ///   - now: nanoseconds of a clock that only goes forward.
  /// - Returns: the verdict on a window that is over; nil where it is not, or where too little was done in it.
  mutating func judge(_ use: DissectorUse, at now: Int64, by budget: PluginBudget) -> Verdict? {
    guard let began else {
      self.began = now
      mark = use
      return nil
    }
    let window = use.since(mark)
    guard now &- began >= budget.window, window.timed >= PluginBudget.fewest else { return nil }
    self.began = now
    mark = use
    return budget.excess(window).map { .over($0) } ?? .within
  }
}
