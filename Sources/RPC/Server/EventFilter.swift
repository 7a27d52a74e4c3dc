// Which records a subscriber wants.

import JSON

/// Wanted values by member; `entity.kind` reaches into an object. All must match; of an array of values, any.
public struct EventFilter {
  private let wanted: [(path: [String], values: [JSONValue])]

  public init(_ node: JSONNode?) {
    wanted = (node?.members.map { $0 } ?? []).map { member in
      let value = JSONValue(member.value)
      return (member.key.split(separator: ".").map(String.init), value.elements ?? [value])
    }
  }

  public var isEmpty: Bool { wanted.isEmpty }

  public func matches(_ record: JSONNode) -> Bool {
    wanted.allSatisfy { path, values in
      var node: JSONNode? = record
      for name in path { node = node?[name] }
      guard let node else { return false }
      return values.contains(JSONValue(node))
    }
  }
}
