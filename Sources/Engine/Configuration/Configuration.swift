/// The configuration of an engine: what the file and the command line say, over the defaults.

import JSON
import Yams

/// A configuration that cannot be used, and where it says so.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  public var file: String
  /// 1-based; 0 when the whole file or the command line is meant.
  public var line: Int
  public var text: String
  public var description: String { line > 0 ? "\(file):\(line): \(text)" : "\(file): \(text)" }
}

/// Checked values by key. Every key has a value: what was given, or its default.
///
///     var configuration = Configuration()
///     try configuration.read(yaml: text, file: "vedette.yaml")
///     try configuration.set("packets.checksums=ignore")
///     configuration.text("packets.checksums")  // "ignore"
public struct Configuration: Sendable {
  private var values: [String: ConfigurationValue] = [:]

  public init() {}

  // MARK: values

  public func text(_ path: String) -> String {
    if case .text(let v)? = value(path) { v } else { "" }
  }
  public func flag(_ path: String) -> Bool {
    if case .flag(let v)? = value(path) { v } else { false }
  }
  public func integer(_ path: String) -> Int64 {
    if case .integer(let v)? = value(path) { v } else { 0 }
  }
  public func number(_ path: String) -> Double {
    if case .number(let v)? = value(path) { v } else { 0 }
  }
  /// Nanoseconds.
  public func duration(_ path: String) -> Int64 {
    if case .duration(let v)? = value(path) { v } else { 0 }
  }
  /// Bytes.
  public func size(_ path: String) -> Int64 {
    if case .size(let v)? = value(path) { v } else { 0 }
  }
  public func texts(_ path: String) -> [String] {
    if case .texts(let v)? = value(path) { v } else { [] }
  }
  public func mappings(_ path: String) -> [[String: ConfigurationValue]] {
    if case .mappings(let v)? = value(path) { v } else { [] }
  }

  /// The value of a key, nil only for a path that is no key.
  public func value(_ path: String) -> ConfigurationValue? {
    if let given = values[path] { return given }
    guard let key = ConfigurationKey.byPath[path] else { return nil }
    switch key.type {
    case .texts: return .texts([])
    case .mappings: return .mappings([])
    case .object: return .object(.object([]))
    default: return ConfigurationValue.scalar(key.defaultText, as: key.type)
    }
  }

  /// Whether a key was given rather than defaulted.
  public func isGiven(_ path: String) -> Bool { values[path] != nil }

  // MARK: reading

  /// Takes one `KEY=VALUE` of the command line.
  public mutating func set(_ assignment: String) throws(ConfigurationError) {
    guard let equals = assignment.firstIndex(of: "=") else {
      throw ConfigurationError(file: "--set \(assignment)", line: 0, text: "expected KEY=VALUE")
    }
    let path = String(assignment[..<equals])
    let text = String(assignment[assignment.index(after: equals)...])
    guard let key = ConfigurationKey.byPath[path] else {
      throw ConfigurationError(file: "--set \(path)", line: 0, text: unknownKey(path))
    }
    guard let value = ConfigurationValue.scalar(text, as: key.type) else {
      throw ConfigurationError(
        file: "--set \(path)", line: 0, text: "'\(text)' is not \(ConfigurationValue.expectation(of: key.type))")
    }
    if let fault = ConfigurationKey.fault(in: value, of: path) {
      throw ConfigurationError(file: "--set \(path)", line: 0, text: fault)
    }
    values[path] = value
  }

  /// Reads a YAML file's text.
  /// - Throws: at the first thing that cannot be used, with its line.
  public mutating func read(yaml: String, file: String) throws(ConfigurationError) {
    guard yaml.utf8.count <= 4 << 20 else {
      throw ConfigurationError(file: file, line: 0, text: "larger than 4 MiB")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      let first = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
      throw ConfigurationError(file: file, line: 0, text: "not readable as YAML: \(first)")
    }
    guard let root else { return }
    guard let mapping = root.mapping else {
      throw ConfigurationError(file: file, line: root.mark?.line ?? 1, text: "expected a mapping")
    }
    try read(mapping, prefix: "", file: file)
  }

  private mutating func read(_ mapping: Node.Mapping, prefix: String, file: String) throws(ConfigurationError) {
    for (keyNode, node) in mapping {
      let path = prefix + (keyNode.string ?? "?")
      let line = keyNode.mark?.line ?? 0
      if let key = ConfigurationKey.byPath[path] {
        values[path] = try read(node, key: key, path: path, file: file)
      } else if let inner = node.mapping, ConfigurationKey.all.contains(where: { $0.path.hasPrefix(path + ".") }) {
        try read(inner, prefix: path + ".", file: file)
      } else {
        throw ConfigurationError(file: file, line: line, text: unknownKey(path))
      }
    }
  }

