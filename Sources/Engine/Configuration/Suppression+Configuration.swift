/// The suppressions that a configuration has.

import Evidence
import JSON

extension Configuration {
  /// In the order of the file; each was checked when it was read.
  public var suppressions: [Suppression] {
    mappings("suppressions").compactMap { entry in try? Suppression(configured: entry) }
  }
}

extension Suppression {
  convenience init(configured entry: [String: ConfigurationValue]) throws(SuppressionError) {
    var members: [(String, JSONValue)] = []
    for (name, value) in entry.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .text(let text): members.append((name, .string(text)))
      case .object(let object): members.append((name, object))
      default: continue
      }
    }
    try self.init(.object(members))
  }
}
