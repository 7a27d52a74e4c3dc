import Packets

#if canImport(Glibc)
  import Glibc
#endif

/// The packets that brought a datagram, where there was more than one.
struct FragmentTotals: BitwiseCopyable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var ipBytes: UInt64 = 0

  static var none: FragmentTotals { FragmentTotals() }
}

/// A datagram of which fragments have come. Trivial.
struct Datagram: BitwiseCopyable {
  var older: UInt32 = .none
  var newer: UInt32 = .none
  var source: NetworkAddress
  var destination: NetworkAddress
  var identification: UInt32
  /// The ends of the outermost tunnel that it came in, and how deep in tunnels.
  var tunnelEnds: UInt64
  var tunnelDepth: UInt8
  var vlan: UInt16
  var version: UInt8
  /// What the fragment at offset 0 says that it carries; of the first fragment until that one comes.
  var ipProtocol: UInt8
  var hash: UInt32
  var capture: UInt16
  /// Time and packet number of the first fragment seen.
  var time: Int64
  var number: UInt64
  var totals = FragmentTotals()
  /// Bytes of the whole, known from the last fragment; `.none` until then.
  var length = UInt32.none
  /// The end of the farthest fragment.
  var farthest: UInt32 = 0
  /// How many units of eight bytes are there.
  var covered: UInt32 = 0
  var pieces: UInt16 = 0
  /// Blocks in the order in which their fragments came.
  var head = UInt32.none
  var tail = UInt32.none
  /// The block that has a bit for each unit.
  var map = UInt32.none
  /// Its fragments overlap and it is IPv6: what came is gone, and what comes is dropped.
  var isRefused = false
}

/// How a fragment lies with those of its datagram that came before.
struct FragmentOverlap {
  /// It has bytes that came before.
  var overlaps = false
  /// Some of them were others then.
  var differs = false
  /// It is an earlier fragment once more, byte for byte.
  var isDuplicate = false
}

/// Datagrams in the making, the oldest first, with hard caps on their number and on their bytes.
///
/// Invariant: `whole` has room for the 65,535 bytes that a datagram may have, rounded up to units of eight, and `owners` for as
/// many words as that has units; a block's `offset` + `length` never exceeds 65,535.
struct DatagramTable: ~Copyable {
  static var maximum: Int { 65_535 }
  private static var units: Int { 8192 }

  private var slab: Slab<Datagram>
  private var index = HashIndex()
  private(set) var oldest = UInt32.none
  private var newest = UInt32.none
  var blocks: StreamBuffers
  private let whole: UnsafeMutableRawPointer
  private let owners: UnsafeMutablePointer<UInt32>
  /// How many datagrams of each source are in the making, sources told apart by 12 bits of their hash.
  private let perSource: UnsafeMutablePointer<UInt32>

  init(limits: FlowOptions.Limits) {
    slab = Slab(capacity: max(1, limits.datagrams))
    blocks = StreamBuffers(capacity: max(1 << 18, limits.fragmentBuffer))
    whole = .allocate(byteCount: Self.units * 8, alignment: 16)
    owners = .allocate(capacity: Self.units)
    owners.initialize(repeating: .none, count: Self.units)
    perSource = .allocate(capacity: 4096)
    perSource.initialize(repeating: 0, count: 4096)
  }

  deinit {
    whole.deallocate()
    owners.deallocate()
    perSource.deallocate()
  }

  var count: Int { slab.count }
  var isFull: Bool { slab.count >= slab.capacity }

  subscript(at: UInt32) -> UnsafeMutablePointer<Datagram> { slab[at] }

  static func hash(_ packet: Packet, _ vlan: UInt16, seed: UInt64) -> UInt32 {
    var h = mix(packet.source.high ^ seed, packet.source.low ^ 0x9E37_79B9_7F4A_7C15)
    h = mix(h ^ packet.destination.high, packet.destination.low ^ 0xC2B2_AE3D_27D4_EB4F)
    h = mix(
      h ^ (UInt64(packet.fragmentIdentification) << 32 | UInt64(vlan)),
      0x1656_67B1_9E37_79F9 ^ (packet.tunnelDepth == 0 ? 0 : packet.tunnelEnds))
    return UInt32(truncatingIfNeeded: h ^ h >> 32)
  }

  private static func sourceSlot(_ source: NetworkAddress) -> Int {
    Int(mix(source.high ^ 0x9E37_79B9_7F4A_7C15, source.low ^ 0xC2B2_AE3D_27D4_EB4F) & 4095)
  }

  func find(_ packet: Packet, _ vlan: UInt16, _ hash: UInt32) -> UInt32 {
    index.first(hash) {
      let d = slab[$0]
      return d.pointee.identification == packet.fragmentIdentification && d.pointee.source == packet.source
        && d.pointee.destination == packet.destination && d.pointee.vlan == vlan && d.pointee.version == packet.version
        && d.pointee.tunnelDepth == packet.tunnelDepth
        && (packet.tunnelDepth == 0 || d.pointee.tunnelEnds == packet.tunnelEnds)
    }
  }

  func inTheMaking(from source: NetworkAddress) -> Int { Int(perSource[Self.sourceSlot(source)]) }

