// The anomalies found in one packet, kept inside the packet so that noting one never allocates.

import Catalog

/// One anomaly of one packet.
@frozen
public struct PacketAnomaly: Sendable, BitwiseCopyable {
  /// The row of the catalog; `kind` is the value to use.
  @usableFromInline var code: UInt16
  /// Where in the bytes that were decoded the offending header or field begins; 65535 if farther.
  public var offset: UInt16
  /// Whether it merely follows from the capture having cut the packet short (captured < wire length).
  public var captured: Bool

  public var kind: AnomalyKind { AnomalyKind(rawValue: code) ?? .decodeTooManyLayers }

  init(_ kind: AnomalyKind, offset: Int, captured: Bool) {
    code = kind.rawValue
    self.offset = UInt16(clamping: offset)
    self.captured = captured
  }
}

/// Up to `capacity` anomalies in the order in which they were found; more are counted in `overflow`.
/// An id stands once: a second finding of it in the same packet is dropped.
public struct PacketAnomalies: Sendable, BitwiseCopyable {
  /// How many different ids a packet can hold.
  public static var capacity: Int { 16 }

  // Narrow, so that forgetting them is one store.
  private var stored: UInt8
  private var dropped: UInt8
  private var items: InlineArray<16, PacketAnomaly>

  public init() {
    stored = 0
    dropped = 0
    items = InlineArray(repeating: PacketAnomaly(.decodeTooManyLayers, offset: 0, captured: false))
  }

  public var count: Int { Int(stored) }
  /// Findings that found no room; 255 stands for as many or more.
  public var overflow: Int { Int(dropped) }

  public var isEmpty: Bool { stored == 0 }

  /// The anomaly at that place, 0..<count.
  public subscript(index: Int) -> PacketAnomaly { items[index] }

  /// Whether that kind was found.
  public func contains(_ kind: AnomalyKind) -> Bool {
    for index in 0..<count where items[index].code == kind.rawValue { return true }
    return false
  }

  /// Notes an anomaly unless its kind is there already.
  @inline(never)
  public mutating func append(_ kind: AnomalyKind, offset: Int, captured: Bool = false) {
    if contains(kind) { return }
    guard count < Self.capacity else {
      if dropped < .max { dropped &+= 1 }
      return
    }
    items[count] = PacketAnomaly(kind, offset: offset, captured: captured)
    stored &+= 1
  }

  @inline(__always)
  public mutating func removeAll() {
    stored = 0
    dropped = 0
  }
}
