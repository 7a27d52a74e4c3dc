import Packets

/// An endpoint's state, in Zeek's terms, which conn_state is defined by.
enum EndpointState: UInt8, BitwiseCopyable {
  /// Nothing seen of it.
  case inactive
  case synSent
  /// It sent a SYN-ACK that answers no SYN seen.
  case synAckSent
  /// It sends, and its SYN was not seen.
  case partial
  case established
  /// It sent a FIN.
  case closed
  /// It sent a RST.
  case reset
}

/// What one side of a TCP session has sent, and what is known of its receive window. Trivial.
struct TCPEndpoint: BitwiseCopyable {
  /// The sequence number of its SYN; of a session picked up in the middle, the one before its first byte.
  var startSequence: UInt32 = 0
  /// The highest sequence number that it has used, plus one.
  var lastSequence: UInt32 = 0
  /// The highest acknowledgement of its bytes.
  var acknowledged: UInt32 = 0

  // Its receive window, and the segment that told of it (SND.WL1 and SND.WL2 of its peer).
  var window: UInt32 = 0
  var windowSequence: UInt32 = 0
  var windowAcknowledgement: UInt32 = 0
  /// TS.Recent (RFC 7323 §4.3).
  var timestampRecent: UInt32 = 0

  // Relative sequence numbers of the latest segment of each kind: a repeated one is no new letter.
  var historySYN: UInt32 = 0
  var historyFIN: UInt32 = 0
  var historyRST: UInt32 = 0
  var retransmissions: UInt32 = 0
  var gaps: UInt16 = 0
  var zeroWindows: UInt16 = 0
  var badChecksums: UInt16 = 0
  /// Segments that brought nothing but bytes delivered before.
  var repeats: UInt16 = 0
  /// Acknowledgements in a row that no window of this side allowed.
  var doubtful: UInt8 = 0
  // Here they fill a word: an endpoint has 96 bytes, and a session four cache lines.
  var state: EndpointState = .inactive
  var previousState: EndpointState = .inactive
  var windowScale: UInt8 = 0

  /// Offset of the next byte to deliver; 0 is the byte after the SYN.
  var nextOffset: UInt64 = 0
  /// Bytes delivered and not yet acknowledged, kept to compare retransmissions with.
  var retainedHead: UInt32 = .none
  var retainedTail: UInt32 = .none
  /// Bytes that wait for earlier ones.
  var pendingHead: UInt32 = .none
  var pendingTail: UInt32 = .none
  var blocks: UInt16 = 0

  var finCount: UInt16 = 0
  var rstCount: UInt16 = 0
  var urgentCount: UInt16 = 0
  /// The sequence number of the FIN itself; meaningful with `finKnown`.
  var finSequence: UInt32 = 0
  var flags: UInt8 = 0
  var marks: Marks = []

  struct Marks: OptionSet, BitwiseCopyable {
    let rawValue: UInt16
    /// Zeek's did_close.
    static var didClose: Marks { .init(rawValue: 1) }
    /// The consumer was told that the stream is complete.
    static var ended: Marks { .init(rawValue: 2) }
    /// The next bytes follow a gap.
    static var afterGap: Marks { .init(rawValue: 4) }
    static var depthReached: Marks { .init(rawValue: 8) }
    /// Its RST lay in the window, so the peer took it.
    static var resetAccepted: Marks { .init(rawValue: 16) }
    static var hasTimestamp: Marks { .init(rawValue: 32) }
    static var offeredTimestamps: Marks { .init(rawValue: 64) }
    static var offeredScale: Marks { .init(rawValue: 128) }
    static var windowSeen: Marks { .init(rawValue: 256) }
    static var injectionReported: Marks { .init(rawValue: 512) }
    /// A FIN was seen that does not lie before bytes already delivered.
    static var finKnown: Marks { .init(rawValue: 1024) }
  }

  /// The sequence number of the next byte to deliver.
  @inline(__always)
  var nextSequence: UInt32 { startSequence &+ 1 &+ UInt32(truncatingIfNeeded: nextOffset) }

  /// The stream offset of a sequence number near the next byte; negative before the first byte.
  @inline(__always)
  func offset(of sequence: UInt32) -> Int64 {
    Int64(bitPattern: nextOffset) &+ Int64(sequenceDistance(sequence, from: nextSequence))
  }