  private func read(_ node: Node, key: ConfigurationKey, path: String, file: String) throws(ConfigurationError)
    -> ConfigurationValue
  {
    let wrong = ConfigurationError(
      file: file, line: node.mark?.line ?? 0,
      text: "\(path): expected \(ConfigurationValue.expectation(of: key.type))")
    switch key.type {
    case .texts:
      var texts: [String] = []
      if let one = node.scalar {
        texts = [one.string]
      } else {
        guard let items = node.sequence else { throw wrong }
        for item in items {
          guard let scalar = item.scalar else { throw wrong }
          texts.append(scalar.string)
        }
      }
      if let fault = ConfigurationKey.fault(in: .texts(texts), of: path) {
        throw ConfigurationError(file: file, line: node.mark?.line ?? 0, text: "\(path): \(fault)")
      }
      return .texts(texts)
    case .object:
      guard node.mapping != nil, let value = Configuration.json(node, depth: 0) else { throw wrong }
      return .object(value)
    case .mappings(let keys):
      guard let items = node.sequence else { throw wrong }
      var all: [[String: ConfigurationValue]] = []
      for item in items {
        guard let mapping = item.mapping else { throw wrong }
        var one: [String: ConfigurationValue] = [:]
        for (keyNode, value) in mapping {
          let name = keyNode.string ?? "?"
          guard let inner = keys.first(where: { $0.path == name }) else {
            throw ConfigurationError(
              file: file, line: keyNode.mark?.line ?? 0,
              text: "\(path): no key '\(name)'; known are \(keys.map(\.path).joined(separator: ", "))")
          }
          one[name] = try read(value, key: inner, path: "\(path).\(name)", file: file)
        }
        if let first = keys.first, first.type == .network, one[first.path] == nil {
          throw ConfigurationError(
            file: file, line: item.mark?.line ?? 0, text: "\(path): an entry without its \(first.path)")
        }
        if let fault = ConfigurationKey.fault(in: one, of: path, before: all) {
          throw ConfigurationError(file: file, line: item.mark?.line ?? 0, text: "\(path): \(fault)")
        }
        all.append(one)
      }
      return .mappings(all)
    default:
      guard let scalar = node.scalar, let value = ConfigurationValue.scalar(scalar.string, as: key.type) else {
        throw wrong
      }
      if let fault = ConfigurationKey.fault(in: value, of: path) {
        throw ConfigurationError(file: file, line: node.mark?.line ?? 0, text: "\(path): \(fault)")
      }
      return value
    }
  }

  /// Checks what no value can be wrong in by itself: which of two has to be the larger one.
  /// - Parameter file: where it comes from, for the words.
  public func check(file: String) throws(ConfigurationError) {
    for (less, more, mayBeEqual) in ConfigurationKey.orders {
      let (a, b) = (integer(less), integer(more))
      guard mayBeEqual ? a > b : a >= b else { continue }
      throw ConfigurationError(
        file: file, line: 0,
        text: "\(less) (\(a)) has to be \(mayBeEqual ? "at most" : "less than") \(more) (\(b))")
    }
  }

  /// A node as JSON, by YAML's core schema; nil where it is nested too deep, or a name is no text.
  private static func json(_ node: Node, depth: Int) -> JSONValue? {
    guard depth < 32 else { return nil }
    switch node {
    case .scalar(let scalar):
      switch node.tag.description {
      case "tag:yaml.org,2002:null": return .null
      case "tag:yaml.org,2002:bool": return node.bool.map { .bool($0) }
      case "tag:yaml.org,2002:int": return node.int.map { .int(Int64($0)) }
      case "tag:yaml.org,2002:float": return node.float.map { .double($0) }
      default: return .string(scalar.string)
      }
    case .sequence(let items):
      var elements: [JSONValue] = []
      for item in items {
        guard let element = json(item, depth: depth + 1) else { return nil }
        elements.append(element)
      }
      return .array(elements)
    case .mapping(let pairs):
      var members: [(String, JSONValue)] = []
      for (name, item) in pairs {
        guard let name = name.scalar?.string, let value = json(item, depth: depth + 1) else { return nil }
        members.append((name, value))
      }
      return .object(members)
    case .alias: return nil
    }
  }

  private func unknownKey(_ path: String) -> String {
    let leaf = path.split(separator: ".").last.map(String.init) ?? path
    let near = ConfigurationKey.all.map(\.path).filter {
      !leaf.isEmpty && $0.hasSuffix(leaf) || $0.hasPrefix(path + ".")
    }
    return "no key '\(path)'"
      + (near.isEmpty ? "; `vedette config schema` lists them" : "; perhaps \(near.joined(separator: ", "))")
  }
}
