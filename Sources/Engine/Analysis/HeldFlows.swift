/// The flows that a case may yet name: held by id, within a bound.

import Evidence

/// Keeps records in the order in which they came; beyond the bound the oldest makes room.
struct HeldFlows {
  private let bound: Int
  /// In blocks, for one list that grows would lie in memory twice while it does. Once full, a ring: `oldest` is the next to go.
  private var blocks: [[FlowRecord]] = []
  private var count = 0
  private var places: [FlowID: Int] = [:]
  private var oldest = 0
  /// Flows that had to make room.
  private(set) var letGo: UInt64 = 0

  init(bound: Int) { self.bound = max(1, bound) }

  subscript(id: FlowID) -> FlowRecord? { places[id].map { self[$0] } }

  private static let blockSize = 512

  private subscript(place: Int) -> FlowRecord {
    get { blocks[place / HeldFlows.blockSize][place % HeldFlows.blockSize] }
    set { blocks[place / HeldFlows.blockSize][place % HeldFlows.blockSize] = newValue }
  }

  private mutating func append(_ flow: FlowRecord) {
    if count % HeldFlows.blockSize == 0 {
      var block: [FlowRecord] = []
      // A bound that is small needs no more room than that.
      block.reserveCapacity(min(HeldFlows.blockSize, bound))
      blocks.append(block)
    }
    blocks[count / HeldFlows.blockSize].append(flow)
    count += 1
  }

  /// A later record of a flow takes the place of the earlier one.
  mutating func hold(_ flow: FlowRecord) {
    if let known = places[flow.id] {
      self[known] = flow
    } else if count < bound {
      places[flow.id] = count
      append(flow)
    } else {
      places[self[oldest].id] = nil
      places[flow.id] = oldest
      self[oldest] = flow
      oldest = (oldest + 1) % bound
      letGo &+= 1
    }
  }
}
