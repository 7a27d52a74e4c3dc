/// Records that wait for room in the sink, and what was read over.

import PluginSupport

/// Keeps the order of the log and the place from which a restart must read again.
public struct HostEventQueue {
  private var records: [(record: HostRecord, from: Place)] = []
  private var next = 0
  private var counts: [String: UInt64] = [:]
  /// Kinds are the log's words: only so many are told apart.
  private static let mostKinds = 512

  public init() {}

  /// `from`: the first line that the record came from.
  public mutating func add(_ record: HostRecord, from place: Place) { records.append((record, place)) }

  public mutating func skip(_ kind: String) {
    let known = counts[kind] != nil || counts.count < Self.mostKinds
    counts[known ? kind : "others", default: 0] &+= 1
  }

  public var isEmpty: Bool { next == records.count }

  /// The first line of what still waits.
  public var oldest: Place? { records[next...].lazy.map(\.from).min() }

  /// Emits until the sink is full or nothing is left.
  public mutating func drain(into sink: RecordSink) {
    while next < records.count, !sink.isFull {
      sink.put(records[next].record)
      next += 1
    }
    if next == records.count, next > 0 {
      records.removeAll(keepingCapacity: true)
      next = 0
    }
  }

  /// What was read over, the most frequent first.
  public var skipped: [(kind: String, count: UInt64)] {
    counts.map { (kind: $0.key, count: $0.value) }.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.kind < $1.kind
    }
  }
}
