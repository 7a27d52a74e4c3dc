// Which records a subscriber wants.

import JSON

/// Wanted values by member; `entity.kind` reaches into an object. All must match; of an array of values, any.
struct EventFilter {
  private let wanted: [(path: [String], values: [JSONValue])]

  init(_ node: JSONNode?) {
    wanted = (node?.members.map { $0 } ?? []).map { member in
      let value = JSONValue(member.value)
      return (member.key.split(separator: ".").map(String.init), value.elements ?? [value])
    }
  }

  var isEmpty: Bool { wanted.isEmpty }

  func matches(_ record: JSONNode) -> Bool {
    wanted.allSatisfy { path, values in
      var node: JSONNode? = record
      for name in path { node = node?[name] }
      guard let node else { return false }
      return values.contains(JSONValue(node))
    }
  }
}
