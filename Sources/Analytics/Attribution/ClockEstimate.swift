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
