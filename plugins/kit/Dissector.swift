/// What a dissector in Swift is: a type with three methods.

/// One session of a protocol. `probe` recognises it, `init` begins it, `data` takes it apart; the rest has defaults.
///
/// A session is used by one thread, and what it emits must not depend on how its bytes are cut: it takes whole messages and
/// says with `consumed` how far it came; the rest is offered again when more has come.
public protocol Dissector {
  /// What it emits, and where its protocol is to be expected. Always the same.
  static var declaration: Declaration { get }

  /// Whether `bytes`, the start of one direction (or one datagram), look like the protocol. Keeps nothing.
  static func probe(_ bytes: RawSpan, _ direction: Direction, of flow: Flow) -> Probe

  /// Begins a session.
  init(_ flow: Flow, _ instance: Instance)

  /// Takes bytes of a stream, or one datagram.
  mutating func data(_ bytes: RawSpan, _ chunk: Chunk, _ sink: Sink) -> Outcome

  /// Bytes of a direction were never seen. By default the session is done.
  mutating func gap(_ direction: Direction, offset: UInt64, length: UInt64, _ sink: Sink) -> Outcome

  /// The session ends; what is unanswered can still be told.
  mutating func close(_ reason: CloseReason, _ sink: Sink)
}

extension Dissector {
  public mutating func gap(_ direction: Direction, offset: UInt64, length: UInt64, _ sink: Sink) -> Outcome { .done() }
  public mutating func close(_ reason: CloseReason, _ sink: Sink) {}
}

/// Directions of a flow. The server is the side that the flow was opened to.
@frozen public enum Direction: UInt32, Sendable {
  case toServer, toClient
}

/// The answer of a probe.
@frozen public enum Probe: Sendable {
  /// Not in this direction.
  case no
  /// `certainty`: 1…100; 100 is a signature that nothing else has.
  case yes(certainty: Int, protocol: ID = 0)
  /// Not before so many bytes more.
  case needMore(Int = 1)
}

/// What a session says of the bytes it was given.
@frozen public enum Outcome: Sendable {
  /// All whole messages were taken: so many bytes.
  case ok(consumed: Int)
  /// As ok, and not before `more` bytes more.
  case needMore(Int, consumed: Int = 0)
  /// The protocol was recognised wrongly.
  case notMine
  /// The session cannot go on: the anomaly, at an absolute offset of the direction.
  case error(anomaly: ID, offset: UInt64, consumed: Int = 0)
  /// No more bytes are needed.
  case done(consumed: Int = 0)
  /// The flow goes on with another protocol (STARTTLS, CONNECT, Upgrade): its app_proto name, or empty to have it recognised.
  /// `toServer` and `toClient` say at which absolute offset it begins, nil: after what has arrived until now. `half`: only
  /// the direction of this call switches, and the session keeps the other one.
  case switchProtocol(
    to: StaticString = "", toServer: UInt64? = nil, toClient: UInt64? = nil, half: Bool = false, consumed: Int = 0)
}

/// Why a session ends.
@frozen public enum CloseReason: UInt32, Sendable {
  case ended = 1
  case timeout, switched, done, notMine, error, limit, shutdown
}

/// What is known of the bytes of a call.
@frozen public struct Chunk: Sendable {
  public let direction: Direction
  /// Of the first byte, from the direction's start, gaps included.
  public let offset: UInt64
  @usableFromInline let flags: UInt32

  @usableFromInline init(direction: Direction, offset: UInt64, flags: UInt32) {
    self.direction = direction
    self.offset = offset
    self.flags = flags
  }

  /// The first bytes of the direction.
  @inlinable public var isStart: Bool { flags & 1 != 0 }
  /// The last bytes of the direction, maybe none.
  @inlinable public var isEnd: Bool { flags & 2 != 0 }
  /// The first bytes after a gap.
  @inlinable public var isAfterGap: Bool { flags & 4 != 0 }
  /// The last bytes before a gap: what is not taken is dropped.
  @inlinable public var isBeforeGap: Bool { flags & 8 != 0 }
}

/// A flow, as probe and init are told of it.
public struct Flow: Sendable {
  public enum Transport: UInt32, Sendable {
    case tcp = 6
    case udp = 17
  }
  public let transport: Transport
  public let client: AddressBytes?
  public let server: AddressBytes?
  public let clientPort: UInt16
  public let serverPort: UInt16
  /// Outermost VLAN id, 0 where there is none.
  public let vlan: UInt16
  /// Time of the first packet, nanoseconds since 1970 UTC.
  public let start: Int64
  /// In init: the id of the protocol that was recognised. 0 in probe.
  public let protocolID: ID
  let flags: UInt32

  /// Seen without its beginning: the first bytes may not be the first of the stream.
  public var isMidstream: Bool { flags & 1 != 0 }
  /// Until now only one direction was seen.
  public var isOneSided: Bool { flags & 2 != 0 }
  /// The bytes came out of an encryption.
  public var isDecrypted: Bool { flags & 4 != 0 }
  /// Within another flow.
  public var isInner: Bool { flags & 8 != 0 }
  /// Another session said that it would come.
  public var isExpected: Bool { flags & 16 != 0 }
  /// It continues a flow that began with another protocol.
  public var isSwitched: Bool { flags & 32 != 0 }
}
