/// What a flow needs while its bytes are looked at: for most flows a session and two offsets, so the rest is made when needed.

import PluginHost

/// One direction of a flow. Trivial; it owns its backlog.
struct Lane: BitwiseCopyable {
  /// Stream offset after the last byte that arrived.
  var arrived: UInt64 = 0
  private var backlog: UnsafeMutablePointer<Backlog>?
  /// The session has got bytes of this direction.
  var started = false
  var afterGap = false
  /// No bytes will follow.
  var ended = false
  /// Index of the session that this direction feeds.
  var session: UInt8 = 0

  /// What a direction has to remember once its bytes are not consumed as they come.
  private struct Backlog {
    var pending = PendingBytes()
    var threshold: UInt64 = 0
    var skipUntil: UInt64 = 0
    var holeLength: UInt64 = 0
    var holeOffset: UInt64 = 0
  }

  /// The backlog, made if there is none; it stays until the flow is done with, so that a steady stream allocates nothing.
  private mutating func made() -> UnsafeMutablePointer<Backlog> {
    if let backlog { return backlog }
    let new = UnsafeMutablePointer<Backlog>.allocate(capacity: 1)
    new.initialize(to: Backlog())
    backlog = new
    return new
  }

  /// No call before bytes up to this offset are there.
  var threshold: UInt64 {
    get { backlog?.pointee.threshold ?? 0 }
    set { if newValue != threshold { made().pointee.threshold = newValue } }
  }
  /// Bytes below are dropped: they belong to a protocol that was switched from, or to a message over the look-ahead.
  var skipUntil: UInt64 {
    get { backlog?.pointee.skipUntil ?? 0 }
    set { if newValue != skipUntil { made().pointee.skipUntil = newValue } }
  }
  /// While the protocol is not known: offset and length of what is missing before the pending bytes.
  var holeLength: UInt64 {
    get { backlog?.pointee.holeLength ?? 0 }
    set { if newValue != holeLength { made().pointee.holeLength = newValue } }
  }
  var holeOffset: UInt64 {
    get { backlog?.pointee.holeOffset ?? 0 }
    set { if newValue != holeOffset { made().pointee.holeOffset = newValue } }
  }

  /// The bytes that wait.
  var pending: PendingBytes { backlog?.pointee.pending ?? PendingBytes() }

  /// Adds bytes to those that wait. False where there is no memory.
  mutating func append(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ mark: ByteMark, _ pool: BlockPool) -> Bool
  {
    made().pointee.pending.append(bytes, at: offset, mark, pool)
  }

  /// Forgets the first bytes that wait.
  func drop(_ bytes: Int, _ pool: BlockPool) { backlog?.pointee.pending.drop(bytes, pool) }

  /// Forgets all bytes that wait.
  func dropAll(_ pool: BlockPool) { backlog?.pointee.pending.release(pool) }

  /// Frees what it owns.
  mutating func release(_ pool: BlockPool) {
    guard let old = backlog else { return }
    old.pointee.pending.release(pool)
    old.deallocate()
    backlog = nil
  }
}

/// One session, or the search for whose it is. Trivial; it owns its search.
struct SessionSlot: BitwiseCopyable {
  enum Phase: UInt8 {
    case none
    case probing
    case open
    /// Its directions' bytes are dropped.
    case closed
  }

  var session: OpaquePointer?
  /// What has been answered so far. Owned by the slot, and there as long as it is probing.
  private(set) var search: UnsafeMutablePointer<Search>?
  /// Index in the protocol table.
  var proto: UInt16 = 0
  /// While probing: what was announced, index in the protocol table, 0 none.
  var announced: UInt16 = 0
  var phase = Phase.none
  var dissector: UInt8 = 0
  var switched = false
  /// The direction in which the protocol was recognised, and whether the other has been compared.
  var recognisedIn: UInt8 = 2
  var otherCompared = false
  /// A byte was consumed: the session can no longer give the flow to another.
  var consumedAny = false
  /// Anomalies that the session told, as far as they are counted.
  private(set) var violations: UInt8 = 0

  init() {}

