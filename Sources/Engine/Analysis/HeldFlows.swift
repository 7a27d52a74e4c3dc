/// The flows that a case may yet name: held by id, within a bound.

import Evidence

/// Keeps records in the order in which they came; beyond the bound the oldest makes room.
struct HeldFlows {
  private let bound: Int
  private var words = FlowWords()
  /// In blocks, for one list that grows would lie in memory twice while it does. Once full, a ring: `oldest` is the next to go.
  private var blocks: [[PackedFlow]] = []
  private var count = 0
  private var oldest = 0
  /// Finds flows by their ids: place + 1 and above it some of the hash, or 0. A power of two, at most half of them in use, found
  /// by linear probing.
  private var slots = [UInt32](repeating: 0, count: 64)
  /// Ids say what a flow is, so whoever sends packets chooses them.
  private let seed = UInt64.random(in: .min ... .max)
  /// Flows that had to make room.
  private(set) var letGo: UInt64 = 0

  /// - Parameter bound: at most 1,000,000, for as much as that has a place in a slot.
  init(bound: Int) { self.bound = min(max(1, bound), 1_000_000) }

  subscript(id: FlowID) -> FlowRecord? { slot(of: id).map { packed(place(in: $0)).record(words) } }

  /// A later record of a flow takes the place of the earlier one.
  mutating func hold(_ flow: FlowRecord) {
    let packed = PackedFlow(flow, &words)
    if let known = slot(of: flow.id) {
      put(packed, at: place(in: known))
    } else if count < bound {
      if (count + 1) * 2 > slots.count { grow() }
      append(packed)
      point(to: count - 1, flow.id)
    } else {
      if let known = slot(of: self.packed(oldest).id) { free(known) }
      put(packed, at: oldest)
      point(to: oldest, flow.id)
      oldest = (oldest + 1) % bound
      letGo &+= 1
    }
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

  // MARK: slots

  private static let placeBits: UInt32 = 20
  private static let placeMask: UInt32 = 1 << placeBits - 1

  private func hash(_ id: FlowID) -> UInt64 {
    let product = (id.rawValue ^ seed).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

  /// The part of a hash that a slot keeps.
  private func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) & ~HeldFlows.placeMask }

  private func place(in slot: Int) -> Int { Int(slots[slot] & HeldFlows.placeMask) - 1 }

  private func slot(of id: FlowID) -> Int? {
    let hash = hash(id)
    var at = home(hash)
    while slots[at] != 0 {
      if slots[at] & ~HeldFlows.placeMask == tag(hash) {
        let place = place(in: at)
        if blocks[place / HeldFlows.blockSize][place % HeldFlows.blockSize].id == id { return at }
      }
      at = (at + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func point(to place: Int, _ id: FlowID) {
    let hash = hash(id)
    var at = home(hash)
    while slots[at] != 0 { at = (at + 1) & (slots.count - 1) }
    slots[at] = tag(hash) | UInt32(truncatingIfNeeded: place + 1)
  }

  /// Frees a slot. What was put behind it because it was taken moves up, so that it is still found.
  private mutating func free(_ slot: Int) {
    var hole = slot
    var at = slot
    while true {
      at = (at + 1) & (slots.count - 1)
      guard slots[at] != 0 else { break }
      let home = home(hash(packed(place(in: at)).id))
      // As far behind its home as the hole is from here, or farther: then the hole is between the two.
      if (at - home) & (slots.count - 1) >= (at - hole) & (slots.count - 1) {
        slots[hole] = slots[at]
        hole = at
      }
    }
    slots[hole] = 0
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for place in 0..<count { point(to: place, packed(place).id) }
  }
}
