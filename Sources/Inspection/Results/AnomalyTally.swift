/// How often a kind of anomaly was seen in a flow: the first few are records of their own, the rest is one at the flow's end.

import Catalog
import Evidence
import Flows
import PluginHost
import VedettePluginABI

/// One kind of anomaly in one flow. Trivial; the tallies of a flow are a list.
struct AnomalyTally: BitwiseCopyable {
  var next = UInt32.none
  let kind: AnomalyKey
  /// All of them.
  var count: UInt64 = 0
  // Of those that are no records of their own:
  var first: Int64 = 0
  var last: Int64 = 0
  /// Of the first of them.
  var packet: UInt64 = 0
}

/// What kind of anomaly, in a word: one of the catalog, or one that a dissector declared.
struct AnomalyKey: BitwiseCopyable, Equatable {
  private let word: UInt32

  init(_ kind: AnomalyKind) { word = UInt32(kind.rawValue) }

  /// Ids are at most `VDT_MAX_ID`.
  /// - Parameter version: the number of the version that declared it, below ``Places/mostVersions``.
  init(version: UInt16, id: UInt32) { word = 1 << 31 | UInt32(version & 0x7FFF) << 16 | id & 0xFFFF }

  var kind: AnomalyKind? { word >> 31 == 0 ? AnomalyKind(rawValue: UInt16(truncatingIfNeeded: word)) : nil }
  var version: Int { Int(word >> 16 & 0x7FFF) }
  var id: UInt32 { word & 0xFFFF }
}

extension Inspector {
  /// Counts one; true if it is among the first few, which are records of their own.
  func tally(_ slot: Slot, _ kind: AnomalyKey, _ mark: ByteMark) -> Bool {
    counters.anomalies &+= 1
    var last = UInt32.none
    var at = slot.pointee.tallies
    while at != .none, hot.pointee.tallies[at].pointee.kind != kind {
      last = at
      at = hot.pointee.tallies[at].pointee.next
    }
    if at == .none {
      guard let new = hot.pointee.tallies.allocate() else {
        counters.talliesLost &+= 1
        return true
      }
      hot.pointee.tallies[new].initialize(to: AnomalyTally(kind: kind))
      if last == .none { slot.pointee.tallies = new } else { hot.pointee.tallies[last].pointee.next = new }
      at = new
    }
    let tally = hot.pointee.tallies[at]
    tally.pointee.count &+= 1
    let own = UInt64(max(0, options.anomaliesPerKind))
    guard tally.pointee.count > own else { return true }
    if tally.pointee.count == own &+ 1 {
      tally.pointee.first = mark.time
      tally.pointee.last = mark.time
      tally.pointee.packet = mark.packet
    }
    tally.pointee.first = min(tally.pointee.first, mark.time)
    tally.pointee.last = max(tally.pointee.last, mark.time)
    return false
  }

  /// One record for what was counted of each kind beyond the first ones; the tallies are given back.
  func summariseAnomalies(_ slot: Slot) {
    let own = UInt64(max(0, options.anomaliesPerKind))
    var at = slot.pointee.tallies
    while at != .none {
      let tally = hot.pointee.tallies[at].pointee
      if tally.count > own, let name = name(of: tally.kind) {
        var record = anomalyRecord(slot, name, ByteMark(offset: 0, time: tally.first, packet: tally.packet), 2)
        record.count = tally.count - own
        record.first = Timestamp(nanoseconds: tally.first)
        record.last = Timestamp(nanoseconds: tally.last)
        hot.pointee.anomalies.append(consume record)
      }
      hot.pointee.tallies.release(at)
      at = tally.next
    }
    slot.pointee.tallies = .none
  }

  private func name(of key: AnomalyKey) -> AnomalyName? {
    if let kind = key.kind { return .catalog(kind) }
    return hot.pointee.versions[key.version].description.anomalies.first { $0.id == key.id }.map {
      .plugin(id: $0.reportedID, severity: $0.severity)
    }
  }
}
