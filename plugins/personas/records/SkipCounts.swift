/// What a source read over, by kind.

/// Kinds are partly the input's words: only so many are told apart.
public struct SkipCounts {
  private var counts: [String: UInt64] = [:]
  private static let mostKinds = 256

  public init() {}

  public mutating func skip(_ kind: String) {
    let kind = kind.utf8.count <= 120 ? kind : String(kind.prefix(60))
    let known = counts[kind] != nil || counts.count < Self.mostKinds
    counts[known ? kind : "others", default: 0] &+= 1
  }

  /// The most frequent first.
  public var list: [(kind: String, count: UInt64)] {
    counts.map { (kind: $0.key, count: $0.value) }.sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
  }
}
