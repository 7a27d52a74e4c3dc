/// The configuration's keys as JSON Schema (draft 2020-12), for editors and checkers.

import JSON

extension ConfigurationKey {
  public static var jsonSchema: JSONValue {
    .object([
      ("$schema", "https://json-schema.org/draft/2020-12/schema"),
      ("title", "Vedette configuration"),
      ("type", "object"),
      ("additionalProperties", false),
      ("properties", .object(properties(of: all.map { ($0.path.split(separator: ".").map(String.init)[...], $0) }))),
    ])
  }

  /// Groups keys by the first part of their paths, in the order of the table.
  private static func properties(of keys: [(path: ArraySlice<String>, key: ConfigurationKey)]) -> [(String, JSONValue)]
  {
    var order: [String] = []
    var groups: [String: [(path: ArraySlice<String>, key: ConfigurationKey)]] = [:]
    for entry in keys {
      guard let name = entry.path.first else { continue }
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append((entry.path.dropFirst(), entry.key))
    }
    return order.map { name in
      let group = groups[name] ?? []
      if let only = group.first, only.path.isEmpty { return (name, only.key.schema) }
      return (
        name,
        .object([
          ("type", "object"), ("additionalProperties", false), ("properties", .object(properties(of: group))),
        ])
      )
    }
  }

  private var schema: JSONValue {
    var members: [(String, JSONValue)] = []
    switch type {
    case .text, .network: members = [("type", "string")]
    case .flag: members = [("type", "boolean")]
    case .integer(let b):
      members = [("type", "integer"), ("minimum", .int(b.lowerBound)), ("maximum", .int(b.upperBound))]
    case .number(let b):
      members = [("type", "number"), ("minimum", .double(b.lowerBound)), ("maximum", .double(b.upperBound))]
    case .choice(let words): members = [("enum", .array(words.map { .string($0) }))]
    case .duration: members = [("type", "string"), ("pattern", "^[0-9]+ ?(ns|us|ms|s|m|h|d)$")]
    case .size: members = [("type", ["string", "integer"]), ("pattern", "^[0-9]+ ?(B|KiB|MiB|GiB|TiB)?$")]
    case .texts: members = [("type", ["array", "string"]), ("items", .object([("type", "string")]))]
    case .object: members = [("type", "object")]
    case .mappings(let keys):
      members = [
        ("type", "array"),
        (
          "items",
          .object([
            ("type", "object"), ("additionalProperties", false),
            ("properties", .object(keys.map { ($0.path, $0.schema) })),
          ])
        ),
      ]
    }
    members.append(("description", .string(help)))
    if !defaultText.isEmpty, defaultText != "[]" {
      switch type {
      case .flag: members.append(("default", .bool(defaultText == "true")))
      case .integer: members.append(("default", .int(Int64(defaultText) ?? 0)))
      default: members.append(("default", .string(defaultText)))
      }
    }
    return .object(members)
  }
}
