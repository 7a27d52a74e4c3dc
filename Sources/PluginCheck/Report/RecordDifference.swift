/// How two lists of records differ, in the words of one member.

import JSON

struct RecordDifference: CustomStringConvertible {
  let description: String

  /// `whole`: what is said when the bytes come whole; `cut`: when they come otherwise.
  init(_ whole: [String], _ cut: [String]) {
    guard whole.count == cut.count else {
      let more = whole.count > cut.count ? whole.first { !cut.contains($0) } : cut.first { !whole.contains($0) }
      description =
        "it gives \(cut.count) records instead of \(whole.count)"
        + (more.map { "; \(whole.count > cut.count ? "missing" : "too many") is \($0.prefix(400))" } ?? "")
      return
    }
    guard let pair = zip(whole, cut).first(where: { $0 != $1 }) else {
      description = "it is the same"
      return
    }
    var words: String?
    if let expected = try? JSONValue(parsing: pair.0), let value = try? JSONValue(parsing: pair.1) {
      words =
        ExpectedRecords.difference(Self.withoutID(value), Self.withoutID(expected), "")
        ?? ExpectedRecords.difference(Self.withoutID(expected), Self.withoutID(value), "").map { "it has more: \($0)" }
    }
    description = "\(words ?? "the record is another") in \(pair.1.prefix(400))"
  }

  /// An id that follows from the content says nothing that the content does not say better.
  private static func withoutID(_ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return value }
    return .object(members.filter { $0.0 != "id" })
  }
}
