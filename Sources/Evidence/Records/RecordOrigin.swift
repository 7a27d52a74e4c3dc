/// Where a record of the wire came from.

/// A sensor and one of its captures. Shared by all records that came from there, so that a record costs one reference
/// instead of two texts.
public final class RecordOrigin: Sendable {
  /// The sensor's name.
  public let sensor: String
  /// The capture file or interface.
  public let capture: String

  public init(sensor: String, capture: String) {
    self.sensor = sensor
    self.capture = capture
  }
}
