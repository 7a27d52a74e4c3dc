import Packets

/// An IPv4 address on the link, as ARP tells of it. Trivial.
struct Neighbour: BitwiseCopyable {
  var older: UInt32 = .none
  var newer: UInt32 = .none
  var address: NetworkAddress
  var vlan: UInt16
  var hash: UInt32
  /// The hardware address that claimed it last, and when; 0 when none did.
  var link: LinkAddress = .zero
  var claimed: Int64 = .min
  /// When it was last asked for.
  var asked: Int64 = .min
  /// Requests that it sent for other addresses since `windowStart`, and the last address asked for.
  var windowStart: Int64 = .min
  var requests: UInt32 = 0
  var lastTarget: NetworkAddress = .zero
}

/// Neighbours by address and VLAN, with a hard cap; the oldest is forgotten for a new one.
struct NeighbourTable: ~Copyable {
  private var slab: Slab<Neighbour>
  private var index = HashIndex()
  private var oldest = UInt32.none
  private var newest = UInt32.none

  init(capacity: Int) { slab = Slab(capacity: max(2, capacity)) }

  subscript(at: UInt32) -> UnsafeMutablePointer<Neighbour> { slab[at] }

  /// The entry of an address, made if need be. `forgot` is set when another had to go.
  mutating func entry(_ address: NetworkAddress, vlan: UInt16, seed: UInt64, forgot: inout Bool) -> UInt32 {
    let h = mix(address.high ^ seed, address.low ^ UInt64(vlan) << 48 ^ 0x9E37_79B9_7F4A_7C15)
    let hash = UInt32(truncatingIfNeeded: h ^ h >> 32)
    let found = index.first(hash) { slab[$0].pointee.address == address && slab[$0].pointee.vlan == vlan }
    if found != .none { return found }
    if slab.count >= slab.capacity {
      forgot = true
      remove(oldest)
    }
    guard let at = slab.allocate() else { return .none }
    slab[at].initialize(to: Neighbour(older: newest, address: address, vlan: vlan, hash: hash))
    if newest != .none { slab[newest].pointee.newer = at } else { oldest = at }
    newest = at
    index.insert(hash, at)
    return at
  }

  private mutating func remove(_ at: UInt32) {
    let entry = slab[at].pointee
    if entry.older != .none { slab[entry.older].pointee.newer = entry.newer } else { oldest = entry.newer }
    if entry.newer != .none { slab[entry.newer].pointee.older = entry.older } else { newest = entry.older }
    index.remove(entry.hash, at)
    slab.release(at)
  }
}
