// A JSON value that owns what it holds: for what outlives the reader, and for small answers.

/// An owned JSON value; objects keep the order of their members.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  /// Only for integers above `Int64.max`: equal numbers have one form.
  case uint(UInt64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// A copy of a parsed value. Recursion is bounded by the reader's depth limit.
  public init(_ node: JSONNode) {
    switch node.kind {
    case .null: self = .null
    case .bool: self = .bool(node.bool ?? false)
    case .int: self = .int(node.int64 ?? 0)
    case .uint: self = .uint(node.uint64 ?? 0)
    case .double: self = .double(node.double ?? 0)
    case .string: self = .string(node.string ?? "")
    case .array: self = .array(node.elements.map { JSONValue($0) })
    case .object: self = .object(node.members.map { ($0.key, JSONValue($0.value)) })
    }
  }

  /// Parses a text once. Where many are parsed, keep a `JSONReader`.
  public init(parsing text: String) throws(JSONError) {
    self = JSONValue(try JSONReader().parse(text))
  }

  /// An integer of any type; above `UInt64.max` or below `Int64.min` the nearest double.
  public init(integer value: some BinaryInteger) {
    if let small = Int64(exactly: value) {
      self = .int(small)
    } else if let large = UInt64(exactly: value) {
      self = .uint(large)
    } else {
      self = .double(Double(value))
    }
  }

  /// The first member of that name.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.0 == key }?.1
  }

  /// The element at a position; nil beyond the end.
  public subscript(position: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  public var isNull: Bool { if case .null = self { true } else { false } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var elements: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var members: [(String, JSONValue)]? { if case .object(let value) = self { value } else { nil } }

  /// A whole number in range, however it is written.
  public var int64: Int64? {
    switch self {
    case .int(let value): value
    case .uint(let value): Int64(exactly: value)
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// A whole number in range, however it is written.
  public var uint64: UInt64? {
    switch self {
    case .int(let value): UInt64(exactly: value)
    case .uint(let value): value
    case .double(let value): UInt64(exactly: value)
    default: nil
    }
  }

  /// Any number, as the double nearest to it.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .uint(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// How many elements or members; 0 for anything else.
  public var count: Int {
    switch self {
    case .array(let elements): elements.count
    case .object(let members): members.count
    default: 0
    }
  }
}

/// Equal if they are written the same: `1` and `1.0` differ, and so do objects whose members are in another order.
extension JSONValue: Hashable {
  public static func == (one: JSONValue, other: JSONValue) -> Bool {
    switch (one, other) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a.elementsEqual(b) { $0.0 == $1.0 && $0.1 == $1.1 }
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .uint(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let elements): hasher.combine(elements)
    case .object(let members):
      hasher.combine(members.count)
      for (key, value) in members {
        hasher.combine(key)
        hasher.combine(value)
      }
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as JSON, on one line.
  public var description: String {
    var writer = JSONWriter()
    writer.value(self)
    return writer.text
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements) }
}
