/// Finds by how much a log's clock is off, from the joins themselves.

import Evidence

/// The clock by which records were written: Sysmon (which names processes by guid) writes UTC where the Security log of
/// the same machine may write local time.
struct LogClock: Hashable, Comparable {
  var host: String
  var source: String
  var byGUID: Bool
  static func < (a: LogClock, b: LogClock) -> Bool {
    if a.host != b.host { return a.host < b.host }
    return a.source != b.source ? a.source < b.source : !a.byGUID && b.byGUID
  }
}

/// All clocks that records were written by, numbered as they appear.
struct LogClocks {
  private(set) var all: [LogClock] = []
  private var numbers: [Key: Int] = [:]
  private var last: (key: Key, number: Int)?

  private struct Key: Hashable {
    var host: Int
    var source: String
    var byGUID: Bool
  }

  mutating func number(_ host: Int, _ name: String, source: String, byGUID: Bool) -> Int {
    let key = Key(host: host, source: source, byGUID: byGUID)
    // Records come in runs of one log.
    if let last, last.key == key { return last.number }
    let number = numbers[key] ?? all.count
    if number == all.count {
      numbers[key] = number
      all.append(LogClock(host: name, source: source, byGUID: byGUID))
    }
    last = (key, number)
    return number
  }
}

/// What was found of each clock.
struct Clocks {
  /// By clock number.
  private var known: [(correction: Int64, samples: Int)?] = []
  private var logs: [LogClock] = []
  /// What logs of a kind agree on over all hosts, for a host of which nothing was on the wire.
  private var common: [LogClock: Int64] = [:]

  /// - Parameter estimates: by clock number.
  init(_ logs: LogClocks, _ estimates: [(correction: Int64, samples: Int)?]) {
    self.logs = logs.all
    known = estimates
    var kinds: [LogClock: [Int64]] = [:]
    for (clock, found) in zip(logs.all, known) {
      guard let found else { continue }
      kinds[Clocks.kind(clock), default: []].append(found.correction)
    }
    for (kind, values) in kinds {
      let sorted = values.sorted()
      let middle = sorted[sorted.count / 2]
      // A common time zone shows as one offset; clocks that merely drift say nothing of the next host's.
      let quarter: Int64 = 900 * 1_000_000_000
      let rounded = (middle + (middle < 0 ? -quarter / 2 : quarter / 2)) / quarter * quarter
      if rounded != 0, sorted.allSatisfy({ ($0 - rounded).magnitude <= UInt64(quarter / 6) }) {
        common[kind] = rounded
      }
    }
  }

  private static func kind(_ clock: LogClock) -> LogClock {
    LogClock(host: "", source: clock.source, byGUID: clock.byGUID)
  }

  /// Clocks that no connection was written by are told of by their kind.
  mutating func know(_ more: LogClocks) {
    logs = more.all
    while known.count < logs.count { known.append(nil) }
  }

  func correction(_ clock: Int) -> Int64 {
    if let found = known[clock] { return found.correction }
    return common.isEmpty ? 0 : common[Clocks.kind(logs[clock])] ?? 0
  }

  func samples(_ clock: Int) -> Int { known[clock]?.samples ?? 0 }

  /// Those that are known, in order of host.
  var found: [(clock: LogClock, correction: Int64, samples: Int)] {
    zip(logs, known).compactMap { clock, found in found.map { (clock, $0.correction, $0.samples) } }
      .sorted { $0.0 < $1.0 }
  }
}

enum ClockEstimate {
  /// Joins of one log agree within this (nanoseconds): a log writes a connection a little before or after its packets.
  static let agreement: Int64 = 15 * 1_000_000_000

  /// The correction that most differences (flow start minus log time, one for each possible join) agree on: the middle
  /// of the densest stretch of `agreement`; between equals the smallest correction.
  static func densest(_ differences: [Int64]) -> (correction: Int64, samples: Int)? {
    let sorted = differences.sorted()
    guard !sorted.isEmpty else { return nil }
    var best = (low: 0, count: 0, correction: Int64.max)
    var low = 0
    for high in sorted.indices {
      while sorted[high].subtractingReportingOverflow(sorted[low]).partialValue > agreement { low += 1 }
      let count = high - low + 1
      let middle = sorted[low + count / 2]
      if count > best.count || count == best.count && middle.magnitude < best.correction.magnitude {
        best = (low, count, middle)
      }
    }
    return (best.correction, best.count)
  }
}
