/// Records beside those that a test expects: `vedette plugin run --expect`.

import JSON

/// Compares records with expected ones, line by line and in order.
///
/// An expected record states the members that matter: a member that it does not have may be anything, so that a record
/// that a later Vedette says more in still fits.
public struct ExpectedRecords {
  private let expected: [(line: Int, value: JSONValue)]
  private var at = 0
  /// One line each.
  public private(set) var differences: [String] = []

  /// Reads JSON Lines; empty lines are passed over. Throws with the line that is none.
  public init(_ text: String) throws(JSONError) {
    var expected: [(Int, JSONValue)] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty
    {
      expected.append((number + 1, try JSONValue(parsing: String(line))))
    }
    self.expected = expected
  }

  /// Takes the next record.
  public mutating func take(_ record: String) {
    defer { at += 1 }
    guard at < expected.count else {
      differences.append("one more than expected: \(record)")
      return
    }
    guard let value = try? JSONValue(parsing: record) else {
      differences.append("is no JSON: \(record)")
      return
    }
    if let place = Self.difference(value, expected[at].value, "") {
      differences.append("expected line \(expected[at].line): \(place)")
    }
  }

  /// To be called after the last record.
  public mutating func finish() {
    for missing in expected.dropFirst(at) { differences.append("expected line \(missing.line): no such record came") }
    at = max(at, expected.count)
  }

  /// Where a value differs from what is expected of it; nil where it fits.
  static func difference(_ value: JSONValue, _ expected: JSONValue, _ path: String) -> String? {
    switch (value, expected) {
    case (_, .object(let members)):
      for (name, wanted) in members {
        let place = path.isEmpty ? name : "\(path).\(name)"
        guard let there = value[name] else { return "\(place) is missing" }
        if let words = difference(there, wanted, place) { return words }
      }
      return nil
    case (.array(let have), .array(let want)):
      guard have.count == want.count else { return "\(path) has \(have.count) elements instead of \(want.count)" }
      for (index, pair) in zip(have, want).enumerated() {
        if let words = difference(pair.0, pair.1, "\(path)[\(index)]") { return words }
      }
      return nil
    default:
      let (have, want) = (text(value), text(expected))
      return have == want ? nil : "\(path) is \(have.prefix(200)) instead of \(want.prefix(200))"
    }
  }

  private static func text(_ value: JSONValue) -> String {
    var w = JSONWriter()
    w.value(value)
    return w.text
  }
}