  /// A new datagram, or `.none` when there is no room for it.
  mutating func insert(_ packet: Packet, _ vlan: UInt16, _ hash: UInt32, capture: UInt16) -> UInt32 {
    guard let map = blocks.make(UnsafeRawBufferPointer(start: nil, count: 0), offset: 0) else { return .none }
    guard let at = slab.allocate() else {
      blocks.release(map)
      return .none
    }
    memset(blocks.data(map), 0, Self.units / 8)
    slab[at].initialize(
      to: Datagram(
        older: newest, source: packet.source, destination: packet.destination,
        identification: packet.fragmentIdentification, tunnelEnds: packet.tunnelEnds, tunnelDepth: packet.tunnelDepth,
        vlan: vlan, version: packet.version, ipProtocol: packet.ipProtocol, hash: hash, capture: capture,
        time: packet.time, number: packet.number, map: map))
    if newest != .none { slab[newest].pointee.newer = at } else { oldest = at }
    newest = at
    index.insert(hash, at)
    perSource[Self.sourceSlot(packet.source)] &+= 1
    return at
  }

  mutating func remove(_ at: UInt32) {
    let d = slab[at].pointee
    blocks.releaseList(d.head)
    blocks.release(d.map)
    if d.older != .none { slab[d.older].pointee.newer = d.newer } else { oldest = d.newer }
    if d.newer != .none { slab[d.newer].pointee.older = d.older } else { newest = d.older }
    index.remove(d.hash, at)
    perSource[Self.sourceSlot(d.source)] &-= 1
    slab.release(at)
  }

  func overlap(_ at: UInt32, _ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> FragmentOverlap {
    // The map tells at once of most that they do not.
    guard touches(at, range) else { return FragmentOverlap() }
    var overlap = FragmentOverlap(isDuplicate: true)
    var block = slab[at].pointee.head
    while block != .none {
      let b = blocks[block].pointee
      let start = max(range.lowerBound, Int(b.offset))
      let end = min(range.upperBound, Int(b.offset) + Int(b.length))
      if start < end {
        overlap.overlaps = true
        if Int(b.segmentStart) != range.lowerBound || Int(b.segmentEnd) != range.upperBound {
          overlap.isDuplicate = false
        }
        if let base = bytes.baseAddress,
          memcmp(base + (start - range.lowerBound), blocks.data(block) + (start - Int(b.offset)), end - start) != 0
        {
          return FragmentOverlap(overlaps: true, differs: true)
        }
      }
      block = b.next
    }
    return overlap.overlaps ? overlap : FragmentOverlap()
  }

  /// Whether some of the units of a range are there already.
  private func touches(_ at: UInt32, _ range: Range<Int>) -> Bool {
    let map = blocks.data(slab[at].pointee.map)
    for unit in range.lowerBound / 8..<(range.upperBound + 7) / 8
    where map.load(fromByteOffset: unit >> 3, as: UInt8.self) >> UInt8(unit & 7) & 1 == 1 { return true }
    return false
  }

  /// Keeps a fragment's bytes. False when there is no room, in which case a part may have been kept.
  mutating func add(_ at: UInt32, _ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let d = slab[at]
    var done = 0
    while done < bytes.count {
      let part = UnsafeRawBufferPointer(rebasing: bytes[done..<min(bytes.count, done + StreamBlock.room)])
      guard let block = blocks.make(part, offset: UInt64(range.lowerBound + done)) else { return false }
      blocks[block].pointee.segmentStart = Int32(range.lowerBound)
      blocks[block].pointee.segmentEnd = Int32(range.upperBound)
      if d.pointee.tail != .none { blocks[d.pointee.tail].pointee.next = block } else { d.pointee.head = block }
      d.pointee.tail = block
      done += part.count
    }
    let map = blocks.data(d.pointee.map)
    for unit in range.lowerBound / 8..<(range.upperBound + 7) / 8 {
      let byte = map.load(fromByteOffset: unit >> 3, as: UInt8.self)
      if byte >> UInt8(unit & 7) & 1 == 0 {
        map.storeBytes(of: byte | 1 << UInt8(unit & 7), toByteOffset: unit >> 3, as: UInt8.self)
        d.pointee.covered &+= 1
      }
    }
    d.pointee.pieces &+= 1
    if range.upperBound > Int(d.pointee.farthest) { d.pointee.farthest = UInt32(range.upperBound) }
    return true
  }

  /// Forgets the bytes of a datagram and keeps its name, so that none of its fragments begins it anew.
  mutating func refuse(_ at: UInt32) {
    let datagram = slab[at]
    blocks.releaseList(datagram.pointee.head)
    datagram.pointee.head = .none
    datagram.pointee.tail = .none
    datagram.pointee.isRefused = true
  }

  func isWhole(_ at: UInt32) -> Bool {
    let d = slab[at].pointee
    return d.length != .none && Int(d.covered) == (Int(d.length) + 7) / 8
  }

  /// Puts the datagram together: of bytes that came more than once the copy that the policy prefers. The bytes are valid
  /// until the next call.
  func assemble(_ at: UInt32, policy: OverlapPolicy) -> UnsafeRawBufferPointer {
    let d = slab[at].pointee
    let units = (Int(d.length) + 7) / 8
    for unit in 0..<units { owners[unit] = .none }
    var block = d.head
    while block != .none {
      let b = blocks[block].pointee
      let end = Int(b.offset) + Int(b.length)
      let later = Int(b.segmentStart)..<Int(b.segmentEnd)
      for unit in Int(b.offset) / 8..<min(units, (end + 7) / 8) {
        let owner = owners[unit]
        if owner != .none {
          let e = blocks[owner].pointee
          guard policy.laterFragmentWins(earlier: Int(e.segmentStart)..<Int(e.segmentEnd), later: later) else {
            continue
          }
        }
        owners[unit] = block
        memcpy(whole + unit * 8, blocks.data(block) + (unit * 8 - Int(b.offset)), min(8, end - unit * 8))
      }
      block = b.next
    }
    return UnsafeRawBufferPointer(start: whole, count: Int(d.length))
  }
}
