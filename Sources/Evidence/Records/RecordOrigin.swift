/// Where a record of the wire came from.

/// A sensor and one of its captures. Shared by all records that came from there, so that a record costs one reference
/// instead of two texts.
public final class RecordOrigin: Sendable {
  /// The sensor's name.
  public let sensor: String
  /// The capture file or interface.
  public let capture: String
  /// The names of records begin with it: worked out once, not for each record.
  let hash: StableHash

  public init(sensor: String, capture: String) {
    self.sensor = sensor
    self.capture = capture
    var hash = StableHash()
    hash.combine(sensor)
    hash.combine(capture)
    self.hash = hash
  }
}
