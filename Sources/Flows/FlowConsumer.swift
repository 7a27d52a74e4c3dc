import Evidence

/// What Flows hands down the line: the seam between flow tracking and whoever reads the bytes.

/// Which way bytes go, seen from the side that opened the flow.
public enum Direction: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// From the originator (Zeek's word), the side that opened the flow, to the responder.
  case toServer = 0
  /// From the responder to the originator.
  case toClient = 1

  /// The other way.
  @inlinable public var opposite: Direction { self == .toServer ? .toClient : .toServer }
}

/// Where and when bytes were seen, for what is reported about them.
public struct PacketMark: Sendable, Hashable {
  /// Nanoseconds since 1970-01-01 UTC, capture time.
  public var time: Int64
  /// 1-based number of the packet in its capture.
  public var number: UInt64

  @inlinable public init(time: Int64, number: UInt64) {
    self.time = time
    self.number = number
  }
}

/// Reads what flows carry: told of each flow once, then of its bytes in order, then of its end.
///
/// A flow that is opened with a token other than 0 gets any number of ``data(_:_:offset:_:afterGap:packet:)``,
/// ``gap(_:_:offset:length:)`` or ``datagram(_:_:_:packet:)`` calls, at most one ``end(_:_:)`` a direction, and
/// exactly one ``close(_:reason:record:)``. A flow with token 0 gets none of these, not even the close.
///
/// All calls come from the thread that feeds the engine. The bytes are valid during the call only: they lie in the
/// packet's own buffer where possible.
///
/// A class to be derived from, and no protocol: an engine can call it without counting references, once or more a packet. As it
/// stands it wants no flow.
open class FlowConsumer {
  public init() {}

  /// A flow was opened, before the first of its bytes is given. Returns a token, or 0 not to be told more of it.
  open func open(_ flow: FlowReference) -> UInt32 { 0 }

  /// Stream bytes in order and without overlap.
  /// - Parameters:
  ///   - offset: of the first byte in its direction's stream; the first byte after the SYN (or, of a flow picked
  ///     up in the middle, the first byte seen) is 0.
  ///   - afterGap: the bytes just before these were never seen; ``gap(_:_:offset:length:)`` told of them.
  ///   - packet: the packet that made the bytes deliverable.
  /// - Returns: false to get no more bytes of this flow (in either direction).
  open func data(
    _ token: UInt32, _ direction: Direction, offset: UInt64, _ bytes: UnsafeRawBufferPointer, afterGap: Bool,
    packet: PacketMark
  ) -> Bool { false }

  /// Stream bytes that the peer acknowledged and the capture does not have, or that were given up for lack of
  /// buffer. Returns false to get no more bytes of this flow.
  open func gap(_ token: UInt32, _ direction: Direction, offset: UInt64, length: UInt64) -> Bool { false }

  /// A direction's stream is complete: its FIN was reached in order, or the flow is over.
  open func end(_ token: UInt32, _ direction: Direction) {}

  /// The payload of one UDP datagram (or of another protocol without a stream).
  /// Returns false to get no more of this flow.
  open func datagram(
    _ token: UInt32, _ direction: Direction, _ bytes: UnsafeRawBufferPointer, packet: PacketMark
  ) -> Bool { false }

  /// Something of the flow may come soon: a chance to bring its memory nearer. The token may be one that is closed.
  open func prefetch(_ token: UInt32) {}

  /// What ``prefetch(_:)`` asked for has come: a chance to bring nearer what hangs on it.
  open func prefetchMore(_ token: UInt32) {}

  /// The flow is over. Called exactly once for each token other than 0; fills the record's application fields.
  open func close(_ token: UInt32, reason: FlowEndReason, record: inout FlowRecord) {}
}

/// A consumer that somebody else keeps alive, so that a call need not. Trivial.
///
/// Invariant: whoever has one holds the consumer, too, as long as that.
struct BorrowedConsumer: BitwiseCopyable {
  private let consumer: Unmanaged<FlowConsumer>

  init(_ consumer: FlowConsumer) { self.consumer = .passUnretained(consumer) }

  @inline(__always)
  func call<R>(_ body: (FlowConsumer) -> R) -> R { consumer._withUnsafeGuaranteedRef(body) }
}
