// What the wire can say that no protocol should say: one value for each id of the anomaly catalog.

/// A kind of anomaly, as the catalog (`proto/anomalies.tsv`, `docs/anomalies.md`) lists them.
///
/// Two bytes, so that the packet path can note it without allocating. The raw value is the row in the catalog
/// of this build and is never stored: `id` is the name that lasts.
@frozen
public struct AnomalyKind: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16

  /// The kind with that number, or nil if it is not within 1...`count`.
  public init?(rawValue: UInt16) {
    guard rawValue >= 1, rawValue <= Self.count else { return nil }
    self.rawValue = rawValue
  }

  /// The kind with that id, for example `tcp.no_session`, or nil if the catalog has none. One dictionary look-up.
  public init?(id: some StringProtocol) {
    guard let kind = Self.byID[String(id)] else { return nil }
    self = kind
  }

  @inlinable init(code: UInt16) { rawValue = code }

  /// The id in the catalog, for example `tcp.no_session`.
  public var id: String { Self.entries[Int(rawValue) - 1].id }

  /// The layer whose rules were broken.
  public var layer: Layer { Self.entries[Int(rawValue) - 1].layer }

  /// How much attention it deserves when nothing else is known.
  public var severity: Severity { Self.entries[Int(rawValue) - 1].severity }

  /// What it means, in one sentence without its full stop.
  public var definition: String { Self.entries[Int(rawValue) - 1].definition }

  /// All kinds, in the order of the catalog.
  public static let all: [AnomalyKind] = (1...UInt16(count)).map(AnomalyKind.init(code:))

  private static let byID: [String: AnomalyKind] = .init(
    zip(entries.lazy.map(\.id), all), uniquingKeysWith: { first, _ in first })

  struct Entry: Sendable {
    let id: String
    let layer: Layer
    let severity: Severity
    let definition: String

    init(_ id: String, _ layer: Layer, _ severity: Severity, _ definition: String) {
      self.id = id
      self.layer = layer
      self.severity = severity
      self.definition = definition
    }
  }
}

extension AnomalyKind: CustomStringConvertible {
  public var description: String { id }
}
