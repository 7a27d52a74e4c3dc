/// The flows that a case may yet name: held by id, within a bound.

import Evidence
import Flows

/// Keeps records in the order in which they came; beyond the bound the oldest makes room.
struct HeldFlows: ~Copyable {
  private let bound: Int
  private var words = FlowWords()
  /// In blocks, for one list that grows would lie in memory twice while it does. Once full, a ring: `oldest` is the next to go.
  private var blocks: [[PackedFlow]] = []
  private var count = 0
  private var oldest = 0
  /// Places by the hashes of ids.
  private var index = HashIndex()
  /// Ids say what a flow is, so whoever sends packets chooses them.
  private let seed = UInt64.random(in: .min ... .max)
  /// Flows that had to make room.
  private(set) var letGo: UInt64 = 0

  init(bound: Int) { self.bound = min(max(1, bound), Int(Int32.max)) }

  subscript(id: FlowID) -> FlowRecord? { place(of: id).map { packed($0).record(words) } }

  /// A later record of a flow takes the place of the earlier one.
  mutating func hold(_ flow: FlowRecord) {
    let packed = PackedFlow(flow, &words)
    if let known = place(of: flow.id) {
      put(packed, at: known)
    } else if count < bound {
      append(packed)
      index.insert(hash(flow.id), UInt32(count - 1))
    } else {
      index.remove(hash(self.packed(oldest).id), UInt32(oldest))
      put(packed, at: oldest)
      index.insert(hash(flow.id), UInt32(oldest))
      oldest = (oldest + 1) % bound
      letGo &+= 1
    }
  }

  private func place(of id: FlowID) -> Int? {
    // Where it is: one that is taken out of its block is a copy, with its references.
    let found = index.first(hash(id)) { place in
      blocks[Int(place) / HeldFlows.blockSize][Int(place) % HeldFlows.blockSize].id == id
    }
    return found == .none ? nil : Int(found)
  }

  private func hash(_ id: FlowID) -> UInt32 {
    let product = (id.rawValue ^ seed).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return UInt32(truncatingIfNeeded: product.high ^ product.low)
  }

  // MARK: blocks

  private static let blockSize = 512

  private func packed(_ place: Int) -> PackedFlow {
    blocks[place / HeldFlows.blockSize][place % HeldFlows.blockSize]
  }

  private mutating func put(_ flow: PackedFlow, at place: Int) {
    blocks[place / HeldFlows.blockSize][place % HeldFlows.blockSize] = flow
  }

  private mutating func append(_ flow: PackedFlow) {
    if count % HeldFlows.blockSize == 0 {
      var block: [PackedFlow] = []
      // A bound that is small needs no more room than that.
      block.reserveCapacity(min(HeldFlows.blockSize, bound))
      blocks.append(block)
    }
    blocks[count / HeldFlows.blockSize].append(flow)
    count += 1
  }
}
