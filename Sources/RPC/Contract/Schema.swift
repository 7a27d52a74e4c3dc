// The part of JSON Schema that the contract uses: type, enum, required, properties, items, bounds, $ref.

import JSON

/// A schema, read once and checked against often.
struct Schema: Sendable {
  private struct Types: OptionSet {
    let rawValue: UInt8
    static let null = Types(rawValue: 1)
    static let boolean = Types(rawValue: 2)
    static let integer = Types(rawValue: 4)
    static let number = Types(rawValue: 8)
    static let string = Types(rawValue: 16)
    static let array = Types(rawValue: 32)
    static let object = Types(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(_ name: String) {
      switch name {
      case "null": self = .null
      case "boolean": self = .boolean
      case "integer": self = .integer
      case "number": self = .number
      case "string": self = .string
      case "array": self = .array
      case "object": self = .object
      default: return nil
      }
    }
  }

  private var types: Types?
  private var typeNames = ""
  private var choices: [JSONValue] = []
  private var required: [String] = []
  private var properties: [String: Schema] = [:]
  // An array, for a value cannot hold itself; one element at most.
  private var items: [Schema] = []
  private var minimum: Double?
  private var maximum: Double?
  private var minLength: Int64?
  private var minItems: Int64?
  private var maxItems: Int64?
  private var reference: String?

  /// Reads a schema; what is not of the part above is not checked.
  init(_ value: JSONValue) throws(ContractError) {
    if let path = value["$ref"]?.string {
      reference = path
      return
    }
    let names = value["type"]?.string.map { [$0] } ?? value["type"]?.elements?.compactMap(\.string) ?? []
    if !names.isEmpty {
      var all = Types(rawValue: 0)
      for name in names {
        guard let type = Types(name) else { throw ContractError("\"\(name)\" is no type") }
        all.formUnion(type)
      }
      types = all
      typeNames = names.joined(separator: " or ")
    }
    choices = value["enum"]?.elements ?? []
    required = value["required"]?.elements?.compactMap(\.string) ?? []
    for (name, property) in value["properties"]?.members ?? [] { properties[name] = try Schema(property) }
    if let items = value["items"] { self.items = [try Schema(items)] }
    (minimum, maximum) = (value["minimum"]?.double, value["maximum"]?.double)
    minLength = value["minLength"]?.int64
    (minItems, maxItems) = (value["minItems"]?.int64, value["maxItems"]?.int64)
  }

  /// What is wrong with a value, as "limit must be at least 1"; nil if nothing is. `name` is the value's own.
  func fault(in node: JSONNode, named name: @autoclosure () -> String, _ definitions: [String: Schema]) -> String? {
    if let reference {
      guard let schema = definitions[reference] else { return "\(name()): \(reference) is not defined" }
      return schema.fault(in: node, named: name(), definitions)
    }
    if let types, Self.types(of: node).isDisjoint(with: types) { return "\(name()) must be \(typeNames)" }
    if !choices.isEmpty, !choices.contains(JSONValue(node)) {
      let list = choices.map { $0.string ?? $0.description }.joined(separator: ", ")
      return "\(name()) must be one of \(list)"
    }
    switch node.kind {
    case .int, .uint, .double:
      guard let number = node.double else { return nil }
      if let minimum, number < minimum { return "\(name()) must be at least \(JSONValue.double(minimum))" }
      if let maximum, number > maximum { return "\(name()) must be at most \(JSONValue.double(maximum))" }
    case .string:
      if let minLength, (node.utf8?.count ?? 0) < minLength { return "\(name()) must not be empty" }
    case .array:
      if let minItems, node.count < minItems { return "\(name()) must have at least \(minItems) elements" }
      if let maxItems, node.count > maxItems { return "\(name()) must have at most \(maxItems) elements" }
      guard let items = items.first else { return nil }
      var position = 0
      for element in node.elements {
        if let fault = items.fault(in: element, named: "\(name())[\(position)]", definitions) { return fault }
        position &+= 1
      }
    case .object:
      for wanted in required where node[wanted] == nil { return "\(name()).\(wanted) is missing" }
      guard !properties.isEmpty else { return nil }
      for member in node.members {
        guard let property = properties[member.key] else { continue }
        if let fault = property.fault(in: member.value, named: "\(name()).\(member.key)", definitions) { return fault }
      }
    default: break
    }
    return nil
  }

  private static func types(of node: JSONNode) -> Types {
    switch node.kind {
    case .null: .null
    case .bool: .boolean
    case .int, .uint: [.integer, .number]
    case .double: node.int64 != nil || node.uint64 != nil ? [.integer, .number] : .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }
}
