/// How often a kind of anomaly was seen in a flow: the first few are records of their own, the rest is one at the flow's end.

import Catalog
import Evidence
import Flows
import PluginHost
import VedettePluginABI

/// What kind of anomaly, in a word: one of the catalog, or one that a dissector declared.
struct AnomalyKey: BitwiseCopyable, Equatable {
  let word: UInt32

  init(word: UInt32) { self.word = word }

  init(_ kind: AnomalyKind) { word = UInt32(kind.rawValue) }

  /// Ids are at most `VDT_MAX_ID`.
  /// - Parameter version: the number of the version that declared it, below ``Places/mostVersions``.
  init(version: UInt16, id: UInt32) { word = 1 << 31 | UInt32(version & 0x7FFF) << 16 | id & 0xFFFF }

  var kind: AnomalyKind? { word >> 31 == 0 ? AnomalyKind(rawValue: UInt16(truncatingIfNeeded: word)) : nil }
  var version: Int { Int(word >> 16 & 0x7FFF) }
  var id: UInt32 { word & 0xFFFF }
}

extension Inspector {
  /// Counts one; true if it is a record of its own.
  func tally(_ slot: Slot, _ kind: AnomalyKey, _ mark: ByteMark) -> Bool {
    counters.anomalies &+= 1
    switch hot.pointee.tallies.count(
      kind.word, in: &slot.pointee.tallies, telling: options.anomaliesPerKind, time: mark.time, packet: mark.packet,
      direction: .toServer)
    {
    case .told: return true
    case .counted: return false
    case .lost:
      counters.talliesLost &+= 1
      return true
    }
  }

  /// One record for what was counted of each kind beyond the first ones; the tallies are given back.
  func summariseAnomalies(_ slot: Slot) {
    while let (word, rest) = hot.pointee.tallies.takeFirst(&slot.pointee.tallies) {
      guard let rest, let name = name(of: AnomalyKey(word: word)) else { continue }
      var record = anomalyRecord(slot, name, ByteMark(offset: 0, time: rest.first, packet: rest.packet), 2)
      record.count = rest.count
      record.first = Timestamp(nanoseconds: rest.first)
      record.last = Timestamp(nanoseconds: rest.last)
      hot.pointee.anomalies.append(consume record)
    }
  }

  private func name(of key: AnomalyKey) -> AnomalyName? {
    if let kind = key.kind { return .catalog(kind) }
    return hot.pointee.versions[key.version].description.anomalies.first { $0.id == key.id }.map {
      .plugin(id: $0.reportedID, severity: $0.severity)
    }
  }
}
