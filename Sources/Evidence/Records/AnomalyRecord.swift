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

public struct AnomalyRecord: Sendable {
  public var name: AnomalyName
  public var time: Timestamp
  public var origin: RecordOrigin
  /// 1-based number of the packet in its capture; 0 when there is no single one.
  public var packet: UInt64
  public var flow: FlowID?
  /// The addresses it was seen between, when the packet got that far.
  public var sourceIP: IPAddress?
  public var destinationIP: IPAddress?
  public var sourcePort: UInt16?
  public var destinationPort: UInt16?
  public var proto: TransportProtocol?
  /// Byte offset: in the frame for packet anomalies, in the direction's stream for application ones.
  public var offset: UInt64?
  /// True when the capture, not the sender, cut the bytes short.
  public var captured = false
  /// How many this record stands for; 1 for the first ones of a flow.
  public var count: UInt64 = 1
  /// Set on a record that sums up: times of the first and last it stands for.
  public var first: Timestamp?
  public var last: Timestamp?
  public var detail: [(name: String, value: FieldValue)] = []

  public init(name: AnomalyName, time: Timestamp, origin: RecordOrigin, packet: UInt64, flow: FlowID? = nil) {
    self.name = name
    self.time = time
    self.origin = origin
    self.packet = packet
    self.flow = flow
  }

  public var sensor: String { origin.sensor }
  public var capture: String { origin.capture }
}
