/// One exchange of an application protocol as a dissector told it (interfaces.md, `transaction`).

/// A typed value of a declared field; the types are those of the plugin ABI.
public enum FieldValue: Hashable, Sendable {
  case u64(UInt64)
  case i64(Int64)
  case f64(Double)
  case flag(Bool)
  case text(String)
  case bytes([UInt8])
  case ip(IPAddress)
  case mac(MACAddress)
  case time(Timestamp)
  /// A field declared as a list: its values in the order they were emitted.
  case list([FieldValue])
}

public struct TransactionRecord: Sendable {
  public var flow: FlowID
  public var origin: RecordOrigin
  public var time: Timestamp
  public var appProto: String
  /// The name of the record that the dissector declared (`dns`, `http`, …).
  public var record: String
  /// In the order of declaration.
  public var fields: [(name: String, value: FieldValue)]
  /// Position among the flow's transactions, from 0: with the flow's id it names the record.
  public var ordinal: UInt32

  public init(
    flow: FlowID, origin: RecordOrigin, time: Timestamp, appProto: String, record: String,
    fields: [(name: String, value: FieldValue)], ordinal: UInt32
  ) {
    self.flow = flow
    self.origin = origin
    self.time = time
    self.appProto = appProto
    self.record = record
    self.fields = fields
    self.ordinal = ordinal
  }

  public var sensor: String { origin.sensor }
  public var capture: String { origin.capture }
}
