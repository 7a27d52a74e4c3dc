// How much attention something deserves; one scale for anomalies, signals and cases.

/// From worth knowing to act now. Anomalies use `info` to `high`; only a case is ever `critical`.
public enum Severity: UInt8, Sendable, Hashable, Comparable, CaseIterable {
  case info, low, medium, high, critical

  /// The name in records and on the command line.
  public var name: String {
    switch self {
    case .info: "info"
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    case .critical: "critical"
    }
  }

  /// The severity of that name, or nil; case matters.
  public init?(name: some StringProtocol) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}
