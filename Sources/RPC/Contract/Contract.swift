// The OpenRPC document as the program uses it: methods, least roles, the schemas of what goes in and out.

import JSON

/// A contract that cannot be used: it is part of the program, so this is a fault of ours.
public struct ContractError: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ reason: String) { description = "the OpenRPC document: \(reason)" }
}

/// An OpenRPC 1.2.6 document, ready to check calls against.
public struct Contract: Sendable {
  /// A method as the contract has it.
  public struct Method: Sendable {
    public let name: String
    /// The least role that may call it.
    public let role: Role
    /// Its parameters, in the order in which they may be given without names.
    public let parameters: [String]
    let schemas: [(schema: Schema, isRequired: Bool)]
    let result: Schema
  }

  /// By name.
  public let methods: [String: Method]
  let definitions: [String: Schema]
  /// The document on one line.
  let compact: [UInt8]

  /// Reads a document.
  public init(document: String) throws {
    let value = try JSONValue(parsing: document)
    compact = Array(value.description.utf8)
    var definitions: [String: Schema] = [:]
    for (name, schema) in value["components"]?["schemas"]?.members ?? [] {
      definitions["#/components/schemas/" + name] = try Schema(schema)
    }
    self.definitions = definitions
    var methods: [String: Method] = [:]
    for method in value["methods"]?.elements ?? [] {
      guard let name = method["name"]?.string, let role = method["x-role"]?.string.flatMap(Role.init) else {
        throw ContractError("a method without name or x-role")
      }
      guard let result = method["result"]?["schema"] else { throw ContractError("\(name) has no result") }
      let parameters = method["params"]?.elements ?? []
      methods[name] = Method(
        name: name, role: role, parameters: parameters.compactMap { $0["name"]?.string },
        schemas: try parameters.map { (try Schema($0["schema"] ?? [:]), $0["required"]?.bool ?? false) },
        result: try Schema(result))
    }
    self.methods = methods
  }

  /// Vedette's own: proto/vedette.openrpc.json.
  public static func vedette() throws -> Contract { try Contract(document: OpenRPC.document) }

  /// Throws -32602 unless the parameters are what the method's schema says, by name or by position. Names that the
  /// method does not have are refused: an option that is misspelt must not be taken for one that is not given.
  func check(_ params: JSONNode?, of method: Method) throws(RPCError) {
    if let params, params.kind == .array, params.count > method.parameters.count {
      throw .invalidParams("\(method.name) takes at most \(method.parameters.count) parameters")
    }
    if let params, params.kind == .object {
      for member in params.members where !method.parameters.contains(where: { member.isNamed($0) }) {
        throw .invalidParams("\(method.name) has no parameter \"\(member.key)\"")
      }
    }
    for (position, (name, rule)) in zip(method.parameters, method.schemas).enumerated() {
      guard let value = params?[name] ?? params?[position] else {
        if rule.isRequired { throw .invalidParams("\(name) is missing") }
        continue
      }
      if let fault = rule.schema.fault(in: value, named: name, definitions) { throw .invalidParams(fault) }
    }
  }

  /// What is wrong with a method's result by the contract; nil if nothing is. For tests.
  public func fault(inResult result: JSONNode, of method: String) -> String? {
    guard let method = methods[method] else { return "\(method) is no method of the contract" }
    return method.result.fault(in: result, named: "result", definitions)
  }

  /// What is wrong with a value by one of the contract's schemas, such as `Case`. For tests.
  public func fault(in value: JSONNode, schema name: String) -> String? {
    guard let schema = definitions["#/components/schemas/" + name] else {
      return "\(name) is no schema of the contract"
    }
    return schema.fault(in: value, named: name, definitions)
  }
}
