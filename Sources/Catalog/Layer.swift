// The layers by which the catalog sorts anomalies.

/// The layer whose rules an anomaly broke.
public enum Layer: UInt8, Sendable, Hashable, CaseIterable {
  case link, network, transport, stream, application

  /// The name in records and in the catalog.
  public var name: String {
    switch self {
    case .link: "link"
    case .network: "network"
    case .transport: "transport"
    case .stream: "stream"
    case .application: "application"
    }
  }

  /// The layer of that name, or nil; case matters.
  public init?(name: some StringProtocol) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
