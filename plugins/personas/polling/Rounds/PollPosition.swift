/// Where a poller is: what its cursor says.

import JSON

/// A place in a round through the feeds, and what rounds before it left behind.
public struct PollPosition: Equatable, Sendable {
  /// The ABI's limit of a cursor.
  public static let mostBytes = 4096
  /// The most bytes of a page's token.
  static let mostTokenBytes = 2048

  /// When the round began, nanoseconds since 1970 UTC; nil between rounds.
  public var round: Int64?
  /// The feed that is walked; empty: the first.
  public var feed = ""
  /// The token of its page, nil for the first.
  public var page: String?
  /// The last output of that page that was handed over, by its digest; nil: none was.
  public var after: String?
  /// What the feed's mark becomes at its end.
  public var newMark: String?
  /// By feed.
  public var marks: [String: String] = [:]

  public init() {}

  public var cursor: [UInt8] {
    var w = JSONWriter(capacity: 512)
    w.beginObject()
    w.member("v", 1)
    w.member("round", round)
    if !feed.isEmpty { w.member("feed", feed) }
    w.member("page", page)
    w.member("after", after)
    w.member("mark", newMark)
    if !marks.isEmpty {
      w.key("marks")
      w.beginObject()
      for (name, mark) in marks.sorted(by: { $0.key < $1.key }) { w.member(name, mark) }
      w.endObject()
    }
    w.endObject()
    return w.bytes
  }

  /// Reads a cursor; nil for one of another form.
  public init?(cursor: UnsafeRawBufferPointer) {
    guard cursor.count <= Self.mostBytes, let node = try? JSONReader(maxBytes: Self.mostBytes).parse(cursor),
      node["v"]?.int64 == 1
    else { return nil }
    round = node["round"]?.int64
    feed = node["feed"]?.string ?? ""
    page = node["page"]?.string
    after = node["after"]?.string
    newMark = node["mark"]?.string
    for member in node["marks"]?.members ?? node.members where node["marks"] != nil {
      if let mark = member.value.string { marks[member.key] = mark }
    }
  }
}
