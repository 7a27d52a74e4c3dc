/// The tables of records: one for each kind that has a time, a source and a JSON form.

/// A kind of stored record. Each has the columns id, time, recorded, source and body (the record as JSON), and those
/// by which it is looked for.
public enum RecordKind: String, CaseIterable, Sendable {
  case persona
  case personaChange = "persona_change"
  case outreach, process, connection, asset
  case flow, transaction, anomaly, signal
  case `case`

  /// The table's name; `transaction` and `case` are words of SQL.
  public var table: String {
    switch self {
    case .transaction: "app_transaction"
    case .case: "case_record"
    default: rawValue
    }
  }

  /// What a list may be filtered by, beside source: column and SQL type.
  public var columns: [(name: String, type: String)] {
    switch self {
    case .persona: [("platform", "TEXT"), ("account_id", "TEXT"), ("handle", "TEXT")]
    case .personaChange: [("platform", "TEXT"), ("account_id", "TEXT"), ("field", "TEXT")]
    case .outreach: [("platform", "TEXT"), ("kind", "TEXT"), ("from_account_id", "TEXT"), ("to_account_id", "TEXT")]
    case .process: [("host", "TEXT"), ("pid", "INTEGER"), ("guid", "TEXT"), ("image", "TEXT")]
    case .connection: [("host", "TEXT"), ("pid", "INTEGER"), ("dest_ip", "TEXT"), ("dest_port", "INTEGER")]
    case .asset: [("host", "TEXT"), ("owner", "TEXT")]
    case .flow:
      [
        ("sensor", "TEXT"), ("src_ip", "TEXT"), ("src_port", "INTEGER"), ("dest_ip", "TEXT"), ("dest_port", "INTEGER"),
        ("proto", "TEXT"), ("app_proto", "TEXT"), ("community_id", "TEXT"),
      ]
    case .transaction: [("flow", "TEXT"), ("app_proto", "TEXT")]
    case .anomaly: [("anomaly", "TEXT"), ("severity", "TEXT"), ("layer", "TEXT"), ("flow", "TEXT")]
    case .signal: [("analytic", "TEXT"), ("entity_kind", "TEXT"), ("score", "REAL")]
    case .case: [("severity", "TEXT"), ("status", "TEXT"), ("score", "REAL")]
    }
  }
}