  /// Payload bytes by sequence number, as Zeek's orig_bytes counts them.
  func payload(peer: TCPEndpoint) -> UInt64 {
    if previousState == .synSent, state == .reset, peer.state == .inactive, acknowledged != startSequence { return 0 }
    let end = max(offset(of: lastSequence), offset(of: acknowledged))
    guard end > 0 else { return 0 }
    return UInt64(end) - (finCount > 0 ? 1 : 0)
  }

  mutating func enter(_ new: EndpointState) {
    guard new != state else { return }
    previousState = state
    state = new
  }
}

/// Zeek's history string, at most 32 letters: what comes later is left off.
struct History: BitwiseCopyable {
  private var letters = InlineArray<32, UInt8>(repeating: 0)
  private var count: UInt8 = 0
  /// Letters that have been written and are written once: bits 0–6 for the originator, 8–14 for the responder.
  private var seen: UInt16 = 0

  init() {}

  @inline(__always)
  mutating func append(_ letter: UInt8) {
    guard count < 32 else { return }
    letters[Int(count)] = letter
    count += 1
  }

  /// Writes the letter unless it was written before. Returns whether it was there already.
  @inline(__always)
  mutating func once(_ kind: Kind, _ letter: UInt8, _ direction: Direction) -> Bool {
    let bit = kind.rawValue << (direction == .toServer ? 0 : 8)
    if seen & bit != 0 { return true }
    seen |= bit
    append(direction == .toServer ? letter : letter | 0x20)
    return false
  }

  enum Kind: UInt16 {
    case syn = 1
    case fin = 2
    case rst = 4
    case data = 8
    case ack = 16
    case multiple = 32
    case inconsistent = 64
  }

  /// Writes the letter at the 1st, 10th, 100th, … time.
  @inline(__always)
  mutating func scaled<Count: FixedWidthInteger>(_ letter: UInt8, _ direction: Direction, count times: inout Count) {
    guard times < .max else { return }
    times &+= 1
    var power: UInt64 = 1
    while power < times { power *= 10 }
    if power == times { append(direction == .toServer ? letter : letter | 0x20) }
  }

  var text: String {
    withUnsafeBytes(of: letters) { String(decoding: $0.prefix(Int(count)), as: UTF8.self) }
  }
}

/// A SYN that came within an open session. Trivial.
struct SpareSYN: BitwiseCopyable {
  var time: Int64
  var number: UInt64
  var sequence: UInt32
  var wireLength: UInt32
  var networkLength: UInt32
  var window: UInt16
  var windowScale: UInt8
  var offered: TCPEndpoint.Marks
}

/// A TCP session: what a flow of that protocol has besides its `FlowState`. Trivial, 256 bytes.
struct TCPState: BitwiseCopyable {
  // First, so that an endpoint is found by index.
  var originator = TCPEndpoint()
  var responder = TCPEndpoint()
  var history = History()
  /// Differing SYN or SYN-ACK segments seen in the handshake.
  var handshakeVariants: UInt16 = 0
  /// Zeek's is_partial.
  var isPartial = false
  /// The sides whose first packet has been seen: 1 originator, 2 responder.
  var firstSeen: UInt8 = 0
  /// A SYN with another number within the open session, or `.none`: it opens a new one only if it is answered.
  var spareSYN = UInt32.none
  /// When the session closed, or `Int64.max`.
  var closedAt: Int64 = .max
  /// When one side began with a FIN, or `Int64.max`.
  var partialCloseAt: Int64 = .max

  init() {}
}

/// A session as it begins, to be copied where one is needed: made anew it would be put together on the stack from small pieces,
/// and the processor waits for such stores before it copies what they are part of.
///
/// Invariant: `state` is initialized, and nobody changes it or keeps it longer than this value.
struct FreshSession: ~Copyable {
  private let state: UnsafeMutablePointer<TCPState>

  init() {
    state = .allocate(capacity: 1)
    state.initialize(to: TCPState())
  }

  deinit { state.deallocate() }

  @inline(__always)
  func begin(_ session: UnsafeMutablePointer<TCPState>) { session.initialize(from: state, count: 1) }
}

extension UnsafeMutablePointer<TCPState> {
  /// The endpoint that sends that way.
  @inline(__always)
  func sender(_ direction: Direction) -> UnsafeMutablePointer<TCPEndpoint> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: TCPEndpoint.self) + Int(direction.rawValue)
  }
}