  /// A slot that looks for whose bytes they are.
  init(probing announced: UInt16) {
    phase = .probing
    self.announced = announced
    let search = UnsafeMutablePointer<Search>.allocate(capacity: 1)
    search.initialize(to: Search())
    self.search = search
  }

  /// The search is over, one way or the other; the datagrams that it kept are given back.
  mutating func endSearch(_ pool: BlockPool) {
    guard let over = search else { return }
    var kept = over.pointee.takeKept()
    while let datagram = kept {
      kept = datagram.pointee.next
      datagram.giveBack(to: pool)
    }
    over.deallocate()
    search = nil
  }

  mutating func countViolation() { if violations < .max { violations += 1 } }
}

/// The answers of the dissectors that were shown a flow's first bytes. Trivial.
struct Search: BitwiseCopyable {
  /// By direction: dissectors that said no, and that said need-more.
  var no: (UInt64, UInt64) = (0, 0)
  var more: (UInt64, UInt64) = (0, 0)
  /// By direction: not before so many bytes are there.
  var askAgain: (Int, Int) = (0, 0)
  var bestCertainty: UInt32 = 0
  var bestDissector: UInt8 = 0
  var bestProto: UInt16 = 0
  var bestDirection: UInt8 = 0
  /// UDP: the datagrams that were shown, the latest first.
  var kept: UnsafeMutablePointer<KeptDatagram>?
}

/// First bytes of both directions, kept until one has been compared with the protocol recognised in the other. Trivial.
struct Heads: BitwiseCopyable {
  static let room = 64
  var counts: (UInt8, UInt8) = (0, 0)
  var bytes = InlineArray<128, UInt8>(repeating: 0)

  func count(of direction: UInt8) -> UInt8 { direction == 0 ? counts.0 : counts.1 }

  /// Adds the bytes that there is room for and returns what there is then of the direction, to `body`.
  mutating func add<R>(
    _ more: UnsafeRawBufferPointer, to direction: UInt8, _ body: (UnsafeRawBufferPointer) -> R
  ) -> R {
    let had = Int(direction == 0 ? counts.0 : counts.1)
    let added = min(Self.room - had, more.count)
    let first = direction == 0 ? 0 : Self.room
    for at in 0..<added { bytes[first + had + at] = more[at] }
    if direction == 0 { counts.0 = UInt8(had + added) } else { counts.1 = UInt8(had + added) }
    return withUnsafeBytes(of: &bytes) { body(UnsafeRawBufferPointer(rebasing: $0[first..<first + had + added])) }
  }
}

/// A datagram kept until the protocol is known: the head of a block that goes on with its bytes. Trivial.
struct KeptDatagram: BitwiseCopyable {
  var next: UnsafeMutablePointer<KeptDatagram>?
  let count: Int
  let offset: UInt64
  let mark: ByteMark
  let direction: UInt8

  /// The size of the block that a datagram of so many bytes is kept in.
  static func blockSize(_ bytes: Int) -> Int { MemoryLayout<KeptDatagram>.stride + bytes }
}

extension Search {
  /// Hands over what was kept, the earliest first.
  mutating func takeKept() -> UnsafeMutablePointer<KeptDatagram>? {
    var earliest: UnsafeMutablePointer<KeptDatagram>?
    while let datagram = kept {
      kept = datagram.pointee.next
      datagram.pointee.next = earliest
      earliest = datagram
    }
    return earliest
  }
}

extension UnsafeMutablePointer<KeptDatagram> {
  /// Where the bytes are.
  var room: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self + 1) }

  /// The datagram is done with.
  func giveBack(to pool: BlockPool) { pool.give(self, KeptDatagram.blockSize(pointee.count)) }
}

/// What a flow needs once it carries bytes. Trivial; it owns what it points to, which ``release(_:)`` frees.
struct StreamState: BitwiseCopyable {
  fileprivate var lanes: (Lane, Lane) = (Lane(), Lane())
  /// The direction that had bytes first, 2 none yet.
  var firstSpeaker: UInt8 = 2
  /// UDP: datagrams seen while the protocol is not known.
  var asked: UInt8 = 0
  var switches: UInt16 = 0
  fileprivate var first = SessionSlot()
  fileprivate var rarities: UnsafeMutablePointer<Rarities>?

