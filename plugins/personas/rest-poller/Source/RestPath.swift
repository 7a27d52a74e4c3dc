/// Where in a service's answer a value stands.

import JSON

/// `user.name`, `emails[0].value`, `links[].url`, and alternatives parted by `|`, of which the first that leads to
/// something counts. The empty path is the value itself.
struct RestPath: Equatable, Sendable {
  enum Step: Equatable, Sendable {
    case member(String)
    case element(Int)
    /// Each element of a list.
    case all
  }

  private let alternatives: [[Step]]
  private static let mostSteps = 32
  private static let mostValues = 1000

  /// Nil: no path.
  init?(_ text: String) {
    var alternatives: [[Step]] = []
    for part in text.split(separator: "|", omittingEmptySubsequences: false) {
      guard let steps = Self.steps(part) else { return nil }
      alternatives.append(steps)
    }
    self.alternatives = alternatives
  }

  private static func steps(_ text: Substring) -> [Step]? {
    var steps: [Step] = []
    guard !text.isEmpty else { return steps }
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      var rest = part
      let name = rest.prefix { $0 != "[" }
      rest = rest.dropFirst(name.count)
      if !name.isEmpty {
        steps.append(.member(String(name)))
      } else if rest.isEmpty {
        return nil
      }
      while !rest.isEmpty {
        guard rest.first == "[", let close = rest.firstIndex(of: "]") else { return nil }
        let inner = rest[rest.index(after: rest.startIndex)..<close]
        if inner.isEmpty {
          steps.append(.all)
        } else {
          guard let index = Int(inner), index >= 0 else { return nil }
          steps.append(.element(index))
        }
        rest = rest[rest.index(after: close)...]
      }
    }
    return steps.count <= mostSteps ? steps : nil
  }

  /// What the path leads to, null left out.
  func values(in value: JSONValue) -> [JSONValue] {
    for steps in alternatives {
      var found = [value]
      for step in steps {
        found = Array(
          found.lazy.flatMap { value -> [JSONValue] in
            switch step {
            case .member(let name): value[name].map { [$0] } ?? []
            case .element(let index): value[index].map { [$0] } ?? []
            case .all: value.elements ?? []
            }
          }.prefix(Self.mostValues))
      }
      found.removeAll(where: \.isNull)
      if !found.isEmpty { return found }
    }
    return []
  }

  func value(in value: JSONValue) -> JSONValue? { values(in: value).first }
}

extension JSONValue {
  /// Text, numbers and flags as text.
  var scalarText: String? {
    switch self {
    case .string(let text): text
    case .int, .uint, .double, .bool: description
    default: nil
    }
  }
}
