import Evidence
import Packets

struct FlowMarks: OptionSet, BitwiseCopyable {
  let rawValue: UInt32
  /// The client is the low endpoint of the key.
  static var clientIsLow: FlowMarks { .init(rawValue: 1) }
  /// The first segment was of a running session.
  static var midstream: FlowMarks { .init(rawValue: 2) }
  /// Midstream, and not yet known whether the session is real or its segment a stray.
  static var provisional: FlowMarks { .init(rawValue: 4) }
  /// Bytes that the peer acknowledged were never captured.
  static var lossy: FlowMarks { .init(rawValue: 8) }
  /// The consumer was asked about the flow.
  static var opened: FlowMarks { .init(rawValue: 16) }
  /// The consumer wants no more bytes.
  static var stopped: FlowMarks { .init(rawValue: 32) }
  /// Stream bytes are kept back until the other side is seen.
  static var held: FlowMarks { .init(rawValue: 64) }
  /// The handshake's last ACK was seen.
  static var established: FlowMarks { .init(rawValue: 128) }
  /// Both sides offered timestamps in the handshake, so PAWS holds.
  static var timestamps: FlowMarks { .init(rawValue: 256) }
  static var fastOpen: FlowMarks { .init(rawValue: 512) }
  /// One side began with a FIN (Zeek's partial close).
  static var partialClose: FlowMarks { .init(rawValue: 1024) }
  /// ICMP whose type has no counterpart, so that ports do not swap for the reply (Community ID).
  static var oneWay: FlowMarks { .init(rawValue: 2048) }
  /// A segment that only an open session sends (an ACK of the peer's bytes, or data) was seen.
  static var answerDue: FlowMarks { .init(rawValue: 4096) }
  /// The session's stray segment or RST has been reported.
  static var strayReported: FlowMarks { .init(rawValue: 8192) }
  /// Both sides offered or accepted window scaling, or neither: windows can be judged.
  static var windowKnown: FlowMarks { .init(rawValue: 16384) }
  /// An ICMP error quoted a packet of it.
  static var quoted: FlowMarks { .init(rawValue: 32768) }
  /// Its addresses are not IPv4's and lie elsewhere.
  static var longAddresses: FlowMarks { .init(rawValue: 65536) }
  /// Some of what its sides sent is counted among the ``LargeTotals``.
  static var large: FlowMarks { .init(rawValue: 131072) }
}

/// A flow in the table: everything that flows of all protocols have. Trivial, 128 bytes: two cache lines.
struct FlowState: BitwiseCopyable {
  // First, so that a side is found by index from the flow's own address.
  var toServer = SideCounters()
  var toClient = SideCounters()

  // The key; what a look-up compares comes with the counters.
  /// The low address << 32 | the high one; with `.longAddresses` the address of a ``LongAddresses``.
  private let addresses: UInt64
  let ports: UInt32
  private let context: UInt32
  private let related: UInt32
  var timerNext: UInt32 = .none
  var id: UInt64
  var start: Int64
  /// Time of the latest packet.
  var last: Int64
  var firstPacket: UInt64
  var lastPacket: UInt64
  /// When the flow is over unless something happens before.
  var deadline: Int64
  var timerPrevious: UInt32 = .none
  /// Its `TCPState`, or `.none`.
  var tcp: UInt32 = .none
  /// Its first anomaly tally, or `.none`.
  var tallies: UInt32 = .none
  /// The consumer's token.
  var token: UInt32 = 0
  var marks: FlowMarks = []
  /// The slot of the timer wheel plus one, 0 for none: as memory that was given back reads.
  var timerSlot: UInt16 = 0
  /// Which of the engine's captures it began in.
  var capture: UInt16 = 0

  /// - Parameter long: the key's addresses, which stay there as long as the flow; nil where both are of IPv4.
  init(key: FlowKey, long: UnsafePointer<LongAddresses>? = nil, id: UInt64, time: Int64, number: UInt64) {
    if let long {
      addresses = UInt64(UInt(bitPattern: long))
      marks.insert(.longAddresses)
    } else {
      addresses = key.shortAddresses
    }
    ports = key.ports
    context = key.context
    related = key.related
    self.id = id
    start = time
    last = time
    firstPacket = number
    lastPacket = number
    deadline = time
  }

  var long: UnsafePointer<LongAddresses>? {
    marks.contains(.longAddresses) ? UnsafePointer(bitPattern: UInt(addresses)) : nil
  }
  var low: NetworkAddress {
    if let long { return long.pointee.low }
    return NetworkAddress(ipv4: UInt32(truncatingIfNeeded: addresses >> 32))
  }
  var high: NetworkAddress {
    if let long { return long.pointee.high }
    return NetworkAddress(ipv4: UInt32(truncatingIfNeeded: addresses))
  }
  var key: FlowKey { FlowKey(low: low, high: high, ports: ports, context: context, related: related) }

  /// - Parameter short: whether the key's addresses are short.
  @inline(__always)
  func has(_ key: FlowKey, short: Bool) -> Bool {
    guard ports == key.ports, context == key.context, related == key.related,
      short != marks.contains(.longAddresses)
    else { return false }
    return short ? addresses == key.shortAddresses : low == key.low && high == key.high
  }

  var proto: UInt8 { FlowKey.proto(context) }
  var vlan: UInt16 { FlowKey.vlan(context) }
  var innerVLAN: UInt16 { FlowKey.innerVLAN(context) }
  var client: NetworkAddress { marks.contains(.clientIsLow) ? low : high }
  var server: NetworkAddress { marks.contains(.clientIsLow) ? high : low }
  var clientPort: UInt16 { marks.contains(.clientIsLow) ? FlowKey.lowPort(ports) : FlowKey.highPort(ports) }
  var serverPort: UInt16 { marks.contains(.clientIsLow) ? FlowKey.highPort(ports) : FlowKey.lowPort(ports) }
}

/// The addresses of a flow that are not both of IPv4. Trivial.
struct LongAddresses: BitwiseCopyable {
  var low: NetworkAddress
  var high: NetworkAddress
}

extension UnsafeMutablePointer<FlowState> {
  /// The counters of what went that way.
  @inline(__always)
  func side(_ direction: Direction) -> UnsafeMutablePointer<SideCounters> {
    // `toServer` and `toClient` are the first two fields, one after the other.
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: SideCounters.self) + Int(direction.rawValue)
  }
}

extension IPAddress {
  /// The address of a packet.
  public init(_ address: NetworkAddress) {
    self = address.isIPv4 ? IPAddress(ipv4: address.ipv4) : IPAddress(high: address.high, low: address.low)
  }
}
