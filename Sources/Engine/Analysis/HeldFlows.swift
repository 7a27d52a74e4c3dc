/// The flows that a case may yet name: held by id, within a bound.

import Evidence

/// Keeps records in the order in which they came; beyond the bound the oldest makes room.
struct HeldFlows {
  private let bound: Int
  /// Once full, a ring: `oldest` is the next to go.
  private var records: [FlowRecord] = []
  private var places: [FlowID: Int] = [:]
  private var oldest = 0
  /// Flows that had to make room.
  private(set) var letGo: UInt64 = 0

  init(bound: Int) { self.bound = max(1, bound) }

  subscript(id: FlowID) -> FlowRecord? { places[id].map { records[$0] } }

  /// A later record of a flow takes the place of the earlier one.
  mutating func hold(_ flow: FlowRecord) {
    if let known = places[flow.id] {
      records[known] = flow
    } else if records.count < bound {
      places[flow.id] = records.count
      records.append(flow)
    } else {
      places[records[oldest].id] = nil
      places[flow.id] = oldest
      records[oldest] = flow
      oldest = (oldest + 1) % bound
      letGo &+= 1
    }
  }
}
