// What a row of the catalog promises, as packets: some that its definition names, and some that come close and are not named.

import Catalog
import Testing

@testable import Flows

struct AnomalyCase: Sendable, CustomTestStringConvertible {
  var kind: AnomalyKind
  var what: String
  var times: UInt64 = 1
  var set: @Sendable (inout FlowOptions) -> Void = { _ in }
  var play: @Sendable (inout Conversation) -> Void
  var notWhat: String
  var not: @Sendable (inout Conversation) -> Void
  var testDescription: String { "\(kind.id): \(what); not: \(notWhat)" }

  init(
    _ kind: AnomalyKind, _ what: String, times: UInt64 = 1,
    set: @escaping @Sendable (inout FlowOptions) -> Void = { _ in },
    play: @escaping @Sendable (inout Conversation) -> Void, not notWhat: String,
    _ not: @escaping @Sendable (inout Conversation) -> Void
  ) {
    self.kind = kind
    self.what = what
    self.times = times
    self.set = set
    self.play = play
    self.notWhat = notWhat
    self.not = not
  }

  static func limit<Value: Sendable>(_ path: WritableKeyPath<FlowOptions, Value> & Sendable, _ value: Value)
    -> @Sendable (inout FlowOptions) -> Void
  { { $0[keyPath: path] = value } }
}
