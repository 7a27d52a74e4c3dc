// What libuv or the system refused, and what can be done about it.

import CLibuv

/// A refusal of libuv or of the system.
public struct EventLoopError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried, with its object: "listen on /run/vedette/vedette.sock".
  public let operation: String
  /// The negative error number, as libuv gives it (`-ENOENT` …).
  public let code: Int32
  /// What to do about it, if something in particular.
  public let remedy: String?

  public init(_ operation: String, _ code: Int32, remedy: String? = nil) {
    self.operation = operation
    self.code = code
    self.remedy = remedy
  }

  /// The error's short name, such as `EADDRINUSE`.
  public var name: String { String(cString: uv_err_name(code)) }

  public var description: String {
    "cannot \(operation): \(String(cString: uv_strerror(code))) (\(name))" + (remedy.map { "; \($0)" } ?? "")
  }

  /// Throws unless `code` is zero or positive, as libuv's success is.
  static func check(
    _ code: Int32, _ operation: @autoclosure () -> String, remedy: String? = nil
  ) throws(EventLoopError) {
    if code < 0 { throw EventLoopError(operation(), code, remedy: remedy) }
  }

  /// The peer has gone: an ordinary end, not a fault.
  public var isDisconnect: Bool {
    code == UV_EOF.rawValue || code == UV_ECONNRESET.rawValue || code == UV_EPIPE.rawValue
      || code == UV_ECANCELED.rawValue
  }
}
