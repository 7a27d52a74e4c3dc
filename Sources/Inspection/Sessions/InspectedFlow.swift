/// What is remembered of a flow while it lives: small at first, more once it carries bytes.

import Evidence
import Flows
import PluginHost

/// One slot of the flow table. Trivial: it owns its notes by an unmanaged reference, released when the slot is freed.
struct InspectedFlow: BitwiseCopyable {
  enum Phase: UInt8 {
    case free
    /// Opened, nothing seen yet.
    case fresh
    /// Its bytes are looked at.
    case active
    /// Nothing more is wanted of it.
    case stopped
  }

  var description: FlowDescription
  /// Its number in the slab plus one: what the flow engine knows it by.
  var token: UInt32
  var phase = Phase.free
  /// All dissectors of its transport were asked, and none knew it.
  var wasAsked = false
  /// How many flows it is within.
  var depth: UInt8 = 0
  var isDecrypted = false
  /// Index in the protocol table of the first protocol recognised, 0 none.
  var appProto: UInt16 = 0
  /// Index in the protocol table of what it was said to be: by `expect`, or by the parent of an inner flow.
  var expected: UInt16 = 0
  var wasExpected = false
  var transactions: UInt32 = 0
  var stream: UnsafeMutablePointer<StreamState>?
  /// Retained; nil where there is nothing to note.
  var keptNotes: Unmanaged<FlowNotes>?

  init(description: FlowDescription, token: UInt32) {
    self.description = description
    self.token = token
  }

  var notes: FlowNotes? { keptNotes?.takeUnretainedValue() }
}

/// One direction of a flow.
struct Lane {
  var pending = PendingBytes()
  /// Stream offset after the last byte that arrived.
  var arrived: UInt64 = 0
  /// No call before bytes up to this offset are there.
  var threshold: UInt64 = 0
  /// Bytes below are dropped: they belong to a protocol that was switched from, or to a message over the look-ahead.
  var skipUntil: UInt64 = 0
  /// While the protocol is not known: offset and length of what is missing before the pending bytes.
  var holeLength: UInt64 = 0
  var holeOffset: UInt64 = 0
  /// The session has got bytes of this direction.
  var started = false
  var afterGap = false
  /// No bytes will follow.
  var ended = false
  /// Index of the session that this direction feeds.
  var session: UInt8 = 0
}

/// First bytes of both directions, kept until one has been compared with the protocol recognised in the other. Trivial.
struct Heads: BitwiseCopyable {
  static let room = 64
  var counts: (UInt8, UInt8) = (0, 0)
  var bytes = InlineArray<128, UInt8>(repeating: 0)

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

/// One session, or the search for whose it is.
struct SessionSlot {
  enum Phase: UInt8 {
    case none
    case probing
    case open
    /// Its directions' bytes are dropped.
    case closed
  }

  var phase = Phase.none
  var dissector: UInt8 = 0
  /// Index in the protocol table.
  var proto: UInt16 = 0
  /// While probing: what was announced, index in the protocol table, 0 none.
  var announced: UInt16 = 0
  var switched = false
  /// The direction in which the protocol was recognised, and whether the other has been compared.
  var recognisedIn: UInt8 = 2
  var otherCompared = false
  /// A byte was consumed: the session can no longer give the flow to another.
  var consumedAny = false
  var violations: UInt32 = 0
  /// Dissectors that said not-mine.
  var excluded: UInt64 = 0
  var session: OpaquePointer?
  /// What has been answered so far. Owned by the slot, and there as long as it is probing.
  private(set) var search: UnsafeMutablePointer<Search>?

  init() {}

  /// A slot that looks for whose bytes they are.
  init(probing announced: UInt16) {
    phase = .probing
    self.announced = announced
    let search = UnsafeMutablePointer<Search>.allocate(capacity: 1)
    search.initialize(to: Search())
    self.search = search
  }

  /// The search is over, one way or the other.
  mutating func endSearch() {
    search?.deallocate()
    search = nil
  }
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
}

/// A datagram kept until the protocol is known.
struct KeptDatagram: BitwiseCopyable {
  var block: UnsafeMutableRawPointer?
  var count = 0
  var offset: UInt64 = 0
  var direction: UInt8 = 0
  var mark = ByteMark(offset: 0, time: 0, packet: 0)
}

/// The first datagrams of a flow, kept until the protocol is known. Trivial.
struct KeptDatagrams: BitwiseCopyable {
  var count = 0
  var items = InlineArray<4, KeptDatagram>(repeating: KeptDatagram())
}

/// What a flow needs once it carries bytes. Allocated with the first, freed when nothing more is wanted.
struct StreamState {
  var lanes: (Lane, Lane) = (Lane(), Lane())
  var sessions: (SessionSlot, SessionSlot) = (SessionSlot(), SessionSlot())
  /// The direction that had bytes first, 2 none yet.
  var firstSpeaker: UInt8 = 2
  /// UDP: datagrams seen while the protocol is not known.
  var asked: UInt8 = 0
  var switches: UInt16 = 0
  /// UDP: those that were kept of them.
  var kept: UnsafeMutablePointer<KeptDatagrams>?
  /// TCP: both directions' first bytes, from when one is compared.
  var heads: UnsafeMutablePointer<Heads>?
}

extension UnsafeMutablePointer where Pointee == StreamState {
  /// Bytes of a direction that wait to be compared.
  func headCount(_ direction: UInt8) -> UInt8 {
    guard let heads = pointee.heads else { return 0 }
    return direction == 0 ? heads.pointee.counts.0 : heads.pointee.counts.1
  }

  /// The lane of a direction. Both lie one behind the other at the start of the tuple.
  @inline(__always) func lane(_ direction: UInt8) -> UnsafeMutablePointer<Lane> {
    let base = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.lanes).unsafelyUnwrapped
    return base.assumingMemoryBound(to: Lane.self) + Int(direction & 1)
  }

  @inline(__always) func session(_ index: UInt8) -> UnsafeMutablePointer<SessionSlot> {
    let base = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.sessions).unsafelyUnwrapped
    return base.assumingMemoryBound(to: SessionSlot.self) + Int(index & 1)
  }
}
