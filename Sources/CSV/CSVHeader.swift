/// The names of a table's columns.

/// The first record of a table, and where each column stands. Names are compared without case, and `_`, `-` and spaces
/// count alike: `Employee ID` is `employee_id`.
public struct CSVHeader: Sendable {
  public let names: [String]
  private let indices: [String: Int]

  /// The first of two columns of one name counts.
  public init(_ names: [String]) {
    self.names = names
    indices = Dictionary(
      names.enumerated().map { (Self.folded($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// The index of the first of these names that there is.
  public func index(_ names: String...) -> Int? { index(ofAny: names) }

  public func index(ofAny names: [String]) -> Int? {
    for name in names { if let index = indices[Self.folded(name)] { return index } }
    return nil
  }

  /// Lower case, words with `_` between them.
  public static func folded(_ name: String) -> String {
    name.lowercased().split { $0 == " " || $0 == "_" || $0 == "-" || $0 == "." || $0 == "\u{a0}" }.joined(
      separator: "_")
  }
}
