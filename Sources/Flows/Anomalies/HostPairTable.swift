import Packets

/// Two hosts, and what was wrong with what they sent each other outside flows. Trivial.
struct HostPair: BitwiseCopyable {
  var older: UInt32 = .none
  var newer: UInt32 = .none
  var low: NetworkAddress
  var high: NetworkAddress
  /// The ends of the outermost tunnel that they spoke in, or the two hosts that an ICMP error quotes, 0 if neither: packets are
  /// spread over tables by those, and any number of tables is to tell the same.
  var related: UInt32
  var hash: UInt32
  var tallies: UInt32 = .none
  var capture: UInt16 = 0
  var last: Int64
}

/// Host pairs by address, with a hard cap, in the order in which they were made.
struct HostPairTable: ~Copyable {
  private var slab: Slab<HostPair>
  private var index = HashIndex()
  private(set) var oldest = UInt32.none
  private var newest = UInt32.none

  init(capacity: Int) { slab = Slab(capacity: max(2, capacity)) }

  var isFull: Bool { slab.count >= slab.capacity }

  subscript(at: UInt32) -> UnsafeMutablePointer<HostPair> { slab[at] }

  static func hash(_ low: NetworkAddress, _ high: NetworkAddress, _ related: UInt32, seed: UInt64) -> UInt32 {
    let h = mix(
      mix(low.high ^ seed, low.low ^ 0x9E37_79B9_7F4A_7C15) ^ high.high ^ UInt64(related),
      high.low ^ 0xC2B2_AE3D_27D4_EB4F)
    return UInt32(truncatingIfNeeded: h ^ h >> 32)
  }

  func find(_ low: NetworkAddress, _ high: NetworkAddress, _ related: UInt32, _ hash: UInt32) -> UInt32 {
    index.first(hash) {
      slab[$0].pointee.low == low && slab[$0].pointee.high == high && slab[$0].pointee.related == related
    }
  }

  mutating func insert(
    _ low: NetworkAddress, _ high: NetworkAddress, _ related: UInt32, _ hash: UInt32, _ time: Int64
  ) -> UInt32 {
    guard let at = slab.allocate() else { return .none }
    slab[at].initialize(to: HostPair(older: newest, low: low, high: high, related: related, hash: hash, last: time))
    if newest != .none { slab[newest].pointee.newer = at } else { oldest = at }
    newest = at
    index.insert(hash, at)
    return at
  }

  mutating func remove(_ at: UInt32) {
    let entry = slab[at].pointee
    if entry.older != .none { slab[entry.older].pointee.newer = entry.newer } else { oldest = entry.newer }
    if entry.newer != .none { slab[entry.newer].pointee.older = entry.older } else { newest = entry.older }
    index.remove(entry.hash, at)
    slab.release(at)
  }
}
