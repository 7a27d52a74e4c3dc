/// What is remembered of a flow while it lives: small at first, more once it carries bytes.

import Evidence
import Flows
import PluginHost

/// One slot of the flow table. Holds no references: notes that need them lie beside it.
struct InspectedFlow {
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
  var nextFree: UInt32 = 0
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
  /// First bytes, kept until the direction has been compared with the protocol recognised in the other one.
  var headCount: UInt8 = 0
  var head: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
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
  /// Dissectors that said not-mine.
  var excluded: UInt64 = 0
  /// While probing, by direction: dissectors that said no, and that said need-more.
  var no: (UInt64, UInt64) = (0, 0)
  var more: (UInt64, UInt64) = (0, 0)
  /// By direction: not before so many bytes are there.
  var askAgain: (Int, Int) = (0, 0)
  var bestCertainty: UInt32 = 0
  var bestDissector: UInt8 = 0
  var bestProto: UInt16 = 0
  var bestDirection: UInt8 = 0
  var session: OpaquePointer?
  var violations: UInt32 = 0
}

/// A datagram kept until the protocol is known.
struct KeptDatagram {
  var block: UnsafeMutableRawPointer?
  var count = 0
  var offset: UInt64 = 0
  var direction: UInt8 = 0
  var mark = ByteMark(offset: 0, time: 0, packet: 0)
}

/// What a flow needs once it carries bytes. Allocated with the first, freed when nothing more is wanted.
struct StreamState {
  var lanes: (Lane, Lane) = (Lane(), Lane())
  var sessions: (SessionSlot, SessionSlot) = (SessionSlot(), SessionSlot())
  /// The direction that had bytes first, 2 none yet.
  var firstSpeaker: UInt8 = 2
  var switches: UInt16 = 0
  var kept: (KeptDatagram, KeptDatagram, KeptDatagram, KeptDatagram) = (
    KeptDatagram(), KeptDatagram(), KeptDatagram(), KeptDatagram()
  )
  var keptCount = 0
  /// Datagrams seen while the protocol is not known.
  var asked = 0
}

extension UnsafeMutablePointer where Pointee == StreamState {
  /// The lane of a direction. Both lie one behind the other at the start of the tuple.
  @inline(__always) func lane(_ direction: UInt8) -> UnsafeMutablePointer<Lane> {
    let base = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.lanes).unsafelyUnwrapped
    return base.assumingMemoryBound(to: Lane.self) + Int(direction & 1)
  }

  @inline(__always) func session(_ index: UInt8) -> UnsafeMutablePointer<SessionSlot> {
    let base = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.sessions).unsafelyUnwrapped
    return base.assumingMemoryBound(to: SessionSlot.self) + Int(index & 1)
  }

  @inline(__always) func kept(_ index: Int) -> UnsafeMutablePointer<KeptDatagram> {
    let base = UnsafeMutableRawPointer(self) + MemoryLayout<StreamState>.offset(of: \.kept).unsafelyUnwrapped
    return base.assumingMemoryBound(to: KeptDatagram.self) + (index & 3)
  }
}
