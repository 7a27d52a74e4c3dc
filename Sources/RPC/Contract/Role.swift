// Who may do what.

/// What a caller may do; each role may all that the one before it may.
public enum Role: UInt8, Comparable, Sendable, CaseIterable {
  /// Reads records and cases.
  case viewer
  /// Reads also what is about the organisation's own people.
  case analyst
  /// Starts and stops captures and sources, submits evidence.
  case `operator`
  /// All, shutting down included.
  case admin

  public static func < (one: Role, other: Role) -> Bool { one.rawValue < other.rawValue }

  /// As in the contract and the configuration.
  public var name: String {
    switch self {
    case .viewer: "viewer"
    case .analyst: "analyst"
    case .operator: "operator"
    case .admin: "admin"
    }
  }

  public init?(_ name: String) {
    guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }
}