  /// What few flows need.
  fileprivate struct Rarities {
    /// Beside the first session, where a protocol was switched in one direction only.
    var second = SessionSlot()
    /// By session: dissectors that said not-mine.
    var excluded: (UInt64, UInt64) = (0, 0)
    /// TCP: both directions' first bytes, from when one is compared.
    var heads: UnsafeMutablePointer<Heads>?
  }

  fileprivate mutating func madeRarities() -> UnsafeMutablePointer<Rarities> {
    if let rarities { return rarities }
    let new = UnsafeMutablePointer<Rarities>.allocate(capacity: 1)
    new.initialize(to: Rarities())
    rarities = new
    return new
  }

  /// Frees what it owns; the sessions have been closed.
  mutating func release(_ pool: BlockPool) {
    lanes.0.release(pool)
    lanes.1.release(pool)
    first.endSearch(pool)
    guard let rare = rarities else { return }
    rare.pointee.second.endSearch(pool)
    rare.pointee.heads?.deallocate()
    rare.deallocate()
    rarities = nil
  }
}

extension Stream {
  /// The lane of a direction. Both lie one behind the other at the start of the tuple.
  @inline(__always) func lane(_ direction: UInt8) -> UnsafeMutablePointer<Lane> {
    let base = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.lanes).unsafelyUnwrapped
    return base.assumingMemoryBound(to: Lane.self) + Int(direction & 1)
  }

  @inline(__always) func session(_ index: UInt8) -> UnsafeMutablePointer<SessionSlot> {
    if index == 0 {
      let first = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.first).unsafelyUnwrapped
      return first.assumingMemoryBound(to: SessionSlot.self)
    }
    let rare = UnsafeMutableRawPointer(pointee.madeRarities())
    return (rare + MemoryLayout<StreamState.Rarities>.offset(of: \.second).unsafelyUnwrapped)
      .assumingMemoryBound(to: SessionSlot.self)
  }

  /// What the first session's next bytes will be given to or compared with, if there is anything.
  @inline(__always) var firstTarget: UnsafeRawPointer? {
    session(0).pointee.session.map { UnsafeRawPointer($0) } ?? session(0).pointee.search.map { UnsafeRawPointer($0) }
  }

  /// The sessions that there may be.
  var sessions: Range<UInt8> { 0..<(pointee.rarities == nil ? 1 : 2) }

  /// Dissectors that said not-mine to a session's bytes.
  func excluded(_ index: UInt8) -> UInt64 {
    guard let rare = pointee.rarities else { return 0 }
    return index == 0 ? rare.pointee.excluded.0 : rare.pointee.excluded.1
  }

  func exclude(_ dissector: UInt8, _ index: UInt8) {
    let rare = pointee.madeRarities()
    let bit: UInt64 = 1 << UInt64(dissector)
    if index == 0 { rare.pointee.excluded.0 |= bit } else { rare.pointee.excluded.1 |= bit }
  }

  /// Dissectors that have come into places of others are not excluded for what those said.
  func include(_ places: UInt64, _ index: UInt8) {
    guard places != 0, let rare = pointee.rarities else { return }
    if index == 0 { rare.pointee.excluded.0 &= ~places } else { rare.pointee.excluded.1 &= ~places }
  }

  /// Nobody is excluded from a session that begins with another protocol.
  func excludeNone(_ index: UInt8) {
    guard let rare = pointee.rarities else { return }
    if index == 0 { rare.pointee.excluded.0 = 0 } else { rare.pointee.excluded.1 = 0 }
  }

  /// The first bytes of both directions, from when one is compared.
  var heads: UnsafeMutablePointer<Heads>? {
    get { pointee.rarities?.pointee.heads }
    nonmutating set { pointee.madeRarities().pointee.heads = newValue }
  }

  /// Bytes of a direction that wait to be compared.
  func headCount(_ direction: UInt8) -> UInt8 {
    guard let heads else { return 0 }
    return heads.pointee.count(of: direction)
  }
}
