/// A departure from what a protocol says, found on the wire (interfaces.md, `anomaly`).

import Catalog

/// Which anomaly: one of our catalog, or one that a plugin declared itself.
public enum AnomalyName: Hashable, Sendable {
  case catalog(AnomalyKind)
  case plugin(id: String, severity: Severity)

  public var id: String {
    switch self {
    case .catalog(let kind): kind.id
    case .plugin(let id, _): id
    }
  }
  /// A plugin's own anomalies are of the application layer.
  public var layer: Layer {
    switch self {
    case .catalog(let kind): kind.layer
    case .plugin: .application
    }
  }
  public var severity: Severity {
    switch self {
    case .catalog(let kind): kind.severity
    case .plugin(_, let severity): severity
    }
  }
}

/// One anomaly, or several of a kind summed up.
///
/// Hostile traffic brings more of these than of anything else, so it is packed: what may be missing is a bit beside plain
/// words, and what few have is elsewhere. Two cache lines, and copying one counts a single reference.
public struct AnomalyRecord: Sendable {
  public var time: Timestamp
  public var origin: RecordOrigin
  /// 1-based number of the packet in its capture; 0 when there is no single one.
  public var packet: UInt64
  /// How many this record stands for; 1 for the first ones of a flow.
  public var count: UInt64 = 1

  @usableFromInline var flowWord: UInt64 = 0
  @usableFromInline var sourceHigh: UInt64 = 0
  @usableFromInline var sourceLow: UInt64 = 0
  @usableFromInline var destinationHigh: UInt64 = 0
  @usableFromInline var destinationLow: UInt64 = 0
  @usableFromInline var offsetWord: UInt64 = 0
  @usableFromInline var firstNanoseconds: Int64 = 0
  @usableFromInline var lastNanoseconds: Int64 = 0
  /// Of the catalog; meaningless where `rare` has a name.
  @usableFromInline var kind: AnomalyKind
  @usableFromInline var sourcePortWord: UInt16 = 0
  @usableFromInline var destinationPortWord: UInt16 = 0
  @usableFromInline var marks: Marks = []
  @usableFromInline var protoNumber: UInt8 = 0
  @usableFromInline var rare: Rare?

  /// Which of the words say something.
  @usableFromInline struct Marks: OptionSet, BitwiseCopyable, Sendable {
    @usableFromInline let rawValue: UInt16
    @inlinable init(rawValue: UInt16) { self.rawValue = rawValue }
    @inlinable static var flow: Marks { .init(rawValue: 1) }
    @inlinable static var source: Marks { .init(rawValue: 2) }
    @inlinable static var sourceIsIPv4: Marks { .init(rawValue: 4) }
    @inlinable static var destination: Marks { .init(rawValue: 8) }
    @inlinable static var destinationIsIPv4: Marks { .init(rawValue: 16) }
    @inlinable static var sourcePort: Marks { .init(rawValue: 32) }
    @inlinable static var destinationPort: Marks { .init(rawValue: 64) }
    @inlinable static var proto: Marks { .init(rawValue: 128) }
    @inlinable static var offset: Marks { .init(rawValue: 256) }
    @inlinable static var first: Marks { .init(rawValue: 512) }
    @inlinable static var last: Marks { .init(rawValue: 1024) }
    @inlinable static var captured: Marks { .init(rawValue: 2048) }

    @inlinable mutating func set(_ mark: Marks, _ isSet: Bool) {
      self = Marks(rawValue: isSet ? rawValue | mark.rawValue : rawValue & ~mark.rawValue)
    }
  }

  /// What few anomalies have: a name of a plugin's own, and fields that describe them.
  @usableFromInline final class Rare: Sendable {
    @usableFromInline let name: AnomalyName?
    let detail: [(name: String, value: FieldValue)]

    @usableFromInline convenience init(name: AnomalyName) { self.init(name: name, detail: []) }

    init(name: AnomalyName?, detail: [(name: String, value: FieldValue)]) {
      self.name = name
      self.detail = detail
    }
  }

  @inlinable
  public init(name: AnomalyName, time: Timestamp, origin: RecordOrigin, packet: UInt64, flow: FlowID? = nil) {
    if case .catalog(let kind) = name {
      self.init(kind, time: time, origin: origin, packet: packet)
    } else {
      self.init(AnomalyKind.all[0], time: time, origin: origin, packet: packet)
      rare = Rare(name: name)
    }
    self.flow = flow
  }

