/// What a run counted: the `stats` record.

import Evidence
import Flows
import JSON

public struct AnalysisStatistics: Sendable {
  /// The only part that may differ between two runs on the same evidence.
  public struct Run: Sendable {
    public var started: Timestamp
    public var seconds: Double
    /// Bytes.
    public var peakMemory: Int64
    public var workers: Int
  }

  public var run: Run?
  public var frames: UInt64 = 0
  public var bytes: UInt64 = 0
  public var flows: UInt64 = 0
  public var transactions: UInt64 = 0
  /// Occurrences, not records.
  public var anomalies: UInt64 = 0
  public var observations: UInt64 = 0
  public var rejects: UInt64 = 0
  public var refusals: UInt64 = 0
  public var signals: UInt64 = 0
  public var cases: UInt64 = 0
  /// Counters of the packet path, summed over workers and sensors, by name.
  public var counters: [String: UInt64] = [:]
  /// Caps that were reached, and how often.
  public var caps: [String: UInt64] = [:]

  public init() {}

  mutating func add(_ sensor: SensorRun) {
    frames &+= sensor.frames
    bytes &+= sensor.bytes
    for (name, value) in sensor.counters { counters[name, default: 0] &+= value }
    for (name, value) in sensor.caps { caps[name, default: 0] &+= value }
  }

  /// The signals that raise no case because of an analyst's word.
  mutating func note(suppressed conclusion: Conclusion) {
    let count = conclusion.suppressed.values.reduce(0, +)
    counters["signals_suppressed"] = count > 0 || counters["signals_suppressed"] != nil ? UInt64(count) : nil
  }

  public func write(to w: inout JSONWriter, gaps: [VisibilityGap]) {
    w.beginObject()
    w.member("type", "stats")
    w.member("frames", frames)
    w.member("bytes", bytes)
    w.member("flows", flows)
    w.member("transactions", transactions)
    w.member("anomalies", anomalies)
    w.member("observations", observations)
    w.member("rejects", rejects)
    w.member("refusals", refusals)
    w.member("signals", signals)
    w.member("cases", cases)
    for (name, group) in [("counters", counters), ("caps", caps)] {
      w.key(name)
      w.beginObject()
      for (key, value) in group.sorted(by: { $0.key < $1.key }) { w.member(key, value) }
      w.endObject()
    }
    w.array("gaps", gaps) { gap, w in gap.write(to: &w) }
    if let run {
      w.key("run")
      w.beginObject()
      w.member("started", run.started)
      w.member("seconds", run.seconds)
      w.member("peak_memory", run.peakMemory)
      w.member("workers", run.workers)
      w.endObject()
    }
    w.endObject()
  }
}
