// The errors that travel: those of the specification, and ours (proto/vedette.openrpc.json, components/errors).

import JSON

/// A JSON-RPC 2.0 error object (§5.1).
public struct RPCError: Error, Hashable, Sendable, CustomStringConvertible {
  public let code: Int
  public let message: String
  public let data: JSONValue?

  public init(code: Int, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// The bytes are no JSON: not UTF-8, not well-formed, nested too deep.
  public static func parseError(_ error: JSONError) -> RPCError {
    RPCError(
      code: -32700, message: "Parse error",
      data: ["offset": .int(Int64(error.offset)), "reason": .string(error.reason)])
  }

  /// JSON, but no request.
  public static func invalidRequest(_ reason: String? = nil) -> RPCError {
    RPCError(code: -32600, message: "Invalid Request", data: reason.map { ["reason": .string($0)] })
  }

  public static func methodNotFound(_ name: String) -> RPCError {
    RPCError(code: -32601, message: "Method not found", data: ["method": .string(name)])
  }

  /// Parameters that the method's schema does not allow; the reason names the one.
  public static func invalidParams(_ reason: String) -> RPCError {
    RPCError(code: -32602, message: "Invalid params", data: ["reason": .string(reason)])
  }

  public static func internalError(_ reason: String) -> RPCError {
    RPCError(code: -32603, message: "Internal error", data: ["reason": .string(reason)])
  }

  /// It cannot be done as things are; the reason says why.
  public static func refused(_ reason: String) -> RPCError { own(-32000, "Refused", reason) }
  /// No role yet: auth.login comes first.
  public static func unauthenticated(_ reason: String) -> RPCError { own(-32001, "Not logged in", reason) }
  /// The role may not do this.
  public static func forbidden(_ reason: String) -> RPCError { own(-32002, "Role too low", reason) }
  /// No such record, capture, source …
  public static func notFound(_ reason: String) -> RPCError { own(-32003, "Not found", reason) }
  /// There is one of that name already.
  public static func conflict(_ reason: String) -> RPCError { own(-32004, "Conflict", reason) }
  /// A limit on how much goes on at once is reached; later it may do.
  public static func busy(_ reason: String) -> RPCError { own(-32005, "Too much at once", reason) }
  /// The daemon is stopping, or a part of it is off.
  public static func unavailable(_ reason: String) -> RPCError { own(-32006, "Not available", reason) }

  private static func own(_ code: Int, _ message: String, _ reason: String) -> RPCError {
    RPCError(code: code, message: message, data: ["reason": .string(reason)])
  }

  /// Reads an error object; nil if it is none.
  public init?(_ value: JSONValue) {
    guard let code = value["code"]?.int64, let message = value["message"]?.string else { return nil }
    self.init(code: Int(code), message: message, data: value["data"])
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("code", code)
    writer.member("message", message)
    writer.member("data", data)
    writer.endObject()
  }

  public var description: String {
    let reason = data?["reason"]?.string ?? data?["method"]?.string
    return message + (reason.map { ": \($0)" } ?? "") + " (\(code))"
  }
}