  /// One of the catalog, of no flow.
  @inlinable public init(_ kind: AnomalyKind, time: Timestamp, origin: RecordOrigin, packet: UInt64) {
    self.kind = kind
    self.time = time
    self.origin = origin
    self.packet = packet
  }

  public var sensor: String { origin.sensor }
  public var capture: String { origin.capture }

  @inlinable public var name: AnomalyName {
    // Asked of every record: without a call, which would be given a copy.
    guard let rare, let name = rare.name else { return .catalog(kind) }
    return name
  }

  /// What describes it, by declared name; empty for most.
  public var detail: [(name: String, value: FieldValue)] {
    get { rare?.detail ?? [] }
    set { if !newValue.isEmpty || rare != nil { rare = Rare(name: rare?.name, detail: newValue) } }
  }
}

extension AnomalyRecord {
  @inlinable public var flow: FlowID? {
    get { marks.contains(.flow) ? FlowID(rawValue: flowWord) : nil }
    set {
      flowWord = newValue?.rawValue ?? 0
      marks.set(.flow, newValue != nil)
    }
  }

  /// The addresses it was seen between, when the packet got that far.
  @inlinable public var sourceIP: IPAddress? {
    get {
      guard marks.contains(.source) else { return nil }
      return marks.contains(.sourceIsIPv4)
        ? IPAddress(ipv4: UInt32(truncatingIfNeeded: sourceLow)) : IPAddress(high: sourceHigh, low: sourceLow)
    }
    set {
      sourceHigh = newValue?.high ?? 0
      sourceLow = newValue?.low ?? 0
      marks.set(.source, newValue != nil)
      marks.set(.sourceIsIPv4, newValue?.isIPv4 ?? false)
    }
  }

  @inlinable public var destinationIP: IPAddress? {
    get {
      guard marks.contains(.destination) else { return nil }
      return marks.contains(.destinationIsIPv4)
        ? IPAddress(ipv4: UInt32(truncatingIfNeeded: destinationLow))
        : IPAddress(high: destinationHigh, low: destinationLow)
    }
    set {
      destinationHigh = newValue?.high ?? 0
      destinationLow = newValue?.low ?? 0
      marks.set(.destination, newValue != nil)
      marks.set(.destinationIsIPv4, newValue?.isIPv4 ?? false)
    }
  }

  @inlinable public var sourcePort: UInt16? {
    get { marks.contains(.sourcePort) ? sourcePortWord : nil }
    set {
      sourcePortWord = newValue ?? 0
      marks.set(.sourcePort, newValue != nil)
    }
  }

  @inlinable public var destinationPort: UInt16? {
    get { marks.contains(.destinationPort) ? destinationPortWord : nil }
    set {
      destinationPortWord = newValue ?? 0
      marks.set(.destinationPort, newValue != nil)
    }
  }

  @inlinable public var proto: TransportProtocol? {
    get { marks.contains(.proto) ? TransportProtocol(rawValue: protoNumber) : nil }
    set {
      protoNumber = newValue?.rawValue ?? 0
      marks.set(.proto, newValue != nil)
    }
  }

  /// Byte offset: in the frame for packet anomalies, in the direction's stream for application ones.
  @inlinable public var offset: UInt64? {
    get { marks.contains(.offset) ? offsetWord : nil }
    set {
      offsetWord = newValue ?? 0
      marks.set(.offset, newValue != nil)
    }
  }

  /// True when the capture, not the sender, cut the bytes short.
  @inlinable public var captured: Bool {
    get { marks.contains(.captured) }
    set { marks.set(.captured, newValue) }
  }

  /// Set on a record that sums up: times of the first and last it stands for.
  @inlinable public var first: Timestamp? {
    get { marks.contains(.first) ? Timestamp(nanoseconds: firstNanoseconds) : nil }
    set {
      firstNanoseconds = newValue?.nanoseconds ?? 0
      marks.set(.first, newValue != nil)
    }
  }

  @inlinable public var last: Timestamp? {
    get { marks.contains(.last) ? Timestamp(nanoseconds: lastNanoseconds) : nil }
    set {
      lastNanoseconds = newValue?.nanoseconds ?? 0
      marks.set(.last, newValue != nil)
    }
  }
}
